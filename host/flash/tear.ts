/*
 * What a program or an erase leaves when power goes in the middle of it.
 *
 * Pure functions over the cells: each changes the bytes of the torn span as the kind says and returns the cells
 * that are unstable from then on. The kinds and their evidence: reference/reliability.md §2.3, P0-P4 and E1-E5.
 */
import { type Density, mix, pick, randomBits } from "./mix.js";
import type { Patch } from "./overlay.js";

/**
 * Kinds of torn program.
 *
 * none      nothing was done
 * all       all was done, and nobody was told
 * prefix    the first bytes were done
 * bits      some of the bits to be cleared were cleared
 * unstable  bits, and some of them read differently each time
 * delayed   nearly complete: reads well a few times, then some bits are unstable
 */
export const PROGRAM_TEARS = ["none", "all", "prefix", "bits", "unstable", "delayed"] as const;

/**
 * Kinds of torn erase. All but none and all leave the block suspect.
 *
 * erase-a     old data with bits cleared (also none cleared), perhaps unstable
 * erase-b     zeros, or a mixture rising from zero
 * erase-c     looks erased, but some bits are unstable
 * erase-weak  looks erased and reads stable, but will not hold what is programmed
 */
export const ERASE_TEARS = ["none", "all", "erase-a", "erase-b", "erase-c", "erase-weak"] as const;

export const TEAR_KINDS = ["none", "all", "prefix", "bits", "unstable", "delayed", "erase-a", "erase-b", "erase-c", "erase-weak"] as const;

export type ProgramTear = (typeof PROGRAM_TEARS)[number];
export type EraseTear = (typeof ERASE_TEARS)[number];
export type TearKind = (typeof TEAR_KINDS)[number];

/** What a decision is about; the second argument of mix. */
const ABOUT = { scope: 1, page: 2, prefix: 3, density: 4, cells: 5, shaky: 6, where: 7, steadiness: 8, wait: 9, sparse: 10, shape: 11 };

const STEADINESS = [0.5, 0.5, 0.9, 0.99];
const GOOD_READS = [1, 1, 2, 3, 5, 8];

/** A span of cells: `cells[first]` lies at `offset` of its block. */
export interface Span {
  cells: Uint8Array;
  first: number;
  offset: number;
}

/** Tears the program of `source` over `span`. `seed` decides all; pages of a longer span are programmed in order. */
export function tearProgram(kind: ProgramTear, seed: number, span: Span, source: Uint8Array, pageBytes: number): Patch | undefined {
  const { length } = source;
  switch (kind) {
    case "none":
      return undefined;
    case "all":
      clearBits(span, source, 0, length);
      return undefined;
    case "prefix":
      clearBits(span, source, 0, prefixBytes(seed, length));
      return undefined;
    case "bits":
    case "unstable":
    case "delayed": {
      const [from, after] = tornRange(kind, seed, span.offset, length, pageBytes);
      clearBits(span, source, 0, from);
      return tearCells(kind, seed, span, source, from, after);
    }
  }
}

/** Tears the erase of the whole block at `span`. */
export function tearErase(kind: EraseTear, seed: number, span: Span, blockBytes: number): Patch | undefined {
  const { cells, first } = span;
  switch (kind) {
    case "none":
      return undefined;
    case "all":
    case "erase-weak":
      cells.fill(0xff, first, first + blockBytes);
      return undefined;
    case "erase-a": {
      const cleared = pick<Density>([0, 0.0625, 0.5, 0.9375], mix(seed, ABOUT.density));
      for (let i = 0; i < blockBytes; i++) cells[first + i] &= ~randomBits(mix(seed, ABOUT.cells, i), cleared);
      return mix(seed, ABOUT.shape) & 1 ? shakyBlock(seed, blockBytes) : undefined;
    }
    case "erase-b": {
      const risen = pick<Density>([0, 0.0625, 0.5, 0.9375], mix(seed, ABOUT.density));
      for (let i = 0; i < blockBytes; i++) cells[first + i] = randomBits(mix(seed, ABOUT.cells, i), risen);
      return mix(seed, ABOUT.shape) & 1 ? shakyBlock(seed, blockBytes) : undefined;
    }
    case "erase-c":
      cells.fill(0xff, first, first + blockBytes);
      return shakyBlock(seed, blockBytes);
  }
}

function clearBits({ cells, first }: Span, source: Uint8Array, from: number, after: number): void {
  for (let i = from; i < after; i++) cells[first + i] &= source[i];
}

/** How far a prefix tear got: the edges and the middle as often as anything else. */
function prefixBytes(seed: number, length: number): number {
  const anywhere = mix(seed, ABOUT.prefix, 1) % (length + 1);
  return pick([0, 1, length >> 1, length - 1, anywhere, anywhere, anywhere], mix(seed, ABOUT.prefix));
}

/**
 * The part of a longer span that is torn: all of it, or one page with those before it done and those after it not.
 * A delayed tear is nearly complete, so there it is the last page.
 */
function tornRange(kind: ProgramTear, seed: number, offset: number, length: number, pageBytes: number): [number, number] {
  const firstPage = Math.floor(offset / pageBytes);
  const pageCount = Math.floor((offset + length - 1) / pageBytes) - firstPage + 1;
  if (pageCount === 1 || mix(seed, ABOUT.scope) & 1) return [0, length];
  const page = kind === "delayed" ? pageCount - 1 : mix(seed, ABOUT.page) % pageCount;
  const from = Math.max(0, (firstPage + page) * pageBytes - offset);
  return [from, Math.min(length, (firstPage + page + 1) * pageBytes - offset)];
}

function tearCells(kind: ProgramTear, seed: number, span: Span, source: Uint8Array, from: number, after: number): Patch | undefined {
  const done = kind === "delayed" ? 1 : pick<Density>([0.0625, 0.25, 0.5, 0.75, 0.9375], mix(seed, ABOUT.density));
  const shaky: Density = kind === "bits" ? 0 : pick<Density>([0.0625, 0.25, 1], mix(seed, ABOUT.shaky));
  const mask = new Uint8Array(after - from);
  let shakyBytes = 0;
  const falling = new Uint8Array(after - from);
  for (let i = from; i < after; i++) {
    const at = span.first + i;
    falling[i - from] = span.cells[at] & ~source[i];
    span.cells[at] &= ~(falling[i - from] & randomBits(mix(seed, ABOUT.cells, i), done));
    mask[i - from] = falling[i - from] & randomBits(mix(seed, ABOUT.shaky, i + 1), shaky);
    if (mask[i - from] !== 0) shakyBytes++;
  }
  if (kind === "bits") return undefined;
  if (shakyBytes === 0 && !shakeOne(mask, falling, mix(seed, ABOUT.where))) return undefined;
  return shakyPatch(seed, span.offset + from, mask, kind === "delayed" ? pick(GOOD_READS, mix(seed, ABOUT.wait)) : 0);
}

/** Where chance made no bit shaky: one of those that were to be cleared. False = none was. */
function shakeOne(mask: Uint8Array, falling: Uint8Array, start: number): boolean {
  for (let n = 0; n < falling.length; n++) {
    const i = (start + n) % falling.length;
    if (falling[i] === 0) continue;
    mask[i] = falling[i] & -falling[i];
    return true;
  }
  return false;
}

/** Unstable bits strewn thinly over a block whose erase was torn; at least one. */
function shakyBlock(seed: number, blockBytes: number): Patch {
  const mask = new Uint8Array(blockBytes);
  const oneIn = pick([7, 61, 509], mix(seed, ABOUT.sparse));
  for (let i = 0; i < blockBytes; i++) {
    if (mix(seed, ABOUT.sparse, i + 1) % oneIn === 0) mask[i] = randomBits(mix(seed, ABOUT.shaky, i), 0.25);
  }
  mask[mix(seed, ABOUT.where) % blockBytes] |= 1 << (mix(seed, ABOUT.where, 1) & 7);
  return shakyPatch(seed, 0, mask, 0);
}

function shakyPatch(seed: number, first: number, mask: Uint8Array, goodReads: number): Patch {
  return { first, mask, steadiness: pick(STEADINESS, mix(seed, ABOUT.steadiness)), goodReads };
}

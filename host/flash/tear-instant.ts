/*
 * Tears given by the instant at which power went: the faults P2 to P5 and E1 to E5 of the catalogue.
 *
 * tau is the fraction of the operation that was done. Every cell has a threshold, a hash of where it is and how worn,
 * and changes when tau passes it; so a later instant changes every cell that an earlier one did, and some more.
 */
import type { Active, Moment } from "./dice.js";
import { chosen } from "./dice.js";
import type { FaultOf } from "./faults.js";
import type { FlashGeometry } from "./flash.js";
import { mix } from "./mix.js";
import type { Patch } from "./overlay.js";
import type { Span, TearKind } from "./tear.js";

export type TearFault = FaultOf<"P0" | "P1" | "P2" | "P3" | "P4" | "P5" | "E1" | "E2" | "E3" | "E4" | "E5">;

/** The span an operation was torn in, and what its cells' thresholds come from. */
export interface TornSpan extends Span {
  seed: number;
  block: number;
  eraseCount: number;
}

/** The kind of docs and PowerCut that comes nearest. P0 and P1 fit both operations. */
export function kindOf({ fault, dice }: Active<TearFault>, moment: Moment): TearKind {
  switch (fault.id) {
    case "P0":
      return "none";
    case "P1":
      return "all";
    case "P2":
      return "prefix";
    case "P3":
      return "bits";
    case "P4":
      return (fault.goodReads ?? dice.pick(GOOD_READS, moment, ABOUT.goodReads)) > 0 ? "delayed" : "unstable";
    case "P5":
      return "delayed";
    case "E1":
    case "E5":
      return "erase-a";
    case "E2":
      return "erase-b";
    case "E3":
      return "erase-c";
    case "E4":
      return "erase-weak";
  }
}

const ABOUT = { tau: 1, steadiness: 2, goodReads: 3, goodDays: 4, units: 5, density: 6, where: 7 };
const TAUS = { P3: [0.05, 0.25, 0.5, 0.75, 0.95], E1: [0.03, 0.15, 0.27], E2: [0.3, 0.42, 0.55, 0.67, 0.79] };
const STEADINESS = [0.5, 0.9, 0.99];
const GOOD_READS = [0, 1, 2, 5];
const DENSITIES = [1e-5, 1e-3];
const DELTA = 0.06;
const WEAK_SHARE = 0.01;
/** Where an erase goes from clearing all cells to raising them, and from there to checking them. */
const PHASE_B = 0.3;
const PHASE_C = 0.8;

/** Tears the program of `source` as `active` says; returns the cells that are unstable or weak from then on. */
export function tearProgramAt(active: Active<TearFault>, moment: Moment, span: TornSpan, source: Uint8Array, geometry: FlashGeometry) {
  const { fault, dice } = active;
  switch (fault.id) {
    case "P2": {
      const unitBytes = geometry.kind === "nand" ? geometry.pageBytes / 4 : geometry.programBytes;
      const count = source.length / unitBytes;
      const choices = [0, 1, count - 1, count, count >> 1, ...[1, 2].map((n) => dice.draw(moment, n, ABOUT.units) % (count + 1))];
      const done = Math.min(fault.units ?? dice.pick(choices, moment, ABOUT.units), count) * unitBytes;
      programUntil(1, 0, span, source.subarray(0, Math.max(0, done)));
      return undefined;
    }
    case "P3":
      programUntil(fault.tau ?? dice.pick(TAUS.P3, moment, ABOUT.tau), 0, span, source);
      return undefined;
    case "P4": {
      const goodReads = fault.goodReads ?? dice.pick(GOOD_READS, moment, ABOUT.goodReads);
      const tau = fault.tau ?? dice.pick(TAUS.P3, moment, ABOUT.tau);
      const delta = fault.delta ?? DELTA;
      const steadiness = fault.steadiness ?? dice.pick(STEADINESS, moment, ABOUT.steadiness);
      // What reads well at first was cleared, if only just.
      const mask = programUntil(goodReads > 0 ? tau + delta : tau, delta, span, source, tau);
      return { first: span.offset, mask, steadiness, goodReads, bornAt: 0 };
    }
    case "P5":
      return weaken(active as Active<FaultOf<"P5">>, moment, span, source);
    default:
      return undefined;
  }
}

/** Tears the erase of the block. */
export function tearEraseAt(active: Active<TearFault>, moment: Moment, span: TornSpan): Patch | undefined {
  const { fault, dice } = active;
  const { cells } = span;
  switch (fault.id) {
    case "E1": {
      const tau = fault.tau ?? dice.pick(TAUS.E1, moment, ABOUT.tau);
      for (let i = 0; i < cells.length; i++) cells[i] &= ~passed(span, i, cells[i], tau / PHASE_B);
      return undefined;
    }
    case "E2": {
      const tau = fault.tau ?? dice.pick(TAUS.E2, moment, ABOUT.tau);
      for (let i = 0; i < cells.length; i++) cells[i] = passed(span, i, 0xff, (tau - PHASE_B) / (PHASE_C - PHASE_B));
      return undefined;
    }
    case "E3":
      cells.fill(0xff);
      return unstable(fault.density, dice, moment, cells.length);
    case "E4":
      cells.fill(0xff);
      return undefined;
    case "E5":
      return unstable(fault.density, dice, moment, cells.length);
    default:
      return undefined;
  }
}

/** Clears what is to be cleared where `tau` has passed; returns the bits within `delta` of `edge`. */
function programUntil(tau: number, delta: number, span: TornSpan, source: Uint8Array, edge = tau): Uint8Array {
  const mask = new Uint8Array(source.length);
  for (let i = 0; i < source.length; i++) {
    const at = span.first + i;
    const falling = span.cells[at] & ~source[i];
    span.cells[at] &= ~passed(span, i, falling, tau);
    if (delta > 0) mask[i] = passed(span, i, falling, edge + delta) & ~passed(span, i, falling, edge - delta);
  }
  return mask;
}

/** Those of `bits` whose threshold lies below `tau`. */
function passed({ seed, block, offset, eraseCount }: TornSpan, i: number, bits: number, tau: number): number {
  if (tau >= 1 || bits === 0) return bits;
  let done = 0;
  for (let bit = 0; bit < 8; bit++) {
    if ((bits & (1 << bit)) !== 0 && mix(seed, block, (offset + i) * 8 + bit, eraseCount) < tau * 2 ** 32) done |= 1 << bit;
  }
  return done;
}

function weaken({ fault, dice }: Active<FaultOf<"P5">>, moment: Moment, span: TornSpan, source: Uint8Array): Patch {
  const mask = new Uint8Array(source.length);
  const falling = source.map((byte, i) => span.cells[span.first + i] & ~byte);
  programUntil(1, 0, span, source);
  for (const at of chosen(source.length * 8, fault.share ?? WEAK_SHARE, (n) => dice.draw(moment, ABOUT.where, n))) {
    mask[at >> 3] |= falling[at >> 3] & (1 << (at & 7));
  }
  const goodReads = fault.goodReads ?? Math.round(10 ** (3 + (2 * dice.draw(moment, 0, ABOUT.goodReads)) / 2 ** 32));
  return { first: span.offset, mask, steadiness: 0, goodReads, goodDays: fault.goodDays ?? dice.between(1, 90, moment, ABOUT.goodDays) };
}

/** Unstable cells strewn over a block; at least one. */
function unstable(density: number | undefined, dice: Active["dice"], moment: Moment, blockBytes: number): Patch {
  const mask = new Uint8Array(blockBytes);
  const share = density ?? dice.pick(DENSITIES, moment, ABOUT.density);
  const one = dice.draw(moment, 1, ABOUT.where) % (blockBytes * 8);
  mask[one >> 3] |= 1 << (one & 7);
  for (const at of chosen(blockBytes * 8, share, (n) => dice.draw(moment, ABOUT.where, n))) mask[at >> 3] |= 1 << (at & 7);
  return { first: 0, mask, steadiness: dice.pick(STEADINESS, moment, ABOUT.steadiness), goodReads: 0, bornAt: 0 };
}

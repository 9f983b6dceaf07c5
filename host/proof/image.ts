/*
 * A part after a script, as bytes: the ground the flip and damage campaigns stand on.
 */
import { FaultFlash, type FlashDevice, type FlashGeometry, PowerCut, type TearKind } from "../flash/index.js";
import { ABOUT, mix } from "./chance.js";
import { scaled } from "./geometries.js";
import { Model } from "./model.js";
import { makePart } from "./parts.js";
import { printSubject, type Subject, stepsOf } from "./replay.js";
import { WEIGHTS } from "./script.js";
import { Session } from "./session.js";
import type { Store } from "./store.js";
import type { FlashOp } from "./tap.js";

export interface Image {
  readonly geometry: FlashGeometry;
  readonly bytes: Uint8Array;
  readonly model: Model;
  /** Where damage cannot be told from a torn write; empty when the store was closed. */
  readonly exposed: readonly Span[];
}

/** Bytes [first, end) of the part. */
export interface Span {
  readonly first: number;
  readonly end: number;
}

/** Where power goes while the image is made: `at` is the share of the script done by then; undefined = closed in order. */
export interface Pull {
  readonly at: number;
  readonly tear: TearKind;
}

/** Names an image on a line: the script, and where it was pulled. */
export function printImage(subject: Subject, pull?: Pull): string {
  return `${printSubject(subject)}${pull === undefined ? "" : `:pulled-at-${pull.at}=${pull.tear}`}`;
}

export async function makeImage(store: Store, subject: Subject, pull?: Pull): Promise<Image> {
  const geometry = scaled(subject.preset, subject.blockCount);
  const steps = stepsOf(subject).slice(0, -1);
  const part = makePart(geometry);
  const seed = subject.script.seed;
  const fault = new FaultFlash(part, { seed: mix(seed, ABOUT.tear, 0) });
  const model = new Model();
  const session = new Session(store, fault, model, seed, WEIGHTS[subject.script.weights]!);
  const spans = new ProgramSpans(geometry);
  session.listener = (op) => spans.hear(op);
  const last = pull === undefined ? steps.length : Math.floor(steps.length * pull.at);
  for (const [index, step] of steps.slice(0, last).entries()) {
    session.setClock(index);
    await session.perform(step);
  }
  if (pull === undefined) session.agent!.close();
  else await cutDuring(session, fault, steps.slice(last), pull.tear);
  if (session.violations.length > 0) throw new Error(`the script itself fails: ${session.violations[0]!.text}`);
  return { geometry, bytes: part.bytes.slice(), model, exposed: pull === undefined ? [] : spans.exposed() };
}

/** Label and segment header: 64 bytes or a program unit, and 44. */
export const HEADER_BYTES = 44;

/**
 * What was programmed where since the last erase. Of a segment that was open when power went, two places have no second
 * home: its label with its header, and its last programs, of which one was under way.
 */
class ProgramSpans {
  private readonly geometry: FlashGeometry;
  private readonly programs = new Map<number, Span[]>();
  /** The block of the newest operation: what was under way when power went. */
  private underWay = -1;

  constructor(geometry: FlashGeometry) {
    this.geometry = geometry;
  }

  hear({ kind, block, offset, source }: FlashOp): void {
    this.underWay = block;
    if (kind === "erase") this.programs.delete(block);
    else this.programs.set(block, [...(this.programs.get(block) ?? []), { first: offset, end: offset + source!.length }]);
  }

  exposed(): Span[] {
    const { blockBytes } = this.geometry;
    const isOpen = (block: number, last: Span) => last.end < blockBytes || block === this.underWay; // a seal that was torn seals nothing
    const open = [...this.programs].filter(([block, spans]) => spans.length > 1 && isOpen(block, spans.at(-1)!));
    return open.flatMap(([block, spans]) =>
      [{ first: 0, end: spans[1]!.first + HEADER_BYTES }, ...spans.slice(-2)].map(({ first, end }) => ({
        first: block * blockBytes + first,
        end: block * blockBytes + end,
      })),
    );
  }
}

/** Cuts the first program of what comes next. */
async function cutDuring(session: Session, fault: FaultFlash, steps: ReturnType<typeof stepsOf>, tear: TearKind): Promise<void> {
  const put = steps.find((step) => step.do === "put");
  if (put === undefined) throw new Error("no put left to cut");
  fault.reboot({ op: 0, tear });
  try {
    await session.perform(put);
  } catch (error) {
    if (error instanceof PowerCut) return;
    throw error;
  }
  throw new Error("the put programmed nothing");
}

/** A part that can be damaged and restored thousands of times a second. No rules: cells only. */
export class Scratch implements FlashDevice {
  readonly geometry: FlashGeometry;
  readonly bytes: Uint8Array;
  /** When set, every byte read is marked here. */
  mask: Uint8Array | undefined;
  private readonly pristine: Uint8Array;
  private readonly dirty: Uint8Array;

  constructor(image: Image) {
    this.geometry = image.geometry;
    this.pristine = image.bytes;
    this.bytes = image.bytes.slice();
    this.dirty = new Uint8Array(image.geometry.blockCount);
  }

  read(block: number, offset: number, target: Uint8Array): number {
    const first = block * this.geometry.blockBytes + offset;
    if (this.mask !== undefined) this.mask.fill(1, first, first + target.length);
    target.set(this.bytes.subarray(first, first + target.length));
    return 0;
  }

  program(block: number, offset: number, source: Uint8Array): number {
    const first = block * this.geometry.blockBytes + offset;
    for (let i = 0; i < source.length; i++) this.bytes[first + i]! &= source[i]!;
    this.dirty[block] = 1;
    return 0;
  }

  erase(block: number): number {
    const { blockBytes } = this.geometry;
    this.bytes.fill(0xff, block * blockBytes, (block + 1) * blockBytes);
    this.dirty[block] = 1;
    return 0;
  }

  isBad(): boolean {
    return false;
  }

  markBad(): number {
    return 0;
  }

  sync(): number {
    return 0;
  }

  /** Changes the bits of `mask` in the byte at `address`. */
  flip(address: number, mask: number): void {
    this.bytes[address]! ^= mask;
    this.dirty[Math.floor(address / this.geometry.blockBytes)] = 1;
  }

  /** True when anything was programmed, erased or flipped since the last restore. */
  get touched(): boolean {
    return this.dirty.includes(1);
  }

  restore(): void {
    const { blockBytes, blockCount } = this.geometry;
    for (let block = 0; block < blockCount; block++) {
      if (this.dirty[block] === 0) continue;
      const first = block * blockBytes;
      this.bytes.set(this.pristine.subarray(first, first + blockBytes), first);
      this.dirty[block] = 0;
    }
  }
}

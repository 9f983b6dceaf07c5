/*
 * One power-on of a part: what the agent of one boot holds.
 *
 * A new tap for every boot, as a new boot knows nothing of the last one. It tells a listener of every
 * program and erase before it happens, and ends a boot that never comes to an end.
 */
import type { FlashDevice, FlashGeometry } from "../flash/index.js";

export interface FlashOp {
  readonly kind: "program" | "erase";
  readonly block: number;
  readonly offset: number;
  /** Borrowed: copy what must last. */
  readonly source: Uint8Array | undefined;
}

export type Listener = (op: FlashOp) => void;

/** The core went on and on: a hang on a real handset. */
export class Runaway extends Error {}

const MAX_OPS = 200_000;
const MAX_READS = 20_000_000;

export class Tap implements FlashDevice {
  readonly geometry: FlashGeometry;
  readonly isBad?: (block: number) => boolean;
  readonly markBad?: (block: number) => number;
  private readonly inner: FlashDevice;
  private readonly listener: Listener | undefined;
  private opCount = 0;
  private readCount = 0;

  constructor(inner: FlashDevice, listener?: Listener) {
    this.inner = inner;
    this.geometry = inner.geometry;
    this.listener = listener;
    if (inner.isBad !== undefined) this.isBad = (block) => inner.isBad!(block);
    if (inner.markBad !== undefined) this.markBad = (block) => inner.markBad!(block);
  }

  read(block: number, offset: number, target: Uint8Array): number {
    if (++this.readCount > MAX_READS) throw new Runaway(`${MAX_READS} reads in one power-on`);
    return this.inner.read(block, offset, target);
  }

  program(block: number, offset: number, source: Uint8Array): number {
    this.count();
    this.listener?.({ kind: "program", block, offset, source });
    return this.inner.program(block, offset, source);
  }

  erase(block: number): number {
    this.count();
    this.listener?.({ kind: "erase", block, offset: 0, source: undefined });
    return this.inner.erase(block);
  }

  sync(): number {
    return this.inner.sync?.() ?? 0;
  }

  private count(): void {
    if (++this.opCount > MAX_OPS) throw new Runaway(`${MAX_OPS} programs and erases in one power-on`);
  }
}

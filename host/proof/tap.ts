/*
 * One power-on of a part: what the agent of one boot holds.
 *
 * A new tap for every boot, as a new boot knows nothing of the last one. It tells a listener of every
 * program and erase before it happens, counts what is asked for, and ends a boot that never comes to an end.
 */
import type { FlashDevice, FlashGeometry } from "../flash/index.js";
import type { RunLog } from "./log.js";

export interface FlashOp {
  readonly kind: "program" | "erase";
  readonly block: number;
  readonly offset: number;
  /** Borrowed: copy what must last. */
  readonly source: Uint8Array | undefined;
}

export type Listener = (op: FlashOp) => void;

/** What was asked of the part since power came on. */
export interface Asked {
  readonly reads: number;
  readonly readBytes: number;
  readonly programs: number;
  readonly erases: number;
}

/** The core went on and on: a hang on a real handset. */
export class Runaway extends Error {}

const MAX_OPS = 200_000;
const MAX_READS = 20_000_000;

export class Tap implements FlashDevice, Asked {
  readonly geometry: FlashGeometry;
  reads = 0;
  readBytes = 0;
  programs = 0;
  erases = 0;
  readonly isBad?: (block: number) => boolean;
  readonly markBad?: (block: number) => number;
  private readonly inner: FlashDevice;
  private readonly listener: Listener | undefined;
  private readonly log: RunLog | undefined;

  constructor(inner: FlashDevice, listener?: Listener, log?: RunLog) {
    this.inner = inner;
    this.geometry = inner.geometry;
    this.listener = listener;
    this.log = log;
    if (inner.isBad !== undefined) this.isBad = (block) => inner.isBad!(block);
    if (inner.markBad !== undefined) this.markBad = (block) => this.logged("mark-bad", block, 0, undefined, inner.markBad!(block));
  }

  read(block: number, offset: number, target: Uint8Array): number {
    if (++this.reads > MAX_READS) throw new Runaway(`${MAX_READS} reads in one power-on`);
    this.readBytes += target.length;
    const status = this.inner.read(block, offset, target);
    this.log?.flash("read", block, offset, target, status);
    return status;
  }

  program(block: number, offset: number, source: Uint8Array): number {
    this.programs++;
    this.check();
    this.log?.flash("program", block, offset, source, 0);
    this.listener?.({ kind: "program", block, offset, source });
    return this.logged("program", block, offset, undefined, this.inner.program(block, offset, source));
  }

  erase(block: number): number {
    this.erases++;
    this.check();
    this.log?.flash("erase", block, 0, undefined, 0);
    this.listener?.({ kind: "erase", block, offset: 0, source: undefined });
    return this.logged("erase", block, 0, undefined, this.inner.erase(block));
  }

  sync(): number {
    return this.logged("sync", 0, 0, undefined, this.inner.sync?.() ?? 0);
  }

  private logged(
    kind: Parameters<RunLog["flash"]>[0],
    block: number,
    offset: number,
    bytes: Uint8Array | undefined,
    status: number,
  ): number {
    this.log?.flash(kind, block, offset, bytes, status);
    return status;
  }

  private check(): void {
    if (this.programs + this.erases > MAX_OPS) throw new Runaway(`${MAX_OPS} programs and erases in one power-on`);
  }
}

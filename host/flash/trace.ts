/*
 * Counts what is asked of a part and says how long it would have taken.
 *
 * Modelled time is made from the counts alone, so it does not depend on the machine. The coarse model charges a
 * whole page for any program that touches it; the fine one charges small programs by the byte (reference/storage.md §2).
 */
import type { FlashDevice, FlashGeometry } from "./flash.js";
import type { PresetName } from "./presets.js";

/** What operations cost on one class of part. */
export interface TimeModel {
  readCallMs: number;
  readByteMs: number;
  /** Charged once per page a read touches: NAND moves the page into its register first. */
  readPageMs: number;
  programPageMs: number;
  /** Fine model: a program costs min(programPageMs x pages, finePageMs x pages + fineByteMs x bytes). */
  finePageMs: number;
  fineByteMs: number;
  eraseMs: number;
}

const NS = 1e-6;
const US = 1e-3;

/** Two dies side by side program and erase at the same time: a 32-bit part is no slower than a 16-bit one. */
const CFI_NOR: TimeModel = {
  readCallMs: 0.1 * US,
  readByteMs: 50 * NS,
  readPageMs: 0,
  programPageMs: 0.3,
  finePageMs: 10 * US,
  fineByteMs: 4.5 * US,
  eraseMs: 500,
};

/** Time by preset. spi and cfi as in reference/storage.md §2; ecc and nand are typical data sheet figures, not measured. */
export const timeModels: Record<PresetName, TimeModel> = {
  "spi-nor-8m": {
    readCallMs: 1 * US,
    readByteMs: 50 * NS,
    readPageMs: 0,
    programPageMs: 0.7,
    finePageMs: 30 * US,
    fineByteMs: 2.5 * US,
    eraseMs: 45,
  },
  "cfi-nor-16m": CFI_NOR,
  "ecc-nor-16m": {
    readCallMs: 1 * US,
    readByteMs: 50 * NS,
    readPageMs: 0,
    programPageMs: 0.7,
    finePageMs: 60 * US,
    fineByteMs: 2.5 * US,
    eraseMs: 150,
  },
  "slc-nand-64m": {
    readCallMs: 1 * US,
    readByteMs: 25 * NS,
    readPageMs: 25 * US,
    programPageMs: 0.3,
    finePageMs: 0.3,
    fineByteMs: 0,
    eraseMs: 2,
  },
  "sx1-nor-8m": CFI_NOR,
};

/** The model of the class a geometry belongs to: NAND, large program units, small buffers, or else serial NOR. */
export function timeModelOf({ kind, programBytes, pageBytes }: FlashGeometry): TimeModel {
  if (kind === "nand") return timeModels["slc-nand-64m"];
  if (programBytes >= 8) return timeModels["ecc-nor-16m"];
  return pageBytes <= 64 ? timeModels["cfi-nor-16m"] : timeModels["spi-nor-8m"];
}

/** All since construction, or the difference of two such. Calls count when made, whether or not they succeed. */
export interface FlashCounts {
  readCalls: number;
  readBytes: number;
  pagesRead: number;
  programCalls: number;
  programBytes: number;
  pagesProgrammed: number;
  erases: number;
  /** Modelled time, coarse: the figure reports use. */
  modelledMs: number;
  /** Modelled time, fine. */
  fineMs: number;
}

export class TraceFlash implements FlashDevice {
  readonly geometry: FlashGeometry;
  readonly inner: FlashDevice;
  readonly timeModel: TimeModel;
  /** Erases asked for, per block. */
  readonly eraseCounts: Uint32Array;
  readCalls = 0;
  readBytes = 0;
  pagesRead = 0;
  programCalls = 0;
  programBytes = 0;
  pagesProgrammed = 0;
  erases = 0;
  readonly isBad?: (block: number) => boolean;
  readonly markBad?: (block: number) => number;
  private fineProgramMs = 0;

  constructor(inner: FlashDevice, timeModel: TimeModel = timeModelOf(inner.geometry)) {
    this.inner = inner;
    this.geometry = inner.geometry;
    this.timeModel = timeModel;
    this.eraseCounts = new Uint32Array(inner.geometry.blockCount);
    if (inner.isBad) this.isBad = (block) => this.inner.isBad?.(block) ?? false;
    if (inner.markBad) this.markBad = (block) => this.inner.markBad?.(block) ?? -1;
  }

  /** Modelled time since construction, coarse. Derived from the counts, so it does not drift. */
  get modelledMs(): number {
    return this.otherMs() + this.pagesProgrammed * this.timeModel.programPageMs;
  }

  /** Modelled time since construction, fine. */
  get fineMs(): number {
    return this.otherMs() + this.fineProgramMs;
  }

  read(block: number, offset: number, target: Uint8Array): number {
    this.readCalls++;
    this.readBytes += target.length;
    this.pagesRead += this.pagesTouched(offset, target.length);
    return this.inner.read(block, offset, target);
  }

  program(block: number, offset: number, source: Uint8Array): number {
    const pages = this.pagesTouched(offset, source.length);
    const { programPageMs, finePageMs, fineByteMs } = this.timeModel;
    this.programCalls++;
    this.programBytes += source.length;
    this.pagesProgrammed += pages;
    this.fineProgramMs += Math.min(programPageMs * pages, finePageMs * pages + fineByteMs * source.length);
    return this.inner.program(block, offset, source);
  }

  erase(block: number): number {
    this.erases++;
    this.eraseCounts[block]++;
    return this.inner.erase(block);
  }

  sync(): number {
    return this.inner.sync?.() ?? 0;
  }

  /** The counts as they are now, for `since`. */
  mark(): FlashCounts {
    const { readCalls, readBytes, pagesRead, programCalls, programBytes, pagesProgrammed, erases, modelledMs, fineMs } = this;
    return { readCalls, readBytes, pagesRead, programCalls, programBytes, pagesProgrammed, erases, modelledMs, fineMs };
  }

  /** What happened after `mark`. */
  since(mark: FlashCounts): FlashCounts {
    const now = this.mark();
    for (const name of Object.keys(now) as (keyof FlashCounts)[]) now[name] -= mark[name];
    return now;
  }

  /** Modelled milliseconds since `mark`; allocates nothing, unlike `since`. */
  msSince(mark: FlashCounts): number {
    return this.modelledMs - mark.modelledMs;
  }

  private otherMs(): number {
    const { readCallMs, readByteMs, readPageMs, eraseMs } = this.timeModel;
    return this.readCalls * readCallMs + this.readBytes * readByteMs + this.pagesRead * readPageMs + this.erases * eraseMs;
  }

  private pagesTouched(offset: number, lengthBytes: number): number {
    if (lengthBytes === 0) return 0;
    const { pageBytes } = this.geometry;
    return Math.floor((offset + lengthBytes - 1) / pageBytes) - Math.floor(offset / pageBytes) + 1;
  }
}

/*
 * The doorstep: the few buffers in the core's memory through which bytes and structures pass.
 *
 * The only file that touches wasm memory. What comes out is always a copy, except `span`, which lends a
 * device its bytes for the length of one call. The memory must not grow any more once this is made
 * (growing detaches every view): host/core/instance.ts grows it before.
 */
import type { CoreExports } from "./abi.js";

/** What the core says of one record. Layout: docs/abi.md, "Result". */
export interface CoreResult {
  lsn: bigint;
  wallMs: number;
  idHigh: number;
  idLow: number;
  kind: number;
  codec: number;
  metaBytes: number;
  extBytes: number;
  /** As stored, that is after the codec. */
  bodyBytes: number;
  flags: number;
  session: number;
  /** How many of the body's first bytes stand in the window behind meta and ext: at most 8, none of a long record. */
  bodyHeadBytes: number;
  cursorHigh: number;
  cursorLow: number;
}

/** What the core says of the store. Layout: docs/abi.md, "Stat". */
export interface CoreStat {
  records: number;
  counts: number[];
  tombstones: number;
  payloadBytes: number;
  flashBytes: number;
  liveBytes: number;
  freeBytes: number;
  badBlocks: number;
  eraseMax: number;
  eraseMean: number;
  fixedBytes: number;
  indexBytes: number;
  capacity: number;
  damagedUnknown: number;
  damagedFirstLsn: bigint;
  damagedLastLsn: bigint;
  formatVersion: number;
  session: number;
  nextLsn: bigint;
  corrected: number;
  blankBlocks: number;
  compactions: number;
  storeIdHigh: number;
  storeIdLow: number;
  parityBytes: number;
  outerParity: number;
  /** What a change would be answered: 0, or a status. */
  answerToChanges: number;
  /** 1: a recovery is still to be made, when a change asks for it. */
  hesitates: number;
}

/** How a conversation with a relay stands. Layout: docs/abi.md, "Sync". */
export interface CoreSync {
  phase: number;
  detail: number;
  pulled: number;
  removed: number;
  pushed: number;
  conflicts: number;
  records: number;
  relayRecords: number;
  digest: bigint;
  relayDigest: bigint;
  cursor: bigint;
  relaySeq: bigint;
  joinCode: bigint;
  comparedAll: boolean;
  isWaiting: boolean;
}

/** Where the core last met trouble. */
export interface CoreFault {
  status: number;
  block: number;
  offset: number;
  detail: number;
}

export class Doorstep {
  /** Bytes the window takes at once. */
  readonly windowBytes: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #window: number;
  readonly #result: number;
  readonly #stat: number;
  readonly #fault: number;

  constructor(core: CoreExports) {
    this.#bytes = new Uint8Array(core.memory.buffer);
    this.#view = new DataView(core.memory.buffer);
    this.#window = core.hf_window() >>> 0;
    this.windowBytes = core.hf_window_bytes();
    this.#result = core.hf_result() >>> 0;
    this.#stat = core.hf_stat_record() >>> 0;
    this.#fault = core.hf_fault() >>> 0;
  }

  /** The `length` bytes at `address` themselves, for a flash device to read or fill before it returns. */
  span(address: number, length: number): Uint8Array {
    const first = address >>> 0;
    const bytes = length >>> 0;
    if (first + bytes > this.#bytes.length) throw new RangeError(`the core named ${bytes} bytes at ${first}, beyond its memory`);
    return this.#bytes.subarray(first, first + bytes);
  }

  /** Zeroes all of the memory, as a new one is. The core must be reset before it is asked again. */
  clear(): void {
    this.#bytes.fill(0);
  }

  /** Puts `source` into the window at `offset`. */
  fill(source: Uint8Array, offset = 0): void {
    if (offset + source.length > this.windowBytes) throw new RangeError("more than the window takes");
    this.#bytes.set(source, this.#window + offset);
  }

  /** A copy of `length` bytes of the window. */
  take(length: number, offset = 0): Uint8Array {
    return this.#bytes.slice(this.#window + offset, this.#window + offset + length);
  }

  /** Copies the first `length` bytes of the window into `target` at `at`. */
  takeInto(target: Uint8Array, at: number, length: number): void {
    target.set(this.#bytes.subarray(this.#window, this.#window + length), at);
  }

  result(): CoreResult {
    const base = this.#result;
    return {
      lsn: this.#u64(base),
      wallMs: this.#f64(base + 8),
      idHigh: this.#u32(base + 16),
      idLow: this.#u32(base + 20),
      kind: this.#u32(base + 24),
      codec: this.#u32(base + 28),
      metaBytes: this.#u32(base + 32),
      extBytes: this.#u32(base + 36),
      bodyBytes: this.#u32(base + 40),
      flags: this.#u32(base + 44),
      session: this.#u32(base + 48),
      bodyHeadBytes: this.#u32(base + 52),
      cursorLow: this.#u32(base + 56),
      cursorHigh: this.#u32(base + 60),
    };
  }

  stat(): CoreStat {
    const base = this.#stat;
    return {
      records: this.#u32(base),
      counts: Array.from({ length: 8 }, (_, kind) => this.#u32(base + 4 + 4 * kind)),
      tombstones: this.#u32(base + 36),
      payloadBytes: this.#f64(base + 40),
      flashBytes: this.#f64(base + 48),
      liveBytes: this.#f64(base + 56),
      freeBytes: this.#f64(base + 64),
      badBlocks: this.#u32(base + 72),
      eraseMax: this.#u32(base + 76),
      eraseMean: this.#f64(base + 80),
      fixedBytes: this.#u32(base + 88),
      indexBytes: this.#u32(base + 92),
      capacity: this.#u32(base + 96),
      damagedUnknown: this.#u32(base + 100),
      damagedFirstLsn: this.#u64(base + 104),
      damagedLastLsn: this.#u64(base + 112),
      formatVersion: this.#u32(base + 120),
      session: this.#u32(base + 124),
      nextLsn: this.#u64(base + 128),
      corrected: this.#u32(base + 136),
      blankBlocks: this.#u32(base + 140),
      compactions: this.#u32(base + 144),
      storeIdHigh: this.#u32(base + 148),
      storeIdLow: this.#u32(base + 152),
      parityBytes: this.#u32(base + 156),
      outerParity: this.#u32(base + 160),
      answerToChanges: this.#view.getInt32(base + 164, true),
      hesitates: this.#u32(base + 168),
    };
  }

  /** `address` is what hf_sync answers: asking it fills the structure. */
  sync(address: number): CoreSync {
    const base = address >>> 0;
    return {
      phase: this.#u32(base),
      detail: this.#view.getInt32(base + 4, true),
      pulled: this.#u32(base + 8),
      removed: this.#u32(base + 12),
      pushed: this.#u32(base + 16),
      conflicts: this.#u32(base + 20),
      records: this.#u32(base + 24),
      relayRecords: this.#u32(base + 28),
      digest: this.#u64(base + 32),
      relayDigest: this.#u64(base + 40),
      cursor: this.#u64(base + 48),
      relaySeq: this.#u64(base + 56),
      joinCode: this.#u64(base + 64),
      comparedAll: this.#u32(base + 72) === 1,
      isWaiting: this.#u32(base + 76) === 1,
    };
  }

  fault(): CoreFault {
    const base = this.#fault;
    return {
      status: this.#view.getInt32(base, true),
      block: this.#u32(base + 4),
      offset: this.#u32(base + 8),
      detail: this.#u32(base + 12),
    };
  }

  #u32(address: number): number {
    return this.#view.getUint32(address, true);
  }

  #u64(address: number): bigint {
    return this.#view.getBigUint64(address, true);
  }

  #f64(address: number): number {
    return this.#view.getFloat64(address, true);
  }
}

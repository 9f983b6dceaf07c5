/*
 * A store driven through the device door of build/probe.wasm, with the inner functions at hand, on a simulated part.
 *
 * Answers are statuses, not exceptions. `restart` is a battery pull: a new core over the same flash, which has to be opened.
 */
import type { CoreResult, CoreStat } from "../../host/core/doorstep.js";
import { STATUSES, type StatusName } from "../../host/errors.js";
import { type FlashDevice, type FlashGeometry, NandFlash, NorFlash, type PhysicsFlash, TraceFlash } from "../../host/flash/index.js";
import { MEBIBYTE, Probe } from "./probe.js";

export const NOTE = 3;

/** Small parts, one for each way a part can be. `deep` has an anchor, so a close leaves a checkpoint. */
export const parts = {
  nor: { kind: "nor", blockBytes: 4096, blockCount: 24, pageBytes: 256, programBytes: 1 },
  deep: { kind: "nor", blockBytes: 4096, blockCount: 256, pageBytes: 256, programBytes: 1 },
  words: { kind: "nor", blockBytes: 2048, blockCount: 24, pageBytes: 64, programBytes: 2 },
  once: { kind: "nor", blockBytes: 4096, blockCount: 24, pageBytes: 256, programBytes: 32 },
  large: { kind: "nor", blockBytes: 131072, blockCount: 12, pageBytes: 64, programBytes: 2 },
  nand: { kind: "nand", blockBytes: 8192, blockCount: 32, pageBytes: 512, programBytes: 512 },
  pages: { kind: "nand", blockBytes: 65536, blockCount: 16, pageBytes: 4096, programBytes: 4096 },
} as const satisfies Record<string, FlashGeometry>;

export const status = (name: StatusName): number => STATUSES[name].number;

export interface Options {
  memoryBytes?: number;
  parityBytes?: number;
  outerParity?: 0 | 4 | 8;
  /** Between the counter and the part; also seen by what is restarted. */
  wrap?: (part: PhysicsFlash) => FlashDevice;
  part?: PhysicsFlash;
}

export interface PutOptions {
  kind?: number;
  meta?: Uint8Array;
  ext?: Uint8Array;
  idHigh?: number;
}

export interface Listed extends CoreResult {
  key: string;
}

export function newPart(geometry: FlashGeometry): PhysicsFlash {
  return geometry.kind === "nand" ? new NandFlash(geometry) : new NorFlash(geometry);
}

export class Store {
  readonly part: PhysicsFlash;
  readonly flash: TraceFlash;
  readonly options: Options;
  probe: Probe;
  wallMs = 1_255_000_000_000;

  constructor(geometry: FlashGeometry, options: Options = {}) {
    this.options = options;
    this.part = options.part ?? newPart(geometry);
    this.flash = new TraceFlash(options.wrap?.(this.part) ?? this.part);
    this.probe = this.restart();
  }

  /** Formatted and open. */
  static make(geometry: FlashGeometry, options: Options = {}): Store {
    const store = new Store(geometry, options);
    store.must(store.format());
    store.must(store.mount());
    return store;
  }

  /** RAM is gone. */
  restart(): Probe {
    this.probe = new Probe(this.flash, this.options.memoryBytes ?? MEBIBYTE);
    const capacity = this.probe.configure(this.flash.geometry);
    if (capacity < 0) throw new Error(`hf_configure answers ${capacity}`);
    return this.probe;
  }
  /** Battery out, battery in, open. Returns the status of the mount. */
  pull(): number {
    this.restart();
    return this.mount();
  }
  /** Closed in order, and opened again. */
  reopen(): number {
    this.must(this.close());
    return this.pull();
  }

  format(force = false, storeId = 7): number {
    const steps = this.probe.call.hf_format_begin!(
      Number(force),
      this.options.parityBytes ?? 16,
      this.options.outerParity ?? 0,
      0,
      storeId,
      this.wallMs,
    );
    for (let left = steps; left !== 0; left = this.probe.call.hf_format_step!()) if (left < 0) return left;
    return 0;
  }
  mount(readOnly = false): number {
    return this.probe.call.hf_mount!(Number(readOnly), this.wallMs);
  }
  close(): number {
    return this.probe.call.hf_close!();
  }

  put(id: number, body: Uint8Array | string, { kind = NOTE, meta = EMPTY, ext = EMPTY, idHigh = 0 }: PutOptions = {}): number {
    const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
    const { call, doorstep } = this.probe;
    doorstep.fill(meta);
    doorstep.fill(ext, meta.length);
    let answer = call.hf_put_begin!(kind, idHigh, id, 0, meta.length, ext.length, bytes.length, this.wallMs++);
    for (let at = 0; at < bytes.length && answer >= 0; at += doorstep.windowBytes) {
      const piece = bytes.subarray(at, at + doorstep.windowBytes);
      doorstep.fill(piece);
      answer = call.hf_put_write!(piece.length);
    }
    return answer < 0 ? answer : call.hf_put_commit!();
  }
  remove(id: number, kind = NOTE, idHigh = 0): number {
    return this.probe.call.hf_remove!(kind, idHigh, id, this.wallMs++);
  }
  /** Puts (a body) and removes (undefined) that commit together. Returns the first failure, or 0. */
  batch(changes: readonly (readonly [number, Uint8Array | string | undefined])[]): number {
    const bytes = changes.reduce((sum, [, body]) => sum + (body?.length ?? 0), 0);
    let answer = this.probe.call.hf_batch_begin!(changes.length, bytes);
    for (const [id, body] of changes) if (answer >= 0) answer = body === undefined ? this.remove(id) : this.put(id, body);
    return answer < 0 ? answer : this.probe.call.hf_batch_commit!();
  }
  /** The body, or a status. */
  get(id: number, kind = NOTE, idHigh = 0): Uint8Array | number {
    const { call, doorstep } = this.probe;
    const answer = call.hf_get!(kind, idHigh, id);
    if (answer < 0) return answer;
    const body = new Uint8Array(doorstep.result().bodyBytes);
    for (let at = 0; at < body.length; ) {
      const got = call.hf_read!(at, doorstep.windowBytes);
      if (got <= 0) return got;
      doorstep.takeInto(body, at, got);
      at += got;
    }
    return body;
  }
  text(id: number, kind = NOTE): string | number {
    const body = this.get(id, kind);
    return typeof body === "number" ? body : new TextDecoder().decode(body);
  }

  list(kind = -1): Listed[] {
    return this.#walk((high, low) => this.probe.call.hf_list_next!(kind, high, low));
  }
  glances(kind = -1): Listed[] {
    return this.#walk((high, low) => this.probe.call.hf_glance_next!(kind, high, low));
  }
  changes(after = 0n): Listed[] {
    return this.#walk((high, low) => this.probe.call.hf_changes_next!(Number(after >> 32n), Number(after & 0xffffffffn), high, low));
  }
  verify(): Listed[] {
    return this.#walk((high, low) => this.probe.call.hf_verify_next!(high, low));
  }
  scrub(): Listed[] {
    return this.#walk((high, low) => this.probe.call.hf_scrub_next!(high, low));
  }
  stat(): CoreStat {
    this.must(this.probe.call.hf_stat!());
    return this.probe.doorstep.stat();
  }
  result(): CoreResult {
    return this.probe.doorstep.result();
  }
  /** Ticks until nothing is left. Returns how often, or throws when it does not end. */
  rest(limit = 10_000): number {
    for (let ticks = 0; ticks < limit; ticks++) if (this.must(this.probe.call.hf_tick!(8)) === 0) return ticks;
    throw new Error(`hf_tick still has work after ${limit} calls`);
  }

  /** Passes an answer on; throws when it is a failure. */
  must(answer: number): number {
    if (answer >= 0) return answer;
    const name = Object.entries(STATUSES).find(([, row]) => row.number === answer)?.[0];
    throw new Error(`the core answers ${name ?? answer}`);
  }

  /** Lets bytes of a block rot. */
  damage(block: number, offset: number, length: number, mask = 0x55): void {
    const first = block * this.flash.geometry.blockBytes + offset;
    for (let i = 0; i < length; i++) this.part.bytes[first + i]! ^= mask;
  }

  #walk(next: (cursorHigh: number, cursorLow: number) => number): Listed[] {
    const told: Listed[] = [];
    for (let high = 0, low = 0; this.must(next(high, low)) === 1; ) {
      const result = this.result();
      told.push({ ...result, key: `${result.kind}/${result.idHigh}-${result.idLow}` });
      if (told.length > 1_000_000) throw new Error("a walk that does not end");
      high = result.cursorHigh;
      low = result.cursorLow;
    }
    return told;
  }
}

const EMPTY = new Uint8Array(0);

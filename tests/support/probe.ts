/*
 * build/probe.wasm for tests: the core with its inner functions, over any flash device.
 *
 * `call` answers as the core does (i32, so a status is negative), `word` reads the same result as u32, `long` a 64-bit one.
 * An exported variable or constant is `value(name)` or, when it has 64 bits, `wide(name)`.
 */

import type { CoreExports } from "../../host/core/abi.js";
import { Doorstep } from "../../host/core/doorstep.js";
import { wasmModule } from "../../host/core/wasm-file.js";
import type { FlashDevice, FlashGeometry } from "../../host/flash/index.js";

export const MEBIBYTE = 1024 * 1024;
const PAGE_BYTES = 65536;

type Argument = number | bigint;
type Calls<Result> = Record<string, (...args: Argument[]) => Result>;

/** Numbering of `headerField` and of `entryField` in assembly/probe.ts. */
const HEADER_FIELDS = [
  "lsn",
  "wallMs",
  "idHigh",
  "idLow",
  "type",
  "flags",
  "kind",
  "codec",
  "session",
  "metaBytes",
  "extBytes",
  "chunk",
  "bodyBytes",
  "dataBytes",
  "headerBytes",
  "liveSum",
] as const;
const ENTRY_FIELDS = ["lsn", "idHigh", "idLow", "kind", "flags", "chunk", "offset", "dataBytes"] as const;

export type HeaderFields = Record<(typeof HEADER_FIELDS)[number], bigint>;
export type EntryFields = Record<(typeof ENTRY_FIELDS)[number], bigint>;

/** A device that is never to be asked. */
const NO_FLASH: FlashDevice = {
  geometry: { kind: "nor", blockBytes: 4096, blockCount: 16, pageBytes: 256, programBytes: 1 },
  read: () => refuse("read"),
  program: () => refuse("program"),
  erase: () => refuse("erase"),
};

function refuse(name: string): never {
  throw new Error(`the core asked for a ${name}, and should not have`);
}

export class Probe {
  /** Which build is at hand: "device" is the shipped one, without inner functions. */
  static door: "probe" | "device" = "probe";
  readonly call: Calls<number>;
  readonly word: Calls<number>;
  readonly long: Calls<bigint>;
  readonly doorstep: Doorstep;
  readonly memory: WebAssembly.Memory;
  readonly device: FlashDevice;
  /** Where tests may put bytes: memory behind everything that the core laid out, given with `spareBytes`. */
  readonly spare: number;
  readonly #exports: Record<string, unknown>;

  constructor(device: FlashDevice = NO_FLASH, memoryBytes = MEBIBYTE) {
    this.device = device;
    const instance = new WebAssembly.Instance(wasmModule(Probe.door), { flash: this.#imports() });
    this.#exports = instance.exports as Record<string, unknown>;
    this.memory = this.#exports.memory as WebAssembly.Memory;
    const missing = Math.ceil(memoryBytes / PAGE_BYTES) - this.memory.buffer.byteLength / PAGE_BYTES;
    if (missing > 0) this.memory.grow(missing);
    this.doorstep = new Doorstep(this.#exports as unknown as CoreExports);
    this.call = this.#view((result) => result as number);
    this.word = this.#view((result) => (result as number) >>> 0);
    this.long = this.#view((result) => BigInt.asUintN(64, result as bigint));
    this.spare = this.memory.buffer.byteLength - PAGE_BYTES / 2;
  }

  /** Tables and geometry, as hf_configure sets them up. Returns the index capacity or a status. */
  configure(geometry: FlashGeometry = this.device.geometry): number {
    const { kind, blockBytes, blockCount, pageBytes, programBytes } = geometry;
    return this.call.hf_configure!(kind === "nand" ? 1 : 0, blockBytes, blockCount, pageBytes, programBytes);
  }

  value(name: string): number {
    return Number(this.#global(name)) >>> 0;
  }
  /** As `value`, signed: for what may be −1. */
  signed(name: string): number {
    return Number(this.#global(name)) | 0;
  }
  wide(name: string): bigint {
    return BigInt.asUintN(64, this.#global(name) as bigint);
  }

  /** The bytes themselves, not a copy. */
  bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, address, length);
  }
  write(address: number, bytes: ArrayLike<number>): void {
    this.bytes(address, bytes.length).set(bytes);
  }

  setHeader(fields: Partial<Record<keyof HeaderFields, Argument>>): void {
    HEADER_FIELDS.forEach((name, i) => {
      this.call.setHeaderField!(i, BigInt(fields[name] ?? 0));
    });
  }
  header(source: "headerField" | "loadedField" = "headerField"): HeaderFields {
    return Object.fromEntries(HEADER_FIELDS.map((name, i) => [name, this.#field(source, i)])) as HeaderFields;
  }
  setEntry(fields: Partial<Record<keyof EntryFields, Argument>>): void {
    ENTRY_FIELDS.forEach((name, i) => {
      this.call.setEntryField!(i, BigInt(fields[name] ?? 0));
    });
  }
  entry(source: "entryField" | "scannedField" = "entryField"): EntryFields {
    return Object.fromEntries(ENTRY_FIELDS.map((name, i) => [name, this.#field(source, i)])) as EntryFields;
  }

  /** Everything iterator `which` tells of `block`. */
  scan(block: number, which = 0, deep = false): EntryFields[] {
    this.call.scanBegin!(which, block, Number(deep));
    const told: EntryFields[] = [];
    while (this.call.scanStep!(which) > 0) told.push(this.entry("scannedField"));
    return told;
  }

  /** Numbers of the blocks in a state, e.g. "STATE_SEALED". */
  blocksIn(state: string): number[] {
    const wanted = this.value(state);
    return Array.from({ length: this.value("blockCount") }, (_, block) => block).filter((block) => this.call.stateOf!(block) === wanted);
  }

  #field(source: string, i: number): bigint {
    return this.#function(source)(i) as bigint;
  }

  #function(name: string): (...args: Argument[]) => unknown {
    const found = this.#exports[name];
    if (typeof found !== "function") throw new Error(`assembly/probe.ts exports no function ${name}`);
    return found as (...args: Argument[]) => unknown;
  }

  #global(name: string): number | bigint {
    const found = this.#exports[name];
    if (!(found instanceof WebAssembly.Global)) throw new Error(`assembly/probe.ts exports no variable ${name}`);
    return found.value;
  }

  #view<Result>(convert: (result: unknown) => Result): Calls<Result> {
    const made: Calls<Result> = {};
    return new Proxy(made, {
      get: (_, name: string) => {
        made[name] ??= (
          (call) =>
          (...args: Argument[]) =>
            convert(call(...args))
        )(this.#function(name));
        return made[name];
      },
    });
  }

  #imports(): Record<string, (...args: number[]) => number> {
    const { device } = this;
    return {
      read: (block, offset, target, length) => device.read(block!, offset!, this.doorstep.span(target!, length!)),
      program: (block, offset, source, length) => device.program(block!, offset!, this.doorstep.span(source!, length!)),
      erase: (block) => device.erase(block!),
      is_bad: (block) => (device.isBad?.(block!) ? 1 : 0),
      mark_bad: (block) => device.markBad?.(block!) ?? -1,
      sync: () => device.sync?.() ?? 0,
    };
  }
}

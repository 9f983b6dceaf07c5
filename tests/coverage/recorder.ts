/*
 * Records everything that goes in and out of every core in this process: calls, what the flash answered, what the host wrote into memory.
 *
 *   HOLDFAST_RECORD=FOLDER node --import tsx --import ./tests/coverage/recorder.ts TEST
 *
 * With HOLDFAST_RECORD_DOOR=device a probe is recorded as what it has in common with the shipped build: its calls hf_..., the window, and what the
 * flash is asked meanwhile; after each change it is also asked for its stat, so that what it counts is told. Where a test used inner functions to change something, the shipped build does otherwise than such a log says.
 *
 * One log a process and door, one stretch of it an instance, from its first call to its last: replay.c plays a stretch on the core as C
 * without Node and without flash. What a log holds:
 *
 *   I                                               an instance begins
 *   N id u16, length u8, name                       what an export is called from here on
 *   M pages u32                                     its memory was grown
 *   W address u32, length u32, bytes                the host wrote there; V: the same, counted from the window
 *   C id u16, count u8, arguments of 8 bytes        a call: numbers as f64, 64-bit integers as they are
 *   F import u8, result i32, count u8, u32 each     what the core asked of the flash; a read is followed by its bytes,
 *                                                   a program by the FNV-1a of its own
 *   X                                               the import threw: the call ends here, and so does the instance
 *   R kind u8, value of 8 bytes                     the call returned nothing 0, a number 1, a 64-bit integer 2; or trapped 3
 *   T u32                                           a hash of what the shipped build left for the host (told.ts)
 */
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { threadId } from "node:worker_threads";
import { fnv, Told } from "./told.js";

const FLASH = ["read", "program", "erase", "is_bad", "mark_bad", "sync"];
const WINDOW_BYTES = 4096;
/** Where the probe's tests write: behind what the core laid out at fixed places, and in the last bytes of memory. */
const FIXED_BYTES = 65536;
const SPARE_BYTES = 32768;
const CHUNK_BYTES = 1 << 16;

type Call = (...args: (number | bigint)[]) => number | bigint | undefined;

type Door = "device" | "probe";

/** The bytes of one stretch, in chunks. */
class Stretch {
  readonly door: Door;
  readonly chunks: Buffer[] = [];
  #chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  #at = 0;

  constructor(door: Door) {
    this.door = door;
  }
  room(length: number): { chunk: Buffer; at: number } {
    if (this.#at + length > this.#chunk.length) {
      this.chunks.push(this.#chunk.subarray(0, this.#at));
      this.#chunk = Buffer.allocUnsafe(Math.max(CHUNK_BYTES, length));
      this.#at = 0;
    }
    const at = this.#at;
    this.#at += length;
    return { chunk: this.#chunk, at };
  }
  tag(tag: string, ...bytes: number[]): void {
    const { chunk, at } = this.room(1 + bytes.length);
    chunk[at] = tag.charCodeAt(0);
    for (let i = 0; i < bytes.length; i++) chunk[at + 1 + i] = bytes[i]!;
  }
  u16(value: number): void {
    const { chunk, at } = this.room(2);
    chunk.writeUInt16LE(value, at);
  }
  u32(value: number): void {
    const { chunk, at } = this.room(4);
    chunk.writeUInt32LE(value >>> 0, at);
  }
  value(value: number | bigint): void {
    const { chunk, at } = this.room(8);
    if (typeof value === "bigint") chunk.writeBigUInt64LE(BigInt.asUintN(64, value), at);
    else chunk.writeDoubleLE(value, at);
  }
  bytes(bytes: Uint8Array): void {
    const { chunk, at } = this.room(bytes.length);
    chunk.set(bytes, at);
  }
  end(): Buffer[] {
    return [...this.chunks, this.#chunk.subarray(0, this.#at)];
  }
}

const open = new Set<Stretch>();
const folder = process.env.HOLDFAST_RECORD!;
const DOOR = process.env.HOLDFAST_RECORD_DOOR as Door | undefined;
const SHIPPED = /^hf_/;
const CHANGES = /^hf_(mount|put_commit|remove|batch_commit|tick|scrub_next|sync_receive)$/;
/** After so many bytes another file is begun: what reads a whole file takes no more than 2 GiB. */
const FILE_BYTES = 1 << 29;
const files: Partial<Record<Door, { number: number; bytes: number; descriptor: number }>> = {};
/** Instances that nobody has any more are written out; the rest at the end. */
const gone = new FinalizationRegistry<Stretch>(write);

function write(stretch: Stretch): void {
  if (!open.delete(stretch)) return;
  mkdirSync(folder, { recursive: true });
  let file = files[stretch.door];
  if (file === undefined || file.bytes > FILE_BYTES) {
    const number = (file?.number ?? -1) + 1;
    if (file) closeSync(file.descriptor);
    file = { number, bytes: 0, descriptor: openSync(join(folder, `${process.pid}-${threadId}-${number}.${stretch.door}.log`), "w") };
    files[stretch.door] = file;
  }
  for (const chunk of stretch.end()) file.bytes += writeSync(file.descriptor, chunk);
}
process.on("exit", () => {
  for (const stretch of [...open]) write(stretch);
});

/** One instance, watched. */
class Recording {
  readonly stretch: Stretch;
  readonly exports: Record<string, unknown> = {};
  readonly #ids = new Map<string, number>();
  readonly #memory: WebAssembly.Memory;
  readonly #window: number;
  readonly #isProbe: boolean;
  readonly #told: Told;
  /** What memory held after the last call: the window, or of a probe the places where tests write. */
  #known: Buffer[] = [];
  #pages: number;
  /** Is a call that is recorded going on? */
  #isCalled = false;

  constructor(own: Record<string, unknown>) {
    this.#memory = own.memory as WebAssembly.Memory;
    this.#pages = 0;
    this.#isProbe = "scanBegin" in own && DOOR !== "device";
    this.#told = new Told(own);
    this.#window = (own.hf_window as () => number)();
    this.stretch = new Stretch(this.#isProbe ? "probe" : "device");
    this.stretch.tag("I");
    for (const [name, value] of Object.entries(own))
      this.exports[name] =
        typeof value === "function" && (DOOR !== "device" || SHIPPED.test(name)) ? this.#watched(name, value as Call) : value;
    open.add(this.stretch);
    gone.register(this.exports, this.stretch);
    this.#remember();
  }

  asked(which: number, args: number[], answer: (...args: number[]) => number): number {
    const { stretch } = this;
    if (!this.#isCalled) return answer(...args);
    let result: number;
    try {
      result = answer(...args);
    } catch (thrown) {
      stretch.tag("X");
      throw thrown;
    }
    stretch.tag("F", which);
    stretch.u32(result);
    stretch.tag(String.fromCharCode(args.length));
    for (const arg of args) stretch.u32(arg);
    if (which === 0) stretch.bytes(new Uint8Array(this.#memory.buffer, args[2]! >>> 0, args[3]));
    if (which === 1) stretch.u32(fnv(new Uint8Array(this.#memory.buffer, args[2]! >>> 0, args[3])));
    return result;
  }

  #watched(name: string, call: Call): Call {
    return (...args) => {
      const { stretch } = this;
      this.#tellChanges();
      const id = this.#idOf(name);
      stretch.tag("C", id & 255, id >> 8, args.length);
      for (const arg of args) stretch.value(typeof arg === "bigint" ? arg : Number(arg ?? 0));
      let result: number | bigint | undefined;
      this.#isCalled = true;
      try {
        result = call(...args);
      } catch (thrown) {
        if (thrown instanceof WebAssembly.RuntimeError) {
          stretch.tag("R", 3);
          stretch.value(0);
        }
        throw thrown;
      } finally {
        this.#isCalled = false;
      }
      stretch.tag("R", result === undefined ? 0 : typeof result === "bigint" ? 2 : 1);
      stretch.value(result ?? 0);
      const told = this.#isProbe || typeof result !== "number" ? 0 : this.#told.hash(name, result);
      if (told !== 0) {
        stretch.tag("T");
        stretch.u32(told);
      }
      this.#remember();
      if (DOOR === "device" && CHANGES.test(name) && (result as number) >= 0) (this.exports.hf_stat as Call)();
      return result;
    };
  }

  #idOf(name: string): number {
    let id = this.#ids.get(name);
    if (id === undefined) {
      id = this.#ids.size;
      this.#ids.set(name, id);
      this.stretch.tag("N", id & 255, id >> 8, name.length);
      this.stretch.bytes(Buffer.from(name));
    }
    return id;
  }

  #places(): [number, number][] {
    if (!this.#isProbe) return [[this.#window, WINDOW_BYTES]];
    const end = this.#memory.buffer.byteLength;
    return end > FIXED_BYTES + SPARE_BYTES
      ? [
          [0, FIXED_BYTES],
          [end - SPARE_BYTES, SPARE_BYTES],
        ]
      : [[0, end]];
  }
  #remember(): void {
    for (const [i, [at, length]] of this.#places().entries()) {
      if (this.#known[i]?.length !== length) this.#known[i] = Buffer.allocUnsafe(length);
      this.#known[i]!.set(new Uint8Array(this.#memory.buffer, at, length));
    }
  }
  #tellChanges(): void {
    const pages = this.#memory.buffer.byteLength / 65536;
    if (pages !== this.#pages) {
      this.stretch.tag("M");
      this.stretch.u32(pages);
      this.#pages = pages;
    }
    for (const [i, [at, length]] of this.#places().entries()) {
      const now = Buffer.from(this.#memory.buffer, at, length);
      const before = this.#known[i];
      if (before === undefined || before.length !== length) this.#tell(at, now);
      else if (!now.equals(before)) {
        let first = 0;
        while (now[first] === before[first]) first++;
        let end = length;
        while (now[end - 1] === before[end - 1]) end--;
        this.#tell(at + first, now.subarray(first, end));
      }
    }
  }
  #tell(at: number, bytes: Uint8Array): void {
    this.stretch.tag(this.#isProbe ? "W" : "V");
    this.stretch.u32(this.#isProbe ? at : at - this.#window);
    this.stretch.u32(bytes.length);
    this.stretch.bytes(bytes);
  }
}

const Original = WebAssembly.Instance;
class Recorded {
  readonly exports: Record<string, unknown>;

  constructor(module: WebAssembly.Module, imports: WebAssembly.Imports = {}) {
    const isCore = WebAssembly.Module.exports(module).some(({ name }) => name === "hf_abi_version");
    let recording: Recording | undefined;
    const flash = imports.flash as Record<string, (...args: number[]) => number>;
    const watched: Record<string, unknown> = {};
    for (const [i, name] of isCore ? FLASH.entries() : [])
      watched[name] = (...args: number[]) => recording!.asked(i, args, (...own) => Number(flash[name]!(...own) ?? 0));
    const instance = new Original(module, isCore ? { ...imports, flash: watched as WebAssembly.ModuleImports } : imports);
    if (isCore) recording = new Recording(instance.exports as Record<string, unknown>);
    this.exports = recording?.exports ?? (instance.exports as Record<string, unknown>);
  }
}
if (folder) WebAssembly.Instance = Recorded as unknown as typeof WebAssembly.Instance;

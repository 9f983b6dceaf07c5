/*
 * Lives of a store that go where other tests seldom go: every flash operation fails once, or from then on, and hostile images and frames are met.
 * No answer is judged here: any status will do, a trap will not. What counts is that the calls can be recorded.
 *
 *   HOLDFAST_RECORD=FOLDER node --import tsx --import ./tests/coverage/recorder.ts tests/coverage/traces.ts
 */
import { readdirSync, readFileSync } from "node:fs";
import type { FlashDevice, FlashGeometry } from "../../host/flash/index.js";
import { decodeFrame, FRAME, type Frame } from "../../host/relay/frame.js";
import { geometries, imageOf } from "../fuzz/corpus.js";
import { Probe } from "../support/probe.js";
import { AirProbe, OTHER } from "../support/probe-air.js";
import { Chance } from "../support/probe-chance.js";
import { Store } from "../support/probe-store.js";

type Operation = "read" | "program" | "erase";
const OPERATIONS: Operation[] = ["read", "program", "erase"];
/** A small NOR, one with an anchor, a NAND. */
const GEOMETRIES: FlashGeometry[] = [
  { kind: "nor", blockBytes: 2048, blockCount: 12, pageBytes: 64, programBytes: 1 },
  { kind: "nor", blockBytes: 2048, blockCount: 256, pageBytes: 64, programBytes: 2 },
  { kind: "nand", blockBytes: 8192, blockCount: 12, pageBytes: 512, programBytes: 512 },
];
/** Operations of each kind that fail, spread over a life. */
const POINTS = 44;

/** Says no at an operation of one kind, counted from 0: once, or from then on. */
class Refusing implements FlashDevice {
  readonly #part: FlashDevice;
  readonly #kind: Operation;
  readonly #once: boolean;
  #left: number;

  constructor(part: FlashDevice, kind: Operation, index: number, once: boolean) {
    this.#part = part;
    this.#kind = kind;
    this.#left = index;
    this.#once = once;
  }
  get geometry(): FlashGeometry {
    return this.#part.geometry;
  }
  read(block: number, offset: number, target: Uint8Array): number {
    return this.#refuses("read") ? -1 : this.#part.read(block, offset, target);
  }
  program(block: number, offset: number, source: Uint8Array): number {
    return this.#refuses("program") ? -1 : this.#part.program(block, offset, source);
  }
  erase(block: number): number {
    return this.#refuses("erase") ? -1 : this.#part.erase(block);
  }
  #refuses(kind: Operation): boolean {
    if (kind !== this.#kind) return false;
    const left = this.#left--;
    return this.#once ? left === 0 : left <= 0;
  }
}

/** Says yes to everything, whatever was there before: hostile images are laid over it. */
export function lenient(part: { geometry: FlashGeometry; bytes: Uint8Array }): FlashDevice {
  const { geometry, bytes } = part;
  return {
    geometry,
    read: (block, offset, target) => {
      const first = block * geometry.blockBytes + offset;
      target.set(bytes.subarray(first, first + target.length));
      return 0;
    },
    program: (block, offset, source) => {
      for (let i = 0; i < source.length; i++) bytes[block * geometry.blockBytes + offset + i]! &= source[i]!;
      return 0;
    },
    erase: (block) => {
      bytes.fill(255, block * geometry.blockBytes, (block + 1) * geometry.blockBytes);
      return 0;
    },
  };
}

function quietly(work: () => unknown): void {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof WebAssembly.RuntimeError) throw thrown; // a trap
  }
}

/** Some of everything a store can be asked, on a store that is open. */
function useAll(store: Store, chance: Chance): void {
  for (let i = 0; i < 24; i++) {
    const id = chance.below(7);
    quietly(() => (i % 6 === 5 ? store.remove(id) : store.put(id, chance.bytes(chance.below(180)), { kind: i % 4, idHigh: i % 3 })));
    if (i % 8 === 7) quietly(() => store.probe.call.hf_tick!(6));
  }
  quietly(() => store.put(20, chance.bytes(3000)));
  quietly(() => store.batch([0, 1, 2, 3].map((id) => [id, id === 2 ? undefined : chance.bytes(60)] as const)));
  quietly(() => store.list());
  quietly(() => store.changes());
  quietly(() => store.verify());
  quietly(() => store.stat());
  for (let id = 0; id < 7; id++) quietly(() => store.get(id, id % 4, 0));
  quietly(() => store.get(20));
}

function talk(store: Store): void {
  const air = new AirProbe(store);
  quietly(() => {
    const pull = air.greet();
    if (pull === undefined) return;
    air.hear(air.rec(pull, 0, 40n, new Map([[OTHER, 5]]), new Uint8Array(50)));
    air.hear(air.rec(pull, 1, 1n, new Map([[OTHER, 6]]), new Uint8Array(2000)));
    air.hear(air.rec(pull, 2, 2n, new Map([[OTHER, 7]]), undefined));
    air.done(pull, 3, 9);
    for (let frame = air.say(), i = 0; frame !== undefined && i < 60; frame = air.say(), i++) {
      if (frame.type === FRAME.PULL) air.done(frame, 0, 9);
      else if (frame.type === FRAME.BYE) air.bye(frame, 9n);
      else air.ack(frame, i % 4 === 3 ? 4 : 2);
    }
  });
}

function live(store: Store, seed: number): void {
  const chance = new Chance(seed);
  if (store.format(true) < 0 || store.mount() < 0) return;
  useAll(store, chance);
  talk(store);
  store.close();
  if (store.pull() < 0) return;
  useAll(store, chance);
  if (store.pull() < 0) return;
  talk(store);
  store.close();
  store.restart();
  store.mount(true);
  quietly(() => store.list());
}

/** How many operations of each kind a life takes. */
function operationsOf(geometry: FlashGeometry): Record<Operation, number> {
  const store = new Store(geometry);
  live(store, 1);
  const { readCalls, programCalls, erases } = store.flash;
  return { read: readCalls, program: programCalls, erase: erases };
}

function* refusals(): Generator<Life> {
  for (const [index, geometry] of GEOMETRIES.entries()) {
    const total = operationsOf(geometry);
    for (const kind of OPERATIONS)
      for (let point = 0; point < POINTS; point++) {
        const at = Math.floor(((point + (index + 1) / 4) * total[kind]) / POINTS);
        yield {
          name: `${kind} ${at} fails on ${index}`,
          live: () => live(new Store(geometry, { wrap: (part) => new Refusing(part, kind, at, point % 3 !== 0) }), 1),
        };
      }
  }
}

/** Arguments that no caller should give. */
function misuse(): void {
  const store = Store.make(GEOMETRIES[0]!);
  const { call } = store.probe;
  store.put(1, "one");
  for (const wall of [-1, 2 ** 48]) {
    call.hf_format_begin!(1, 16, 0, 0, 7, wall);
    call.hf_put_begin!(3, 0, 2, 0, 0, 0, 5, wall);
    call.hf_remove!(3, 0, 1, wall);
    call.hf_sync_begin!(0, 0, 0, 0, wall);
  }
  call.hf_put_begin!(3, 0, 2, 0, 480, 64, 5, 1);
  call.hf_put_begin!(3, 0, 2, 0, 481, 0, 5, 1);
  call.hf_close!();
  store.restart();
  store.probe.call.hf_mount!(0, -1);
}

/** A checkpoint that verifies and says something else in one byte: of both markers of its switch, or of its body. */
function* forgeries(): Generator<Life> {
  const geometry = GEOMETRIES[1]!;
  const made = new Store(geometry, { wrap: lenient });
  live(made, 3);
  made.pull();
  useAll(made, new Chance(3));
  made.close();
  const image = made.part.bytes.slice();
  for (let at = 4; at < 60; at++)
    for (const value of [0, 255]) yield { name: `switch ${at} ${value}`, live: () => liveForged(geometry, image, "switch", at, value) };
  for (let at = 0; at < 60; at++)
    for (const value of [3, 7, 255]) yield { name: `body ${at} ${value}`, live: () => liveForged(geometry, image, "body", at * 9, value) };
}
function liveForged(geometry: FlashGeometry, image: Uint8Array, what: "switch" | "body", at: number, value: number): void {
  const store = new Store(geometry, { wrap: lenient });
  const { bytes } = store.part;
  bytes.set(image);
  const word = (offset: number): number => bytes[offset]! | (bytes[offset + 1]! << 8);
  const first = 64;
  const n = word(first + 2);
  const unit = (data: number): number => data + 4 + Math.ceil((data + 4) / 239) * 16;
  if (what === "switch") for (const offset of [first, first + unit(n) + (unit(n) % 2)]) forge(store, 0, offset, n, at, value);
  else {
    const block = word(first + 48) | (bytes[first + 50]! << 16);
    if (block < geometry.blockCount) forge(store, block, first + unit(24), 640, at, value);
  }
  if (store.mount() < 0) return;
  quietly(() => store.list());
  store.put(5, "after");
  store.close();
  store.pull();
}
/** Seals with a probe of its own: the store at hand may be at the shipped door. */
function forge(store: Store, block: number, offset: number, dataBytes: number, at: number, value: number): void {
  const first = block * store.part.geometry.blockBytes + offset;
  const view = new DataView(store.part.bytes.buffer, store.part.bytes.byteOffset);
  const eraseCount = view.getUint32(block * store.part.geometry.blockBytes + 26, true);
  sealer ??= newSealer(store.part.geometry);
  sealer.write(sealer.spare, store.part.bytes.subarray(first, first + dataBytes));
  sealer.bytes(sealer.spare, dataBytes)[at % dataBytes] = value;
  sealer.call.sealUnit!(sealer.spare, dataBytes, sealer.call.seedFor!(block, offset, eraseCount));
  store.part.bytes.set(sealer.bytes(sealer.spare, sealer.call.unitBytes!(dataBytes)), first);
}
let sealer: Probe | undefined;
function newSealer(geometry: FlashGeometry): Probe {
  const { door } = Probe;
  Probe.door = "probe";
  const made = Store.make(geometry).probe; // knows the store's id, 7
  Probe.door = door;
  return made;
}

/** Bytes changed anywhere, and blocks that come from elsewhere. */
function* defacements(): Generator<Life> {
  for (const geometry of GEOMETRIES) {
    const made = new Store(geometry, { wrap: lenient });
    live(made, 2);
    const image = made.part.bytes.slice();
    for (let seed = 0; seed < 40; seed++)
      yield { name: `defaced ${geometry.blockCount} ${seed}`, live: () => liveDefaced(geometry, image, seed) };
  }
}
function liveDefaced(geometry: FlashGeometry, image: Uint8Array, seed: number): void {
  const chance = new Chance(seed);
  const store = new Store(geometry, { wrap: lenient });
  store.part.bytes.set(image);
  for (let i = 0; i < 40; i++) store.part.bytes[chance.below(Math.min(image.length, 65536))]! ^= 1 << chance.below(8);
  if (store.mount(seed % 5 === 4) >= 0) useAll(store, chance);
  store.close();
  store.pull();
}

const KEPT = "tests/fuzz/kept";

/** A kept image of the fuzzers, asked everything. */
function meetImage(name: string): void {
  const input = readFileSync(`${KEPT}/image/${name}`);
  const geometry = geometries[input[0]! % geometries.length]!;
  const store = new Store(geometry, { wrap: lenient });
  store.part.bytes.set(imageOf(input));
  try {
    if (store.mount((input[1]! & 1) !== 0) >= 0) {
      useAll(store, new Chance(1));
      talk(store);
      quietly(() => store.rest(50));
    }
    store.close();
  } catch {
    // A trap: known.ts says which input does it still. That none is new is for the fuzzers to find out.
  }
  store.pull();
}

/** A kept conversation, on a store as tests/fuzz/air.c has it. */
function meetFrames(name: string): void {
  const input = readFileSync(`${KEPT}/air/${name}`);
  const store = Store.make(geometries[0]!);
  for (let id = 1; input[0]! % 3 > 0 && id <= 6; id++) store.put(id, new Uint8Array(input[0]! % 3 === 2 ? 900 : 40));
  if (input[0]! % 3 === 1) store.put(9, new Uint8Array(3000));
  quietly(() => converse(new AirProbe(store), input));
  quietly(() => store.list());
  store.close();
  store.pull();
}
function converse(air: AirProbe, input: Uint8Array): void {
  let request = 0;
  const fetch = (again: boolean): void => {
    for (let frame = air.say(again), i = 0; frame !== undefined && i < 64; frame = air.say(), i++) request = frame.message;
  };
  if (air.begin(input[1]! & 7, input[1]! & 8 ? 77n : 0n) < 0) return;
  fetch(false);
  for (let at = 2; at + 2 <= input.length; ) {
    const head = input[at]! | (input[at + 1]! << 8);
    const bytes = input.slice(at + 2, at + 2 + (head & 0x7fff));
    at += 2 + bytes.length;
    const frame = decodeFrame(bytes);
    if (frame === undefined) air.hearBytes(bytes.slice(0, 4096));
    else air.hear({ ...frame, message: frame.message === 0xffffffff ? request : frame.message, payload: knowing(frame, air) });
    fetch((head & 0x8000) !== 0);
  }
}
/** A digest of all ones stands for the handset's own, with its count and cursor. */
function knowing({ type, payload }: Frame, air: AirProbe): Uint8Array {
  const digest = { [FRAME.BYE]: 8, [FRAME.WELCOME]: 40 }[type];
  if (digest === undefined || payload.length < digest + 8 || payload.subarray(digest, digest + 8).some((byte) => byte !== 255))
    return payload;
  const told = payload.slice();
  const view = new DataView(told.buffer);
  const state = air.state();
  view.setUint32(4, state.records, true);
  view.setBigUint64(digest, state.digest, true);
  view.setBigUint64(type === FRAME.BYE ? 16 : 32, state.cursor, true);
  return told;
}

export interface Life {
  name: string;
  live: () => void;
}

/** Every life, at whatever door `Probe.door` says. */
export function* lives(): Generator<Life> {
  yield { name: "misuse", live: misuse };
  yield* refusals();
  yield* forgeries();
  yield* defacements();
  for (const name of readdirSync(`${KEPT}/image`)) yield { name, live: () => meetImage(name) };
  for (const name of readdirSync(`${KEPT}/air`)) yield { name, live: () => meetFrames(name) };
}

if (process.argv[1]?.endsWith("traces.ts")) {
  Probe.door = "device";
  for (const { live } of lives()) live();
}

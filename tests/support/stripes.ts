/*
 * Stores with outer parity for tests: grown until they have stripes of all sorts, looked into, and hurt.
 */
import type { FlashDevice, FlashGeometry, PhysicsFlash } from "../../host/flash/index.js";
import type { Chance } from "./probe-chance.js";
import { Store } from "./probe-store.js";

/** What stateOf answers, as letters: of block-map's BlockState. */
const LETTERS = "dboSA#cxPws";
export const lettersOf = { sealed: "S", adopted: "A", parity: "P" };

export function blockLetters({ probe, flash }: Store): string {
  return Array.from({ length: flash.geometry.blockCount }, (_, block) => LETTERS[probe.call.stateOf!(block)]).join("");
}

export interface Stripe {
  parity: number;
  members: number[];
}

/** The stripes that stand, by what the core has in RAM. */
export function stripesOf(store: Store): Stripe[] {
  const { call } = store.probe;
  const found: Stripe[] = [];
  for (const [parity, letter] of [...blockLetters(store)].entries()) {
    if (letter !== lettersOf.parity || !call.inRing!(parity)) continue;
    const members: number[] = [];
    for (let block = call.nextInRing!(parity); block !== parity; block = call.nextInRing!(block)) members.push(block);
    found.push({ parity, members });
  }
  return found;
}
export function coveredBlocks(store: Store): number[] {
  return stripesOf(store)
    .flatMap(({ parity, members }) => [parity, ...members])
    .sort((a, b) => a - b);
}

/** Ways to lose a block. */
export const DAMAGES = ["garbage", "blank", "half blank", "zero"] as const;
export type Damage = (typeof DAMAGES)[number];

export function damageBlock(part: PhysicsFlash, block: number, damage: Damage, chance: Chance): PhysicsFlash {
  const { blockBytes } = part.geometry;
  const from = damage === "half blank" ? Math.floor(blockBytes / 3) : 0;
  for (let at = block * blockBytes + from; at < (block + 1) * blockBytes; at++)
    part.bytes[at] = damage === "garbage" ? chance.below(256) : damage === "zero" ? 0 : 255;
  return part;
}

/** What a store should hold. */
export class Model {
  readonly #bodies = new Map<number, string>();
  readonly #lsns = new Map<number, bigint>();
  #flying: readonly [number, string] | undefined;
  #version = 0;

  get size(): number {
    return this.#bodies.size;
  }
  keys(): number[] {
    return [...this.#bodies.keys()];
  }
  lsn(key: number): bigint {
    return this.#lsns.get(key)!;
  }
  clone(): Model {
    const other = new Model();
    for (const [key, body] of this.#bodies) other.#bodies.set(key, body);
    for (const [key, lsn] of this.#lsns) other.#lsns.set(key, lsn);
    other.#version = this.#version;
    return other;
  }

  /** Puts a new version. Returns the status. */
  put(store: Store, key: number, chance: Chance): number {
    const body = `note ${key}, version ${++this.#version} ${"-".repeat(chance.below(400))}`;
    this.#flying = [key, body];
    const answer = store.put(key, body);
    this.#flying = undefined;
    if (answer < 0) return answer;
    this.#bodies.set(key, body);
    this.#lsns.set(key, store.result().lsn);
    return answer;
  }
  remove(store: Store, key: number): void {
    store.must(store.remove(key));
    this.#bodies.delete(key);
  }

  /** Puts, ticks and closes on a part whose power goes. What was in flight may be either way. */
  liveUntilCut(torn: TornPart, chance: Chance): void {
    const keys = this.keys();
    try {
      const store = new Store(torn.geometry, { part: torn as unknown as PhysicsFlash });
      store.must(store.mount());
      for (;;) {
        this.put(store, keys[chance.below(keys.length)]!, chance);
        if (chance.below(12) === 0) store.probe.call.hf_tick!(8);
        if (chance.below(50) === 0) store.reopen();
      }
    } catch (thrown) {
      if (!torn.isOff) throw thrown;
    }
  }

  /** Keys that do not answer as they should: missing or old, and told as damaged. */
  compare(store: Store): { missing: number[]; damaged: number[] } {
    const [missing, damaged]: [number[], number[]] = [[], []];
    for (const [key, body] of this.#bodies) {
      const got = store.text(key);
      if (got === body || (this.#flying?.[0] === key && got === this.#flying[1])) continue;
      (got === CORRUPT ? damaged : missing).push(key);
    }
    return { missing, damaged };
  }
  mustBeIn(store: Store, what: string): void {
    const { missing, damaged } = this.compare(store);
    const unknown = store.stat().damagedUnknown;
    if (missing.length + damaged.length + unknown === 0) return;
    throw new Error(`${what}: ${missing.length} missing (${missing.slice(0, 5)}), ${damaged.length} damaged, ${unknown} unknown`);
  }
}
const CORRUPT = -19;

/** A store with outer parity that was filled to a share of what it may hold and churned; its upkeep is done. */
export function grow(outerParity: 4 | 8, blockCount: number, fill: number, chance: Chance): { store: Store; model: Model } {
  const geometry: FlashGeometry = { kind: "nor", blockBytes: 4096, blockCount, pageBytes: 256, programBytes: 1 };
  const store = Store.make(geometry, { outerParity });
  const model = new Model();
  const most = store.stat().freeBytes;
  while (store.stat().freeBytes > most * (1 - fill)) if (model.put(store, model.size, chance) < 0) break;
  const keys = model.keys();
  for (let i = 0; i < keys.length * 2; i++) model.put(store, keys[chance.below(keys.length)]!, chance);
  for (const key of keys) if (chance.below(10) === 0) model.remove(store, key);
  // A second life and a third, so that there is a root, and stripes of few.
  store.must(store.pull());
  for (let i = 0; i < 20; i++) model.put(store, keys[chance.below(keys.length)]!, chance);
  store.must(store.reopen());
  model.put(store, keys[0]!, chance);
  store.rest();
  return { store, model };
}

/** A part whose power goes at its n-th program or erase, which is left half done. */
export class TornPart implements FlashDevice {
  isOff = false;
  readonly part: PhysicsFlash;
  readonly #chance: Chance;
  #left: number;

  constructor(part: PhysicsFlash, operations: number, chance: Chance) {
    this.part = part;
    this.#left = operations;
    this.#chance = chance;
  }
  get geometry(): FlashGeometry {
    return this.part.geometry;
  }
  read(block: number, offset: number, target: Uint8Array): number {
    return this.part.read(block, offset, target);
  }
  program(block: number, offset: number, source: Uint8Array): number {
    if (--this.#left > 0) return this.part.program(block, offset, source);
    if (!this.isOff && this.#left === 0) {
      const done = source.subarray(0, this.#chance.below(source.length + 1));
      if (done.length > 0) this.part.program(block, offset, done);
    }
    return this.#cut();
  }
  erase(block: number): number {
    if (--this.#left > 0) return this.part.erase(block);
    if (!this.isOff && this.#left === 0) this.#tear(block);
    return this.#cut();
  }
  /** Nothing, bits cleared, or bits set. */
  #tear(block: number): void {
    const { blockBytes } = this.part.geometry;
    const how = this.#chance.below(3);
    for (let at = block * blockBytes; at < (block + 1) * blockBytes; at++) {
      if (how === 1) this.part.bytes[at]! &= this.#chance.below(256);
      if (how === 2) this.part.bytes[at]! |= this.#chance.below(256);
    }
  }
  #cut(): never {
    this.isOff = true;
    throw new Error("power is off");
  }
}

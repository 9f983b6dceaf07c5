/*
 * A faulty part: wraps a NorFlash or NandFlash and cuts the power, tears operations, fails them and rots bits.
 *
 * Everything is decided by hashing (seed, boot, operation), so the same seed and the same calls give the same faults,
 * and a failure is replayed from its cut points alone. With no damage laid, a read costs what the part's does.
 *
 *   const flash = new FaultFlash(new NorFlash(geometry), { seed: 7, cut: { op: 12, tear: "unstable" } });
 *   try { work(flash) } catch (error) { if (!(error instanceof PowerCut)) throw error }
 *   flash.reboot({ op: 3, tear: "prefix" });   // power is back, and goes again at the fourth operation from here
 *
 * All faults of the catalogue (faults.ts, and as a table docs/testing.md) are asked for by their ids:
 *
 *   new FaultFlash(part, { seed: 7, faults: [{ id: "A1", at: 120, mask: 1 << 12 }, { id: "B4", block: 7 }, { id: "D2", rate: 1e-5 }] });
 */
import { ActiveFaults } from "./active-faults.js";
import { loseCharge } from "./decay.js";
import { Dice, type Moment } from "./dice.js";
import type { Fault, FaultOf } from "./faults.js";
import type { FlashDevice, FlashGeometry } from "./flash.js";
import { ImageHash } from "./image-hash.js";
import { type Action, Medium, type TornBy } from "./medium.js";
import { mix, pick } from "./mix.js";
import type { PhysicsFlash } from "./physics.js";
import { type Cut, PowerCut } from "./power-cut.js";
import { ERASE_TEARS, type EraseTear, PROGRAM_TEARS, type ProgramTear, TEAR_KINDS, type TearKind } from "./tear.js";
import { kindOf } from "./tear-instant.js";
import { outcomeCount } from "./write-cache.js";

export { type Cut, type Operation, PowerCut } from "./power-cut.js";

/** One bit that always reads wrong until its block is erased (or, where blank, until it is programmed to 0). */
export interface Flip {
  block: number;
  offset: number;
  bit: number;
}

export interface FaultOptions {
  seed?: number;
  cut?: Cut;
  flips?: readonly Flip[];
  /** Operations (numbered like cut.op, in every boot) that report failure, leaving the span half done. */
  failOps?: readonly number[];
  /** Blocks in which every program and erase reports failure. */
  failBlocks?: readonly number[];
  /** Faults of the catalogue. Taking one out of the list, or putting one in, moves no other. */
  faults?: readonly Fault[];
}

/** What time does to a part: charge is lost at `rate` a cell, or as `days` at `celsius` make it; weak cells give way. */
export type Age = Omit<FaultOf<"D2">, "id" | "at" | "boot">;

export class FaultFlash implements FlashDevice {
  readonly geometry: FlashGeometry;
  readonly inner: PhysicsFlash;
  /** Programs and erases begun since the last (re)boot, torn and failed ones included. */
  opCount = 0;
  /** Reboots so far. */
  bootCount = 0;
  /** Cuts so far, of any kind. */
  cutCount = 0;
  /** Cuts that left an operation half done: all kinds but none and all. */
  tornWrites = 0;
  readonly isBad?: (block: number) => boolean;
  readonly markBad?: (block: number) => number;
  private readonly seed: number;
  private readonly medium: Medium;
  private failOps: ReadonlySet<number>;
  private failBlocks: ReadonlySet<number>;
  private faults: ActiveFaults | undefined;
  private readCount = 0;
  private ageCount = 0;
  private cutOp: number;
  private cutTear: TearKind | "any";
  private death: PowerCut | undefined;

  /** Errors: RangeError for a fault that cannot befall such a part. */
  constructor(inner: PhysicsFlash, options: FaultOptions = {}) {
    this.inner = inner;
    this.geometry = inner.geometry;
    this.seed = options.seed ?? 1;
    this.failOps = new Set(options.failOps);
    this.failBlocks = new Set(options.failBlocks);
    this.medium = new Medium(inner, this.seed);
    this.cutOp = options.cut?.op ?? -1;
    this.cutTear = options.cut?.tear ?? "any";
    this.faults = this.activate(options.faults ?? []);
    for (const { block, offset, bit } of options.flips ?? []) this.flip(block, offset, bit);
    if (inner.isBad) this.isBad = (block) => this.powered.isBad?.(block) ?? false;
    if (inner.markBad) this.markBad = (block) => this.powered.markBad?.(block) ?? -1;
  }

  /** Has power gone, and not come back? */
  get isDead(): boolean {
    return this.death !== undefined;
  }

  read(block: number, offset: number, target: Uint8Array): number {
    if (this.death !== undefined) throw this.death;
    if (this.faults === undefined) return this.medium.read(block, offset, target);
    return this.faults.read({ boot: this.bootCount, op: this.readCount++ }, this.momentOf(this.opCount), block, offset, target);
  }

  program(block: number, offset: number, source: Uint8Array): number {
    if (this.death !== undefined) throw this.death;
    const op = this.opCount++;
    const by = this.faults === undefined ? undefined : this.tornBy(op, "program");
    if (op === this.cutOp || by !== undefined) this.cutProgram(op, block, offset, source, op === this.cutOp ? undefined : by);
    if (this.fails(op, block)) return this.fail(op, { kind: "program", block, offset, source });
    if (this.faults === undefined) return this.medium.program(block, offset, source);
    return this.faults.perform(this.momentOf(op), { kind: "program", block, offset, source });
  }

  erase(block: number): number {
    if (this.death !== undefined) throw this.death;
    const op = this.opCount++;
    const by = this.faults === undefined ? undefined : this.tornBy(op, "erase");
    if (op === this.cutOp || by !== undefined) this.cutErase(op, block, op === this.cutOp ? undefined : by);
    if (this.fails(op, block)) return this.fail(op, { kind: "erase", block, offset: 0, source: NOTHING });
    if (this.faults === undefined) return this.medium.erase(block);
    return this.faults.perform(this.momentOf(op), { kind: "erase", block, offset: 0, source: NOTHING });
  }

  sync(): number {
    const status = this.powered.sync();
    this.faults?.cache?.sync();
    return status;
  }

  /** The battery is taken out while no operation is running: told as a cut at a program of which nothing was done. */
  powerOff(): void {
    if (this.death !== undefined) return;
    this.faults?.powerOff(this.momentOf(this.opCount), -1);
    this.goDark(new PowerCut(this.opCount, "program", "none", 0, 0));
  }

  /** Power comes back, and goes again at `nextCut`. Damage stays; `opCount` starts at 0 again. */
  reboot(nextCut?: Cut): void {
    const wasCut = this.death !== undefined;
    this.death = undefined;
    this.opCount = 0;
    this.readCount = 0;
    this.bootCount++;
    this.faults?.powerOn(this.bootCount, wasCut);
    this.cutOp = nextCut?.op ?? -1;
    this.cutTear = nextCut?.tear ?? "any";
  }

  /** Lets one bit rot. */
  flip(block: number, offset: number, bit: number): void {
    this.medium.lay(block, { first: offset, mask: Uint8Array.of(1 << bit), steadiness: 0, goodReads: 0 });
  }

  /** Takes all flips back, whatever fault made them; unstable bits of torn operations stay. */
  clearFlips(): void {
    this.medium.overlay.clearRot();
    this.faults?.cache?.clearRot();
  }

  /** Lets time pass over the whole part or some blocks, e.g. `age({ rate: 1e-5 })` or `age({ days: 700 })`. */
  age(age: Age): void {
    const fault: FaultOf<"D2"> = { id: "D2", ...age, salt: mix(age.salt ?? 0, this.ageCount++) };
    if (age.rate !== undefined || age.days !== undefined) {
      loseCharge(this.medium, { fault, dice: new Dice(this.seed, fault) }, this.momentOf(this.opCount));
    }
    if (age.days !== undefined) this.medium.overlay.age(age.days);
  }

  /**
   * From here on the part is well: nothing of `faults`, `failOps`, `failBlocks` happens any more, flips are taken back, and what was wrong
   * in reading only is gone. What lies in the cells stays: torn spans, and operations that went astray.
   */
  endFaults(): void {
    this.clearFlips();
    this.faults = undefined;
    this.medium.listener = undefined;
    this.failOps = new Set();
    this.failBlocks = new Set();
  }

  /** How many legal outcomes a cut would have now, where operations are reordered (fault R1); else 1. */
  get outcomeCount(): number {
    return outcomeCount(this.faults?.cache?.pendingBlocks ?? []);
  }

  /** A copy, part included, that costs a reference a block: what either does from here on, the other does not see. */
  clone(): FaultFlash {
    const { seed, failOps, failBlocks } = this;
    const copy = new FaultFlash(this.inner.clone(), {
      seed,
      failOps: [...failOps],
      failBlocks: [...failBlocks],
      faults: this.faults?.list,
    });
    this.copyState(copy);
    return copy;
  }

  /** Makes `target` equal to this one without allocating; it must come from `clone` or have the same geometry and options. */
  cloneInto(target: FaultFlash): void {
    if (target.seed !== this.seed) throw new RangeError("cloneInto needs a device with the same seed");
    this.inner.cloneInto(target.inner);
    this.copyState(target);
  }

  /**
   * A hash of the part and of the damage on it: two parts with the same hash read the same and take the same programs.
   *
   * Not in it: whether power is off, and cuts to come. So an image is hashed after its cut, and judged once where
   * all else is equal too. Cost: PhysicsFlash.imageHash, and the damaged spans.
   */
  imageHash(): bigint {
    const hash = new ImageHash();
    this.medium.hashInto(hash);
    this.faults?.hashInto(hash, this.bootCount);
    return hash.value;
  }

  private copyState(target: FaultFlash): void {
    this.medium.copyDamage(target.medium);
    target.failOps = this.failOps;
    target.failBlocks = this.failBlocks;
    if (this.faults === undefined) {
      target.faults = undefined;
      target.medium.listener = undefined;
    } else {
      target.faults ??= target.activate(this.faults.list);
      this.faults.copyInto(target.faults as ActiveFaults);
    }
    target.opCount = this.opCount;
    target.readCount = this.readCount;
    target.ageCount = this.ageCount;
    target.bootCount = this.bootCount;
    target.cutCount = this.cutCount;
    target.tornWrites = this.tornWrites;
    target.cutOp = this.cutOp;
    target.cutTear = this.cutTear;
    target.death = this.death;
  }

  private get powered(): PhysicsFlash {
    if (this.death !== undefined) throw this.death;
    return this.inner;
  }

  private fails(op: number, block: number): boolean {
    return (this.failOps.size > 0 && this.failOps.has(op)) || (this.failBlocks.size > 0 && this.failBlocks.has(block));
  }

  private momentOf(op: number): Moment {
    return { boot: this.bootCount, op };
  }

  /** What the list does to the part; undefined = nothing ever, and no operation pays for it. */
  private activate(list: readonly Fault[]): ActiveFaults | undefined {
    return list.length === 0 && this.geometry.pairedPages === undefined ? undefined : new ActiveFaults(this.medium, list);
  }

  private tornBy(op: number, kind: Action["kind"]): TornBy | undefined {
    const moment = this.momentOf(op);
    const fault = this.faults?.tearOf(moment, kind);
    return fault && { fault, moment };
  }

  /** An operation that reports failure leaves its span half done. */
  private fail(op: number, action: Action): number {
    if (this.faults !== undefined) return this.faults.fail(this.momentOf(op), action);
    const { kind, block, offset, source } = action;
    if (kind === "program") this.medium.tearProgram("bits", this.opSeed(op), block, offset, source);
    else this.medium.tearErase("erase-b", this.opSeed(op), block);
    return -1;
  }

  private cutProgram(op: number, block: number, offset: number, source: Uint8Array, by?: TornBy): never {
    const tear = by === undefined ? this.tearFor(PROGRAM_TEARS) : (kindOf(by.fault, by.moment) as ProgramTear);
    this.inner.assertProgram(block, offset, source);
    if (this.faults?.powerOff(this.momentOf(op), block) ?? true) {
      this.medium.tearProgram(tear, this.opSeed(op), block, offset, source, by);
      if (isHalfDone(tear)) this.faults?.torn(this.momentOf(op), { kind: "program", block, offset, source });
    }
    return this.die(new PowerCut(op, "program", tear, block, offset));
  }

  private cutErase(op: number, block: number, by?: TornBy): never {
    const tear = by === undefined ? this.tearFor(ERASE_TEARS) : (kindOf(by.fault, by.moment) as EraseTear);
    this.inner.assertErase(block);
    if (this.faults?.powerOff(this.momentOf(op), block) ?? true) this.medium.tearErase(tear, this.opSeed(op), block, by);
    return this.die(new PowerCut(op, "erase", tear, block, 0));
  }

  private die(death: PowerCut): never {
    this.goDark(death);
    throw death;
  }

  private goDark(death: PowerCut): void {
    this.death = death;
    this.faults?.dark(this.cutCount, !isHalfDone(death.tear));
    this.cutCount++;
    if (isHalfDone(death.tear)) this.tornWrites++;
  }

  /** The asked kind where it fits, else one that does. */
  private tearFor<T extends TearKind>(fitting: readonly T[]): T {
    const asked = this.cutTear as T;
    return fitting.includes(asked) ? asked : pick(fitting, mix(this.cutSeed(), 0));
  }

  /** The asked kind is part of the seed, so that two kinds replaced by the same one still tear differently. */
  private cutSeed(): number {
    return mix(this.seed, this.bootCount, this.cutOp, TEAR_KINDS.indexOf(this.cutTear as TearKind));
  }

  private opSeed(op: number): number {
    return op === this.cutOp ? this.cutSeed() : mix(this.seed, this.bootCount, op, -2);
  }
}

const NOTHING = new Uint8Array(0);

function isHalfDone(tear: TearKind): boolean {
  return tear !== "none" && tear !== "all";
}

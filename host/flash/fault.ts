/*
 * A faulty part: wraps a NorFlash or NandFlash and cuts the power, tears operations, fails them and rots bits.
 *
 * Everything is decided by hashing (seed, boot, operation), so the same seed and the same calls give the same faults,
 * and a failure is replayed from its cut points alone. With no damage laid, a read costs what the part's does.
 *
 *   const flash = new FaultFlash(new NorFlash(geometry), { seed: 7, cut: { op: 12, tear: "unstable" } });
 *   try { work(flash) } catch (error) { if (!(error instanceof PowerCut)) throw error }
 *   flash.reboot({ op: 3, tear: "prefix" });   // power is back, and goes again at the fourth operation from here
 */
import type { FlashDevice, FlashGeometry } from "./flash.js";
import { ImageHash } from "./image-hash.js";
import { mix, pick } from "./mix.js";
import { Overlay } from "./overlay.js";
import type { PhysicsFlash } from "./physics.js";
import { ERASE_TEARS, type EraseTear, PROGRAM_TEARS, type ProgramTear, TEAR_KINDS, type TearKind, tearErase, tearProgram } from "./tear.js";

/**
 * Where power goes. `op` counts programs and erases from 0 at construction, and again from 0 at each reboot.
 *
 * "any" draws one of the kinds that fit. A kind that does not fit the operation met (an erase kind at a program)
 * is replaced by one that does, drawn by hash; the PowerCut thrown says what was done.
 */
export interface Cut {
  op: number;
  tear: TearKind | "any";
}

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
}

export type Operation = "program" | "erase";

/** The battery is out. Thrown by the torn operation, and by every method after it until `reboot`. */
export class PowerCut extends Error {
  /** The operation's number, as in Cut. */
  readonly op: number;
  readonly operation: Operation;
  /** What was done to it: for a program one of PROGRAM_TEARS, for an erase one of ERASE_TEARS. */
  readonly tear: TearKind;
  readonly block: number;
  readonly offset: number;

  constructor(op: number, operation: Operation, tear: TearKind, block: number, offset: number) {
    super(`power cut at operation ${op}: ${operation} of block ${block} offset ${offset}, ${tear}`);
    this.name = "PowerCut";
    this.op = op;
    this.operation = operation;
    this.tear = tear;
    this.block = block;
    this.offset = offset;
  }
}

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
  private readonly failOps: ReadonlySet<number>;
  private readonly failBlocks: ReadonlySet<number>;
  private readonly overlay: Overlay;
  private cutOp: number;
  private cutTear: TearKind | "any";
  private death: PowerCut | undefined;

  constructor(inner: PhysicsFlash, options: FaultOptions = {}) {
    this.inner = inner;
    this.geometry = inner.geometry;
    this.seed = options.seed ?? 1;
    this.failOps = new Set(options.failOps);
    this.failBlocks = new Set(options.failBlocks);
    this.overlay = new Overlay(this.seed);
    this.cutOp = options.cut?.op ?? -1;
    this.cutTear = options.cut?.tear ?? "any";
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
    const status = this.inner.read(block, offset, target);
    if (!this.overlay.isEmpty) this.overlay.distort(block, offset, target);
    return status;
  }

  program(block: number, offset: number, source: Uint8Array): number {
    if (this.death !== undefined) throw this.death;
    const op = this.opCount++;
    if (op === this.cutOp) {
      const tear = this.tearFor(PROGRAM_TEARS);
      this.tearProgram(tear, op, block, offset, source);
      this.die(new PowerCut(op, "program", tear, block, offset));
    }
    if (this.fails(op, block)) {
      this.tearProgram("bits", op, block, offset, source);
      return -1;
    }
    const status = this.inner.program(block, offset, source);
    if (!this.overlay.isEmpty) this.overlay.heal(block, offset, source);
    return status;
  }

  erase(block: number): number {
    if (this.death !== undefined) throw this.death;
    const op = this.opCount++;
    if (op === this.cutOp) {
      const tear = this.tearFor(ERASE_TEARS);
      this.tearErase(tear, op, block);
      this.die(new PowerCut(op, "erase", tear, block, 0));
    }
    if (this.fails(op, block)) {
      this.tearErase("erase-b", op, block);
      return -1;
    }
    const status = this.inner.erase(block);
    this.overlay.clear(block);
    return status;
  }

  sync(): number {
    return this.powered.sync();
  }

  /** Power comes back, and goes again at `nextCut`. Damage stays; `opCount` starts at 0 again. */
  reboot(nextCut?: Cut): void {
    this.death = undefined;
    this.opCount = 0;
    this.bootCount++;
    this.cutOp = nextCut?.op ?? -1;
    this.cutTear = nextCut?.tear ?? "any";
  }

  /** Lets one bit rot. */
  flip(block: number, offset: number, bit: number): void {
    this.overlay.lay(block, { first: offset, mask: Uint8Array.of(1 << bit), steadiness: 0, goodReads: 0 });
  }

  /** Takes all flips back; unstable bits of torn operations stay. */
  clearFlips(): void {
    this.overlay.clearRot();
  }

  /** A copy, part included, that costs a reference a block: what either does from here on, the other does not see. */
  clone(): FaultFlash {
    const copy = new FaultFlash(this.inner.clone(), { seed: this.seed, failOps: [...this.failOps], failBlocks: [...this.failBlocks] });
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
    this.inner.hashInto(hash);
    this.overlay.hashInto(hash);
    return hash.value;
  }

  private copyState(target: FaultFlash): void {
    this.overlay.copyInto(target.overlay);
    target.opCount = this.opCount;
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

  private die(death: PowerCut): never {
    this.death = death;
    this.cutCount++;
    if (death.tear !== "none" && death.tear !== "all") this.tornWrites++;
    throw death;
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

  private tearProgram(tear: ProgramTear, op: number, block: number, offset: number, source: Uint8Array): void {
    const { inner, geometry } = this;
    inner.assertProgram(block, offset, source);
    if (tear === "none") return;
    // A unit that power died in is never programmed again before an erase, whatever it reads.
    inner.markProgrammed(block, offset, source.length);
    this.overlay.heal(block, offset, source);
    const span = { cells: inner.cells.own(block).bytes, first: offset, offset };
    const patch = tearProgram(tear, this.opSeed(op), span, source, geometry.pageBytes);
    if (patch !== undefined) this.overlay.lay(block, patch);
  }

  private tearErase(tear: EraseTear, op: number, block: number): void {
    const { inner, geometry } = this;
    inner.assertErase(block);
    if (tear === "none") return;
    if (tear === "all") inner.erase(block);
    // The old data may still be there after erase-a, and so is what ailed it.
    if (tear !== "erase-a") this.overlay.clear(block);
    if (tear === "all") return;
    const span = { cells: inner.cells.own(block).bytes, first: 0, offset: 0 };
    const patch = tearErase(tear, this.opSeed(op), span, geometry.blockBytes);
    inner.markSuspect(block);
    if (patch !== undefined) this.overlay.lay(block, patch);
  }
}

/*
 * Blocks and parts that do not do what they are told: the faults B1 to B5, L1, H1, and a lost configuration (V2).
 */
import { type Active, isDue, type Moment } from "./dice.js";
import { type Fault, type FaultOf, usualRate } from "./faults.js";
import type { ImageHash } from "./image-hash.js";
import type { Action } from "./medium.js";
import type { PhysicsFlash } from "./physics.js";

/** What becomes of an operation: done; failed half done, and said so; not done, and said to be; refused, untouched. */
export type Verdict = "do" | "fail" | "skip" | "refuse";

/** What V2 leaves of the protection bits: operations are ignored, or refused with a status. */
const PROTECTIONS = ["none", "ignore", "refuse"] as const;
export type Protection = (typeof PROTECTIONS)[number];

/** "Uncorrectable, this is the best guess" of a NAND driver. NOR has nobody who could tell. */
const UNCORRECTABLE = -2;
const ABOUT = { block: 1, half: 2, garbage: 3 };
const FROM_THE_START: Moment = { boot: 0, op: 0 };
/** Bits of an operation kind. */
const KINDS = { program: 1, erase: 2 };

export class Losses {
  protection: Protection = "none";
  private hung = false;
  /** Blocks gone bad for good, by KINDS: those that say so, and those that do not. */
  private readonly failing = new Map<number, number>();
  private readonly silent = new Map<number, number>();
  private readonly inner: PhysicsFlash;
  private readonly grown: Active<FaultOf<"B2">>[];
  private readonly mute: Active<FaultOf<"B3" | "L1">>[];
  private readonly lost: Active<FaultOf<"B4" | "B5">>[];
  private readonly hanging: Active<FaultOf<"H1">>[];

  constructor(inner: PhysicsFlash, find: <I extends Fault["id"]>(id: I) => Active<FaultOf<I>>[]) {
    this.inner = inner;
    this.grown = find("B2");
    this.mute = [...find("B3"), ...find("L1")];
    this.lost = [...find("B4"), ...find("B5")];
    this.hanging = find("H1");
    for (const active of find("B1")) this.markFactory(active);
  }

  /** Busy that never clears: nothing is answered until the reboot. */
  get isHung(): boolean {
    return this.hung;
  }

  /** Decides on an operation, and remembers blocks that have gone bad by it. */
  judge(moment: Moment, { kind, block }: Action): Verdict {
    if (this.hung) return "refuse";
    if (this.hanging.some((active) => isDue(active, moment))) {
      this.hung = true;
      return "fail";
    }
    if (this.protection !== "none") return this.protection === "ignore" ? "skip" : "refuse";
    if (this.lossOf(moment, block) !== undefined) return "refuse";
    if (((this.failing.get(block) ?? 0) & KINDS[kind]) !== 0) return "fail";
    if (((this.silent.get(block) ?? 0) & KINDS[kind]) !== 0) return "skip";
    const failed = this.grown.find((active) => concerns(active.fault, kind, block) && this.hasFailed(active, moment, block));
    if (failed !== undefined) {
      if (failed.fault.isSticky ?? true) remember(this.failing, block, failed.fault.operation);
      return "fail";
    }
    const skipped = this.mute.find((active) => concerns(active.fault, kind, block) && isDue(active, moment));
    if (skipped === undefined) return "do";
    if (skipped.fault.id === "B3" && (skipped.fault.isSticky ?? true)) remember(this.silent, block, skipped.fault.operation);
    return "skip";
  }

  /** Fills `target` with garbage where the block is lost, and returns the status of such a read; undefined = it is not. */
  read(now: Moment, block: number, offset: number, target: Uint8Array): number | undefined {
    const active = this.lossOf(now, block);
    if (active === undefined) return undefined;
    const { blockBytes, kind } = this.inner.geometry;
    for (let i = 0; i < target.length; i++) target[i] = active.dice.draw(FROM_THE_START, block * blockBytes + offset + i, ABOUT.garbage);
    return active.fault.status ?? (kind === "nand" ? UNCORRECTABLE : 0);
  }

  reboot(): void {
    this.hung = false;
  }

  copyInto(target: Losses): void {
    target.hung = this.hung;
    target.protection = this.protection;
    for (const [from, to] of [
      [this.failing, target.failing],
      [this.silent, target.silent],
    ]) {
      to.clear();
      for (const [block, kinds] of from) to.set(block, kinds);
    }
  }

  hashInto(hash: ImageHash): void {
    for (const word of [this.hung ? 1 : 0, PROTECTIONS.indexOf(this.protection), this.failing.size]) hash.add(word);
    for (const map of [this.failing, this.silent]) {
      for (const [block, kinds] of [...map].sort(([a], [b]) => a - b)) for (const word of [block, kinds]) hash.add(word);
    }
    // Where wear decides what fails, it decides how the part answers.
    if (this.grown.some(({ fault }) => fault.endurance !== undefined)) for (const count of this.inner.eraseCounts) hash.add(count);
  }

  /** Beyond its endurance a block fails every time. */
  private hasFailed(active: Active<FaultOf<"B2">>, moment: Moment, block: number): boolean {
    return this.inner.eraseCounts[block] >= (active.fault.endurance ?? Number.POSITIVE_INFINITY) || isDue(active, moment);
  }

  private lossOf(now: Moment, block: number): Active<FaultOf<"B4" | "B5">> | undefined {
    const { blockCount } = this.inner.geometry;
    return this.lost.find(({ fault, dice }) => {
      const since = fault.boot ?? 0;
      if (now.boot < since || (now.boot === since && now.op < (fault.at ?? 0))) return false;
      if (fault.id === "B4") return (fault.block ?? dice.draw(FROM_THE_START, 0, ABOUT.block) % blockCount) === block;
      const half = fault.half ?? dice.draw(FROM_THE_START, 0, ABOUT.half) & 1;
      return block < blockCount >> 1 === (half === 0);
    });
  }

  private markFactory({ fault, dice }: Active<FaultOf<"B1">>): void {
    for (let block = 1; block < this.inner.geometry.blockCount; block++) {
      const isMarked = fault.blocks?.includes(block) ?? dice.happens(usualRate(fault), FROM_THE_START, block);
      if (isMarked) this.inner.markBad?.(block);
    }
  }
}

function concerns(fault: { block?: number; operation?: Action["kind"] }, kind: Action["kind"], block: number): boolean {
  return (fault.block ?? block) === block && (fault.operation ?? kind) === kind;
}

function remember(bad: Map<number, number>, block: number, operation: Action["kind"] | undefined): void {
  bad.set(block, (bad.get(block) ?? 0) | (operation === undefined ? KINDS.program | KINDS.erase : KINDS[operation]));
}

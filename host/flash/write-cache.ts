/*
 * A part that acknowledges before it has written: reordering between barriers (R1), and barriers that lie (R2).
 *
 * Reads see every acknowledged operation. Only a cut tells the difference: what came after the last barrier that held
 * is on the part in part. Within a block the order is kept, across blocks it is free; so an outcome is how many of each
 * block's operations were done, and every such choice is legal.
 *
 *   asked      A1 B1 A2 | sync | A3 B2 C1 ✂        one outcome of 2·2·2: A3 done, B2 not, C1 done
 */
import type { Active, Moment } from "./dice.js";
import type { FaultOf } from "./faults.js";
import type { ImageHash } from "./image-hash.js";
import { type Action, Medium } from "./medium.js";
import type { Patch } from "./overlay.js";
import { type TimeModel, timeModelOf } from "./trace.js";

/** Up to so many operations the outcomes are numbered; beyond, one is drawn. */
export const NUMBERED_OPS = 6;
const LOST_MS = 700;
const ABOUT = { outcome: 1, block: 2, lost: 3 };

/** How many legal outcomes a cut has after operations on these blocks, in order. */
export function outcomeCount(blocks: readonly number[]): number {
  let count = 1;
  for (const done of countsOf(blocks).values()) count *= done + 1;
  return count;
}

/** Which of the operations are done in outcome number `outcome`: per block its first few. The last outcome is all of them. */
export function outcomeOf(blocks: readonly number[], outcome: number): boolean[] {
  const kept = new Map<number, number>();
  let rest = outcome;
  for (const [block, count] of countsOf(blocks)) {
    kept.set(block, rest % (count + 1));
    rest = Math.floor(rest / (count + 1));
  }
  return keepFirst(blocks, kept);
}

function countsOf(blocks: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const block of blocks) counts.set(block, (counts.get(block) ?? 0) + 1);
  return counts;
}

function keepFirst(blocks: readonly number[], kept: ReadonlyMap<number, number>): boolean[] {
  const seen = new Map<number, number>();
  return blocks.map((block) => {
    const number = seen.get(block) ?? 0;
    seen.set(block, number + 1);
    return number < (kept.get(block) ?? 0);
  });
}

/** An operation not yet surely on the part, and when it was acknowledged. */
interface PendingAction {
  action: Action;
  ms: number;
}

/** Damage that came meanwhile. It is there whatever becomes of the operations. */
interface PendingDamage {
  block: number;
  patch: Patch;
}

type Pending = PendingAction | PendingDamage;

export class WriteCache {
  private readonly medium: Medium;
  /** The part as it surely is. */
  private readonly durable: Medium;
  private pending: Pending[] = [];
  private readonly time: TimeModel;
  private nowMs = 0;
  private readonly reorder: Active<FaultOf<"R1">> | undefined;
  private readonly lie: Active<FaultOf<"R2">> | undefined;

  constructor(medium: Medium, reorder: Active<FaultOf<"R1">> | undefined, lie: Active<FaultOf<"R2">> | undefined) {
    this.medium = medium;
    this.durable = new Medium(medium.inner.clone(), medium.overlay.seed);
    medium.copyDamage(this.durable);
    medium.listener = (block, patch) => {
      this.pending.push({ block, patch: { ...patch } });
    };
    this.time = timeModelOf(medium.inner.geometry);
    this.reorder = reorder;
    this.lie = lie;
  }

  /** The blocks of what is pending, in order: what `outcomeCount` asks for. */
  get pendingBlocks(): number[] {
    return this.actions.map(({ action }) => action.block);
  }

  /** An operation was acknowledged. `source` is kept, so it is copied. */
  add(action: Action): void {
    const { programPageMs, eraseMs } = this.time;
    const { pageBytes } = this.medium.inner.geometry;
    this.nowMs += action.kind === "erase" ? eraseMs : programPageMs * Math.ceil(action.source.length / pageBytes);
    this.pending.push({ action: { ...action, source: action.source.slice() }, ms: this.nowMs });
    if (this.lie !== undefined) this.settleUntil(this.nowMs - this.lostMs);
  }

  /** A barrier, and it holds unless R2 is about. */
  sync(): void {
    if (this.lie === undefined) this.settle();
  }

  /** All that was acknowledged is on the part now. */
  settle(): void {
    this.pending = [];
    this.medium.copyInto(this.durable);
  }

  /** Power goes: the part becomes what an outcome leaves. Returns whether all that was asked of `block` was done. */
  lose(moment: Moment, block: number): boolean {
    const { pending, actions } = this;
    const done = this.outcome(moment);
    this.durable.copyInto(this.medium);
    const isDone = new Map(actions.map((one, i) => [one, done[i]]));
    for (const one of pending) {
      if (!("action" in one)) this.medium.overlay.lay(one.block, one.patch);
      else if (isDone.get(one)) this.medium.perform(one.action);
    }
    this.settle();
    return actions.every(({ action }, i) => done[i] || action.block !== block);
  }

  /** Rot is taken back, here too. */
  clearRot(): void {
    this.durable.overlay.clearRot();
    this.pending = this.pending.filter((one) => "action" in one || one.patch.steadiness > 0);
  }

  copyInto(target: WriteCache): void {
    this.durable.copyInto(target.durable);
    target.pending = this.pending.map((one) => ("action" in one ? one : { ...one, patch: { ...one.patch } }));
    target.nowMs = this.nowMs;
  }

  hashInto(hash: ImageHash): void {
    if (this.pending.length > 0) this.durable.hashInto(hash);
    hash.add(this.pending.length);
  }

  private get actions(): PendingAction[] {
    return this.pending.filter((one) => "action" in one);
  }

  private get lostMs(): number {
    return this.lie?.fault.lostMs ?? LOST_MS;
  }

  private outcome(moment: Moment): boolean[] {
    const blocks = this.pendingBlocks;
    if (this.reorder === undefined) return this.lateOnes(moment);
    const { fault, dice } = this.reorder;
    if (blocks.length <= NUMBERED_OPS || fault.outcome !== undefined) {
      const chosen = fault.outcome ?? dice.draw(moment, 0, ABOUT.outcome);
      return outcomeOf(blocks, chosen % outcomeCount(blocks));
    }
    const kept = new Map<number, number>();
    for (const [block, count] of countsOf(blocks)) kept.set(block, dice.draw(moment, block, ABOUT.block) % (count + 1));
    return keepFirst(blocks, kept);
  }

  /** In order, but the end is missing: up to `lostMs` of it. */
  private lateOnes(moment: Moment): boolean[] {
    const lost = this.lie === undefined ? 0 : (this.lostMs * (this.lie.dice.draw(moment, 0, ABOUT.lost) + 1)) / 2 ** 32;
    return this.actions.map(({ ms }) => ms <= this.nowMs - lost);
  }

  /** What was acknowledged until then is on the part. */
  private settleUntil(ms: number): void {
    const count = this.pending.findIndex((one) => "action" in one && one.ms > ms);
    for (const one of this.pending.splice(0, count < 0 ? this.pending.length : count)) {
      if ("action" in one) this.durable.perform(one.action);
      else this.durable.overlay.lay(one.block, one.patch);
    }
  }
}

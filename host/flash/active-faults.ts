/*
 * The faults of a list at work on one part: what each family makes of a read, an operation, a barrier, a cut.
 *
 * Only here do the families meet. Their order is the way of an operation through a part: power, command, address, cells, cache.
 */
import { Addressing } from "./addressing.js";
import { BrownOut } from "./brown-out.js";
import { Bus } from "./bus.js";
import { burst, loseCharge, StuckCells } from "./decay.js";
import { type Active, Dice, isDue, type Moment } from "./dice.js";
import { Disturb } from "./disturb.js";
import { type Fault, type FaultOf, faultProblem } from "./faults.js";
import { isInside } from "./flash.js";
import type { ImageHash } from "./image-hash.js";
import { Losses } from "./losses.js";
import type { Action, Medium, Piece } from "./medium.js";
import { mix } from "./mix.js";
import type { TearFault } from "./tear-instant.js";
import { WriteCache } from "./write-cache.js";

const PROGRAM_TEAR_IDS = ["P0", "P1", "P2", "P3", "P4", "P5"] as const;
const ERASE_TEAR_IDS = ["P0", "P1", "E1", "E2", "E3", "E4", "E5"] as const;

export class ActiveFaults {
  readonly list: readonly Fault[];
  readonly cache: WriteCache | undefined;
  private readonly medium: Medium;
  private readonly active: readonly Active[];
  private readonly tears: Record<Action["kind"], Active<TearFault>[]>;
  private readonly addressing: Addressing;
  private readonly brownOut: BrownOut;
  private readonly bus: Bus;
  private readonly disturb: Disturb;
  private readonly losses: Losses;
  private readonly stuck: StuckCells;

  /** Errors: RangeError for a fault that cannot befall such a part. */
  constructor(medium: Medium, list: readonly Fault[]) {
    const { geometry } = medium.inner;
    for (const fault of list) {
      const problem = faultProblem(fault, geometry);
      if (problem !== undefined) throw new RangeError(problem);
    }
    this.list = list;
    this.medium = medium;
    // Pages that are paired damage each other whoever names the fault.
    const isPaired = geometry.pairedPages !== undefined && !list.some(({ id }) => id === "P7");
    const all: Fault[] = isPaired ? [...list, { id: "P7" }] : [...list];
    this.active = all.map((fault) => ({ fault, dice: new Dice(medium.overlay.seed, fault) }));
    const find = <I extends Fault["id"]>(id: I) => this.active.filter(({ fault }) => fault.id === id) as unknown as Active<FaultOf<I>>[];
    this.tears = { program: PROGRAM_TEAR_IDS.flatMap(find), erase: ERASE_TEAR_IDS.flatMap(find) } as unknown as typeof this.tears;
    this.addressing = new Addressing(geometry, find);
    this.brownOut = new BrownOut(medium, find);
    this.bus = new Bus(geometry, find);
    this.disturb = new Disturb(medium, find);
    this.losses = new Losses(medium.inner, find);
    this.stuck = new StuckCells(medium, find);
    const [reorder] = find("R1");
    const [lie] = find("R2");
    if (reorder !== undefined || lie !== undefined) this.cache = new WriteCache(medium, reorder, lie);
    this.powerOn(0);
  }

  /** `read` numbers the reads of this boot, `now` the operations. */
  read(read: Moment, now: Moment, block: number, offset: number, target: Uint8Array): number {
    const { medium } = this;
    if (!isInside(medium.inner.geometry, block, offset, target.length)) return medium.read(block, offset, target);
    if (this.losses.isHung) return -1;
    const pieces = this.addressing.ofRead(read, block, offset, target.length);
    const status = pieces === undefined ? this.readAt(now, block, offset, target) : this.readPieces(now, pieces, target);
    this.bus.distort(read, block, offset, target);
    if (this.disturb.isReading) this.disturb.read(read, block, offset);
    return status;
  }

  /** The fault that cuts power in this operation. */
  tearOf(moment: Moment, kind: Action["kind"]): Active<TearFault> | undefined {
    return this.tears[kind].find((active) => isDue(active, moment));
  }

  /** Does what becomes of an operation that power lives through. */
  perform(moment: Moment, action: Action): number {
    const { medium } = this;
    const { kind, block, offset, source } = action;
    this.decay(moment);
    if (kind === "program") medium.inner.assertProgram(block, offset, source);
    else medium.inner.assertErase(block);
    const verdict = this.losses.judge(moment, action);
    if (verdict === "refuse") return -1;
    if (verdict === "fail") return this.fail(moment, action);
    if (kind === "program") this.brownOut.keep(source);
    this.bus.before(moment, action, (...span) => medium.inner.read(...span));
    const pieces = verdict === "skip" ? [] : this.route(moment, action);
    const status = medium.perform({ ...action, pieces });
    this.cache?.add({ ...action, pieces });
    if (pieces === undefined && kind === "program") this.disturb.programmed(moment, block, offset, source.length);
    if (kind === "erase") for (const erased of pieces ?? [{ block }]) this.disturb.erased(erased.block);
    return status;
  }

  /** An operation that reports failure is done in part. What was cached before it is on the part. */
  fail(moment: Moment, { kind, block, offset, source }: Action): number {
    const seed = mix(this.medium.overlay.seed, moment.boot, moment.op, -2);
    if (kind === "program") {
      this.medium.tearProgram("bits", seed, block, offset, source);
      this.disturb.broken(moment, block, offset, source.length);
    } else this.medium.tearErase("erase-b", seed, block);
    this.cache?.settle();
    return -1;
  }

  /** Power goes. What was only cached is lost in part; false = so much that the operation on `block` under way was not begun. */
  powerOff(moment: Moment, block: number): boolean {
    return this.cache?.lose(moment, block) ?? true;
  }

  /** A program was torn. */
  torn(moment: Moment, { block, offset, source }: Action): void {
    this.disturb.torn(moment, block, offset, source.length);
  }

  /** The supply has fallen. `isIdle`: no operation was half done. */
  dark(cut: number, isIdle: boolean): void {
    if (isIdle) this.brownOut.idle(cut);
    const lost = this.brownOut.lostConfig(cut);
    this.losses.protection = lost === "ignore" || lost === "refuse" ? lost : "none";
    this.addressing.loseTopLine(lost === "address");
    this.cache?.settle();
  }

  /** A boot begins. `cut`: after a cut, so that a configuration lost in it stays lost; else it is set anew. */
  powerOn(boot: number, cut = false): void {
    this.bus.reboot();
    this.losses.reboot();
    if (!cut) {
      this.losses.protection = "none";
      this.addressing.loseTopLine(false);
    }
    this.decay({ boot, op: -1 });
  }

  copyInto(target: ActiveFaults): void {
    this.addressing.copyInto(target.addressing);
    this.brownOut.copyInto(target.brownOut);
    this.bus.copyInto(target.bus);
    this.disturb.copyInto(target.disturb);
    this.losses.copyInto(target.losses);
    if (target.cache !== undefined) this.cache?.copyInto(target.cache);
  }

  /** Dice of faults still to come are in it by their seed and the boot: the same part may meet others. */
  hashInto(hash: ImageHash, boot: number): void {
    if (this.list.length > 0) for (const word of [this.medium.overlay.seed, boot]) hash.add(word);
    for (const family of [this.addressing, this.brownOut, this.bus, this.disturb, this.losses, this.cache]) family?.hashInto(hash);
    if (!this.stuck.areNone) for (const count of this.medium.inner.eraseCounts) hash.add(count);
  }

  private route(moment: Moment, { kind, block, offset, source }: Action): readonly Piece[] | undefined {
    if (kind === "erase") return this.addressing.ofErase(moment, block);
    return this.addressing.ofProgram(moment, block, offset, source.length);
  }

  private readPieces(now: Moment, pieces: readonly Piece[], target: Uint8Array): number {
    let worst = 0;
    for (const { from, lengthBytes, block, offset } of pieces) {
      const status = this.readAt(now, block, offset, target.subarray(from, from + lengthBytes));
      if (status < worst || (worst === 0 && status > 0)) worst = status;
    }
    return worst;
  }

  private readAt(now: Moment, block: number, offset: number, target: Uint8Array): number {
    const status = this.medium.read(block, offset, target);
    if (!this.stuck.areNone) this.stuck.show(block, offset, target);
    return this.losses.read(now, block, offset, target) ?? status;
  }

  /** Charge lost and bursts: with `at` just before that operation, without as the boot begins (op -1). */
  private decay(moment: Moment): void {
    for (const active of this.active) {
      const { fault } = active;
      if (fault.id !== "D2" && fault.id !== "D3") continue;
      if ((fault.boot ?? 0) !== moment.boot || (fault.at ?? -1) !== moment.op) continue;
      if (fault.id === "D2") loseCharge(this.medium, active as Active<FaultOf<"D2">>, moment);
      else burst(this.medium, active as Active<FaultOf<"D3">>, moment);
    }
  }
}

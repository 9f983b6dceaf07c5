/*
 * A script on a part whose blocks fail, more of them as time goes on: judged now and then, at every boot, and once it is worn out.
 */
import { type Fault, FaultFlash, type FlashDevice, type PhysicsFlash } from "../flash/index.js";
import { scaled } from "./geometries.js";
import { Model } from "./model.js";
import { makePart } from "./parts.js";
import { type Subject, stepsOf } from "./replay.js";
import { type Step, WEIGHTS } from "./script.js";
import { Session } from "./session.js";
import { readAll } from "./shown.js";
import type { Store } from "./store.js";

/** A part whose list of faults grows. */
class GrowingFaults implements FlashDevice {
  readonly geometry;
  readonly isBad?: (block: number) => boolean;
  readonly markBad?: (block: number) => number;
  private readonly part: PhysicsFlash;
  private readonly seed: number;
  private flash: FaultFlash;
  programmedBytes = 0;

  constructor(part: PhysicsFlash, seed: number, faults: readonly Fault[]) {
    this.part = part;
    this.seed = seed;
    this.geometry = part.geometry;
    this.flash = new FaultFlash(part, { seed, faults });
    if (this.flash.isBad !== undefined) this.isBad = (block) => this.flash.isBad!(block);
    if (this.flash.markBad !== undefined) this.markBad = (block) => this.flash.markBad!(block);
  }

  set faults(faults: readonly Fault[]) {
    this.flash = new FaultFlash(this.part, { seed: this.seed, faults });
  }

  read(block: number, offset: number, target: Uint8Array): number {
    return this.flash.read(block, offset, target);
  }

  program(block: number, offset: number, source: Uint8Array): number {
    this.programmedBytes += source.length;
    return this.flash.program(block, offset, source);
  }

  erase(block: number): number {
    return this.flash.erase(block);
  }

  sync(): number {
    return this.flash.sync();
  }
}

/** A script on a part that wears out. */
export class Wearing {
  readonly counts = { steps: 0, refused: 0, "worn out": 0, "removed when full": 0 };
  readonly faults: string[] = [];
  readonly part: GrowingFaults;
  readonly physical: PhysicsFlash;
  writtenBytes = 0;
  private readonly model = new Model();
  private readonly session: Session;
  private readonly steps: readonly Step[];
  private readonly judgedEvery: number;
  private step = 0;

  /** `judgedEvery`: steps between two judgements, beside those after each boot. */
  constructor(store: Store, subject: Subject, seed: number, faults: readonly Fault[], judgedEvery = 40) {
    this.judgedEvery = judgedEvery;
    this.physical = makePart(scaled(subject.preset, subject.blockCount));
    this.part = new GrowingFaults(this.physical, seed, faults);
    this.session = new Session(store, this.part, this.model, subject.script.seed, WEIGHTS[subject.script.weights]!);
    this.steps = stepsOf(subject).slice(0, -1);
  }

  /** Performs the script once, or again and again until the part is worn out. `onStep` is called before a step now and then, with its number. */
  async run(onStep: (step: number, steps: number) => void, again = false): Promise<void> {
    try {
      for (let first = 0; first === 0 || (again && this.isAlive); first = 1) await this.play(first, onStep);
      if (this.faults.length === 0) await this.export();
    } catch (error) {
      this.faults.push(`step ${this.step}: ${error}`);
    }
    this.session.powerOff();
    this.counts.refused = this.session.refused;
  }

  /** From step `first` to the end: the format is step 0, and happens once. */
  private async play(first: number, onStep: (step: number, steps: number) => void): Promise<void> {
    for (let index = first; index < this.steps.length && this.isAlive; index++) {
      const step = this.steps[index]!;
      const isTurn = this.step % this.judgedEvery === 0;
      if (this.step > 0 && isTurn) onStep(index, this.steps.length);
      this.session.setClock(this.step);
      await this.perform(step);
      if (isTurn || step.do === "reopen" || step.do === "pull") this.judge();
      this.step++;
    }
  }

  /** Erases of the most worn block, in percent of the mean. */
  get wear(): number {
    const counts = this.physical.eraseCounts;
    const sum = counts.reduce((total, count) => total + count, 0);
    return Math.round((100 * Math.max(...counts) * counts.length) / sum);
  }

  private get isAlive(): boolean {
    return this.faults.length === 0 && this.counts["worn out"] === 0;
  }

  private async perform(step: Step): Promise<void> {
    this.counts.steps++;
    const refused = this.session.refused;
    try {
      await this.session.perform(step);
    } catch (error) {
      const { code } = error as { code?: string };
      if (code !== "WORN_OUT" && code !== "READ_ONLY" && code !== "IO") throw error;
      if (code !== "IO") this.counts["worn out"]++;
      await this.session.boot();
      this.judge();
    }
    if (step.do === "put") this.writtenBytes += step.body.length;
    if (step.do === "batch") for (const change of step.changes) if (change.do === "put") this.writtenBytes += change.body.length;
    if (step.do !== "remove") return;
    if (this.session.refused > refused) this.faults.push(`step ${this.step}: a removal is refused`);
    else if (refused > 0) this.counts["removed when full"]++;
  }

  /** Everything can be listed and read, in this session and in two further ones. */
  private async export(): Promise<void> {
    this.judge();
    for (let i = 0; i < 2; i++) {
      await this.session.boot();
      this.judge();
    }
  }

  private judge(): void {
    const { shown, violations } = readAll(this.session.agent!, this.model, { receipts: true, verify: false, damaged: true });
    const unknown = this.session.agent!.stat().damagedUnknown;
    const found = [...this.session.violations.filter(({ promise }) => promise !== "bound"), ...violations, ...this.model.judge(shown)];
    for (const { key, text } of found) this.faults.push(`step ${this.step}: ${key} ${text}`);
    if (unknown > 0) this.faults.push(`step ${this.step}: ${unknown} records are counted as lost`);
  }
}

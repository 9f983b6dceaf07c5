/*
 * Blocks that go bad while a script runs, until the store says WORN_OUT: nothing acknowledged may be lost, then or later.
 *
 * "bad-blocks": one in fifty is bad before the format, one in five in the end; each fails at programs, erases or both, says so
 * or does not, always or now and then. "soak": blocks fail once they are worn, and the script is long enough that they are.
 */
import { type Fault, FaultFlash, type FlashDevice, type PhysicsFlash } from "../flash/index.js";
import { ABOUT, mix, pick } from "./chance.js";
import { scaled } from "./geometries.js";
import type { Outcome } from "./job.js";
import { Model } from "./model.js";
import { makePart } from "./parts.js";
import { type Subject, stepsOf } from "./replay.js";
import { type Step, WEIGHTS } from "./script.js";
import { Session } from "./session.js";
import { readAll } from "./shown.js";
import type { Store } from "./store.js";

const FACTORY_SHARE = 0.02;
const GROWN_SHARE = 0.2;
/** Chance that a block which fails "now and then" does so. */
const NOW_AND_THEN = 0.3;
/** Steps between two judgements. */
const JUDGED_EVERY = 40;
/** Erases after which blocks begin to fail, and how far they differ. */
const ENDURANCE = 24;
const ENDURANCE_SPREAD = 8;

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

export async function runBadBlocks(store: Store, subject: Subject, number: number): Promise<Outcome> {
  const { blockCount, preset } = subject;
  const seed = mix(subject.script.seed, ABOUT.trial, number);
  const order = shuffled(blockCount, seed);
  const factory = Math.max(1, Math.round(blockCount * FACTORY_SHARE));
  const grown = Math.max(factory + 1, Math.round(blockCount * GROWN_SHARE));
  const isNand = scaled(preset, blockCount).kind === "nand";
  const faultsOf = (count: number): Fault[] => order.slice(0, count).map((block, i) => badBlock(block, seed, isNand && i < factory));
  const life = new Wearing(store, subject, seed, faultsOf(factory));
  await life.run((step, steps) => {
    const count = factory + Math.floor(((grown - factory) * Math.min(steps, step * 1.25)) / steps);
    life.part.faults = faultsOf(count);
  });
  const { counts } = life;
  return { counts: { ...counts, "bad blocks": grown }, faults: life.faults };
}

export async function runSoak(store: Store, subject: Subject, number: number): Promise<Outcome> {
  const seed = mix(subject.script.seed, ABOUT.trial, number);
  const faults = Array.from({ length: subject.blockCount }, (_, block): Fault => {
    const endurance = ENDURANCE + pick(ENDURANCE_SPREAD, seed, ABOUT.trial, block, 1);
    return { id: "B2", block, rate: 0, endurance, salt: block };
  });
  const life = new Wearing(store, subject, seed, faults);
  await life.run(() => {});
  const { counts, physical, part, writtenBytes } = life;
  const wear = [...physical.eraseCounts];
  const mean = wear.reduce((sum, count) => sum + count, 0) / wear.length;
  const worst = {
    "wear, % of the mean": Math.round((100 * Math.max(...wear)) / mean),
    "programmed, % of what was put": Math.round((100 * part.programmedBytes) / writtenBytes),
  };
  const alive = counts["worn out"] === 0 ? ["the part did not wear out: the script is too short"] : [];
  return { counts, worst, faults: [...life.faults, ...alive] };
}

/** A script on a part that wears out. */
class Wearing {
  readonly counts = { steps: 0, refused: 0, "worn out": 0, "removed when full": 0 };
  readonly faults: string[] = [];
  readonly part: GrowingFaults;
  readonly physical: PhysicsFlash;
  writtenBytes = 0;
  private readonly model = new Model();
  private readonly session: Session;
  private readonly steps: readonly Step[];
  private step = 0;

  constructor(store: Store, subject: Subject, seed: number, faults: readonly Fault[]) {
    this.physical = makePart(scaled(subject.preset, subject.blockCount));
    this.part = new GrowingFaults(this.physical, seed, faults);
    this.session = new Session(store, this.part, this.model, subject.script.seed, WEIGHTS[subject.script.weights]!);
    this.steps = stepsOf(subject).slice(0, -1);
  }

  /** `grow` is called before each step. */
  async run(grow: (step: number, steps: number) => void): Promise<void> {
    try {
      for (const [index, step] of this.steps.entries()) {
        this.step = index;
        if (index > 0 && index % JUDGED_EVERY === 0) grow(index, this.steps.length);
        this.session.setClock(index);
        await this.perform(step);
        if (index % JUDGED_EVERY === JUDGED_EVERY - 1 || step.do === "reopen" || step.do === "pull") this.judge();
        if (this.faults.length > 0 || this.counts["worn out"] > 0) break;
      }
      if (this.faults.length === 0) await this.export();
    } catch (error) {
      this.faults.push(`step ${this.step}: ${error}`);
    }
    this.session.powerOff();
    this.counts.refused = this.session.refused;
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

/** Fails at programs, erases or both; says so or not; always or now and then. */
function badBlock(block: number, seed: number, isMarked: boolean): Fault {
  if (isMarked) return { id: "B1", blocks: [block], salt: block };
  const operation = (["program", "erase", undefined] as const)[pick(3, seed, ABOUT.trial, block, 2)];
  const common = { block, salt: block, ...(operation === undefined ? {} : { operation }) };
  if (pick(3, seed, ABOUT.trial, block, 3) === 0) return { id: "B3", rate: 1, ...common };
  const isSticky = pick(2, seed, ABOUT.trial, block, 4) === 0;
  return { id: "B2", rate: isSticky ? 1 : NOW_AND_THEN, isSticky, ...common };
}

/** All blocks but the first, in an order of the seed's. */
function shuffled(blockCount: number, seed: number): number[] {
  const rank = (block: number) => mix(seed, ABOUT.trial, block, 5);
  return Array.from({ length: blockCount - 1 }, (_, i) => i + 1).sort((a, b) => rank(a) - rank(b));
}

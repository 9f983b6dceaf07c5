/*
 * Every cut there is: performs a script once and, at each program and erase, tries each tear on a clone
 * of the part. Further cuts, in the recovery and after it, are drawn by counter hash, or all of them tried.
 */
import { type FlashGeometry, TEAR_KINDS, type TearKind, TraceFlash, timeModelOf } from "../flash/index.js";
import { brokenWear } from "./bounds.js";
import { ABOUT, happens, pick } from "./chance.js";
import { type Aftermath, blame, type Cut, cutAt, type LifeLength, type Part, type Scene, tearsOf, type World } from "./cut.js";
import type { Driver } from "./driver.js";
import { Evidence } from "./evidence.js";
import { type Checks, noChecks } from "./invariants.js";
import { Judged } from "./judged.js";
import type { RunLog } from "./log.js";
import { Model, type Violation } from "./model.js";
import { makePart } from "./parts.js";
import { type Phase, Phases } from "./phase.js";
import type { Step, Weights } from "./script.js";
import { Session } from "./session.js";
import { readAll } from "./shown.js";
import type { Store } from "./store.js";
import type { FlashOp } from "./tap.js";

/** How much is tried of a script. */
export interface Intensity {
  /** Share of the cuts that are tried, 0..1; 1 = exhaustive. */
  readonly share: number;
  /** Share of the cuts followed by one further cut, share of those followed by another, and of those by a third. */
  readonly nested1: number;
  readonly nested2: number;
  readonly nested3?: number;
  /** Instead of drawing: every further cut, so many deep. */
  readonly depth?: number;
  /** Instead of drawing: so many further cuts, each within the first operations of its boot. */
  readonly storm?: number;
  /** Only operations of this range. */
  readonly window?: Window;
  /** Only these tears at the first cut. */
  readonly tears?: readonly TearKind[];
  /** Only operations in these phases. */
  readonly phases?: readonly Phase[];
  /** How much of each life is lived; usual, if not said. */
  readonly length?: LifeLength;
}

export interface Plan extends Intensity {
  readonly store: Store;
  readonly geometry: FlashGeometry;
  readonly seed: number;
  readonly weights: Weights;
  readonly steps: readonly Step[];
  /** Only operations with op % of === index: so several workers share one script. */
  readonly shard: { readonly index: number; readonly of: number };
  /** Only this step (of `steps`): what the shrinker asks for. */
  readonly onlyStep?: number;
  /** Only these cuts: what a replay and the shrinker ask for. */
  readonly only?: { readonly op?: number; readonly tear: TearKind; readonly further: readonly Cut[] };
  readonly stopAfter?: number;
  readonly log?: RunLog;
  /** Somebody's own driver under all of it. */
  readonly driver?: Driver;
  readonly onProgress?: (step: number, steps: number) => void;
}

/** Operations [first, first + count), counted from the first format on. */
export interface Window {
  readonly first: number;
  readonly count: number;
}

export interface Finding {
  readonly op: number;
  readonly step: number;
  readonly tear: TearKind;
  readonly further: readonly Cut[];
  readonly violations: readonly Violation[];
}

export interface Tally {
  cuts: number;
  /** Lives with one further cut, with two, with three. */
  nested1: number;
  nested2: number;
  nested3: number;
  storms: number;
  /** Further cuts of all storms. */
  stormCuts: number;
  byTear: Record<string, number>;
  /** Operations cut. */
  byPhase: Record<string, number>;
  /** Cuts, further ones included, whose image under the same model was judged already. */
  equal: number;
  ops: number;
  /** Erases outside format: blocks won back by compaction, and blocks erased again after an unclean boot. */
  victims: number;
  refused: number;
  steps: number;
  checks: Checks;
  findings: Finding[];
}

export function emptyTally(): Tally {
  const counts = {
    cuts: 0,
    nested1: 0,
    nested2: 0,
    nested3: 0,
    storms: 0,
    stormCuts: 0,
    equal: 0,
    ops: 0,
    victims: 0,
    refused: 0,
    steps: 0,
  };
  return { ...counts, byTear: {}, byPhase: {}, checks: noChecks(), findings: [] };
}

export interface Exploration {
  readonly tally: Tally;
  readonly evidence: Evidence;
}

export function explore(plan: Plan): Promise<Exploration> {
  return new Explorer(plan).run();
}

/** A storm's cuts fall within so many operations of each boot. */
const STORM_OPS = 6;

class Explorer {
  private readonly tally = emptyTally();
  private readonly evidence: Evidence;
  private readonly plan: Plan;
  private readonly part: Part;
  private readonly spare: Part;
  private readonly trace: TraceFlash;
  private readonly model = new Model();
  private readonly session: Session;
  private readonly phases: Phases;
  private readonly judged: Judged | undefined;
  private readonly ram = {};
  private scenes: Scene[] = [];
  private base: Model | undefined;
  private stepIndex = 0;
  private wasFormatted = false;

  constructor(plan: Plan) {
    this.plan = plan;
    this.part = plan.driver?.makePart() ?? makePart(plan.geometry);
    this.spare = plan.driver?.makePart() ?? makePart(plan.geometry);
    this.trace = new TraceFlash(this.part);
    this.phases = new Phases(plan.geometry);
    this.evidence = new Evidence(timeModelOf(plan.geometry), plan.geometry);
    this.judged = plan.only === undefined ? new Judged() : undefined;
    this.session = new Session(plan.store, this.trace, this.model, plan.seed, plan.weights);
    this.session.listener = (op) => this.capture(op);
    this.session.log = plan.log;
  }

  async run(): Promise<Exploration> {
    const { evidence, plan, session, tally } = this;
    for (const [index, step] of plan.steps.entries()) {
      if (plan.onlyStep !== undefined && index > plan.onlyStep) break;
      const violations = await this.playStep(index, step);
      if (violations.length > 0) {
        tally.findings.push({ op: tally.ops, step: index, tear: "none", further: [], violations });
        break;
      }
      tally.steps++;
      if (tally.findings.length >= (plan.stopAfter ?? 10) || tally.ops > this.lastOp()) break;
      plan.onProgress?.(index + 1, plan.steps.length);
    }
    session.powerOff();
    tally.refused = session.refused;
    evidence.wearOf(this.part.eraseCounts);
    this.holdWear();
    return { tally, evidence };
  }

  private async playStep(index: number, step: Step): Promise<Violation[]> {
    const { session } = this;
    this.stepIndex = index;
    this.base = undefined;
    session.setClock(index);
    const mark = this.trace.modelledMs;
    const failures = await session.perform(step).then(
      () => this.judgeBoot(step),
      (error: unknown) => [blame(error)],
    );
    this.evidence.latency(step.do, this.trace.modelledMs - mark);
    this.wasFormatted = step.do === "format";
    await this.judgeScenes();
    return [...failures, ...session.violations];
  }

  /** No operation after this one is of interest. */
  private lastOp(): number {
    const { only, window } = this.plan;
    if (only?.op !== undefined) return only.op;
    return window === undefined ? Infinity : window.first + window.count;
  }

  /** A boot without any torn operation must show the truth too. */
  private judgeBoot(step: Step): Violation[] {
    const { agent } = this.session;
    if (agent === undefined || (step.do !== "pull" && step.do !== "reopen")) return [];
    const { shown, violations } = readAll(agent, this.model, { receipts: true, verify: true, settled: true });
    return [...violations, ...this.model.judge(shown)].map((one) => ({ ...one, text: `${one.text} [${step.do}, no cut]` }));
  }

  /** Remembers the part as it is before an operation, when a cut there is to be tried. */
  private capture(op: FlashOp): void {
    const { tally } = this;
    const index = tally.ops++;
    if (op.kind === "erase" && !this.model.formatting) tally.victims++;
    if (!this.wanted(index)) return;
    const source = op.source?.slice() ?? new Uint8Array(0);
    const phase = this.phaseOf(op, source);
    if (this.plan.phases !== undefined && !this.plan.phases.includes(phase)) return;
    this.base ??= this.model.clone();
    this.scenes.push({
      op: index,
      kind: op.kind,
      block: op.block,
      offset: op.offset,
      source,
      part: this.part.clone() as Part,
      model: this.base,
      phase,
      repeats: this.scenes.length > 0 && this.scenes.at(-1)!.op === index - 1,
    });
  }

  private wanted(op: number): boolean {
    const { only, onlyStep, seed, shard, share, window } = this.plan;
    if (onlyStep !== undefined && onlyStep !== this.stepIndex) return false;
    if (only?.op !== undefined) return only.op === op;
    if (window !== undefined && (op < window.first || op >= window.first + window.count)) return false;
    return op % shard.of === shard.index && happens(share, seed, ABOUT.sample, op);
  }

  private phaseOf(op: FlashOp, source: Uint8Array): Phase {
    const { blockBytes } = this.plan.geometry;
    const cells = new Uint8Array(blockBytes);
    this.part.read(op.block, 0, cells);
    return this.phases.of({ ...op, source, cells, during: this.during(), lastLsn: this.model.lastLsn });
  }

  private during() {
    const step = this.plan.steps[this.stepIndex]!.do;
    if (this.model.formatting) return "format" as const;
    if (this.session.mounting) return step === "format" || this.wasFormatted ? ("first boot" as const) : ("mount" as const);
    return step === "tick" ? ("tick" as const) : ("change" as const);
  }

  private async judgeScenes(): Promise<void> {
    const { plan } = this;
    const scenes = this.scenes;
    this.scenes = [];
    const world: World = {
      store: plan.store,
      seed: plan.seed,
      weights: plan.weights,
      full: this.session.refused > 0,
      spare: this.spare,
      length: plan.length ?? "usual",
      judged: this.judged,
      checks: this.tally.checks,
      ram: this.ram,
      log: plan.log,
      onPowerOn: () => plan.driver?.restart(this.spare),
      onMounted: (asked) => this.evidence.mount(asked),
    };
    for (const scene of scenes) await this.judgeScene(world, scene);
  }

  private async judgeScene(world: World, scene: Scene): Promise<void> {
    const { evidence, plan, tally } = this;
    tally.byPhase[scene.phase] = (tally.byPhase[scene.phase] ?? 0) + 1;
    const before = tally.findings.length;
    const fitting = tearsOf(scene.kind).filter((tear) => plan.tears?.includes(tear) ?? true);
    const tears = plan.only === undefined ? fitting : [plan.only.tear];
    for (const [number, tear] of tears.entries()) {
      if (tally.findings.length >= (plan.stopAfter ?? 10)) break;
      tally.cuts++;
      tally.byTear[tear] = (tally.byTear[tear] ?? 0) + 1;
      // "nothing done" here is the very image that "all done, not told" of the operation before left, in the same change.
      if (tear === "none" && scene.repeats && plan.only === undefined) {
        tally.equal++;
        continue;
      }
      const further = plan.only?.further ?? this.stormAt(scene, number);
      const aftermath = await cutAt(world, scene, tear, further, plan.depth);
      evidence.image(aftermath.image);
      if (further.length > 0 && plan.only === undefined) {
        tally.storms++;
        tally.stormCuts += aftermath.nested;
      }
      this.record(scene, tear, further, aftermath);
      if (plan.only !== undefined || further.length > 0) continue;
      if (plan.depth !== undefined) await this.deepen(world, scene, tear, [], aftermath, plan.depth);
      else await this.judgeNested(world, scene, tear, number, aftermath);
    }
    evidence.cutAt(scene.op, scene.phase, tally.findings.length === before);
  }

  private stormAt(scene: Scene, number: number): Cut[] {
    const { seed, storm = 0 } = this.plan;
    const chance = scene.op * 64 + number * 8;
    return Array.from({ length: storm }, (_, i) => ({
      op: pick(STORM_OPS, seed, ABOUT.storm, chance, 2 * i),
      tear: TEAR_KINDS[pick(TEAR_KINDS.length, seed, ABOUT.storm, chance, 2 * i + 1)]!,
    }));
  }

  /** Every further cut in the life after, and in the lives after those. */
  private async deepen(world: World, scene: Scene, tear: TearKind, before: readonly Cut[], life: Aftermath, depth: number): Promise<void> {
    if (depth === 0 || life.equal) return;
    for (const [op, { kind, call }] of life.trace.entries()) {
      for (const next of tearsOf(kind)) {
        if (this.tally.findings.length >= (this.plan.stopAfter ?? 10)) return;
        // As in judgeScene: the image that "all done" of the operation before left.
        const repeats = next === "none" && op > 0 && life.trace[op - 1]!.call === call;
        this.countNested(before.length + 1);
        if (repeats) {
          this.tally.equal++;
          continue;
        }
        const further = [...before, { op, tear: next }];
        const after = await cutAt(world, scene, tear, further, depth - 1);
        this.record(scene, tear, further, after);
        await this.deepen(world, scene, tear, further, after, depth - 1);
      }
    }
  }

  /** One further cut for a share of the cuts, one more for a share of those, and a third. */
  private async judgeNested(world: World, scene: Scene, tear: TearKind, number: number, first: Aftermath): Promise<void> {
    const { nested1, nested2, nested3 = 0, seed } = this.plan;
    const draws = Math.floor(nested1) + (happens(nested1 % 1, seed, ABOUT.nested, scene.op, number) ? 1 : 0);
    for (let draw = 0; draw < draws; draw++) {
      const chance = scene.op * 64 + number * 8 + draw;
      let [further, life]: [Cut[], Aftermath] = [[], first];
      for (const [level, share] of [1, nested2, nested3].entries()) {
        if (level > 0 && !happens(share, seed, ABOUT.nested, chance, 1 + 16 * (level - 1))) break;
        const next = drawCut(life, seed, chance + 0x40000000 * level);
        if (next === undefined) break;
        further = [...further, next];
        life = await cutAt(world, scene, tear, further);
        this.countNested(level + 1);
        this.record(scene, tear, further, life);
      }
    }
  }

  private countNested(depth: number): void {
    const name = (["nested1", "nested2", "nested3"] as const)[depth - 1];
    if (name !== undefined) this.tally[name]++;
  }

  private record(scene: Scene, tear: TearKind, further: readonly Cut[], aftermath: Aftermath): void {
    if (aftermath.equal) this.tally.equal++;
    if (aftermath.violations.length === 0) return;
    this.tally.findings.push({ op: scene.op, step: this.stepIndex, tear, further, violations: aftermath.violations });
  }

  /** I9, at the end of the script. */
  private holdWear(): void {
    const { tally } = this;
    if (tally.findings.length > 0) return;
    tally.checks.I9++;
    const text = brokenWear(this.part.eraseCounts);
    const violations: Violation[] = [{ promise: "bound", key: "", text }];
    if (text !== "") tally.findings.push({ op: tally.ops, step: tally.steps, tear: "none", further: [], violations });
  }
}

/** Where the next cut falls: two times in three while mounting, where recovery is. */
function drawCut(aftermath: Aftermath, seed: number, chance: number): Cut | undefined {
  const { trace } = aftermath;
  const recovery = trace.findIndex((op) => !op.mounting);
  const mounting = recovery < 0 ? trace.length : recovery;
  const narrow = mounting > 0 && happens(0.67, seed, ABOUT.nested, chance, 2);
  const count = narrow ? mounting : trace.length;
  if (count === 0) return undefined;
  const op = pick(count, seed, ABOUT.nested, chance, 3);
  const tears = tearsOf(trace[op]!.kind);
  return { op, tear: tears[pick(tears.length, seed, ABOUT.nested, chance, 4)]! };
}

/*
 * Every cut there is: performs a script once and, at each program and erase, tries each tear on a clone
 * of the part. Further cuts, in the recovery and after it, are drawn by counter hash.
 */
import type { FlashGeometry, TearKind } from "../flash/index.js";
import { ABOUT, happens, pick } from "./chance.js";
import { type Aftermath, blame, type Cut, cutAt, type Part, type Scene, tearsOf, type World } from "./cut.js";
import { Model, type Violation } from "./model.js";
import { makePart } from "./parts.js";
import type { Step, Weights } from "./script.js";
import { Session } from "./session.js";
import { readAll } from "./shown.js";
import type { Store } from "./store.js";
import type { FlashOp } from "./tap.js";

export interface Plan {
  readonly store: Store;
  readonly geometry: FlashGeometry;
  readonly seed: number;
  readonly weights: Weights;
  readonly steps: readonly Step[];
  /** Share of the cuts that are tried, 0..1; 1 = exhaustive. */
  readonly share: number;
  /** Share of the cuts followed by one further cut, and share of those followed by a third. */
  readonly nested1: number;
  readonly nested2: number;
  /** Only operations with op % of === index: so several workers share one script. */
  readonly shard: { readonly index: number; readonly of: number };
  /** Only this step (of `steps`): what the shrinker asks for. */
  readonly onlyStep?: number;
  /** Only these cuts: what a replay and the shrinker ask for. */
  readonly only?: { readonly op?: number; readonly tear: TearKind; readonly further: readonly Cut[] };
  readonly stopAfter?: number;
  readonly onProgress?: (step: number, steps: number) => void;
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
  nested1: number;
  nested2: number;
  byTear: Record<string, number>;
  byPhase: Record<string, number>;
  /** Cuts whose image equals one judged already: "nothing done" after "all done" of the operation before. */
  equal: number;
  ops: number;
  /** Erases outside format: blocks won back by compaction, and blocks erased again after an unclean boot. */
  victims: number;
  refused: number;
  steps: number;
  findings: Finding[];
}

export function emptyTally(): Tally {
  return { cuts: 0, nested1: 0, nested2: 0, byTear: {}, byPhase: {}, equal: 0, ops: 0, victims: 0, refused: 0, steps: 0, findings: [] };
}

export async function explore(plan: Plan): Promise<Tally> {
  return new Explorer(plan).run();
}

class Explorer {
  readonly tally = emptyTally();
  private readonly plan: Plan;
  private readonly part: Part;
  private readonly spare: Part;
  private readonly model = new Model();
  private readonly session: Session;
  private scenes: Scene[] = [];
  private base: Model | undefined;
  private stepIndex = 0;

  constructor(plan: Plan) {
    this.plan = plan;
    this.part = makePart(plan.geometry);
    this.spare = makePart(plan.geometry);
    this.session = new Session(plan.store, this.part, this.model, plan.seed, plan.weights);
    this.session.listener = (op) => this.capture(op);
  }

  async run(): Promise<Tally> {
    const { plan, session, tally } = this;
    for (const [index, step] of plan.steps.entries()) {
      if (plan.onlyStep !== undefined && index > plan.onlyStep) break;
      this.stepIndex = index;
      this.base = undefined;
      session.setClock(index);
      const failures = await session.perform(step).then(
        () => this.judgeBoot(step),
        (error: unknown) => [blame(error)],
      );
      await this.judgeScenes();
      const violations = [...failures, ...session.violations];
      if (violations.length > 0) {
        tally.findings.push({ op: tally.ops, step: index, tear: "none", further: [], violations });
        break;
      }
      tally.steps++;
      if (tally.findings.length >= (plan.stopAfter ?? 10) || tally.ops > (plan.only?.op ?? Infinity)) break;
      plan.onProgress?.(index + 1, plan.steps.length);
    }
    tally.refused = session.refused;
    return tally;
  }

  /** A boot without any torn operation must show the truth too. */
  private judgeBoot(step: Step): Violation[] {
    const { agent } = this.session;
    if (agent === undefined || (step.do !== "pull" && step.do !== "reopen")) return [];
    const { shown, violations } = readAll(agent, this.model, { receipts: true, verify: true });
    return [...violations, ...this.model.judge(shown)].map((one) => ({ ...one, text: `${one.text} [${step.do}, no cut]` }));
  }

  /** Remembers the part as it is before an operation, when a cut there is to be tried. */
  private capture(op: FlashOp): void {
    const { tally } = this;
    const index = tally.ops++;
    if (op.kind === "erase" && !this.model.formatting) tally.victims++;
    if (!this.wanted(index)) return;
    this.base ??= this.model.clone();
    this.scenes.push({
      op: index,
      kind: op.kind,
      block: op.block,
      offset: op.offset,
      source: op.source?.slice() ?? new Uint8Array(0),
      part: this.part.clone() as Part,
      model: this.base,
      phase: this.phaseOf(op),
      repeats: this.scenes.length > 0 && this.scenes.at(-1)!.op === index - 1,
    });
  }

  private wanted(op: number): boolean {
    const { plan } = this;
    if (plan.onlyStep !== undefined && plan.onlyStep !== this.stepIndex) return false;
    if (plan.only?.op !== undefined) return plan.only.op === op;
    return op % plan.shard.of === plan.shard.index && happens(plan.share, plan.seed, ABOUT.sample, op);
  }

  private phaseOf(op: FlashOp): string {
    if (this.session.mounting) return "mount";
    const step = this.plan.steps[this.stepIndex]!.do;
    if (step === "format") return "format";
    if (op.kind === "erase") return "erase";
    if (step === "tick") return "compaction";
    return step === "reopen" ? "close" : "write";
  }

  private async judgeScenes(): Promise<void> {
    const { plan } = this;
    const scenes = this.scenes;
    this.scenes = [];
    const world: World = { store: plan.store, seed: plan.seed, weights: plan.weights, full: this.session.refused > 0, spare: this.spare };
    for (const scene of scenes) await this.judgeScene(world, scene);
  }

  private async judgeScene(world: World, scene: Scene): Promise<void> {
    const { plan, tally } = this;
    tally.byPhase[scene.phase] = (tally.byPhase[scene.phase] ?? 0) + 1;
    const tears = plan.only === undefined ? tearsOf(scene.kind) : [plan.only.tear];
    for (const [number, tear] of tears.entries()) {
      if (tally.findings.length >= (plan.stopAfter ?? 10)) return;
      tally.cuts++;
      tally.byTear[tear] = (tally.byTear[tear] ?? 0) + 1;
      // "nothing done" here is the very image that "all done, not told" of the operation before left, in the same change.
      if (tear === "none" && scene.repeats && plan.only === undefined) {
        tally.equal++;
        continue;
      }
      const aftermath = await cutAt(world, scene, tear, plan.only?.further ?? []);
      this.record(scene, tear, plan.only?.further ?? [], aftermath);
      if (plan.only === undefined) await this.judgeNested(world, scene, tear, number, aftermath);
    }
  }

  /** One further cut for a share of the cuts, and one more for a share of those. */
  private async judgeNested(world: World, scene: Scene, tear: TearKind, number: number, first: Aftermath): Promise<void> {
    const { plan, tally } = this;
    const draws = Math.floor(plan.nested1) + (happens(plan.nested1 % 1, plan.seed, ABOUT.nested, scene.op, number) ? 1 : 0);
    for (let draw = 0; draw < draws; draw++) {
      const chance = scene.op * 64 + number * 8 + draw;
      const second = drawCut(first, plan.seed, chance);
      if (second === undefined) return;
      const after = await cutAt(world, scene, tear, [second]);
      tally.nested1++;
      this.record(scene, tear, [second], after);
      if (!happens(plan.nested2, plan.seed, ABOUT.nested, chance, 1)) continue;
      const third = drawCut(after, plan.seed, chance + 0x40000000);
      if (third === undefined) continue;
      tally.nested2++;
      this.record(scene, tear, [second, third], await cutAt(world, scene, tear, [second, third]));
    }
  }

  private record(scene: Scene, tear: TearKind, further: readonly Cut[], aftermath: Aftermath): void {
    if (aftermath.violations.length === 0) return;
    this.tally.findings.push({ op: scene.op, step: this.stepIndex, tear, further, violations: aftermath.violations });
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

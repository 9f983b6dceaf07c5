/*
 * What a campaign found: everything a report can be drawn from, as plain values.
 */
import type { CutPointMap, Latency, Seen } from "./evidence.js";
import { emptyTally, type Tally } from "./explore.js";
import type { Checks } from "./invariants.js";
import type { Failure, JobReport } from "./job.js";
import { printSubject } from "./replay.js";
import type { Work, WorkReport } from "./work.js";

/** What was tried of one script. */
export interface ScriptReport {
  readonly name: string;
  readonly tally: Tally;
  /** Of the first shard; empty where all of a script's cuts are elsewhere. */
  readonly maps: CutPointMap[];
  readonly violations: number;
}

export interface CampaignReport {
  readonly name: string;
  readonly budget: string;
  readonly scripts: ScriptReport[];
  readonly cuts: number;
  /** Of the cuts, those that left an image no other cut of the campaign left. */
  readonly images: number;
  /** Cuts whose image was judged before, under the same model. */
  readonly equal: number;
  readonly nested1: number;
  readonly nested2: number;
  readonly nested3: number;
  readonly storms: number;
  readonly stormCuts: number;
  readonly byTear: Record<string, number>;
  readonly byPhase: Record<string, number>;
  readonly checks: Checks;
  /** What other work than cuts counts: flips, bursts, and what came of them. */
  readonly trials: Record<string, number>;
  /** wear[n]: blocks erased n times, over all scripts. */
  readonly wear: number[];
  readonly latencies: Record<string, Latency>;
  /** Nearest that any mount came to its bound, 0..1, by what is bounded. */
  readonly mounts: Record<string, number>;
  readonly violations: Failure[];
  readonly elapsedMs: number;
  /** Of all threads of the process. */
  readonly cpuMs: number;
}

/** Lives lived: first cuts and all lives with further cuts, without the equal ones. */
export function livesOf(report: CampaignReport): number {
  return cutsOf(report) - report.equal;
}

/** Every cut made in a life, the equal ones included. */
export function cutsOf({ cuts, nested1, nested2, nested3, stormCuts }: CampaignReport): number {
  return cuts + nested1 + nested2 + nested3 + stormCuts;
}

/** Adds up reports as they come. */
export class Gathering {
  private readonly name: string;
  private readonly budget: string;
  private readonly total = emptyTally();
  private readonly images = new Set<number>();
  private readonly scripts = new Map<string, { name: string; tally: Tally; maps: CutPointMap[]; violations: number }>();
  private readonly trials: Record<string, number> = {};
  private readonly wear: number[] = [];
  private readonly latencies: Record<string, Latency> = {};
  private readonly mounts: Record<string, number> = {};
  private readonly violations: Failure[] = [];
  private readonly startMs = performance.now();
  private readonly startCpu = cpuMs();

  constructor(name: string, budget: string) {
    this.name = name;
    this.budget = budget;
  }

  add(report: WorkReport, work: Work): void {
    if ("job" in report) this.addCuts(report.job, "job" in work && work.job.shard.index === 0);
    else if ("trials" in report) {
      for (const [key, value] of Object.entries(report.trials.counts)) this.trials[key] = (this.trials[key] ?? 0) + value;
      for (const [key, value] of Object.entries(report.trials.worst)) this.trials[key] = Math.max(this.trials[key] ?? 0, value);
      this.violations.push(...report.trials.failures);
    } else this.addTrials("flips" in report ? report.flips : report.damage);
  }

  report(): CampaignReport {
    const { cuts, equal, nested1, nested2, nested3, storms, stormCuts, byTear, byPhase, checks } = this.total;
    const { budget, latencies, mounts, name, trials, violations, wear } = this;
    const scripts = [...this.scripts.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    const counts = { cuts, images: this.images.size, equal, nested1, nested2, nested3, storms, stormCuts };
    const times = { elapsedMs: performance.now() - this.startMs, cpuMs: cpuMs() - this.startCpu };
    return { name, budget, scripts, ...counts, byTear, byPhase, checks, trials, wear, latencies, mounts, violations, ...times };
  }

  /** `first`: of several jobs on one script, the one whose wear and times count. */
  private addCuts({ subject, tally, seen, failures }: JobReport, first: boolean): void {
    addTally(this.total, tally);
    for (const image of seen.images) this.images.add(image);
    this.violations.push(...failures);
    this.addSeen(seen, first);
    const name = printSubject(subject);
    const script = this.scripts.get(name) ?? { name, tally: emptyTally(), maps: [], violations: 0 };
    const { ops, steps, victims, refused } = tally;
    addTally(script.tally, { ...tally, ops: 0, steps: 0, victims: 0, refused: 0 });
    Object.assign(script.tally, { ops, steps, victims, refused });
    script.maps.push(seen.map);
    script.violations += failures.length;
    this.scripts.set(name, script);
  }

  private addSeen({ wear, latencies, mounts }: Seen, first: boolean): void {
    if (first) for (const [count, blocks] of wear.entries()) this.wear[count] = (this.wear[count] ?? 0) + blocks;
    for (const [call, latency] of Object.entries(latencies)) {
      if (!first && call !== "mount after a cut") continue;
      this.latencies[call] ??= { counts: latency.counts.map(() => 0), maxMs: 0 };
      const sum = this.latencies[call];
      latency.counts.forEach((count, i) => {
        sum.counts[i]! += count;
      });
      sum.maxMs = Math.max(sum.maxMs, latency.maxMs);
    }
    for (const [name, share] of Object.entries(mounts)) this.mounts[name] = Math.max(this.mounts[name] ?? 0, share);
  }

  private addTrials(report: { readonly failures: readonly Failure[] }): void {
    for (const [key, value] of Object.entries(report)) {
      if (typeof value === "number" && key !== "lengthBytes") this.trials[key] = (this.trials[key] ?? 0) + value;
    }
    this.violations.push(...report.failures);
  }
}

export function addTally(total: Tally, tally: Tally): void {
  const counts = ["cuts", "nested1", "nested2", "nested3", "storms", "stormCuts", "equal", "ops", "victims", "refused", "steps"] as const;
  for (const name of counts) total[name] += tally[name];
  for (const name of ["byTear", "byPhase", "checks"] as const) {
    const sum: Record<string, number> = total[name];
    for (const [key, count] of Object.entries(tally[name])) sum[key] = (sum[key] ?? 0) + count;
  }
}

/** Of this process, all its threads included. A page has no such clock. */
function cpuMs(): number {
  const { user, system } = globalThis.process?.cpuUsage?.() ?? { user: 0, system: 0 };
  return (user + system) / 1000;
}

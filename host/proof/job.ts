/*
 * A job: the cuts of one script, or a share of them. What a worker does without asking anybody.
 *
 * Jobs are functions of their description, so that it does not matter which worker does which, nor how many there are.
 */
import type { Driver } from "./driver.js";
import type { Seen } from "./evidence.js";
import { explore, type Finding, type Intensity, type Tally } from "./explore.js";
import { scaled } from "./geometries.js";
import { type InvariantId, invariantOf } from "./invariants.js";
import { printReplay, type Subject, stepsOf } from "./replay.js";
import { WEIGHTS } from "./script.js";
import { fewerCuts, shrink } from "./shrink.js";
import { type Store, striped } from "./store.js";

export interface Job extends Intensity {
  readonly subject: Subject;
  readonly shard: { readonly index: number; readonly of: number };
  /** Candidates the shrinker may try for the first failure; 0 = do not shrink. */
  readonly shrinkBudget: number;
}

export interface Failure {
  /** What `holdfast powercut --replay` takes. */
  readonly replay: string;
  readonly text: string;
  /** Which of the twelve its first violation breaks; of other work than cuts, unknown. */
  readonly invariant?: InvariantId;
}

export interface JobReport {
  readonly subject: Subject;
  readonly tally: Tally;
  readonly seen: Seen;
  readonly failures: Failure[];
}

/** Splits each subject into shards, so that the last job of a campaign is a short one. */
export function jobsOf(subjects: readonly Subject[], intensity: Intensity, shards: number, shrinkBudget = 60): Job[] {
  return subjects.flatMap((subject) =>
    Array.from({ length: shards }, (_, index) => ({ ...intensity, subject, shard: { index, of: shards }, shrinkBudget })),
  );
}

/** `driver`: what it runs on in place of the part that the subject names; its failures are then not made smaller. */
export async function runJob(job: Job, plain: Store, driver?: Driver): Promise<JobReport> {
  const { subject, shrinkBudget: _, ...intensity } = job;
  const store = striped(plain, subject.outerParity);
  const { tally, evidence } = await explore({
    ...intensity,
    store,
    geometry: driver?.geometry ?? scaled(subject.preset, subject.blockCount),
    ...(driver && { driver }),
    seed: subject.script.seed,
    weights: WEIGHTS[subject.script.weights]!,
    steps: stepsOf(subject, driver?.geometry),
  });
  const failures: Failure[] = [];
  // The one with the fewest cuts is made small: it says most about the cause.
  const findings = [...tally.findings].sort((a, b) => a.further.length - b.further.length);
  for (const [index, finding] of findings.entries())
    failures.push(await describe(driver === undefined ? job : { ...job, shrinkBudget: 0 }, store, finding, index === 0));
  return { subject, tally: { ...tally, findings: [] }, seen: evidence.seen(), failures };
}

async function describe(job: Job, store: Store, found: Finding, first: boolean): Promise<Failure> {
  const { subject, length } = job;
  const finding = job.shrinkBudget > 0 ? await fewerCuts(store, subject, found, job.shrinkBudget, length) : found;
  const cut = { op: finding.op, tear: finding.tear };
  const smaller = first && job.shrinkBudget > 0 ? await shrink(store, subject, finding, job.shrinkBudget, length) : undefined;
  const text = finding.violations.map((violation) => `${violation.promise} ${violation.key} ${violation.text}`).slice(0, 4);
  const invariant = invariantOf(finding.violations[0]!);
  return {
    invariant,
    replay: printReplay(smaller ?? { ...subject, cut, further: finding.further, ...(length && { length }) }),
    text: text.join("; "),
  };
}

/** Of a trial (trial.ts): `counts` are added up over trials, of `worst` the greatest is kept. */
export interface Outcome {
  readonly counts: Record<string, number>;
  readonly worst?: Record<string, number>;
  readonly faults: readonly string[];
}

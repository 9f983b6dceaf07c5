/*
 * Many scripts on many parts, on as many workers as there are processors: one report.
 *
 * The work is cut into jobs that are functions of their description, so that it does not matter which
 * worker does which, nor how many there are: the report is the same.
 */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { emptyTally, explore, type Finding, type Tally } from "./explore.js";
import { scaled } from "./geometries.js";
import { printReplay, type Subject, stepsOf } from "./replay.js";
import { WEIGHTS } from "./script.js";
import { shrink } from "./shrink.js";
import { holdfast, type Store, striped } from "./store.js";

export interface Intensity {
  /** Share of the cuts tried, 0..1; 1 = every one. */
  readonly share: number;
  /** Further cuts per cut; and the share of those that get a third. */
  readonly nested1: number;
  readonly nested2: number;
}

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
}

export interface JobReport {
  readonly subject: Subject;
  readonly tally: Tally;
  readonly failures: Failure[];
}

export interface CampaignReport {
  readonly jobs: JobReport[];
  readonly cuts: number;
  readonly nested1: number;
  readonly nested2: number;
  readonly byTear: Record<string, number>;
  readonly byPhase: Record<string, number>;
  readonly violations: Failure[];
}

export interface CampaignOptions {
  readonly jobs: readonly Job[];
  /** 0 = in this thread, with `store`. */
  readonly workers?: number;
  readonly store?: Store;
  readonly onProgress?: (done: number, total: number, last: JobReport) => void;
}

export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const reports: JobReport[] = [];
  const queue = [...options.jobs];
  const done = (report: JobReport) => {
    reports.push(report);
    options.onProgress?.(reports.length, options.jobs.length, report);
  };
  const workers = options.workers ?? availableParallelism();
  if (workers === 0 || options.store !== undefined) {
    for (const job of queue) done(await runJob(job, options.store ?? holdfast));
  } else {
    await Promise.all(Array.from({ length: Math.min(workers, queue.length) }, () => drain(queue, done)));
  }
  return summarize(reports);
}

/** Splits each subject into shards, so that the last job of a campaign is a short one. */
export function jobsOf(subjects: readonly Subject[], intensity: Intensity, shards: number, shrinkBudget = 60): Job[] {
  return subjects.flatMap((subject) =>
    Array.from({ length: shards }, (_, index) => ({ ...intensity, subject, shard: { index, of: shards }, shrinkBudget })),
  );
}

export async function runJob(job: Job, plain: Store): Promise<JobReport> {
  const { subject } = job;
  const store = striped(plain, subject.outerParity);
  const tally = await explore({
    store,
    geometry: scaled(subject.preset, subject.blockCount),
    seed: subject.script.seed,
    weights: WEIGHTS[subject.script.weights]!,
    steps: stepsOf(subject),
    share: job.share,
    nested1: job.nested1,
    nested2: job.nested2,
    shard: job.shard,
  });
  const failures: Failure[] = [];
  for (const [index, finding] of tally.findings.entries()) failures.push(await describe(job, store, finding, index === 0));
  return { subject, tally: { ...tally, findings: [] }, failures };
}

async function describe(job: Job, store: Store, finding: Finding, first: boolean): Promise<Failure> {
  const { subject } = job;
  const cut = { op: finding.op, tear: finding.tear };
  const smaller = first && job.shrinkBudget > 0 ? await shrink(store, subject, finding, job.shrinkBudget) : undefined;
  const text = finding.violations.map((violation) => `${violation.promise} ${violation.key} ${violation.text}`).slice(0, 4);
  return { replay: printReplay(smaller ?? { ...subject, cut, further: finding.further }), text: text.join("; ") };
}

/** Feeds one worker until the queue is empty. */
async function drain(queue: Job[], done: (report: JobReport) => void): Promise<void> {
  const worker = startWorker();
  try {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) done(await ask<JobReport>(worker, { job }));
  } finally {
    await worker.terminate();
  }
}

/** The worker runs what this file is: JavaScript from the package, or TypeScript from the checkout, for which it needs its own loader. */
export function startWorker(): Worker {
  if (!import.meta.url.endsWith(".ts")) return new Worker(new URL("./worker.js", import.meta.url));
  const [loader, worker] = [import.meta.resolve("tsx/esm/api"), new URL("./worker.ts", import.meta.url).href];
  return new Worker(`import(${JSON.stringify(loader)}).then(({ register }) => { register(); return import(${JSON.stringify(worker)}); })`, {
    eval: true,
    execArgv: [],
  });
}

/** One question, one answer. Rejects when the worker dies. */
export function ask<T>(worker: Worker, question: unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    worker.removeAllListeners("message").removeAllListeners("error");
    worker.once("message", (answer: { value?: T; error?: string }) => {
      if (answer.error === undefined) resolve(answer.value as T);
      else reject(new Error(answer.error));
    });
    worker.once("error", reject);
    worker.postMessage(question);
  });
}

export function summarize(jobs: JobReport[]): CampaignReport {
  const total = emptyTally();
  for (const { tally } of jobs) addTally(total, tally);
  const { cuts, nested1, nested2, byTear, byPhase } = total;
  return { jobs, cuts, nested1, nested2, byTear, byPhase, violations: jobs.flatMap((job) => job.failures) };
}

export function addTally(total: Tally, tally: Tally): void {
  for (const name of ["cuts", "nested1", "nested2", "equal", "ops", "victims", "refused", "steps"] as const) total[name] += tally[name];
  for (const name of ["byTear", "byPhase"] as const) {
    for (const [key, count] of Object.entries(tally[name])) total[name][key] = (total[name][key] ?? 0) + count;
  }
}

/*
 * The kinds of work a campaign is made of. A new kind of fault is a new kind here: its job, its report, what runs it.
 */
import { type DamageJob, type DamageReport, runDamageJob } from "./damage.js";
import type { Driver } from "./driver.js";
import { type FlipJob, type FlipReport, runFlipJob } from "./flips.js";
import { type Job, type JobReport, runJob } from "./job.js";
import { printSubject, type Subject } from "./replay.js";
import type { Store } from "./store.js";
import { runTrialJob, type TrialJob, type TrialReport } from "./trial.js";

export type Work = { readonly job: Job } | { readonly flips: FlipJob } | { readonly damage: DamageJob } | { readonly trials: TrialJob };
export type WorkReport =
  | { readonly job: JobReport }
  | { readonly flips: FlipReport }
  | { readonly damage: DamageReport }
  | { readonly trials: TrialReport };

/** `driver`: under cuts only. */
export async function doWork(work: Work, store: Store, driver?: Driver): Promise<WorkReport> {
  if ("job" in work) return { job: await runJob(work.job, store, driver) };
  if ("flips" in work) return { flips: await runFlipJob(work.flips, store) };
  if ("trials" in work) return { trials: await runTrialJob(work.trials, store) };
  return { damage: await runDamageJob(work.damage, store) };
}

export function subjectOf(work: Work): Subject {
  if ("job" in work) return work.job.subject;
  if ("flips" in work) return work.flips.subject;
  return "trials" in work ? work.trials.subject : work.damage.subject;
}

/** The script it is about. */
export function nameOfWork(work: Work): string {
  return printSubject(subjectOf(work));
}

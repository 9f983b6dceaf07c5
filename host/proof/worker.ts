/*
 * A worker thread of the proof: takes one job at a time, answers with its report.
 */
import { parentPort } from "node:worker_threads";
import { type Job, runJob } from "./campaign.js";
import { type DamageJob, runDamageJob } from "./damage.js";
import { type FlipJob, runFlipJob } from "./flips.js";
import { holdfast } from "./store.js";

type Question = { job: Job } | { flips: FlipJob } | { damage: DamageJob };

parentPort?.on("message", (question: Question) => {
  answer(question).then(
    (value) => parentPort?.postMessage({ value }),
    (error: Error) => parentPort?.postMessage({ error: error.stack ?? String(error) }),
  );
});

function answer(question: Question): Promise<unknown> {
  if ("job" in question) return runJob(question.job, holdfast);
  if ("flips" in question) return runFlipJob(question.flips, holdfast);
  return runDamageJob(question.damage, holdfast);
}

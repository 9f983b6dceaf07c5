/*
 * A worker thread of the proof: takes one piece of work at a time, answers with its report.
 */
import { parentPort } from "node:worker_threads";
import { holdfast } from "./store.js";
import { doWork, type Work } from "./work.js";

parentPort?.on("message", (work: Work) => {
  doWork(work, holdfast).then(
    (value) => parentPort?.postMessage({ value }),
    (error: Error) => parentPort?.postMessage({ error: error.stack ?? String(error) }),
  );
});

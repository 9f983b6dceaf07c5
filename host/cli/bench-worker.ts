/*
 * The thread in which `holdfast bench` measures, so that the command line still hears Ctrl-C.
 */

import { parentPort, workerData } from "node:worker_threads";
import { type BenchOptions, bench, reportJson, reportLines } from "../bench/run.js";

/** What the thread says: a line while it works, and in the end the report or what went wrong. */
export type BenchNews = { line: string } | { json: Record<string, unknown>; lines: string[]; missed: string[] } | { failure: string };

function tell(news: BenchNews): void {
  parentPort?.postMessage(news);
}

bench(workerData as BenchOptions, (line) => tell({ line })).then(
  (report) => tell({ json: reportJson(report), lines: reportLines(report), missed: report.missed }),
  (error: Error) => tell({ failure: error.message }),
);

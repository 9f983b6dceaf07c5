/*
 * `holdfast bench`: what it costs, beside what others cost.
 */

import { Worker } from "node:worker_threads";
import { type BenchOptions, CONFIGURATION_NAMES } from "../bench/run.js";
import type { BenchNews } from "./bench-worker.js";
import type { Call, Command, Outcome } from "./command.js";
import { EXIT } from "./exit.js";
import { asCount, asOneOf } from "./words.js";

export const bench: Command = {
  name: "bench",
  group: "proof",
  summary: "run workload pim-1 and print write amplification, times, space and wear beside the peers'",
  usage: "[--config A50|A100|A4|B|B4] [--seed S]",
  example: "holdfast bench --config A50 --json",
  details:
    "Without --config everything is run, about two minutes. Times are modelled from counted flash operations: the same seed gives the same figures on every machine. Exit 0 also when a bar is missed; the list of missed bars says which.",
  keys: {
    seed: "the seed",
    configurations: "array of figures, one object per configuration and retention, and one for A4 packed",
    bars: "array of {bar, ok, ...}: the numbers to reach and what was reached",
    missed: "names of the bars that were missed",
    skipped: "what could not be measured, and why",
    recordsIn384KiB: "records the index holds in 384 KiB of memory",
    wasmBytes: "size of device.wasm",
    space: "payload at the first FULL, raw and packed (all configurations only)",
    text: "what real texts cost, packed: {records, batches, textBytes, packedShare, programmedPerByte, withMeta} (all configurations only)",
    wear: "erases after ten part-fulls (all configurations only)",
    parity8: "write amplification of A100 with 8 parity bytes (all configurations only)",
  },
  options: {
    config: { type: "string", value: "NAME", words: `one of ${CONFIGURATION_NAMES.join(", ")} (default: all, and space and wear)` },
    seed: { type: "string", value: "S", words: "seed of the workload (default: 1)" },
  },
  arity: [0, 0],
  writes: false,
  run,
};

async function run(call: Call): Promise<Outcome> {
  const seed = asCount(call.text("seed") ?? "1", "--seed", 0, 0xffffffff);
  const name = call.text("config");
  const options: BenchOptions = {
    seed,
    ...(name ? { configurations: [asOneOf(name.toUpperCase(), "--config", CONFIGURATION_NAMES)] } : {}),
  };
  const worker = startWorker(options);
  try {
    const { json, lines, missed } = await call.terminal.orStopped(reportOf(call, worker));
    if (missed.length > 0) call.terminal.say(`missed: ${missed.join("; ")}`);
    return { exitCode: EXIT.OK, json, lines };
  } finally {
    await worker.terminate();
  }
}

/** JavaScript from the package, or TypeScript from the checkout, for which a thread needs its own loader. */
function startWorker(workerData: BenchOptions): Worker {
  if (!import.meta.url.endsWith(".ts")) return new Worker(new URL("./bench-worker.js", import.meta.url), { workerData });
  const [loader, worker] = [import.meta.resolve("tsx/esm/api"), new URL("./bench-worker.ts", import.meta.url).href];
  const program = `import(${JSON.stringify(loader)}).then(({ register }) => { register(); return import(${JSON.stringify(worker)}); })`;
  return new Worker(program, { eval: true, execArgv: [], workerData });
}

function reportOf(call: Call, worker: Worker): Promise<Extract<BenchNews, { lines: string[] }>> {
  return new Promise((resolve, reject) => {
    worker.on("error", reject);
    worker.on("message", (news: BenchNews) => {
      if ("line" in news) call.terminal.say(news.line);
      else if ("failure" in news) reject(new Error(news.failure));
      else resolve(news);
    });
  });
}

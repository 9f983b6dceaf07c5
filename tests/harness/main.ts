/*
 * The proof, at a size for every day: every cut with every tear, cuts in the recovery, flipped bits, bursts.
 *
 *   npm run harness              about four minutes on two processors
 *   npm run harness:full         more seeds, more nested cuts, every flip with a mount of its own
 *   ... -- spi-nor-8m            only what has this in its name
 *
 * Prints one table a campaign; exit 1 on any violation, and on a bar that was not reached.
 */
import { availableParallelism } from "node:os";
import { ask, type Job, type JobReport, jobsOf, runCampaign, startWorker } from "../../host/proof/campaign.js";
import type { DamageJob, DamageReport } from "../../host/proof/damage.js";
import type { FlipJob, FlipReport } from "../../host/proof/flips.js";
import { type PresetName, presetNames } from "../../host/proof/geometries.js";
import type { Pull } from "../../host/proof/image.js";
import { printSubject, type Subject } from "../../host/proof/replay.js";
import { defaultOptions } from "../../host/proof/script.js";

const full = process.argv.includes("--full");
const only = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const workers = availableParallelism();
const problems: string[] = [];
const startMs = performance.now();

let problemCount = 0;
for (const prove of [provePowerCuts, proveFlips, proveDamage]) {
  await prove();
  printProblems();
}
console.log(`${problemCount} problems`);
process.exitCode = problemCount === 0 ? 0 : 1;

/** Three scripts a geometry: one of each mixture, on 16 to 24 blocks. */
function subjects(): Subject[] {
  const seeds = full ? [1, 2, 3, 4, 5, 6, 7, 8, 9] : [1, 2, 3];
  const all = presetNames.flatMap((preset) =>
    seeds.map((seed) => ({ preset, blockCount: [24, 16, 20][seed % 3]!, script: { ...amount(preset), seed, weights: seed % 3 } })),
  );
  return all.filter(wanted);
}

/** A NAND block of 16 pages is eight NOR blocks large: the same share of it would be eight times the records. */
function amount(preset: PresetName): { fill: number; partFulls: number } {
  if (full) return defaultOptions;
  return preset === "slc-nand-64m" ? { fill: 0.15, partFulls: 0.4 } : { fill: 0.4, partFulls: 0.4 };
}

async function provePowerCuts(): Promise<void> {
  const intensity = full ? { share: 1, nested1: 2, nested2: 0.5 } : { share: 1, nested1: 0.63, nested2: 0.27 };
  const jobs: Job[] = jobsOf(subjects(), intensity, 8);
  const report = await runCampaign({ jobs, workers, onProgress: progress });
  for (const failure of report.violations) problems.push(`${failure.text}\n        holdfast powercut --replay '${failure.replay}'`);
  const rows = groupBySubject(report.jobs).map(([name, reports]) => cutRow(name, reports));
  table(["script", "steps", "ops", "victims", "refused", "cuts", "nested 1", "nested 2", "violations"], rows);
  table(["tear", "cuts"], Object.entries(report.byTear));
  table(["phase", "operations cut"], Object.entries(report.byPhase));
  console.log(`cuts ${report.cuts}, with one more ${report.nested1}, with two more ${report.nested2}\n`);
  if (only.length > 0) return;
  if (report.nested1 < 20_000) problems.push(`only ${report.nested1} nested cuts`);
  if (report.nested2 < 5_000) problems.push(`only ${report.nested2} doubly nested cuts`);
}

function cutRow(name: string, reports: JobReport[]): (string | number)[] {
  const sum = (field: "cuts" | "nested1" | "nested2") => reports.reduce((total, report) => total + report.tally[field], 0);
  const { steps, ops, victims, refused } = reports[0]!.tally;
  const violations = reports.reduce((total, report) => total + report.failures.length, 0);
  if (violations === 0 && victims < 10) problems.push(`${name} compacts only ${victims} victims`);
  return [name, steps, ops, victims, refused, sum("cuts"), sum("nested1"), sum("nested2"), violations];
}

async function proveFlips(): Promise<void> {
  const pulls: (Pull | undefined)[] = [undefined, { at: 0.5, tear: "bits" }, { at: 0.9, tear: "prefix" }];
  const jobs: FlipJob[] = [];
  const small: Subject = {
    preset: "spi-nor-8m",
    blockCount: 16,
    script: { ...defaultOptions, ...amount("spi-nor-8m"), seed: 5, weights: 1 },
  };
  const shard = (of: number) => Array.from({ length: of }, (_, index) => ({ index, of }));
  if (wanted(small)) for (const part of shard(8)) jobs.push({ subject: small, samples: 0, shard: part });
  if (wanted(small)) jobs.push({ subject: small, samples: full ? 524_288 : 4000, shard: { index: 0, of: 1 } });
  for (const preset of presetNames) {
    for (const [index, pull] of pulls.entries()) {
      const subject = flipSubject(preset, index);
      const samples = Math.ceil((full ? 60_000 : 20_100) / 12);
      if (wanted(subject)) jobs.push({ subject, samples, shard: { index: 0, of: 1 }, ...(pull === undefined ? {} : { pull }) });
    }
  }
  const reports = await runOnWorkers<FlipReport>(jobs.map((flips) => ({ flips })));
  for (const report of reports) problems.push(...report.failures);
  const rows = group(reports, (report) => report.name).map(([name, some]) => {
    const sum = (field: "flips" | "mounts" | "unread") => some.reduce((total, report) => total + report[field], 0);
    return [name, sum("flips"), sum("mounts"), sum("unread"), some.reduce((total, report) => total + report.failures.length, 0)];
  });
  table(["single-bit flips", "flips", "own mount", "in unread bytes", "violations"], rows);
}

function flipSubject(preset: PresetName, index: number): Subject {
  return { preset, blockCount: 16 + 4 * index, script: { ...defaultOptions, ...amount(preset), seed: 11 + index, weights: index } };
}

async function proveDamage(): Promise<void> {
  const jobs: DamageJob[] = [];
  for (const preset of presetNames) {
    for (const lengthBytes of [2, 8, 40]) {
      for (const pull of [undefined, { at: 0.7, tear: "bits" } as Pull]) {
        const subject = flipSubject(preset, lengthBytes % 3);
        const limits = { correctable: 8, maxAffected: 4, samples: full ? 20_000 : 1000, shard: { index: 0, of: 1 } };
        if (wanted(subject)) jobs.push({ subject, lengthBytes, ...limits, ...(pull === undefined ? {} : { pull }) });
      }
    }
  }
  const reports = await runOnWorkers<DamageReport>(jobs.map((damage) => ({ damage })));
  for (const report of reports) problems.push(...report.failures);
  const rows = reports.map((report) => [
    report.name,
    report.lengthBytes,
    report.bursts,
    report.corrupt,
    report.unknown,
    report.exposed,
    report.failures.length,
  ]);
  table(["bursts of damage", "bytes", "bursts", "CORRUPT", "damagedUnknown", "like a torn write", "violations"], rows);
}

/** Problems that differ in names and numbers only are told once, with their count. */
function printProblems(): void {
  problemCount += problems.length;
  for (const [, alike] of group(problems, (problem) => problem.replace(/[0-9a-f]{16}|\d+/g, "N").slice(0, 60))) {
    const shortest = alike.reduce((best, one) => (one.length < best.length ? one : best));
    console.log(`PROBLEM ${alike.length} x ${shortest}`);
  }
  console.log(`${problems.length} problems, ${Math.round((performance.now() - startMs) / 1000)} s so far\n`);
  problems.length = 0;
}

function wanted(subject: Subject): boolean {
  return only.length === 0 || only.some((part) => printSubject(subject).includes(part));
}

async function runOnWorkers<T>(questions: readonly unknown[]): Promise<T[]> {
  const answers: T[] = [];
  const queue = [...questions];
  const drain = async () => {
    const worker = startWorker();
    for (let question = queue.shift(); question !== undefined; question = queue.shift()) {
      await ask<T>(worker, question).then(
        (answer) => answers.push(answer),
        (error: Error) => problems.push(`${JSON.stringify(question)}: ${error.message}`),
      );
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: Math.min(workers, queue.length) }, drain));
  return answers;
}

function groupBySubject(reports: JobReport[]): [string, JobReport[]][] {
  return group(reports, (report) => printSubject(report.subject)).sort();
}

function group<T>(items: readonly T[], nameOf: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(nameOf(item), [...(groups.get(nameOf(item)) ?? []), item]);
  return [...groups];
}

function progress(done: number, total: number, last: JobReport): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(`\r${done}/${total} ${printSubject(last.subject)}      ${done === total ? "\n" : ""}`);
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const lines = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  for (const line of lines) {
    console.log(line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join("  "));
  }
  console.log();
}

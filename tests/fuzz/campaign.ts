/*
 * Runs the fuzzers: two targets in two forms, as many at a time as there are processors, then everything they found once more under the sanitizers.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { type Build, buildFuzzers, type Target } from "./build.js";
import { writeAirSeeds, writeImageSeeds } from "./corpus.js";

export type Form = "raw" | "sealed";
/** Inputs that once failed, or that reach far: in the repository. */
const KEPT = "tests/fuzz/kept";
export const FAILURES = "build/fuzz/failures";
/** Seconds for one input, after which it hangs. The loops of the core are counted too: that bound does not depend on the machine. */
const TIMEOUT_S = 20;
const INPUT_BYTES_MAX: Record<Target, number> = { image: 130_000, air: 65_536 };
/** An image takes three times as long as a conversation: so many of the executions are images. */
const IMAGE_SHARE = 0.15;

export interface Search {
  target: Target;
  form: Form | "strict";
  executions: number;
  /** Edges of the core that were passed, and how many there are. */
  edges: number;
  edgesOf: number;
  /** Files with inputs that failed. */
  failures: string[];
  /** What the fuzzer said of the first failure. */
  report: string;
}

interface Job {
  target: Target;
  build: Build;
  form: Form | "strict";
  args: string[];
}

/** `executions` in all, half of them with checksums made right. Every run of the same build with the same `seed` is the same. */
export async function runFuzzers(executions: number, seed: number, tell: (line: string) => void = () => {}): Promise<Search[]> {
  const programs = buildFuzzers();
  const work = mkdtempSync("build/fuzz/run-");
  try {
    const jobs = (["image", "air"] as const).flatMap((target) => {
      const seeds = join(work, `${target}-seeds`);
      if (target === "image") writeImageSeeds(seeds);
      else writeAirSeeds(seeds);
      const share = target === "image" ? IMAGE_SHARE : 1 - IMAGE_SHARE;
      return (["sealed", "raw"] as const).map((form): Job => {
        const found = join(work, `${target}-${form}`);
        mkdirSync(found);
        const args = [`-runs=${Math.ceil((executions * share) / 2)}`, `-seed=${seed}`, found, seeds, ...kept(target)];
        return { target, form, build: "fast", args };
      });
    });
    const searches = await inParallel(jobs, (job) => search(programs, job, tell));
    const again = (["image", "air"] as const).map((target): Job => {
      const found = readdirSync(work).filter((name) => name.startsWith(`${target}-`));
      return { target, form: "strict", build: "strict", args: ["-runs=0", ...found.map((name) => join(work, name)), ...kept(target)] };
    });
    return [...searches, ...(await inParallel(again, (job) => search(programs, job, tell)))];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** What each input of the corpus does to the core as this build has it, a line each. */
export async function echoes(target: Target, build: Build): Promise<string[]> {
  const programs = buildFuzzers();
  const seeds = mkdtempSync("build/fuzz/seeds-");
  try {
    if (target === "image") writeImageSeeds(seeds);
    else writeAirSeeds(seeds);
    const files = [seeds, ...kept(target)].flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
    const text = await output(join(programs, `${target}-${build}`), files, { HOLDFAST_ECHO: "1" });
    return text.split("\n").filter((line) => line.startsWith("answers "));
  } finally {
    rmSync(seeds, { recursive: true, force: true });
  }
}

function kept(target: Target): string[] {
  const folder = join(KEPT, target);
  return existsSync(folder) ? [folder] : [];
}

async function inParallel<In, Out>(all: In[], work: (one: In) => Promise<Out>): Promise<Out[]> {
  const results: Out[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < all.length; i = next++) results[i] = await work(all[i]!);
  };
  await Promise.all(Array.from({ length: Math.min(all.length, availableParallelism()) }, worker));
  return results;
}

async function search(programs: string, job: Job, tell: (line: string) => void): Promise<Search> {
  mkdirSync(FAILURES, { recursive: true });
  const prefix = join(FAILURES, `${job.target}-${job.form}-`);
  const before = new Set(readdirSync(FAILURES));
  const args = [
    `-max_len=${INPUT_BYTES_MAX[job.target]}`,
    "-entropic=0",
    "-reduce_inputs=0", // takes a third of a conversation's time, for hashes and files
    "-print_final_stats=1",
    `-timeout=${TIMEOUT_S}`,
    `-artifact_prefix=${prefix}`,
  ];
  const text = await output(join(programs, `${job.target}-${job.build}`), [...args, ...job.args], { HOLDFAST_FORM: job.form });
  const failures = readdirSync(FAILURES)
    .filter((name) => !before.has(name) && name.startsWith(`${job.target}-${job.form}-`))
    .map((name) => join(FAILURES, name));
  const outcome: Search = {
    target: job.target,
    form: job.form,
    executions: number(text, /stat::number_of_executed_units:\s+(\d+)/),
    edges: number(text, /.*\bcov: (\d+)/s),
    edgesOf: number(text, /\((\d+) inline 8-bit counters\)/),
    failures,
    report: failures.length > 0 ? verdict(text) : "",
  };
  tell(searchLine(outcome));
  return outcome;
}

export function searchLine({ target, form, executions, edges, edgesOf, failures, report }: Search): string {
  const line = `${target.padEnd(5)} ${form.padEnd(6)} ${String(executions).padStart(9)} executions, ${edges} of ${edgesOf} edges, ${failures.length} failed`;
  return [line, ...failures.map((file) => `      ${report}\n      npm run fuzz -- --replay ${file}`)].join("\n");
}

/** The line that says what went wrong, and where in the core it was. */
function verdict(text: string): string {
  const what = /^(CANARY: .*|FAILED: .*|TRAP .*|.*ERROR: .*)$/m.exec(text)?.[1] ?? "failed";
  const where = /#\d+ \S+ in w2c_(\w+)/.exec(text)?.[1];
  return where === undefined ? what : `${what} in ${where}`;
}

function number(text: string, pattern: RegExp): number {
  return Number(pattern.exec(text)?.[1] ?? 0);
}

function output(program: string, args: string[], asked: Record<string, string>): Promise<string> {
  return new Promise((done) => {
    const child = spawn(program, args, { env: { ...process.env, ...asked, ASAN_OPTIONS: "detect_leaks=0" } });
    let text = "";
    const keep = (chunk: Buffer): void => {
      // libFuzzer says much: the beginning has the number of edges, the end all else.
      text = text.length > 200_000 ? text.slice(0, 2_000) + text.slice(-100_000) + chunk : text + chunk;
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("close", () => done(text));
  });
}

/** Runs one input under the sanitizers and shows all it says. Returns whether it passed. */
export async function replay(file: string): Promise<boolean> {
  const target: Target = /(^|[/-])air[-/]/.test(file) ? "air" : "image";
  const text = await output(join(buildFuzzers(), `${target}-strict`), [`-timeout=${TIMEOUT_S}`, file], {});
  console.log(text);
  return /^Executed /m.test(text);
}

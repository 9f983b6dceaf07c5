/*
 * Lives of the core for mutants to differ from: recorded, played once on the shipped build for what each of them reaches, and picked so that every
 * place is reached by some short ones and by some others, as far as there are.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { contentOf, fingerprint } from "../support/native-core.js";
import { filesUnder } from "../support/source-tree.js";
import { covering, runsOf } from "./cover.js";
import { adopt, type Stretch, stretchesOf } from "./play.js";

/** What is recorded, all as the shipped build sees it. The longest first. */
const RECORDED = ["tests/mutation/units.ts", "tests/mutation/repertoire.ts", "tests/coverage/traces.ts"];
/** All that has a part in a recording: folders, and files of this one. */
const SOURCES = ["host", "tests/unit/assembly", "tests/support", "tests/coverage", "tests/fuzz", "tests/conformance"];
const OWN = ["cover", "lives", "play", "repertoire", "units"].map((name) => `tests/mutation/${name}.ts`);
const AT_ONCE = 2;
const FOLDER = "build/mutation";
/** So many lives reach a place: the shortest, and others. */
const SHORT_MAX = 12;
const OTHER_MAX = 24;

/** A stretch that the shipped build plays as it is recorded. */
export interface Life extends Stretch {
  /** Processor time it takes, milliseconds. */
  readonly costMs: number;
  /** What it reaches: numbers of cover.ts, ascending. */
  readonly runs: readonly number[];
}

/** Records, unless the same was recorded before. Returns the folder. Errors: a recording that fails. */
export async function recordLives(wat: string, compile: (text: string) => WebAssembly.Module): Promise<string> {
  const folder = `${FOLDER}/${fingerprint(wat, contentOf([...SOURCES.flatMap((source) => filesUnder(source)), ...OWN]))}`;
  if (existsSync(folder)) return folder;
  clear();
  const draft = `${folder}.${process.pid}`;
  const logs = join(draft, "logs");
  mkdirSync(logs, { recursive: true });
  try {
    const queue = [...RECORDED];
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) await record(next, logs);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    write(picked(played(logs, compile(covering(wat).text))), draft);
    rmSync(logs, { recursive: true });
    if (!existsSync(folder)) renameSync(draft, folder); // else another process was faster
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return folder;
}

/** A gigabyte each: what was recorded of other sources goes, and what a process left that is no more. */
function clear(): void {
  mkdirSync(FOLDER, { recursive: true });
  for (const name of readdirSync(FOLDER)) if (!isRunning(Number(name.split(".")[1]))) rmSync(join(FOLDER, name), { recursive: true });
}
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

export function loadLives(folder: string): Life[] {
  const log = readFileSync(join(folder, "lives.log"));
  const lives = JSON.parse(readFileSync(join(folder, "lives.json"), "utf8")) as Omit<Life, "log">[];
  return lives.map((life) => ({ ...life, log }));
}

function record(program: string, folder: string): Promise<void> {
  const env = { ...process.env, HOLDFAST_RECORD: folder, HOLDFAST_RECORD_DOOR: "device" };
  const child = spawn(process.execPath, ["--import", "tsx", "--import", "./tests/coverage/recorder.ts", program], { env });
  let text = "";
  const keep = (chunk: Buffer): void => {
    text = (text + chunk).slice(-4000);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  return new Promise((done, fail) =>
    child.on("close", (code) => (code === 0 ? done() : fail(new Error(`${program} ended with ${code}:\n${text}`)))),
  );
}

function* played(folder: string, covered: WebAssembly.Module): Generator<Life> {
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".device.log"))) {
    for (const stretch of stretchesOf(readFileSync(join(folder, name)))) {
      const start = process.cpuUsage().user;
      const { own, exports } = adopt(covered, stretch);
      if (own) yield { ...own, costMs: (process.cpuUsage().user - start) / 1000, runs: runsOf(exports) };
    }
  }
}

/** Two passes: the shortest ones first, then in an order that is as good as any, but the same in every run. */
function picked(lives: Iterable<Life>): Life[] {
  const all = [...lives]
    .map((life) => ({ life, length: life.end - life.first, hash: hashOf(life) }))
    .sort((a, b) => (a.hash < b.hash ? -1 : 1));
  const chosen = new Set<Life>();
  const counts: number[] = [];
  const pass = (order: typeof all, most: number): void => {
    for (const { life } of order) {
      if (chosen.has(life) || life.runs.every((run) => (counts[run] ?? 0) >= most)) continue;
      chosen.add(life);
      for (const run of life.runs) counts[run] = (counts[run] ?? 0) + 1;
    }
  };
  const shortFirst = [...all].sort((a, b) => a.length - b.length);
  pass(shortFirst, SHORT_MAX);
  pass(all, SHORT_MAX + OTHER_MAX);
  return [...chosen];
}
function hashOf({ log, first, end }: Life): string {
  return createHash("md5").update(log.subarray(first, end)).digest("hex");
}

function write(lives: readonly Life[], folder: string): void {
  const file = openSync(join(folder, "lives.log"), "w");
  let at = 0;
  const places = lives.map(({ log, first, end, costMs, runs }) => {
    writeSync(file, log, first, end - first);
    at += end - first;
    return { first: at - (end - first), end: at, costMs, runs };
  });
  closeSync(file);
  writeFileSync(join(folder, "lives.json"), JSON.stringify(places));
}

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
const OWN = ["cover", "lives", "play", "repertoire", "sites", "units"].map((name) => `tests/mutation/${name}.ts`);
const AT_ONCE = 2;
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
  const folder = `build/mutation/${fingerprint(wat, contentOf([...SOURCES.flatMap((source) => filesUnder(source)), ...OWN]))}`;
  if (existsSync(folder)) return folder;
  rmSync("build/mutation", { recursive: true, force: true });
  const draft = `${folder}.draft`;
  mkdirSync(draft, { recursive: true });
  const queue = [...RECORDED];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await record(next, join(draft, "logs"));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  write(picked(played(join(draft, "logs"), compile(covering(wat).text))), draft);
  rmSync(join(draft, "logs"), { recursive: true });
  renameSync(draft, folder);
  return folder;
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

/** Two passes: the shortest ones first, then in an order that is as good as any. */
function picked(lives: Iterable<Life>): Life[] {
  const all = [...lives];
  const chosen = new Set<Life>();
  const counts: number[] = [];
  const pass = (order: Life[], most: number): void => {
    for (const life of order) {
      if (chosen.has(life) || life.runs.every((run) => (counts[run] ?? 0) >= most)) continue;
      chosen.add(life);
      for (const run of life.runs) counts[run] = (counts[run] ?? 0) + 1;
    }
  };
  pass(
    sortedBy(all, ({ end, first }) => end - first),
    SHORT_MAX,
  );
  pass(
    sortedBy(all, ({ first }) => createHash("md5").update(`${first}`).digest().readUInt32LE()),
    SHORT_MAX + OTHER_MAX,
  );
  return [...chosen];
}
function sortedBy(lives: readonly Life[], measure: (life: Life) => number): Life[] {
  return lives
    .map((life) => ({ life, at: measure(life) }))
    .sort((a, b) => a.at - b.at)
    .map(({ life }) => life);
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

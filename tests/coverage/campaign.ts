/*
 * Branch coverage of the core: tests and traces are recorded, played on the core as C, counted, and held against the list of what is known not to
 * be reached. Then the shipped build plays what was recorded at its own door, and must do the same call by call.
 */
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { type Branch, branchesOf } from "./branches.js";
import { buildReplayers } from "./build.js";

/** What is recorded. Left out is the one test that plays a broken twin. */
const LEFT_OUT = /\/resume\.test\.ts$/;
const MORE = ["tests/coverage/traces.ts", "tests/conformance/golden.test.ts"];
export const LIST = "tests/coverage/unreached.json";

export interface Coverage {
  branches: number;
  unreached: string[];
  /** Logs that the shipped build played alike. */
  deployed: number;
  deployedBytes: number;
}

function recorded(): string[] {
  const units = readdirSync("tests/unit/assembly", { recursive: true, encoding: "utf8" })
    .map((file) => `tests/unit/assembly/${file.replaceAll("\\", "/")}`)
    .filter((file) => file.endsWith(".test.ts") && !LEFT_OUT.test(file));
  return [...MORE, ...units.sort()];
}

/** Errors: a test that fails, a log that plays differently. */
export async function measure(tell: (line: string) => void = () => {}): Promise<Coverage> {
  const { folder, counting, shipped } = buildReplayers();
  const work = mkdtempSync("build/coverage/run-");
  try {
    await inParallel(recorded(), async (test) => {
      await succeed(process.execPath, ["--import", "tsx", "--import", "./tests/coverage/recorder.ts", test], {
        HOLDFAST_RECORD: join(work, "logs"),
      });
    });
    const logs = readdirSync(join(work, "logs")).map((name) => join(work, "logs", name));
    tell(`${logs.length} logs recorded`);
    const counts = join(work, "counts");
    cpSync(folder, counts, { recursive: true, filter: (path) => !path.includes("core") });
    const counted = { GCOV_PREFIX: resolve(counts), GCOV_PREFIX_STRIP: "99" };
    await inParallel(logs, (log) => succeed(counting, [log], counted));
    const atDoor = logs.filter((log) => log.endsWith(".device.log"));
    await inParallel(atDoor, (log) => succeed(shipped, [log], {}));
    const branches = branchesOf(counts);
    return {
      branches: branches.length,
      unreached: branches
        .filter((branch) => !branch.taken)
        .map(nameOf)
        .sort(),
      deployed: atDoor.length,
      deployedBytes: atDoor.reduce((sum, log) => sum + readFileSync(log).length, 0),
    };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** A branch by what stands there, not by where: a line that moves keeps its name. */
function nameOf({ functionName, place, way }: Branch): string {
  const [file, line, column] = place.split(":");
  const text =
    line === undefined ? place : (readFileSync(file!, "utf8").split("\n")[Number(line) - 1] ?? "").slice(Number(column) - 1).trim();
  return `${functionName}: ${text} · ${way === 0 ? "yes" : "no"}`;
}

async function inParallel<T>(all: T[], work: (one: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < all.length; i = next++) await work(all[i]!);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

function succeed(program: string, args: string[], env: Record<string, string>): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { env: { ...process.env, ...env } });
    let text = "";
    const keep = (chunk: Buffer): void => {
      text = (text + chunk).slice(-4000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("close", (code) => (code === 0 ? done() : fail(new Error(`${args.at(-1)} ended with ${code}:\n${text}`))));
  });
}

/** The list of what is not reached: with a reason it is an exception, without one somebody has still to write the test. */
export interface Unreached {
  exceptions: { branch: string; reason: string }[];
  open: string[];
}
export function listed(): Unreached {
  return JSON.parse(readFileSync(LIST, "utf8")) as Unreached;
}

/** Branches that are not reached and not listed, and listed ones that are reached; each as often as it is. */
export function compare(unreached: readonly string[], list: Unreached): { fresh: string[]; reached: string[] } {
  const known = [...list.exceptions.map(({ branch }) => branch), ...list.open];
  return { fresh: without(unreached, known), reached: without(known, unreached) };
}
function without(all: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return all.filter((one) => {
    const at = left.indexOf(one);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

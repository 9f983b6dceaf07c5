/*
 * Runs the tests and prints one closing line: `N passed, N failed, N skipped`.
 *
 *   node --import tsx tests/run.ts [path-substring ...]
 *
 * Every *.test.ts is a process of its own, as many at a time as there are processors. What uvu would let
 * pass counts as a failure here: a crash, a file that ran no test, a suite that never called `.run()`,
 * and, with HOLDFAST_REQUIRE_ALL=1, a skip.
 */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
}

/** A file that takes longer is hung; ended, and counted as a failure. */
const LIMIT_MS = 1_500_000;
/** Long ones first, so that the last processor does not end up alone with one. */
const EARLY = /^(harness|conformance|fuzz)\//;

const filters = process.argv.slice(2);
const files = readdirSync("tests", { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => file.endsWith(".test.ts") && (filters.length === 0 || filters.some((part) => `tests/${file}`.includes(part))))
  .sort((a, b) => Number(EARLY.test(b)) - Number(EARLY.test(a)) || (a < b ? -1 : 1));

const total: Outcome = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];
await Promise.all(Array.from({ length: availableParallelism() }, drain));

if (failures.length > 0) console.log(`\nfailed: ${failures.join(", ")}`);
if (total.skipped > 0 && process.env.HOLDFAST_REQUIRE_ALL === "1") {
  console.log("HOLDFAST_REQUIRE_ALL=1: a skip is a failure");
  total.failed += total.skipped;
}
if (total.passed + total.failed === 0) console.log("no test ran");
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

async function drain(): Promise<void> {
  for (let file = files.shift(); file !== undefined; file = files.shift()) {
    const outcome = await runFile(`tests/${file}`);
    total.passed += outcome.passed;
    total.failed += outcome.failed;
    total.skipped += outcome.skipped;
    if (outcome.failed > 0) failures.push(`tests/${file}`);
  }
}

function runFile(path: string): Promise<Outcome> {
  return new Promise((done) => {
    const child = spawn(process.execPath, ["--import", "tsx", path], { stdio: ["ignore", "pipe", "pipe"], timeout: LIMIT_MS });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr.on("data", (chunk) => {
      output += chunk;
    });
    child.on("close", (code) => done(judge(path, code, output)));
  });
}

function judge(path: string, code: number | null, output: string): Outcome {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes are control characters
  const text = output.replace(/\x1b\[[0-9;]*m/g, "");
  const ran = count(text, "Total");
  const passed = count(text, "Passed");
  const unrun = unrunSuites(readFileSync(path, "utf8"));
  const problems = unrun.map((name) => `the suite \`${name}\` never calls .run()`);
  if (code === null) problems.push(`ended after ${LIMIT_MS / 1000} s, or killed`);
  else if (code !== 0 && ran === passed) problems.push(`crashed with exit code ${code}`);
  else if (ran + count(text, "Skipped") === 0) problems.push("ran no test");
  console.log(
    `${text.replace(/^\s*(Total|Passed|Skipped|Duration):.*$/gm, "").trim()}${problems.map((problem) => `\n${path}: ${problem}`).join("")}`,
  );
  return { passed, failed: ran - passed + problems.length, skipped: count(text, "Skipped") };
}

/** Sums uvu's closing figure, which appears once a process. */
function count(text: string, label: string): number {
  return [...text.matchAll(new RegExp(`^\\s*${label}:\\s+(\\d+)`, "gm"))].reduce((sum, match) => sum + Number(match[1]), 0);
}

/** uvu does not execute, and does not mention, a suite whose `.run()` was forgotten. */
function unrunSuites(source: string): string[] {
  const names = [...source.matchAll(/const (\w+)\s*(?::[^=]+)?=\s*suite(?:<[^(]*>)?\(/g)].map((match) => match[1]);
  if (/import \{[^}]*\btest\b[^}]*\} from "uvu"/.test(source)) names.push("test");
  return names.filter((name) => !new RegExp(`\\b${name}\\.run\\(\\)`).test(source));
}

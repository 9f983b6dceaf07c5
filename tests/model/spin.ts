/*
 * Runs a Promela model through spin, gcc and its own checker, and says what came of it.
 *
 * Every run is exhaustive or is not a proof: a search that hit its depth, memory or time limit counts as incomplete.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** One run: a model file, its macros, and whether it is to hold or to fail. */
export interface ModelCase {
  model: string;
  says: string;
  macros: string[];
  /** true: no error may exist; false: a known-bad twin, in which one must be found. */
  holds: boolean;
}

export interface ModelOutcome {
  states: number;
  errors: number;
  /** The whole state space was searched. Never so when an error ended the search. */
  complete: boolean;
  elapsedSeconds: number;
  asExpected: boolean;
  /** What went wrong when no verdict was reached. */
  trouble: string;
}

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const MEMORY_LIMIT_MIB = 2000;
const DEPTH_LIMIT = 100_000;

const proof = (model: string, says: string, ...macros: string[]): ModelCase => ({ model, says, macros, holds: true });
const twin = (model: string, says: string, ...macros: string[]): ModelCase => ({ model, says, macros, holds: false });
/** Its error is found within the smallest part. */
const rootTwin = (says: string, macro: string): ModelCase => twin("root.pml", says, "BLOCKS=4", "CUTS=5", macro);

/** All that `npm run model` checks; half a minute, most of it gcc. */
export const cases: readonly ModelCase[] = [
  proof("root.pml", "5 blocks, any 5 cuts", "BLOCKS=5", "CUTS=5"),
  proof("root.pml", "4 blocks, any 5 cuts", "BLOCKS=4", "CUTS=5"),
  proof("root.pml", "6 blocks, 4 cuts, and a target is always found", "BLOCKS=6", "CUTS=4", "NEVER_STUCK"),
  rootTwin("old tail and roots erased before C2", "BAD_EARLY_ERASE"),
  rootTwin("oldest block taken, committed or not", "BAD_OLDEST_VICTIM"),
  rootTwin("blank-looking target not erased in this boot", "BAD_STALE_BLANK"),
  rootTwin("session number follows the source only", "BAD_SESSION_REUSE"),
  rootTwin("failed attempts erased before C2", "BAD_ERASE_FIRST"),
  rootTwin("a block taken that only the newest root makes void", "BAD_VOID_TARGET"),
  twin("root.pml", "5 blocks run out at the 4th cut", "BLOCKS=5", "CUTS=4", "NEVER_STUCK"),
  proof("checkpoint.pml", "2 heads, any 5 cuts", "CUTS=5"),
  twin("checkpoint.pml", "first record programmed before the head is erased", "BAD_PROGRAM_FIRST"),
  twin("checkpoint.pml", "a head that reads badly taken for erased", "BAD_LOOKS_BLANK"),
  proof("commit.pml", "4 blocks, 3 versions, a failed program, any 3 cuts", "CUTS=3"),
  twin("commit.pml", "told before the program", "BAD_TOLD_EARLY"),
  twin("commit.pml", "a program is not read back", "BAD_NO_READBACK"),
  twin("commit.pml", "the last program of a tail counts where it lies", "BAD_NO_RECOMMIT"),
  twin("commit.pml", "a copy is read again after it was judged", "BAD_REREAD"),
  twin("commit.pml", "appended to after a reboot", "BAD_APPEND"),
  twin("commit.pml", "a victim erased before its copy is proven", "BAD_VICTIM_FIRST"),
  twin("commit.pml", "the original wins over its copy", "BAD_ORIGINAL_WINS"),
  twin("commit.pml", "a mount takes a block that still counts", "BAD_TARGET"),
  proof("wipe.pml", "4 keys, any 8 cuts", "CUTS=8"),
  twin("wipe.pml", "keys destroyed without a mark", "BAD_NO_MARK"),
  twin("wipe.pml", "a mark acted upon before it is settled", "BAD_MARK_TRUSTED"),
  twin("wipe.pml", "a mark that reads badly is not settled", "BAD_MARK_LEFT"),
  twin("wipe.pml", "what reads as destroyed is not destroyed again", "BAD_SKIP_GONE"),
  twin("wipe.pml", "the mark removed before the last key", "BAD_CLEAR_FIRST"),
  proof("attempts.pml", "4 attempts, a failed program, any 6 cuts", "CUTS=6"),
  twin("attempts.pml", "the PIN tested before it is counted", "BAD_TEST_FIRST"),
  twin("attempts.pml", "a count is not read back", "BAD_NO_READBACK"),
  twin("attempts.pml", "a count shown before it is settled", "BAD_UNSETTLED"),
  twin("attempts.pml", "a count that reads badly is 0", "BAD_ZERO"),
  twin("attempts.pml", "set to 0 before the PIN is tested", "BAD_RESET_FIRST"),
];

/** The longer proof of `npm run model -- --full`: half a minute and 1 GiB more. */
export const fullCases: readonly ModelCase[] = [
  ...cases,
  proof("root.pml", "7 blocks, any 5 cuts, and a target is always found", "BLOCKS=7", "CUTS=5", "NEVER_STUCK"),
  proof("commit.pml", "4 blocks, 3 versions, 2 failed programs, any 4 cuts", "CUTS=4", "FAILS=2"),
];

/** Checks one case in a folder of its own. Errors of the tools end in `trouble`, never in a pass. */
export function check(one: ModelCase, limitSeconds = 60): ModelOutcome {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-model-"));
  const began = performance.now();
  try {
    const steps: [string, string[]][] = [
      ["spin", [...one.macros.map((macro) => `-D${macro}`), "-a", join(FOLDER, one.model)]],
      ["gcc", [one.holds ? "-O2" : "-O0", "-DSAFETY", "-DCOLLAPSE", `-DMEMLIM=${MEMORY_LIMIT_MIB}`, "-o", "pan", "pan.c"]],
      [join(folder, "pan"), [`-m${DEPTH_LIMIT}`]],
    ];
    let output = "";
    for (const [command, args] of steps) {
      const run = spawnSync(command, args, { cwd: folder, encoding: "utf8", timeout: limitSeconds * 1000, maxBuffer: 1 << 24 });
      output = `${run.stdout ?? ""}${run.stderr ?? ""}`;
      if (run.error || run.status === null) return verdict(one, output, began, run.error?.message ?? `${command} ran out of time`);
      if (command !== steps[2][0] && run.status !== 0) return verdict(one, output, began, `${command}: ${output.trim().slice(-400)}`);
    }
    return verdict(one, output, began, "");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Reads what the checker printed. */
export function verdict(one: ModelCase, output: string, began: number, trouble: string): ModelOutcome {
  const states = Number(/^\s*(\d+) states, stored/m.exec(output)?.[1] ?? 0);
  const found = /errors: (\d+)/.exec(output);
  const errors = Number(found?.[1] ?? 0);
  const limited = /max search depth too small|out of memory|reached -DMEMLIM|Search not completed/i.test(output);
  const complete = trouble === "" && found !== null && !limited;
  const violated = errors > 0 && output.includes("assertion violated");
  return {
    states,
    errors,
    complete,
    elapsedSeconds: (performance.now() - began) / 1000,
    asExpected: one.holds ? complete && errors === 0 && states > 0 : trouble === "" && violated,
    trouble: trouble || (found === null ? output.trim().slice(-400) : one.holds && limited && errors === 0 ? "search not completed" : ""),
  };
}

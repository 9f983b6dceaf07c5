/*
 * Skips a test loudly: which, why, and the one line that would let it run.
 *
 * With HOLDFAST_REQUIRE_ALL=1 tests/run.ts counts every skip as a failure.
 */
import { spawnSync } from "node:child_process";

interface Skippable {
  skip(name?: string): void;
}

/** Registers `name` as skipped in the uvu suite `test`. `remedy` is e.g. "apt-get install -y spin". */
export function skip(test: Skippable, name: string, reason: string, remedy: string): void {
  test.skip(name);
  console.log(`SKIPPED ${name}: ${reason}. To run it: ${remedy}`);
}

/** True when the system has `command`. What npm puts in front of PATH, tools of packages, does not count. */
export function hasCommand(command: string): boolean {
  const PATH = (process.env.PATH ?? "")
    .split(":")
    .filter((folder) => !folder.includes("node_modules"))
    .join(":");
  return spawnSync("sh", ["-c", `command -v ${command}`], { stdio: "ignore", env: { ...process.env, PATH } }).status === 0;
}

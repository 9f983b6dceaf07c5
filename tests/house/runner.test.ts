/*
 * The test run fails when it should: tests/run.ts, run over test files made to fail in each of the ways.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const FILES: Record<string, string> = {
  good: `const test = suite("good"); test("one", () => {}); test("two", () => {}); test.run();`,
  bad: `const test = suite("bad"); test("one", () => {}); test("two", () => { throw new Error("no"); }); test.run();`,
  crash: `const test = suite("crash"); test("one", () => {}); test.run(); setTimeout(() => process.exit(7), 200);`,
  broken: `const test = suite("broken"); test("one", () => {}); test.run(); throw new Error("at import");`,
  empty: `const test = suite("empty"); test.run();`,
  // Not spelled out: this very file is searched for such suites too.
  unrun: `const test = suite("run"); test("one", () => {}); test.run(); const other = ${"suite"}("forgotten"); other("never", () => {});`,
  skipped: `const test = suite("skipped"); test("one", () => {}); test.skip("two", () => {}); test.run();`,
};

const folder = mkdtempSync(join(tmpdir(), "holdfast-runner-"));
mkdirSync(join(folder, "tests"));
writeFileSync(join(folder, "package.json"), `{ "type": "module" }`);
symlinkSync(resolve("node_modules"), join(folder, "node_modules"), "junction");
for (const [name, source] of Object.entries(FILES))
  writeFileSync(join(folder, "tests", `${name}.test.ts`), `import { suite } from "uvu";\n${source}\n`);

const house = suite("house/runner");
house.after(() => rmSync(folder, { recursive: true, force: true }));

/** The last line of a run, and its exit code. */
function run(filters: string[], requireAll = ""): { line: string; status: number | null } {
  const result = spawnSync(process.execPath, ["--import", "tsx", resolve("tests/run.ts"), ...filters], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, HOLDFAST_REQUIRE_ALL: requireAll },
  });
  return { line: result.stdout.trim().split("\n").at(-1) ?? "", status: result.status };
}

house("passing tests pass, and filters choose files", () => {
  assert.equal(run(["good"]), { line: "2 passed, 0 failed, 0 skipped", status: 0 });
});

house("a failing test fails the run", () => {
  assert.equal(run(["bad"]), { line: "1 passed, 1 failed, 0 skipped", status: 1 });
});

house("a crash fails the run, also after the tests and at import", () => {
  assert.equal(run(["crash"]), { line: "1 passed, 1 failed, 0 skipped", status: 1 });
  assert.is(run(["broken"]).status, 1);
});

house("a file without a test, a suite that is never run, and a filter that finds nothing fail the run", () => {
  assert.equal(run(["empty"]), { line: "0 passed, 1 failed, 0 skipped", status: 1 });
  assert.equal(run(["unrun"]), { line: "1 passed, 1 failed, 0 skipped", status: 1 });
  assert.equal(run(["no-such-file"]), { line: "0 passed, 0 failed, 0 skipped", status: 1 });
});

house("a skip is told, and fails the run when nothing may be left out", () => {
  assert.equal(run(["skipped"]), { line: "1 passed, 0 failed, 1 skipped", status: 0 });
  assert.equal(run(["skipped"], "1"), { line: "1 passed, 1 failed, 1 skipped", status: 1 });
});

house("one bad file among good ones fails the run", () => {
  assert.equal(run(["good", "bad"]), { line: "3 passed, 1 failed, 0 skipped", status: 1 });
});

house.run();

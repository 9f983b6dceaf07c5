/* The build: skipped when up to date, whole or not at all. */
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("host/setup/build");
const folder = mkdtempSync(join(tmpdir(), "holdfast-build-"));
const output = join(folder, "build/device.wasm");
test.after(() => rmSync(folder, { recursive: true, force: true }));

/** A project with a core of one function. */
test.before(() => {
  for (const path of ["asconfig.json", "package-lock.json", "host/setup/build.mjs", "host/core/as-bind-transform.mjs"]) {
    mkdirSync(resolve(folder, path, ".."), { recursive: true });
    copyFileSync(path, join(folder, path));
  }
  cpSync("assembly/rt", join(folder, "assembly/rt"), { recursive: true });
  copyFileSync("assembly/panic.ts", join(folder, "assembly/panic.ts"));
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"), "junction");
  core("return 1;");
});

function core(body: string): void {
  writeFileSync(join(folder, "assembly/index.ts"), `import "./panic";\nexport function answer(): i32 { ${body} }\n`);
}

function build(): number | null {
  return spawnSync(process.execPath, [join(folder, "host/setup/build.mjs"), "device"], { encoding: "utf8" }).status;
}

function answer(): number {
  const module = new WebAssembly.Module(new Uint8Array(readFileSync(output)));
  return (new WebAssembly.Instance(module).exports.answer as () => number)();
}

test("what is not there is built", () => {
  assert.is(build(), 0);
  assert.is(answer(), 1);
  assert.equal(readdirSync(join(folder, "build")).sort(), ["device.wasm", "device.wat"]);
});

test("what is up to date is left alone, what is older than a source is built again", () => {
  const future = new Date(Date.now() + 60_000);
  utimesSync(output, future, future);
  const before = statSync(output).mtimeMs;
  assert.is(build(), 0);
  assert.is(statSync(output).mtimeMs, before);

  core("return 2;");
  utimesSync(output, new Date(0), new Date(0));
  assert.is(build(), 0);
  assert.is(answer(), 2);
});

test("a core that does not compile, or allocates, fails the build and leaves the last one standing", () => {
  for (const body of ["return nonsense;", "return new Uint8Array(3).length;", 'return ("a" + answer().toString()).length;']) {
    core(body);
    utimesSync(output, new Date(0), new Date(0));
    assert.is(build(), 1, body);
    assert.is(answer(), 2);
    assert.equal(readdirSync(join(folder, "build")).sort(), ["device.wasm", "device.wat"]);
  }
});

test.run();

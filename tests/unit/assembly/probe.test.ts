/* The test door itself, and that no file of the core goes without tests. */
import { existsSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { wasmModule } from "../../../host/core/wasm-file.js";
import { filesUnder } from "../../support/source-tree.js";

const test = suite("assembly/probe");
/** Types only, or tested through their wasm elsewhere: dev by tests/unit/host/core/workbench, the runtime by tests/house/abi. */
const ELSEWHERE = ["assembly/dev.ts", "assembly/panic.ts", "assembly/rt/index.ts", "assembly/rt/no-heap.ts"];

test("every file of the core has its test file", () => {
  const without = filesUnder("assembly")
    .filter((file) => !ELSEWHERE.includes(file))
    .filter((file) => !existsSync(`tests/unit/${file.replace(/\.ts$/, ".test.ts")}`));
  assert.equal(without, []);
});

test("every test file here is that of a source file", () => {
  const without = filesUnder("tests/unit/assembly").filter(
    (file) => !existsSync(file.replace("tests/unit/", "").replace(".test.ts", ".ts")),
  );
  assert.equal(without, []);
});

test("it opens the whole device door, and nothing of it is missing", () => {
  const names = (module: string): string[] => WebAssembly.Module.exports(wasmModule(module)).map((one) => one.name);
  const door = names("device").filter((name) => name.startsWith("hf_"));
  assert.ok(door.length > 20);
  const probe = new Set(names("probe"));
  assert.equal(
    door.filter((name) => !probe.has(name)),
    [],
  );
});

test.run();

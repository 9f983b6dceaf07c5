/* The port: what the core imports. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { wasmModule } from "../../../../host/core/wasm-file.js";

const test = suite("assembly/flash/flash");

test("the core asks a part for six things and imports nothing else", () => {
  const imports = WebAssembly.Module.imports(wasmModule("probe"));
  assert.equal([...new Set(imports.map((one) => one.module))], ["flash"]);
  assert.equal(imports.map((one) => one.name).sort(), ["erase", "is_bad", "mark_bad", "program", "read", "sync"]);
});

test.run();

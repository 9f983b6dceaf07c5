/* Where the wasm files are found. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { wasmBytes, wasmModule, wasmPath } from "../../../../host/core/wasm-file.js";

const test = suite("host/core/wasm-file");

test("every build of the core is found, and is WebAssembly", () => {
  for (const name of ["device", "probe", "dev"]) {
    assert.ok(wasmPath(name).endsWith(`${name}.wasm`));
    assert.equal([...wasmBytes(name).subarray(0, 4)], [0, 0x61, 0x73, 0x6d]);
  }
});

test("a module is compiled once a process", () => {
  assert.is(wasmModule("device"), wasmModule("device"));
});

test("a build that is not there is an error that names the file", () => {
  assert.throws(() => wasmModule("no-such-build"), /no-such-build\.wasm/);
});

test.run();

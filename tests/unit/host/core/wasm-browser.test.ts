import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as browser from "../../../../host/core/wasm-browser.js";
import * as node from "../../../../host/core/wasm-file.js";

const test = suite("host/core/wasm-browser");

test("it stands in for wasm-file.js: the same functions, asked in the same way", async () => {
  assert.throws(() => browser.wasmModule("device"), /provideWasm\("device"/);
  assert.throws(() => browser.wasmBytes("device"), /provideWasm\("device"/);
  await browser.provideWasm("device", node.wasmBytes("device"));
  assert.equal(WebAssembly.Module.exports(browser.wasmModule("device")), WebAssembly.Module.exports(node.wasmModule("device")));
  assert.is(browser.wasmModule("device"), browser.wasmModule("device"));
  assert.equal(browser.wasmBytes("device"), node.wasmBytes("device"));
});

test("package.json tells bundlers to put it in that place", () => {
  const { browser: replaced } = JSON.parse(readFileSync("package.json", "utf8"));
  assert.is(replaced["./build/host/core/wasm-file.js"], "./build/host/core/wasm-browser.js");
  const worker = readFileSync("build/host/emulator/worker.js", "utf8");
  assert.not.match(worker, /node:fs|readFileSync/);
});

test.run();

/*
 * The device module is what docs/abi.md says: its exports, its imports, its size, and what it does without.
 */
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import wabtInit from "wabt";
import { wasmBytes } from "../../host/core/wasm-file.js";

/** The store and sync; docs/design.md. Parity and sealing raise it. */
const DEVICE_BYTES_MAX = 80 * 1024;

/** Everything that came after the first version of WebAssembly. */
const MVP = {
  exceptions: false,
  mutable_globals: false,
  sat_float_to_int: false,
  sign_extension: false,
  simd: false,
  threads: false,
  function_references: false,
  multi_value: false,
  tail_call: false,
  bulk_memory: false,
  reference_types: false,
  code_metadata: false,
  gc: false,
  memory64: false,
  extended_const: false,
  relaxed_simd: false,
};

const bytes = wasmBytes("device");
const module = new WebAssembly.Module(bytes);
const wabt = await wabtInit();
const wat = disassemble(bytes);
const abi = readFileSync("docs/abi.md", "utf8");
const house = suite("house/abi");

function disassemble(wasm: Uint8Array): string {
  const parsed = wabt.readWasm(wasm, { ...MVP, readDebugNames: true });
  try {
    parsed.validate();
    return parsed.toText({ foldExprs: false, inlineExport: false });
  } finally {
    parsed.destroy();
  }
}

/** `name(a, b)` of each table row under a heading: name → how many arguments. */
function documented(heading: string): Map<string, number> {
  const section = abi.split(`\n## ${heading}`)[1].split("\n## ")[0];
  const rows = [...section.matchAll(/^\| `(\w+)\(([^)]*)\)` \|/gm)];
  return new Map(rows.map((row) => [row[1], row[2] === "" ? 0 : row[2].split(",").length]));
}

house("the module is MVP: it validates with every later feature off", () => {
  assert.match(wat, /^\(module/); // readWasm and validate have thrown otherwise
});

house("a module that is not MVP is refused", () => {
  assert.throws(() =>
    disassemble(
      wabt.parseWat("x", "(module (func (param i32) (result i32) local.get 0 i32.extend8_s))", { sign_extension: true }).toBinary({})
        .buffer,
    ),
  );
});

house("its exports are those of docs/abi.md, and memory", () => {
  const exported = WebAssembly.Module.exports(module);
  const functions = exported.filter((entry) => entry.kind === "function").map((entry) => entry.name);
  assert.equal(functions.sort(), [...documented("Exports").keys()].sort());
  assert.equal(
    exported.filter((entry) => entry.kind !== "function").map((entry) => entry.name),
    ["memory"],
  );
});

house("every export takes as many arguments as docs/abi.md says", () => {
  const imports = { flash: Object.fromEntries([...documented("Imports").keys()].map((name) => [name, () => 0])) };
  const exports = new WebAssembly.Instance(module, imports).exports as Record<string, unknown>;
  for (const [name, arity] of documented("Exports")) assert.is((exports[name] as () => void).length, arity, name);
});

house("it imports flash.* and nothing else", () => {
  const imported = WebAssembly.Module.imports(module);
  assert.ok(imported.every((entry) => entry.module === "flash" && entry.kind === "function"));
  assert.equal(imported.map((entry) => entry.name).sort(), [...documented("Imports").keys()].sort());
});

house("no allocator, no runtime, no shadow stack", () => {
  assert.equal(
    WebAssembly.Module.exports(module).filter((entry) => entry.name.startsWith("__")),
    [],
  );
  const named = readFileSync("build/device.wat", "utf8");
  assert.not.match(named, /stack_check|~lib\/rt\/|__new|__alloc/);
});

house("it cannot grow its memory: only the host can, before it configures", () => {
  assert.not.match(wat, /memory\.grow/);
  assert.match(wat, /\(memory (\(;0;\) )?1 \d+\)/);
});

house("it has no table, and instantiating it calls nothing: a start function only sets constants", () => {
  assert.not.match(wat, /\(table |\(elem /);
  const called = () => {
    throw new Error("an import was called while instantiating");
  };
  new WebAssembly.Instance(module, { flash: Object.fromEntries([...documented("Imports").keys()].map((name) => [name, called])) });
});

house("host/core/abi.ts types the same functions, argument by argument", () => {
  const source = readFileSync("host/core/abi.ts", "utf8").split("export interface CoreExports")[1].split("\n}")[0];
  const typed = [...source.matchAll(/(hf_\w+)\(([^)]*)\): number/g)].map((match) => [
    match[1],
    match[2].split(",").filter((part) => part.trim() !== "").length,
  ]);
  assert.equal(new Map(typed as [string, number][]), documented("Exports"));
});

house("it stays within its size", () => {
  console.log(`device.wasm: ${bytes.length} bytes of ${DEVICE_BYTES_MAX}`);
  assert.ok(bytes.length <= DEVICE_BYTES_MAX, `${bytes.length} bytes`);
});

house.run();

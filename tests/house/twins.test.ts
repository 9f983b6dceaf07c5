/*
 * The broken twins are in the probe build alone: what is shipped is the same, byte for byte, as if nobody had written them.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { wasmBytes } from "../../host/core/wasm-file.js";
import { filesUnder } from "../support/source-tree.js";

const house = suite("house/twins");
/** What only twins need. */
const OWN_FILES = ["assembly/base/twin.ts", "assembly/journal/resume.ts"];
const sources = filesUnder("assembly").filter((file) => !OWN_FILES.includes(file));

/** A source as it would be if nobody had thought of twins. */
function without(source: string): string {
  return source
    .replace(/^import .* from "\.{1,2}\/(base\/twin|twin|resume)";\n/gm, "")
    .replace(/^export \{.*\} from "\.\/base\/twin";\n/gm, "")
    .replace(/!Build\.PROBE \|\| !twin\(Twin\.\w+\)/g, "true")
    .replace(/Build\.PROBE && twin\(Twin\.\w+\)( && resumeTail\(\))?/g, "false");
}

function buildWithout(): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-twins-"));
  try {
    for (const name of ["assembly", "asconfig.json"]) cpSync(name, join(folder, name), { recursive: true });
    for (const file of OWN_FILES) rmSync(join(folder, file));
    for (const file of sources) writeFileSync(join(folder, file), without(readFileSync(file, "utf8")));
    const asc = resolve("node_modules/assemblyscript/bin/asc.js");
    const args = [asc, "assembly/index.ts", "--target", "device", "--outFile", "device.wasm"];
    const run = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    assert.is(run.status, 0, run.stderr);
    return readFileSync(join(folder, "device.wasm"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

house("nothing is left of a twin in a source that is stripped of them", () => {
  for (const file of sources) assert.not.match(without(readFileSync(file, "utf8")), /\btwin\(|\bTwin\b|resumeTail/, file);
});

house("every twin is asked about somewhere, and only behind Build.PROBE", () => {
  const asked = sources.flatMap((file) => [...readFileSync(file, "utf8").matchAll(/(.{16})\btwin\(Twin\.(\w+)\)/g)]);
  for (const [text, before] of asked) assert.match(before!, /Build\.PROBE (&& |\|\| !)$/, text);
  const named = [...readFileSync("assembly/base/twin.ts", "utf8").matchAll(/export const (\w+): u32/g)].map(([, name]) => name);
  assert.equal([...new Set(asked.map(([, , name]) => name))].sort(), named.sort());
});

house("device.wasm is the same, byte for byte, without the twins", () => {
  const [shipped, plain] = [wasmBytes("device"), buildWithout()];
  assert.is(shipped.length, plain.length);
  assert.ok(Buffer.from(shipped).equals(plain));
});

house("the probe build has the switch, the device build and the workbench have not", () => {
  const names = (build: string) => WebAssembly.Module.exports(new WebAssembly.Module(wasmBytes(build))).map(({ name }) => name);
  assert.ok(names("probe").includes("playTwin"));
  for (const build of ["device", "dev"]) assert.not.ok(names(build).includes("playTwin"), build);
  assert.not.match(readFileSync("build/dev.wat", "utf8"), /base\/twin\/twin/);
});

house.run();

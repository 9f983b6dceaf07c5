/*
 * The five packages fixed by the user each have their work. docs/design.md says which.
 */
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { filesUnder, importsOf } from "../support/source-tree.js";

const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const host = filesUnder("host");
const house = suite("house/roles");

/** Files among `files` that import the package. */
function importersOf(name: string, files: string[]): string[] {
  return files.filter((file) => new RegExp(`from "${name}(/[^"]*)?"`).test(readFileSync(file, "utf8")));
}

/** Everything `file` imports, directly or not. */
function reachedFrom(file: string): Set<string> {
  const reached = new Set<string>();
  const visit = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    importsOf(path).forEach(visit);
  };
  visit(file);
  return reached;
}

house("assemblyscript compiles the core: three builds of one source", () => {
  assert.is(manifest.devDependencies.assemblyscript, "0.28.20");
  assert.match(readFileSync("host/setup/build.mjs", "utf8"), /assemblyscript\/bin\/asc/);
  assert.equal(Object.keys(JSON.parse(readFileSync("asconfig.json", "utf8")).targets), ["device", "probe", "dev"]);
});

house("the loader hosts device.wasm, and stays at the version of the compiler", () => {
  assert.is(manifest.dependencies["@assemblyscript/loader"], manifest.devDependencies.assemblyscript);
  assert.equal(importersOf("@assemblyscript/loader", host), ["host/core/instance.ts", "host/core/workbench.ts"]);
  assert.match(readFileSync("host/core/instance.ts", "utf8"), /instantiateSync\(wasmModule\("device"\)/);
  assert.ok(reachedFrom("host/index.ts").has("host/core/instance.ts"));
});

house("as-bind is the workbench door: texts, a byte array and a callback cross it", () => {
  assert.equal(importersOf("as-bind", host), ["host/core/workbench.ts"]);
  const module = new WebAssembly.Module(new Uint8Array(readFileSync("build/dev.wasm")));
  const [section] = WebAssembly.Module.customSections(module, "as-bind_bindings");
  const { exportedFunctions, importedFunctions } = JSON.parse(new TextDecoder().decode(section));
  const text = "~lib/string/String";
  assert.is(exportedFunctions.statusText.returnType, text);
  assert.ok(exportedFunctions.describeBlock.parameters.includes("~lib/typedarray/Uint8Array"));
  assert.ok(importedFunctions.dev.tell.parameters.includes(text));
});

house("the inspector, the emulator, salvage and the map of the proof go through the workbench", () => {
  const users = host.filter((file) => importsOf(file).includes("host/core/workbench.ts"));
  assert.ok(users.length > 0 && users.every((file) => /^host\/((cli|emulator|salvage)\/|proof\/phase\.ts)/.test(file)), `used by ${users}`);
  for (const door of ["host/cli/main.ts", "host/emulator/worker-main.ts"]) assert.ok(reachedFrom(door).has("host/core/workbench.ts"), door);
});

house("fflate packs: bodies of records, snapshots of flash, and through them the golden images", () => {
  const users = importersOf("fflate", host);
  for (const user of ["host/flash/snapshot.ts", "host/pack/deflate.ts"]) assert.ok(users.includes(user), user);
  assert.ok(reachedFrom("host/index.ts").has("host/pack/deflate.ts"));
  const others = [...host, ...filesUnder("tests")].filter((file) => !users.includes(file) && !file.startsWith("tests/unit/"));
  const reached = others.filter((file) => importsOf(file).some((target) => users.includes(target)));
  assert.ok(reached.length > 0, `nobody uses ${users}`);
});

house("uvu runs every test", () => {
  const tests = filesUnder("tests", ".test.ts");
  const idle = tests.filter((file) => importersOf("uvu", [...reachedFrom(file)]).length === 0);
  assert.equal(idle, []);
});

house("versions of the five are exact", () => {
  const all = { ...manifest.dependencies, ...manifest.devDependencies };
  for (const name of ["assemblyscript", "@assemblyscript/loader", "as-bind", "fflate", "uvu"])
    assert.match(all[name], /^\d+\.\d+\.\d+$/, name);
});

house("the lock file names the packages of every platform, not only of the one it was written on", () => {
  const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
    packages: Record<string, { optionalDependencies?: object }>;
  };
  const wanted = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
  assert.ok(wanted.length > 20);
  const missing = wanted.filter((name) => !packages[`node_modules/${name}`]);
  assert.equal(missing, []); // npm ci of npm 11 refuses a lock file without them
});

house.run();

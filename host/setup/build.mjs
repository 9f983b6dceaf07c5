/*
 * Builds build/{device,probe,dev}.wasm from assembly/ and build/host/ from host/, the emulator's page included.
 *
 *   node host/setup/build.mjs [device] [probe] [dev] [host]     default: all four
 *
 * A part whose inputs are all older than its output is skipped. A wasm file appears complete or not at
 * all: the compiler writes into a folder of its own and the result is renamed, so that a test which
 * runs meanwhile never reads half a module.
 */
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const ENTRIES = { device: "assembly/index.ts", probe: "assembly/probe.ts", dev: "assembly/dev.ts" };

process.chdir(ROOT);
mkdirSync("build", { recursive: true });
const wanted = process.argv.slice(2).length > 0 ? process.argv.slice(2) : [...Object.keys(ENTRIES), "host"];
const results = await Promise.all(wanted.map((part) => (part === "host" ? buildHost() : buildCore(part))));
process.exitCode = results.every((status) => status === 0) ? 0 : 1;

async function buildCore(target) {
  const output = `build/${target}.wasm`;
  const inputs = ["assembly", "asconfig.json", "package-lock.json", "host/core/as-bind-transform.mjs", "host/setup/build.mjs"];
  if (newest(inputs) < modified(output)) return 0;

  const folder = `build/.${target}-${process.pid}`;
  const args = [ENTRIES[target], "--target", target, "--outFile", `${folder}/${target}.wasm`, "--textFile", `${folder}/${target}.wat`];
  if (target === "dev") args.push("--transform", "./host/core/as-bind-transform.mjs");
  const status = await run("node_modules/assemblyscript/bin/asc.js", args);
  if (status === 0) for (const name of readdirSync(folder)) renameSync(join(folder, name), join("build", name));
  rmSync(folder, { recursive: true, force: true });
  return status;
}

async function buildHost() {
  const inputs = ["host", "tsconfig.json", "package-lock.json"];
  if (newest(inputs) < modified("build/host/.tsbuildinfo") && existsSync("build/host/index.js")) return 0;
  const status = await run("node_modules/typescript/bin/tsc", ["-p", "tsconfig.json"]);
  if (existsSync("build/host/cli/main.js")) chmodSync("build/host/cli/main.js", 0o755); // npm links it as the program holdfast
  const { bundlePage } = await import("../emulator/bundle.mjs");
  const whole = status === 0 && (await bundlePage());
  if (!whole) rmSync("build/host/.tsbuildinfo", { force: true }); // or the next build would take the half-made one for done
  return whole ? 0 : 1;
}

/** Time of the newest file under `paths`, in milliseconds. */
function newest(paths) {
  return Math.max(...paths.map((path) => (existsSync(path) && statSync(path).isDirectory() ? newestIn(path) : modified(path))));
}

function newestIn(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Math.max(modified(folder), ...files.map((file) => modified(join(file.parentPath ?? file.path, file.name))));
}

/** 0 when there is no such file: older than everything. */
function modified(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

function run(script, args) {
  return new Promise((done) => {
    const child = spawn(process.execPath, [script, ...args], { stdio: "inherit" });
    child.on("close", (code) => done(code ?? 1));
  });
}

/*
 * The core as C, on this machine: compiled anew with what a test asks for, translated by the system's wasm2c, built by a C compiler.
 *
 * What is made lies under build/ in a folder named after everything it was made of, so that it is made once.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { filesUnder } from "./source-tree.js";

/** Names in the output differ from version to version: the C of the tests is written for this one. */
const WASM2C_VERSION = "1.0.32";

/** npm puts the tools of packages in front, and the package wabt has a wasm2c of another version: the system's are meant. */
const PATH = (process.env.PATH ?? "")
  .split(":")
  .filter((folder) => !folder.includes("node_modules"))
  .join(":");

/** Runs a program of the system to its end and returns what it wrote to stdout. Errors: anything but exit code 0, with all it said. */
export function run(command: string, args: readonly string[], cwd = "."): string {
  const result = spawnSync(command, args, { encoding: "utf8", cwd, env: { ...process.env, PATH }, maxBuffer: 1 << 30 });
  if (result.error !== undefined) throw new Error(`${command}: ${result.error.message}`);
  if (result.status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${result.stdout}${result.stderr}`);
  return result.stdout;
}

/** The first 16 hex digits of a SHA-256 over all parts. */
export function fingerprint(...parts: (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex").slice(0, 16);
}

/** Text of all files, for a fingerprint. */
export function contentOf(files: readonly string[]): string {
  return files.map((file) => `${file}\n${readFileSync(file, "utf8")}`).join("\n");
}

/** Makes `folder` by `work`, which is given a draft of it; left alone when it is there. A folder appears whole or not at all. */
export function madeOnce(folder: string, work: (draft: string) => void): string {
  if (existsSync(folder)) return folder;
  const draft = `${folder}.${process.pid}`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  work(draft);
  if (!existsSync(folder)) renameSync(draft, folder); // else another process was faster
  rmSync(draft, { recursive: true, force: true });
  return folder;
}

/** Changes a source of the core on its way to the compiler: path from the top of the project, and its text. */
export type Edit = (path: string, source: string) => string;

/** Compiles a copy of assembly/, changed by `edit`, into `folder`/`name`.wasm with function names. `flags` are asc's. */
export function compileCore(
  folder: string,
  name: string,
  entry: string,
  flags: readonly string[],
  edit: Edit = (_, source) => source,
): void {
  for (const file of [...filesUnder("assembly"), "assembly/tsconfig.json", "asconfig.json"]) {
    const target = join(folder, "core", file);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, edit(file, readFileSync(file, "utf8")));
  }
  const compiler = resolve("node_modules/assemblyscript/bin/asc.js");
  const output = relative(join(folder, "core"), join(folder, `${name}.wasm`));
  const args = [compiler, entry, "--config", "asconfig.json", "--outFile", output, "--debug", ...flags];
  run(process.execPath, args, join(folder, "core"));
}

/** Translates `folder`/`name`.wasm to `folder`/`name`.c and .h, module name "device". */
export function translate(folder: string, name: string, edit: (source: string) => string = (source) => source): void {
  const version = run("wasm2c", ["--version"]).trim();
  if (version !== WASM2C_VERSION) throw new Error(`wasm2c is ${version}; the C of the tests is written for ${WASM2C_VERSION}`);
  run("wasm2c", [join(folder, `${name}.wasm`), "-n", "device", "-o", join(folder, "device.c")]);
  const path = join(folder, "device.c");
  writeFileSync(path, edit(readFileSync(path, "utf8")));
}

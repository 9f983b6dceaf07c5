/*
 * Builds the firmware of the emulated phone from build/device.wasm, that very file, into build/handset/.
 *
 *   node host/handset/build.mjs [--name NAME] [--over FILE.c]
 *
 *   NAME.elf    the firmware with its symbols; NAME defaults to sx1
 *   NAME.nor0   the first NOR chip as it leaves the factory: the firmware, then blank
 *
 * --over lays another driver over the board's own, whose functions it finds as part_read, part_program and so on: that is
 * how tests make a phone with a fault. What is newer than its inputs is left as it is; files appear whole or not at all.
 * Needs wasm2c of wabt 1.0.32 and arm-none-eabi-gcc with newlib: apt-get install -y gcc-arm-none-eabi libnewlib-arm-none-eabi wabt
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const SOURCES = "host/handset";
const CORE = "build/device.wasm";
const OUTPUT = "build/handset";
/** The names in its output differ from version to version: engine-wasm2c.c is written for this one. */
const WASM2C_VERSION = "1.0.32";
const NOR0_BYTES = 16 * 1024 * 1024;
/** Debian keeps it among the machine's own headers, which must not be searched when compiling for a phone: this one is copied. */
const WASM_RT_HEADER = "/usr/include/wasm-rt.h";

const MACHINE = ["-march=armv4t", "-mthumb", "-mthumb-interwork"]; // the OMAP310's ARM925T; Thumb is two thirds the size of ARM
const FLAGS = [
  ...["-Os", "-g", "-std=gnu11", "-ffreestanding", "-fno-common", "-ffunction-sections", "-fdata-sections"],
  "-DNDEBUG", // wasm2c's assert() would bring all of stdio along; the core's own checks are traps and stay
  "-DWASM_RT_USE_STACK_DEPTH_COUNT=1",
  "-DWASM_RT_MAX_CALL_STACK_DEPTH=64",
];
const WARNINGS = ["-Wall", "-Wextra", "-Werror"];
const LINK = ["-nostartfiles", "--specs=nano.specs", "-Wl,--gc-sections", "-Wl,--no-warn-rwx-segments"];
const PART_FUNCTIONS = ["start", "read", "program", "erase", "is_bad", "mark_bad", "sync"];

/** npm puts the tools of packages in front, and the package wabt has a wasm2c of another version: the system's are meant. */
const PATH = (process.env.PATH ?? "")
  .split(":")
  .filter((folder) => !folder.includes("node_modules"))
  .join(":");

process.chdir(ROOT);
mkdirSync(OUTPUT, { recursive: true });
const { values: options } = parseArgs({ options: { name: { type: "string", default: "sx1" }, over: { type: "string" } } });
const inputs = [CORE, options.over, ...readdirSync(SOURCES, { recursive: true }).map((name) => join(SOURCES, name))].filter(Boolean);
if (newest(inputs) > modified(`${OUTPUT}/${options.name}.nor0`)) build();

function build() {
  const core = translated();
  const folder = mkdtempSync(`${OUTPUT}/.${options.name}-`);
  try {
    const objects = [...compile(folder, core), `${core.folder}/device.o`];
    run("arm-none-eabi-gcc", [...MACHINE, ...LINK, "-Wl,-T", `${SOURCES}/sx1/sx1.ld`, ...objects, "-lm", "-o", `${folder}/firmware.elf`]);
    run("arm-none-eabi-objcopy", ["-O", "binary", `${folder}/firmware.elf`, `${folder}/firmware.bin`]);
    writeFileSync(`${folder}/nor0`, blankBehind(readFileSync(`${folder}/firmware.bin`), NOR0_BYTES));
    renameSync(`${folder}/firmware.elf`, `${OUTPUT}/${options.name}.elf`);
    renameSync(`${folder}/nor0`, `${OUTPUT}/${options.name}.nor0`);
    console.log(run("arm-none-eabi-size", [`${OUTPUT}/${options.name}.elf`]).trimEnd());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** device.wasm as device.o and device.h: the longest part, made once for all firmwares, in a folder named after what it was made of. */
function translated() {
  const bytes = readFileSync(CORE);
  const hash = sha256(bytes);
  const folder = `${OUTPUT}/device-${sha256(hash + readFileSync(`${SOURCES}/build.mjs`)).slice(0, 16)}`;
  if (existsSync(folder)) return { hash, folder };

  const version = run("wasm2c", ["--version"]).trim();
  if (version !== WASM2C_VERSION) throw new Error(`wasm2c is ${version}; engine-wasm2c.c is written for ${WASM2C_VERSION}`);
  const draft = mkdtempSync(`${OUTPUT}/.device-`);
  writeFileSync(`${draft}/device.wasm`, bytes);
  writeFileSync(`${draft}/wasm-rt.h`, readFileSync(WASM_RT_HEADER));
  run("wasm2c", [`${draft}/device.wasm`, "-n", "device", "-o", `${draft}/device.c`]);
  compileOne(`${draft}/device.c`, `${draft}/device.o`, ["-w", `-I${draft}`]);
  if (!existsSync(folder)) renameSync(draft, folder); // else another process was faster
  rmSync(draft, { recursive: true, force: true });
  return { hash, folder };
}

/** Every source of the phone to an object of its own. Returns their paths. */
function compile(folder, core) {
  const own = [SOURCES, `${SOURCES}/sx1`].flatMap((room) => readdirSync(room).map((name) => `${room}/${name}`));
  const sources = own.filter((path) => /\.[cS]$/.test(path));
  if (options.over !== undefined) sources.push(options.over);
  return sources.map((source) => {
    const object = `${folder}/${basename(source)}.o`;
    const flags = [...WARNINGS, `-I${core.folder}`];
    if (source.endsWith("/main.c")) flags.push(`-DDEVICE_WASM_SHA256="${core.hash}"`);
    if (options.over !== undefined && source.endsWith("/nor.c"))
      flags.push(...PART_FUNCTIONS.map((name) => `-Dhal_flash_${name}=part_${name}`));
    compileOne(source, object, flags);
    return object;
  });
}

function compileOne(source, object, flags) {
  run("arm-none-eabi-gcc", [...MACHINE, ...FLAGS, ...flags, `-I${SOURCES}`, "-c", source, "-o", object]);
}

function sha256(content) {
  return createHash("sha256").update(content).digest("hex");
}

function blankBehind(bytes, lengthBytes) {
  const chip = Buffer.alloc(lengthBytes, 0xff);
  bytes.copy(chip);
  return chip;
}

function run(command, args) {
  const result = spawnSync(command, args, { encoding: "utf8", env: { ...process.env, PATH } });
  if (result.error !== undefined) throw new Error(`${command}: ${result.error.message}`);
  if (result.status !== 0) throw new Error(`${command} failed:\n${result.stdout}${result.stderr}`);
  return result.stdout;
}

function newest(paths) {
  return Math.max(...paths.map(modified));
}

/** 0 when there is no such file: older than everything. */
function modified(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

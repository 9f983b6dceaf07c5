/*
 * The core as C for replaying logs: for coverage (every function, branches as in the source, counted by gcov), and as it is shipped.
 */
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compileCore, contentOf, fingerprint, madeOnce, run, translate } from "../support/native-core.js";
import { hasCommand } from "../support/skip.js";
import { filesUnder } from "../support/source-tree.js";

export const REMEDY = "apt-get install -y wabt gcc";
const SOURCES = "tests/coverage";
const FLAGS = ["-std=gnu11", "-w", "-DWASM_RT_MEMCHECK_SIGNAL_HANDLER=1", "-DWASM_RT_USE_STACK_DEPTH_COUNT=0"];
/** Functions that answer with an address, or with how many records fit behind the buffers: other ones in each build. */
const ADDRESSES = /^(hf_window|hf_result|hf_stat_record|hf_fault|hf_sync|hf_configure)$/;

export function canCover(): boolean {
  return hasCommand("wasm2c") && hasCommand("gcc") && hasCommand("gcov") && hasCommand("wasm-objdump");
}

/** Builds both. Returns the folder of the one for coverage, with device.c, and the two programs. */
export function buildReplayers(): { folder: string; counting: string; shipped: string } {
  const own = ["build.ts", "replay.c"].map((name) => join(SOURCES, name));
  const inputs = [...filesUnder("assembly"), "asconfig.json", "tests/support/native-core.ts", ...own];
  const folder = madeOnce(`build/coverage/${fingerprint(contentOf(inputs), readFileSync("build/device.wasm"))}`, (draft) => {
    buildCounting(draft);
    buildShipped(join(draft, "shipped"), draft);
  });
  return { folder, counting: `${folder}/replay`, shipped: `${folder}/shipped/replay` };
}

function buildCounting(folder: string): void {
  // Without an optimizer every && and || is a branch, as in the source; bulk memory keeps copying out of it.
  const flags = ["--target", "probe", "--optimizeLevel", "0", "--shrinkLevel", "0", "--sourceMap"];
  compileCore(folder, "device", "assembly/probe.ts", flags, withoutTwins);
  translate(folder, "device", withoutTrapBranches);
  writeFileSync(join(folder, "calls.h"), callTable(readFileSync(join(folder, "device.h"), "utf8")));
  const gccFlags = [...FLAGS, `-I.`, `-I${process.cwd()}/${SOURCES}`];
  run("gcc", [...gccFlags, "-O0", "--coverage", "-c", "device.c", "-o", "device.o"], folder);
  run("gcc", [...gccFlags, "-O1", "-c", `${process.cwd()}/${SOURCES}/replay.c`, "-o", "replay.o"], folder);
  run("gcc", ["--coverage", "device.o", "replay.o", "-lm", "-o", "replay"], folder);
}

function buildShipped(folder: string, above: string): void {
  run("mkdir", ["-p", folder]);
  copyFileSync("build/device.wasm", join(folder, "device.wasm"));
  translate(folder, "device");
  writeFileSync(join(folder, "calls.h"), callTable(readFileSync(join(folder, "device.h"), "utf8")));
  run("gcc", [...FLAGS, "-O1", `-I${folder}`, join(folder, "device.c"), join(SOURCES, "replay.c"), "-lm", "-o", join(folder, "replay")]);
  if (above === folder) throw new Error("the two builds are one");
}

/** Broken twins are no branches of what is shipped: TWINS is 0 there, so it is here, and the compiler leaves them out of both. */
function withoutTwins(path: string, source: string): string {
  return path === "asconfig.json" ? source.replace("TWINS=1", "TWINS=0") : source;
}

/** Divisions and conversions trap by branches that wasm2c makes: they are not the core's. Nor are those of counting zeros. */
function withoutTrapBranches(source: string): string {
  return source
    .replace("#define I32_CTZ(x) ((x) ? __builtin_ctz(x) : 32)", "#define I32_CTZ(x) (__builtin_ctzll((u64)(x) | 1ull << 32))")
    .replace(/#define DIVREM_U\(op, x, y\)(?:.*\\\n)+.*\n/, "#define DIVREM_U(op, x, y) ((x)op(y))\n")
    .replace(
      /#define (DIV|REM)_S\(ut, min, x, y\)(?:.*\\\n)+.*\n/g,
      (_, op) => `#define ${op}_S(ut, min, x, y) ((ut)((x) ${op === "DIV" ? "/" : "%"} (y)))\n`,
    )
    .replace(
      /#define TRUNC_(S|U)\(([^)]*)\)(?:.*\\\n)+.*\n/g,
      (_, sign, args) => `#define TRUNC_${sign}(${args}) ((ut)${sign === "S" ? "(st)" : ""}(x))\n`,
    );
}

/** A C table of all exported functions, callable with recorded arguments. */
function callTable(header: string): string {
  const rows = [...header.matchAll(/\/\* export: '(\w+)' \*\/\n(\w+) (Z_deviceZ_\w+)\(Z_device_instance_t\*((?:, \w+)*)\);/g)];
  const functions = rows.map(([, name, result, symbol, parameters]) => {
    const args = parameters!
      .split(", ")
      .slice(1)
      .map((type, i) => ({ u64: `args[${i}].bits`, f64: `args[${i}].number` })[type] ?? `(u32)(int64_t)args[${i}].number`);
    const call = `${symbol}(${["&core", ...args].join(", ")})`;
    const body = {
      void: `${call}; return NOTHING;`,
      u64: `result->bits = ${call}; return LONG;`,
      f64: `result->number = ${call}; return NUMBER;`,
    }[result!];
    return `static enum kind call_${name}(const value *args, value *result) { (void)args, (void)result; ${body ?? `result->number = (int32_t)${call}; return NUMBER;`} }`;
  });
  const table = rows.map(([, name]) => `  {"${name}", ${ADDRESSES.test(name!) ? 1 : 0}, call_${name}},`);
  return `${functions.join("\n")}\nstatic const struct call {\n  const char *name;\n  int is_address;\n  enum kind (*call)(const value *, value *);\n} calls[] = {\n${table.join("\n")}\n};\n`;
}

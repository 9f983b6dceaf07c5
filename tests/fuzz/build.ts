/*
 * Builds the fuzz targets: the device build with gaps between its buffers, through wasm2c, with libFuzzer and sanitizers.
 */
import { existsSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { compileCore, contentOf, fingerprint, madeOnce, run, translate } from "../support/native-core.js";
import { hasCommand } from "../support/skip.js";
import { filesUnder } from "../support/source-tree.js";
import { gapsHeader, withFastSyndromes, withGaps } from "./gaps.js";
import { withKnownMended } from "./known.js";

export type Target = "image" | "air";
export const REMEDY = "apt-get install -y wabt clang-14 libfuzzer-14-dev libclang-rt-14-dev";
const SOURCES = "tests/fuzz";
/** What a target is made of, beside the core. */
const PARTS: Record<Target, string[]> = {
  image: ["image", "image-mutator", "input", "unit", "core"],
  air: ["air", "air-mutator", "unit", "core"],
};
const FLAGS = [
  "-g",
  "-O2",
  "-std=gnu11",
  "-fno-omit-frame-pointer",
  "-DWASM_RT_MEMCHECK_SIGNAL_HANDLER=1",
  "-DWASM_RT_USE_STACK_DEPTH_COUNT=0",
];
/** The one is for searching far, the other for searching well. */
const OWN_FLAGS = { fast: ["-march=native", "-DSWIFT"], strict: ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"] };
export type Build = keyof typeof OWN_FLAGS;
/** What tests/fuzz/swift.h does in place of the core: where a hostile image spends most of its time. */
const SWIFT =
  /^(static \w+ )(w2c_assembly_base_crc32c_crc32c|w2c_assembly_base_reed_solomon_correct|w2c__lib_memory_memory_(?:copy|fill))(\([^;]*\) \{)$/gm;

const RUNTIME = "/usr/lib/llvm-14/lib/clang";
function filesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
}
export function canFuzz(): boolean {
  return hasCommand("wasm2c") && hasCommand("clang-14") && filesIn(RUNTIME).some((file) => file.includes("libclang_rt.fuzzer-"));
}

/** The folder with the programs image-fast, image-strict, air-fast and air-strict. */
export function buildFuzzers(targets: readonly Target[] = ["image", "air"]): string {
  const own = readdirSync(SOURCES).map((name) => join(SOURCES, name));
  const inputs = [
    ...filesUnder("assembly"),
    "asconfig.json",
    "tests/support/native-core.ts",
    ...own.filter((path) => /\.[ch]$|(build|gaps|known)\.ts$/.test(path)),
  ];
  return madeOnce(`build/fuzz/${fingerprint(contentOf(inputs), ...targets)}`, (folder) => {
    compileCore(folder, "device", "assembly/index.ts", ["--target", "device"], edited);
    translate(folder, "device", watched);
    writeFileSync(join(folder, "gaps.h"), gapsHeader());
    for (const build of Object.keys(OWN_FLAGS) as Build[]) {
      const flags = [...FLAGS, ...OWN_FLAGS[build], `-I${folder}`, `-I${SOURCES}`];
      // Only the core's edges are counted, not the harness's. Comparisons are not traced: that takes half the time, and the mutator knows the fields.
      const counted = ["-fsanitize-coverage=inline-8bit-counters,pc-table", "-w", "-include", join(SOURCES, "fuel.h")];
      run("clang-14", [...flags, ...counted, "-c", join(folder, "device.c"), "-o", join(folder, `device-${build}.o`)]);
      for (const target of targets) {
        const sources = PARTS[target].map((name) => join(SOURCES, `${name}.c`));
        const output = join(folder, `${target}-${build}`);
        const linked = ["-fsanitize=fuzzer", join(folder, `device-${build}.o`), "-lm", "-o", `${output}.new`];
        const objects = sources.map((source) => join(folder, `${basename(source)}-${build}.o`));
        for (const [i, source] of sources.entries()) run("clang-14", [...flags, "-Wall", "-Wextra", "-c", source, "-o", objects[i]!]);
        run("clang-14", [...flags, ...objects, ...linked]);
        renameSync(`${output}.new`, output);
      }
    }
  });
}

function edited(file: string, source: string): string {
  return withGaps(file, withFastSyndromes(file, withKnownMended(file, source)));
}

/** Loops count their rounds. The arithmetic of correction counts no edges. Functions that the fast build replaces get another name there. */
function watched(source: string): string {
  const swift = source.match(SWIFT)?.length ?? 0;
  if (swift !== 4) throw new Error(`of the four functions that tests/fuzz/swift.h replaces the core has ${swift}`);
  return `${source.replace(SWIFT, "$1SLOW($2)$3")}\n#ifdef SWIFT\n#include "swift.h"\n#endif\n`
    .replace(/^(\s*w2c_L\d+:) *$/gm, "$1 ROUND")
    .replace(
      /^static (\w+ (?:SLOW\()?w2c_assembly_base_reed_solomon_[\w)]+\([^;]*\) \{)$/gm,
      '__attribute__((no_sanitize("coverage"))) static $1',
    );
}

/*
 * How the core's sources are changed for the fuzz build.
 *
 * Gaps between the static buffers of the core, for the fuzz build: nothing belongs there, so whoever reads or writes there is wrong.
 *
 * The memory map is `memory.data(bytes, align)` all over assembly/: every one gets GAP_BYTES more, and its end is told by the export
 * `hf_gap(i)`. The code is the same as the shipped one's; its addresses are others. The last gap lies between block table and index.
 */
import { readFileSync } from "node:fs";
import { filesUnder } from "../support/source-tree.js";

export const GAP_BYTES = 64;
/** A buffer with a place of its own. */
const BUFFER = /^(?:export )?const (\w+)(?:: usize)? = memory\.data\((\d+), 8\);$/gm;
const SKIPPED = /^assembly\/(probe|dev)\.ts$/;
const TABLE = "const at = placeBlockMap(dynamicBase());";
const TABLE_END_FILE = "assembly/journal/stripe.ts";
const TABLE_END = "return dynamicBase() + blockCount * BLOCK_ENTRY_BYTES;";
const TABLE_BOUND = "if (end + 4096 > limit)";

interface Buffer {
  file: string;
  name: string;
  bytes: number;
}

/** Every static buffer of the device build. */
export function buffers(): Buffer[] {
  const found: Buffer[] = [];
  for (const file of filesUnder("assembly").filter((path) => !SKIPPED.test(path))) {
    const source = readFileSync(file, "utf8");
    const here = [...source.matchAll(BUFFER)].map((match) => ({ file, name: match[1]!, bytes: Number(match[2]) }));
    if (here.length !== source.split("memory.data(").length - 1)
      throw new Error(`${file} has a buffer that tests/fuzz/gaps.ts does not see`);
    found.push(...here);
  }
  return found;
}

/** The source with a gap behind each of its buffers; assembly/index.ts tells where all gaps are. */
export function withGaps(file: string, source: string): string {
  if (SKIPPED.test(file)) return source;
  const ends: string[] = [];
  let text = source.replace(BUFFER, (line, name: string, bytes: string) => {
    ends.push(`export function gapBehind${name}(): usize {\n  return ${name} + ${bytes};\n}`);
    return line.replace(`(${bytes}, 8)`, `(${Number(bytes) + GAP_BYTES}, 8)`);
  });
  if (ends.length > 0) text += `\n${ends.join("\n")}\n`;
  if (file === TABLE_END_FILE) return gapBehindTable(text);
  return file === "assembly/index.ts" ? tellingGaps(text) : text;
}

/** What a mount lays out behind the block table begins behind the gap as well. */
function gapBehindTable(text: string): string {
  if (!text.includes(TABLE_END)) throw new Error("a mount lays out what follows the block table in another way than gaps.ts knows");
  return text.replace(TABLE_END, `return ((${TABLE_END.slice("return ".length, -1)} + 7) & ~7) + ${GAP_BYTES};`);
}

function tellingGaps(index: string): string {
  if (!index.includes(TABLE) || !index.includes(TABLE_BOUND))
    throw new Error("hf_configure lays out table and index in another way than gaps.ts knows");
  const all = buffers();
  const imports = all.map(({ file, name }) => `import { gapBehind${name} } from "./${file.replace(/^assembly\/|\.ts$/g, "")}";`);
  const cases = all.map(({ name }, i) => `  if (i == ${i}) return gapBehind${name}();`);
  return `${imports.join("\n")}
let tableEnd: usize = 0;
export function hf_gap(i: u32): usize {
${cases.join("\n")}
  return i == ${all.length} ? tableEnd : 0;
}
${index
  .replace(TABLE, `tableEnd = (placeBlockMap(dynamicBase()) + 7) & ~7;\n  const at = tableEnd + ${GAP_BYTES};`)
  .replace(TABLE_BOUND, `if (end + ${4096 + 8 + GAP_BYTES} > limit)`)}`;
}

const SYNDROMES = "for (let k: u32 = 0; k < total; k++) s = mul(s, root) ^ byteAt(data, length, check, k);";
const DIRTY = "let dirty: u32 = 0;";

/**
 * A hostile image makes the core try to mend nearly everything, and half the time would go into syndromes. They are the same
 * when they are taken of the codeword's remainder, sixteen bytes, in place of all 255.
 */
export function withFastSyndromes(file: string, source: string): string {
  if (file !== "assembly/base/reed-solomon.ts") return source;
  if (!source.includes(SYNDROMES) || !source.includes(DIRTY))
    throw new Error("correct() computes syndromes in another way than gaps.ts knows");
  return source
    .replace(
      DIRTY,
      `${DIRTY}\n  encodeParity(data, length, SCRATCH);\n  for (let k: u32 = 0; k < parity; k++) store<u8>(SCRATCH + k, load<u8>(SCRATCH + k) ^ load<u8>(check + k));`,
    )
    .replace(SYNDROMES, "for (let k: u32 = 0; k < parity; k++) s = mul(s, root) ^ load<u8>(SCRATCH + k);");
}

/** What C needs to know of them. */
export function gapsHeader(): string {
  const names = [...buffers().map(({ file, name }) => `"${name} of ${file}"`), '"the block table"'];
  return `#define GAP_BYTES ${GAP_BYTES}u\n#define GAP_COUNT ${names.length}u\nstatic const char *const gap_names[] = {${names.join(", ")}};\n`;
}

/*
 * Branches of the core, and which of them a replay took: gcov's counts on the C, brought back to the AssemblyScript they came from.
 *
 * A branch is a way out of an `if`, a `br_if` or a `select` of the unoptimized wasm. gcov knows lines of C; the k-th branching line of a function
 * is the k-th branching instruction of its wasm, and the source map knows its place in the source.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../support/native-core.js";

export interface Branch {
  /** assembly/journal/scan/scanNext */
  functionName: string;
  /** assembly/journal/scan.ts:168, or only the file. */
  place: string;
  /** Which of the instruction's ways: 0 the condition held, 1 it did not. */
  way: number;
  taken: boolean;
  /** Was the condition asked at all? */
  asked: boolean;
}

interface GcovLine {
  line_number: number;
  function_name: string;
  count: number;
  branches: { count: number; throw: boolean }[];
}

/** An instruction with two ways out, by its place in the file. */
const BRANCHING = /^ ([0-9a-f]+): .*\| *(if|br_if|select)\b/;

/** All branches of the functions of assembly/ that the device door is made of. */
export function branchesOf(folder: string): Branch[] {
  const source = readFileSync(join(folder, "device.c"), "utf8").split("\n");
  const places = placesByFunction(folder);
  const found: Branch[] = [];
  for (const [symbol, lines] of linesByFunction(folder)) {
    const entry = places.get(symbol);
    if (entry === undefined) continue;
    const branching = lines.filter((line) => line.branches.length === 2);
    const exact = branching.length === entry.places.length;
    branching.forEach((line, i) => {
      if (isConstant(source, line.line_number)) return;
      const place = exact
        ? entry.places[i]!
        : `${entry.name.split("/").slice(0, -1).join("/")}.ts (branch ${i + 1} of ${branching.length})`;
      if (place.startsWith("~lib/")) return; // the compiler's own, inlined
      const asked = line.branches.some(({ count }) => count > 0);
      for (const [way, { count }] of line.branches.entries()) found.push({ functionName: entry.name, place, way, taken: count > 0, asked });
    });
  }
  return found;
}

/** `while (true)`: the condition is a number that stands there. */
function isConstant(source: string[], line: number): boolean {
  return /^\s*w2c_i0 = \d+u;$/.test(source[line - 2] ?? "") && /if \(w2c_i0\)/.test(source[line - 1] ?? "");
}

function linesByFunction(folder: string): Map<string, GcovLine[]> {
  const json = run("gcov", ["--branch-counts", "--branch-probabilities", "--json-format", "--stdout", "device.o"], folder);
  const { files } = JSON.parse(json) as { files: { file: string; lines: GcovLine[] }[] };
  const grouped = new Map<string, GcovLine[]>();
  for (const line of files.find(({ file }) => file.endsWith("device.c"))!.lines) {
    const key = line.function_name;
    grouped.set(key, [...(grouped.get(key) ?? []), line]);
  }
  return grouped;
}

/** C name of each function of the device's floors → its name, and where its branching instructions come from. */
function placesByFunction(folder: string): Map<string, { name: string; places: string[] }> {
  const map = sourceMap(JSON.parse(readFileSync(join(folder, "device.wasm.map"), "utf8")));
  const result = new Map<string, { name: string; places: string[] }>();
  let current: { name: string; places: string[] } | undefined;
  for (const line of run("wasm-objdump", ["-d", join(folder, "device.wasm")]).split("\n")) {
    const head = /^[0-9a-f]+ func\[\d+\] <(.*)>:$/.exec(line);
    if (head) {
      const name = head[1]!;
      current = { name, places: [] };
      if (/^assembly\/(base|flash|format|journal|store|sync|index)\b/.test(name)) result.set(`w2c_${name.replace(/[^\w]/g, "_")}`, current);
      continue;
    }
    const instruction = BRANCHING.exec(line);
    if (instruction && current) current.places.push(map(Number.parseInt(instruction[1]!, 16)));
  }
  return result;
}

/** Offset in the wasm file → file:line. */
function sourceMap({ sources, mappings }: { sources: string[]; mappings: string }): (offset: number) => string {
  const entries: { offset: number; place: string }[] = [];
  let [column, source, line, sourceColumn] = [0, 0, 0, 0];
  for (const segment of mappings.split(",")) {
    const fields = decodeVlq(segment);
    column += fields[0] ?? 0;
    if (fields.length < 4) continue;
    source += fields[1]!;
    line += fields[2]!;
    sourceColumn += fields[3]!;
    entries.push({ offset: column, place: `${sources[source]!}:${line + 1}:${sourceColumn + 1}` });
  }
  return (offset) => {
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (entries[middle]!.offset <= offset) low = middle + 1;
      else high = middle;
    }
    return entries[low - 1]?.place ?? "?";
  };
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
function decodeVlq(text: string): number[] {
  const values: number[] = [];
  let value = 0;
  let shift = 0;
  for (const digit of text) {
    const bits = DIGITS.indexOf(digit);
    value |= (bits & 31) << shift;
    shift += 5;
    if (bits & 32) continue;
    values.push(value & 1 ? -(value >> 1) : value >> 1);
    value = 0;
    shift = 0;
  }
  return values;
}

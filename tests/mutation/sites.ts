/*
 * Places in the shipped wasm where one instruction can be made another: build/device.wat, one instruction a line, in the functions of journal, format
 * and store.
 */
import { createHash } from "node:crypto";
import { MEANT } from "./cover.js";

export type Kind = "compare" | "arithmetic" | "constant" | "condition" | "branch" | "store" | "global";

export interface Site {
  kind: Kind;
  /** assembly/journal/scan/scanNext */
  functionName: string;
  /** Number of the line in the text, from 0, and of the instruction among its function's. */
  line: number;
  index: number;
  from: string;
  /** What stands there in the mutant, lines included. */
  to: string;
}

const FUNCTION = /^ \(func \$(\S+)/;
/** An instruction → another one of the same operands and results. */
const SWAPS: Record<string, string> = {
  lt_u: "le_u",
  le_u: "lt_u",
  gt_u: "ge_u",
  ge_u: "gt_u",
  lt_s: "le_s",
  le_s: "lt_s",
  gt_s: "ge_s",
  ge_s: "gt_s",
  eq: "ne",
  ne: "eq",
  add: "sub",
  sub: "add",
  and: "or",
  or: "and",
  shl: "shr_u",
  shr_u: "shl",
  mul: "add",
};
const COMPARES = /^([lg][te]_[us]|eq|ne)$/;

/** Every site, in the order of the text. */
export function sitesOf(wat: string): Site[] {
  const found: Site[] = [];
  let functionName = "";
  let index = 0;
  const lines = wat.split("\n");
  for (const [line, text] of lines.entries()) {
    const head = FUNCTION.exec(text);
    if (head) {
      functionName = head[1]!;
      index = 0;
    } else index++;
    if (!MEANT.test(functionName) || choosesExtreme(lines, line) || limitsExtreme(lines, line)) continue;
    const mutation = mutationOf(text);
    if (mutation) found.push({ ...mutation, functionName, line, index, from: text.trim() });
  }
  return found;
}

/**
 * A comparison whose operands are also what is chosen from: min and max. With "or equal" they choose between two that are equal, so that no such mutant
 * can be told from the core.
 */
function choosesExtreme(lines: readonly string[], line: number): boolean {
  if (!ORDER.test(lines[line]!) || lines[line + 1]?.trim() !== "select") return false;
  const [right, left] = [operandAt(lines, line - 1), operandAt(lines, line - 2)];
  const second = operandAt(lines, line - 3);
  const before = beforeValue(lines, line - 3);
  const first = before === undefined ? undefined : operandAt(lines, before);
  if (left === undefined || right === undefined) return false;
  return (first === left && second === right) || (first === right && second === left);
}
/** A limit, of 2 and more, of which "at least" asks for such a choice: beyond it or not, one more changes nothing. */
function limitsExtreme(lines: readonly string[], line: number): boolean {
  return Number(operandAt(lines, line)) > 1 && /ge_[us]$/.test(lines[line + 1] ?? "") && choosesExtreme(lines, line + 1);
}
const ORDER = /^\s*i(32|64)\.[lg][te]_[us]$/;
/** What the last instruction of a value takes its name from: a variable or a constant. */
function operandAt(lines: readonly string[], line: number): string | undefined {
  return /^\s*(?:local\.(?:get|tee)|global\.get|i(?:32|64)\.const) (\S+)$/.exec(lines[line] ?? "")?.[1];
}
/** How many values an instruction takes that leaves one; those of others are not known. */
const TAKES: readonly (readonly [RegExp, number])[] = [
  [/^(local\.get|global\.get|i(32|64)\.const) /, 0],
  [/^(local\.tee |i(32|64)\.(load|eqz|extend|wrap))/, 1],
  [/^i(32|64)\.(add|sub|mul|div|rem|and|or|xor|sh|rot|eq|ne|[lg][te]_)/, 2],
  [/^select$/, 3],
];
/** The line before the value that ends in `line`, in straight code; undefined when it is not known. */
function beforeValue(lines: readonly string[], line: number): number | undefined {
  let at = line;
  for (let missing = 1; missing > 0; at--) {
    const takes = TAKES.find(([pattern]) => pattern.test((lines[at] ?? "").trim()))?.[1];
    if (takes === undefined) return undefined;
    missing += takes - 1;
  }
  return at;
}

function mutationOf(text: string): { kind: Kind; to: string } | undefined {
  const instruction = text.trim();
  const operation = /^i(32|64)\.(\w+)$/.exec(instruction);
  const swap = operation && SWAPS[operation[2]!];
  if (swap) return { kind: COMPARES.test(operation[2]!) ? "compare" : "arithmetic", to: `i${operation[1]}.${swap}` };
  const constant = /^i(32|64)\.const (-?\d+)$/.exec(instruction);
  if (constant) return { kind: "constant", to: `i${constant[1]}.const ${neighbourOf(BigInt(constant[2]!))}` };
  if (/^(if|select|br_if)\b/.test(instruction))
    return { kind: instruction.startsWith("br_if") ? "branch" : "condition", to: `i32.eqz\n${instruction}` };
  if (/^i(32|64)\.store/.test(instruction)) return { kind: "store", to: "drop\ndrop" };
  if (/^global\.set /.test(instruction)) return { kind: "global", to: "drop" };
  return undefined;
}

/** One more; of 0 and 1 one less, as they are mostly a status or a truth, which one more leaves what it is. */
function neighbourOf(value: bigint): bigint {
  return value === 0n || value === 1n ? value - 1n : value + 1n;
}

/** `count` sites, kinds in turn so that constants, which are most, are not most of them; which ones follows from `lot`. */
export function draw(sites: readonly Site[], count: number, lot: string): Site[] {
  const order = (site: Site): string => createHash("sha256").update(`${lot} ${site.functionName} ${site.index} ${site.from}`).digest("hex");
  const byKind = new Map<Kind, Site[]>();
  for (const site of [...sites].sort((a, b) => (order(a) < order(b) ? -1 : 1)))
    byKind.set(site.kind, [...(byKind.get(site.kind) ?? []), site]);
  const queues = [...byKind.keys()].sort().map((kind) => byKind.get(kind)!);
  const drawn: Site[] = [];
  for (let round = 0; drawn.length < count && queues.some((queue) => queue.length > round); round++)
    for (const queue of queues) if (queue[round] && drawn.length < count) drawn.push(queue[round]!);
  return drawn;
}

/** The text with one site changed. */
export function mutated(wat: string, site: Site): string {
  const lines = wat.split("\n");
  lines[site.line] = site.to;
  return lines.join("\n");
}

/*
 * The C side says the same as the rest: statuses, functions, structures, kinds, and the numbers on the serial line.
 */
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FLAG_CORRECTED, FLAG_DAMAGED, FLAG_REMOVED } from "../../host/core/abi.js";
import { STATUSES } from "../../host/errors.js";
import { CALLS, MESSAGES } from "../../host/handset/protocol.js";
import { KINDS } from "../../host/index.js";
import { filesUnder } from "../support/source-tree.js";

const header = readFileSync("host/handset/holdfast.h", "utf8");
const protocol = readFileSync("host/handset/protocol.h", "utf8");
const engine = readFileSync("host/handset/engine-wasm2c.c", "utf8");
const abi = readFileSync("docs/abi.md", "utf8");
const sources = [".c", ".h", ".S", ".ld"].flatMap((ending) => filesUnder("host/handset", ending));
const house = suite("house/handset");

/** `PREFIX_NAME = number,` of a C enum: NAME → number. */
function members(source: string, prefix: string): Record<string, number> {
  const rows = source.matchAll(new RegExp(`\\b${prefix}_([A-Z_]+) = (-?\\d+)`, "g"));
  return Object.fromEntries([...rows].map((row) => [row[1]!, Number(row[2])]));
}

/** C functions by name, with how many arguments, and whether the last is a time. */
function functions(source: string): Record<string, string> {
  const rows = source.matchAll(/^u?int32_t (hf_\w+)\(([^)]*)\)/gm);
  return Object.fromEntries([...rows].map((row) => [row[1]!, shape(row[2]!, "double wallMs")]));
}

/** The rows of docs/abi.md, the same way. */
function documented(): Record<string, string> {
  const section = abi.split("\n## Exports")[1]!.split("\n## ")[0]!;
  const rows = section.matchAll(/^\| `(\w+)\(([^)]*)\)` \|/gm);
  return Object.fromEntries([...rows].map((row) => [row[1]!, shape(row[2]!, "wallMs")]));
}

function shape(parameters: string, time: string): string {
  const all = parameters
    .split(",")
    .map((parameter) => parameter.trim())
    .filter((parameter) => parameter !== "" && parameter !== "void");
  return all.at(-1) === time ? `${all.length - 1} and a time` : `${all.length}`;
}

const BYTES: Record<string, number> = { uint64_t: 8, double: 8, uint32_t: 4, int32_t: 4 };
const TYPES: Record<string, string> = { uint64_t: "u64", double: "f64", uint32_t: "u32", int32_t: "i32" };

/** `offset type name` of each field of a C struct. */
function layout(name: string): string[] {
  const body = new RegExp(`struct ${name} \\{\\n([^}]*)\\}`).exec(header)![1]!;
  let offset = 0;
  return [...body.matchAll(/^\s+(\w+) (\w+);/gm)].map(([, type, field]) => {
    const line = `${offset} ${TYPES[type!]} ${field}`;
    offset += BYTES[type!]!;
    return line;
  });
}

/** `offset type name` of each field of a structure in docs/abi.md. */
function documentedLayout(name: string): string[] {
  const text = new RegExp(`^\\*\\*${name}\\*\\* \\(\\d+ bytes\\): ([^]*?)\\n\\n`, "m").exec(abi)![1]!.replaceAll("\n", " ");
  return [...text.matchAll(/(\d+) `(\w+)` (\w+)/g)].map((field) => `${field[1]} ${field[2]} ${field[3]}`);
}

house("holdfast.h has the statuses of the one table", () => {
  const { OK, ...statuses } = members(header.split("enum hf_status")[1]!.split("}")[0]!, "HF");
  assert.is(OK, 0);
  assert.equal(statuses, Object.fromEntries(Object.entries(STATUSES).map(([name, row]) => [name, row.number])));
});

house("holdfast.h declares the functions of docs/abi.md, argument by argument, and the engine defines them", () => {
  assert.ok(Object.keys(documented()).length > 20);
  assert.equal(functions(header), documented());
  assert.equal(functions(engine), documented());
});

house("holdfast.h lays the structures out as docs/abi.md does", () => {
  assert.ok(documentedLayout("Result").length === 14 && documentedLayout("Fault").length === 4);
  assert.equal(layout("hf_record"), documentedLayout("Result"));
  assert.equal(layout("hf_trouble"), documentedLayout("Fault"));
  for (const name of ["Stat", "Sync"]) {
    const bytes = new RegExp(`\\*\\*${name}\\*\\* \\((\\d+) bytes\\)`).exec(abi)![1];
    assert.match(header, new RegExp(`HF_${name.toUpperCase()}_BYTES ${bytes}u`));
  }
});

house("holdfast.h numbers kinds and flags as the host does", () => {
  const kinds = /enum hf_kind \{(.*)\}/
    .exec(header)![1]!
    .split(",")
    .map((word) => word.trim().replace("HF_", "").toLowerCase());
  assert.equal(kinds, [...KINDS]);
  const flags = { REMOVED: FLAG_REMOVED, DAMAGED: FLAG_DAMAGED, CORRECTED: FLAG_CORRECTED };
  assert.equal(members(/enum hf_flag \{.*\}/.exec(header)![0], "HF"), flags);
});

house("both ends of the serial line number messages and calls alike", () => {
  assert.equal(members(protocol, "MESSAGE"), MESSAGES);
  const { COUNT, ...calls } = members(protocol, "CALL");
  const asked = Object.entries(CALLS).map(([name, number]) => [name.replace("hf_", "").toUpperCase(), number]);
  assert.equal(calls, Object.fromEntries(asked));
  assert.is(COUNT, asked.length + 1);
});

house("the phone's table of calls takes the arguments of docs/abi.md", () => {
  const table = readFileSync("host/handset/calls.c", "utf8").split("call_table")[1]!;
  const rows = [...table.matchAll(/\[CALL_(\w+)\] = \{(\w+), (\d+),/g)];
  assert.is(rows.length, Object.keys(CALLS).length);
  for (const [, name, run, count] of rows) {
    assert.is(run, name!.toLowerCase());
    assert.is(count, documented()[`hf_${run}`]!.split(" ")[0], name);
  }
});

house("what wasm2c calls things is known to one file", () => {
  const knowing = sources.filter((file) => /\bZ_\w+|\bw2c_\w+/.test(readFileSync(file, "utf8")));
  assert.equal(knowing, ["host/handset/engine-wasm2c.c"]);
  assert.match(engine, /wabt 1\.0\.32/);
  assert.match(readFileSync("host/handset/build.mjs", "utf8"), /WASM2C_VERSION = "1\.0\.32"/);
});

house("every C file opens by saying what it is", () => {
  assert.ok(sources.length > 12);
  for (const file of sources) assert.match(readFileSync(file, "utf8"), /^\/\*/, file);
});

house("a header that says something else is seen", () => {
  assert.equal(members("  HF_IO = -1,\n  HF_BUSY = -34,\n", "HF"), { IO: -1, BUSY: -34 });
  assert.equal(functions("int32_t hf_mount(uint32_t readOnly, double wallMs);\nuint32_t hf_window(void);\n"), {
    hf_mount: "1 and a time",
    hf_window: "0",
  });
});

house.run();

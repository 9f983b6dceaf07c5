/* The doorstep reads the structures of docs/abi.md where that document puts them. */
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { CoreExports } from "../../../../host/core/abi.js";
import { Doorstep } from "../../../../host/core/doorstep.js";

const WINDOW = 1024;
const RESULT = 8192;
const STAT = 8448;
const FAULT = 8704;
const test = suite("host/core/doorstep");

function make(): { doorstep: Doorstep; view: DataView } {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const at = (address: number) => () => address;
  const core = {
    memory,
    hf_window: at(WINDOW),
    hf_window_bytes: at(4096),
    hf_result: at(RESULT),
    hf_stat_record: at(STAT),
    hf_fault: at(FAULT),
  };
  return { doorstep: new Doorstep(core as unknown as CoreExports), view: new DataView(memory.buffer) };
}

/** Fields "offset `type` name" of a structure in docs/abi.md, with another value for each. */
function plant(view: DataView, base: number, heading: string): Map<number, number> {
  const text = readFileSync("docs/abi.md", "utf8");
  const paragraph = text.split(`**${heading}**`)[1].split("\n\n")[0].replaceAll("\n", " ");
  const planted = new Map<number, number>();
  for (const [, offset, type] of paragraph.matchAll(/(\d+) `([uif]\d+)(?:\[\d+\])?`/g)) {
    const value = 1000 + Number(offset);
    planted.set(Number(offset), value);
    if (type === "f64") view.setFloat64(base + Number(offset), value, true);
    else if (type === "u64") view.setBigUint64(base + Number(offset), BigInt(value), true);
    else view.setUint32(base + Number(offset), value, true);
  }
  return planted;
}

test("the result structure", () => {
  const { doorstep, view } = make();
  plant(view, RESULT, "Result");
  const { lsn, wallMs, ...rest } = doorstep.result();
  assert.is(lsn, 1000n);
  assert.is(wallMs, 1008);
  assert.equal(rest, {
    idHigh: 1016,
    idLow: 1020,
    kind: 1024,
    codec: 1028,
    metaBytes: 1032,
    extBytes: 1036,
    bodyBytes: 1040,
    flags: 1044,
    session: 1048,
    bodyHeadBytes: 1052,
    cursorLow: 1056,
    cursorHigh: 1060,
  });
});

test("the stat structure: every field of the document is read, each from its place", () => {
  const { doorstep, view } = make();
  const planted = plant(view, STAT, "Stat");
  const { counts, ...stat } = doorstep.stat();
  assert.is(counts[0], 1004);
  assert.is(counts.length, 8);
  const read = [counts[0], ...Object.values(stat).map(Number)].sort((a, b) => a - b);
  assert.equal(
    read,
    [...planted.values()].sort((a, b) => a - b),
  );
  assert.is(stat.formatVersion, 1120);
  assert.is(stat.nextLsn, 1128n);
  assert.is(stat.parityBytes, 1156);
});

test("the fault structure", () => {
  const { doorstep, view } = make();
  plant(view, FAULT, "Fault");
  view.setInt32(FAULT, -19, true);
  assert.equal(doorstep.fault(), { status: -19, block: 1004, offset: 1008, detail: 1012 });
});

test("what goes into the window comes out, as a copy", () => {
  const { doorstep } = make();
  doorstep.fill(Uint8Array.of(1, 2, 3), 10);
  const taken = doorstep.take(3, 10);
  doorstep.fill(Uint8Array.of(9, 9, 9), 10);
  assert.equal(taken, Uint8Array.of(1, 2, 3));
  const body = new Uint8Array(5);
  doorstep.fill(Uint8Array.of(7, 8));
  doorstep.takeInto(body, 3, 2);
  assert.equal(body, Uint8Array.of(0, 0, 0, 7, 8));
});

test("nothing is written beyond the window, nothing lent beyond the memory", () => {
  const { doorstep } = make();
  assert.throws(() => doorstep.fill(new Uint8Array(4097)), RangeError);
  assert.throws(() => doorstep.fill(new Uint8Array(10), 4090), RangeError);
  assert.throws(() => doorstep.span(65536 - 4, 8), RangeError);
  assert.throws(() => doorstep.span(-4, 4), RangeError);
  assert.is(doorstep.span(0, 65536).length, 65536);
});

test.run();

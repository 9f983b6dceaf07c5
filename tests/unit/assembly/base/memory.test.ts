/* The memory map: everything has a place, and each is large enough for what it holds. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Probe } from "../../../support/probe.js";

const test = suite("assembly/base/memory");
const probe = new Probe();
const limit = (name: string): number => probe.value(name);
const unitMax = limit("HEAD_DATA_MAX") + 4 + 3 * 16;

/** Buffer → bytes that its owner may touch. */
const NEEDS: Record<string, number> = {
  ADOPTED: limit("ADOPT_MAX") * limit("ROOT_ENTRY"),
  COMPARE: 256,
  CRC_TABLE: 1024,
  FAULT: 16,
  GF_EXP: 510,
  GF_LOG: 256,
  GROUP: limit("GROUP_BYTES"),
  ITERATORS: 4 * probe.call.structureStride!(2),
  KEPT: limit("META_MAX_BYTES") + limit("EXT_MAX_BYTES"),
  LOADED: limit("RECORD_DATA_MAX") + 4 + 3 * 16,
  MOVES: limit("PENDING_PLACES_MAX") * 10,
  PENDING: 2 * limit("PENDING_MAX"),
  RESULT: 64,
  RS_ROWS: 512,
  RS_WORK: 192,
  STAGED: 64 + limit("RECORD_DATA_MAX"),
  STAT: 160,
  STREAMS: 2 * probe.call.structureStride!(3),
  SUMMARY: unitMax,
  TAILS: 128,
  UNIT: unitMax,
  WINDOW: limit("WINDOW_BYTES"),
};

test("no buffer reaches into the next", () => {
  const buffers = Object.keys(NEEDS).sort((a, b) => limit(a) - limit(b));
  buffers.forEach((name, i) => {
    const next = buffers[i + 1];
    const end = next === undefined ? probe.call.dynamicBase!() : limit(next);
    assert.ok(
      limit(name) + NEEDS[name]! <= end,
      `${name} needs ${NEEDS[name]} bytes and has ${end - limit(name)} before ${next ?? "the block table"}`,
    );
  });
});

test("structures fit the strides they are laid out with", () => {
  const bytes = (which: number): number => probe.call.structureBytes!(which);
  assert.ok(bytes(2) + 4 * limit("SUMMARY_UNITS_MAX") <= probe.call.structureStride!(2), "an iterator with its units");
  assert.ok(bytes(3) <= probe.call.structureStride!(3), "a stream");
  assert.ok(bytes(0) <= 96, "a header, copied to buffers of 96 bytes");
  assert.ok(bytes(1) <= 48, "an entry, copied to buffers of 48 bytes");
});

test("the fixed part stays within the first page and leaves room in it", () => {
  assert.ok(probe.call.dynamicBase!() <= 48 * 1024);
});

test("what the host asks by address is aligned for its fields", () => {
  for (const name of ["hf_window", "hf_result", "hf_stat_record", "hf_fault"]) assert.is(probe.call[name]!() % 8, 0, name);
});

test.run();

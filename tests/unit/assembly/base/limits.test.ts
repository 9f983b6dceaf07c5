/* Bounds that must fit each other. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Probe } from "../../../support/probe.js";

const test = suite("assembly/base/limits");
const probe = new Probe();
const limit = (name: string): number => probe.value(name);
probe.call.initCrc!();
probe.call.configureUnits!(16, 1n);

test("a head unit holds the longest header with the longest meta and ext", () => {
  assert.ok(limit("HEADER_MAX_BYTES") + limit("META_MAX_BYTES") + limit("EXT_MAX_BYTES") <= limit("HEAD_DATA_MAX"));
});

test("units are short enough for CRC-32C to catch every pattern of five bits: 655 bytes with the CRC", () => {
  assert.ok(limit("HEAD_DATA_MAX") + 4 <= 655);
  assert.ok(limit("BODY_UNIT_MAX") + 4 <= 655);
});

test("the longest record, checks included, is no longer than its bound and fits a program group", () => {
  const bytes = probe.call.recordUnitsBytes!(limit("RECORD_DATA_MAX"));
  assert.ok(bytes <= limit("RECORD_MAX_BYTES") + 4 * 16 + 64, `${bytes}`);
  assert.ok(
    bytes + probe.call.unitBytes!(limit("SUMMARY_FIXED") + limit("SUMMARY_CONTINUED") + limit("PENDING_MAX")) <= limit("GROUP_BYTES"),
  );
});

test("a summary unit holds all pending entries with every optional part", () => {
  const parts = limit("SUMMARY_FIXED") + limit("SUMMARY_CONTINUED") + limit("SUMMARY_ROOT");
  assert.ok(parts + limit("PENDING_MAX") <= limit("HEAD_DATA_MAX"));
  assert.ok(limit("PENDING_MAX") >= 8 * limit("ENTRY_MAX"));
});

test("a root holds every adopted segment", () => {
  assert.ok(limit("ROOT_FIXED") + limit("ADOPT_MAX") * limit("ROOT_ENTRY") <= limit("HEAD_DATA_MAX"));
});

test("every record of a batch has a place to wait in", () => {
  assert.ok(limit("BATCH_MAX_RECORDS") <= limit("PENDING_PLACES_MAX"));
});

test("a piece of a body, and meta with ext, pass through the window", () => {
  assert.ok(limit("WINDOW_BYTES") >= limit("META_MAX_BYTES") + limit("EXT_MAX_BYTES"));
  assert.is(probe.call.hf_window_bytes!(), limit("WINDOW_BYTES"));
});

test.run();

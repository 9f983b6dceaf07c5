/* Where the log stands, and the fault structure. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Probe } from "../../../support/probe.js";

const test = suite("assembly/journal/progress");
const probe = new Probe();
const { call, long } = probe;

test.before.each(() => {
  call.resetProgress!();
});

test("no LSN is given out twice, and none that was met on flash", () => {
  assert.is(long.takeLsn!(), 1n);
  assert.is(long.takeLsn!(), 2n);
  call.witnessLsn!(1_000_000_000_000n);
  call.witnessLsn!(5n);
  assert.is(long.takeLsn!(), 1_000_000_000_001n);
});

test("damage without a key is counted with the range of LSNs it lies in", () => {
  call.countUnknown!(50n, 60n);
  call.countUnknown!(20n, 22n);
  call.countUnknown!(55n, 99n);
  assert.is(probe.value("damagedUnknown"), 3);
  assert.equal([probe.wide("damagedFirstLsn"), probe.wide("damagedLastLsn")], [20n, 99n]);
});

test("corrected codewords add up until the next mount", () => {
  call.countCorrected!(1);
  call.countCorrected!(2);
  assert.is(probe.value("corrected"), 3);
  call.resetProgress!();
  assert.is(probe.value("corrected"), 0);
});

test("a fault says what, where and which rule, and passes the status on", () => {
  assert.is(call.fault!(-17, 3, 4096, 9), -17);
  assert.equal(probe.doorstep.fault(), { status: -17, block: 3, offset: 4096, detail: 9 });
});

test.run();

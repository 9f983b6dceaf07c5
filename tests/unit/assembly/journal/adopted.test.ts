/* Adopted segments: which blocks stay in use after a cut, and how far. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Probe } from "../../../support/probe.js";

const test = suite("assembly/journal/adopted");
const geometry = { kind: "nor", blockBytes: 4096, blockCount: 100, pageBytes: 256, programBytes: 1 } as const;
const probe = new Probe();
const { call } = probe;
const ADOPT_MAX = probe.value("ADOPT_MAX");

test.before.each(() => {
  probe.configure(geometry);
  call.clearAdopted!();
  for (let block = 0; block < geometry.blockCount; block++) call.setEraseCount!(block, 10 + block);
});

test("an adopted block ends where it was said to, any other is walked to its end", () => {
  call.adopt!(5, 1234);
  assert.is(call.adoptedEnd!(5), 1234);
  assert.is(call.walkLimit!(5), 1234);
  assert.is(call.adoptedEnd!(6), 0);
  assert.is(call.walkLimit!(6), geometry.blockBytes);
});

test("once a block was erased it is not adopted any more, though it stands in the list", () => {
  call.adopt!(5, 1234);
  call.setEraseCount!(5, 16);
  assert.is(call.adoptedEnd!(5), 0);
  assert.is(probe.value("adoptedCount"), 1);
});

test("pruning drops what was erased since and keeps the others in order", () => {
  for (const block of [3, 4, 5, 6, 7]) call.adopt!(block, 100 * block);
  for (const block of [3, 5, 7]) call.setEraseCount!(block, 99);
  call.pruneAdopted!();
  assert.is(probe.value("adoptedCount"), 2);
  assert.equal([call.adoptedEnd!(4), call.adoptedEnd!(6)], [400, 600]);
});

test("a full list says so and stays as it is", () => {
  for (let block = 0; block < ADOPT_MAX; block++) assert.is(call.adopt!(block, 200 + block), 1);
  assert.is(call.adopt!(ADOPT_MAX, 1), 0);
  assert.is(probe.value("adoptedCount"), ADOPT_MAX);
  assert.is(call.adoptedEnd!(ADOPT_MAX), 0);
  assert.is(call.adoptedEnd!(ADOPT_MAX - 1), 200 + ADOPT_MAX - 1);
});

test("a list is taken over as it stands in a root, and no further than there is room", () => {
  for (const block of [3, 4]) call.adopt!(block, 100 * block);
  const list = probe.bytes(call.adoptedList!(), 2 * probe.value("ROOT_ENTRY")).slice();
  call.clearAdopted!();
  probe.write(probe.spare, list);
  call.restoreAdopted!(probe.spare, 2);
  assert.equal([call.adoptedEnd!(3), call.adoptedEnd!(4)], [300, 400]);
  call.restoreAdopted!(probe.spare, 255);
  assert.is(probe.value("adoptedCount"), ADOPT_MAX);
});

test("the last one can be taken back", () => {
  for (const block of [3, 4]) call.adopt!(block, 100 * block);
  call.dropLastAdopted!();
  assert.equal([call.adoptedEnd!(3), call.adoptedEnd!(4)], [300, 0]);
});

test.run();

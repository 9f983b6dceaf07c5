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
  for (let block = 0; block < geometry.blockCount; block++) {
    call.setEraseCount!(block, 10 + block);
    call.setState!(block, probe.value("STATE_ADOPTED"));
  }
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

test("pruning drops a block that does not read as a segment, whatever its erase count is taken for", () => {
  for (const block of [3, 4]) call.adopt!(block, 100 * block);
  call.setState!(3, probe.value("STATE_DIRTY"));
  call.pruneAdopted!();
  assert.equal([call.adoptedEnd!(3), call.adoptedEnd!(4)], [0, 400]);
});

test("a block that does not read as a segment outlives its entry: the erase that follows is none of the counts listed", () => {
  call.adopt!(3, 300);
  call.setState!(3, probe.value("STATE_DIRTY"));
  call.setEraseCount!(3, 5); // guessed; the entry says 13
  call.outliveAdopted!();
  assert.is(call.eraseCountOf!(3), 13);
  assert.is(probe.value("adoptedCount"), 0);
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
  for (let i = 0; i < 70; i++) probe.write(probe.spare + i * list.length, list);
  call.restoreAdopted!(probe.spare, 140);
  assert.is(probe.value("adoptedCount"), ADOPT_MAX);
});

test("blocks and ends that the part does not have are not taken over", () => {
  for (const [block, end] of [
    [3, 300],
    [4, 4096],
    [99, 100],
  ] as const)
    call.adopt!(block, end);
  const list = probe.bytes(call.adoptedList!(), 3 * probe.value("ROOT_ENTRY")).slice();
  list[2 * probe.value("ROOT_ENTRY")] = 100; // block 100 of 100
  list[probe.value("ROOT_ENTRY") + 6] = 1; // end 4097 of 4096
  call.clearAdopted!();
  probe.write(probe.spare, list);
  call.restoreAdopted!(probe.spare, 3);
  assert.is(probe.value("adoptedCount"), 1);
  assert.is(call.adoptedEnd!(3), 300);
});

test("the last one can be taken back", () => {
  for (const block of [3, 4]) call.adopt!(block, 100 * block);
  call.dropLastAdopted!();
  assert.equal([call.adoptedEnd!(3), call.adoptedEnd!(4)], [300, 0]);
});

test.run();

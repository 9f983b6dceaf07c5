/* What a segment says of itself: header and final summary are each other's second home. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { failingCopy } from "../../../support/failing-part.js";
import { Chance } from "../../../support/probe-chance.js";
import { parts, Store, status } from "../../../support/probe-store.js";
import { grow, stripesOf } from "../../../support/stripes.js";

const test = suite("assembly/journal/segment-reader");

function make(geometry: (typeof parts)[keyof typeof parts] = parts.nor): { store: Store; block: number } {
  const store = Store.make(geometry);
  for (let id = 0; store.probe.blocksIn("STATE_SEALED").length === 0; id++) store.must(store.put(id, new Chance(id).bytes(200)));
  return { store, block: store.probe.blocksIn("STATE_SEALED")[0]! };
}
function forget({ probe }: Store): void {
  probe.call.forgetFacts!();
  probe.call.forgetSummary!();
}
function facts({ probe }: Store): unknown[] {
  return [probe.value("factsType"), probe.wide("factsOpenLsn"), probe.value("factsSession")];
}

for (const [name, geometry] of Object.entries(parts)) {
  test(`on part "${name}" header and final summary tell the same`, () => {
    const { store, block } = make(geometry);
    forget(store);
    assert.is(store.probe.call.readFacts!(block), 0);
    const said = facts(store);
    assert.ok(["SEGMENT_HOT", "SEGMENT_RECOVERY"].map((type) => store.probe.value(type)).includes(Number(said[0])));
    store.damage(block, store.probe.call.headerOffset!(), 30);
    forget(store);
    assert.is(store.probe.call.readFacts!(block), 0);
    assert.equal(facts(store), said);
  });
}

test("with both gone nothing is known of the segment", () => {
  const { store, block } = make();
  const start = store.probe.call.readFinal!(block);
  store.damage(block, store.probe.call.headerOffset!(), 30);
  store.damage(block, start, 40);
  forget(store);
  assert.is(store.probe.call.readFacts!(block), status("CORRUPT"));
});

test("an open segment has no final summary", () => {
  const { store } = make();
  const [open] = store.probe.blocksIn("STATE_OPEN");
  assert.is(store.probe.call.readFinal!(open!), status("NOT_FOUND"));
});

test("one of the three copies of the summary's length may rot entirely", () => {
  const { store, block } = make();
  const start = store.probe.call.readFinal!(block);
  const trailer = store.probe.value("TRAILER_BYTES");
  for (let copy = 0; copy < 3; copy++) {
    const at = 4096 - trailer + 2 * copy;
    store.damage(block, at, 2, 0xff);
    forget(store);
    assert.is(store.probe.call.readFinal!(block), start, `copy ${copy}`);
    store.damage(block, at, 2, 0xff);
  }
});

test("a trailer that was never programmed is blank even when one byte of it has rotted; a length is not", () => {
  const { store } = make();
  const { probe } = store;
  const blank = (bytes: number[]): number => {
    probe.write(probe.spare, bytes);
    return probe.call.trailerIsBlank!(probe.spare);
  };
  const trailer = probe.value("TRAILER_BYTES");
  const erased = new Array<number>(trailer).fill(255);
  assert.is(blank(erased), 1);
  for (let at = 0; at < trailer; at++) assert.is(blank(erased.map((byte, i) => (i === at ? 0 : byte))), 1);
  for (let length = 1; length <= probe.value("HEAD_DATA_MAX"); length++)
    assert.is(blank([length & 255, length >> 8, length & 255, length >> 8, length & 255, length >> 8]), 0, `${length}`);
});

test("a trailer that cannot be read tells no place, though the buffer still holds one that was", () => {
  const made = make();
  const { store, flash } = failingCopy(made.store);
  store.must(store.mount());
  const { call } = store.probe;
  const start = call.readFinal!(made.block);
  assert.ok(start > 0);
  assert.is(call.finalOffset!(made.block), start);
  flash.failAt("read", 0);
  assert.is(call.finalOffset!(made.block), 0);
  assert.is(flash.failures, 1);
  assert.is(call.finalOffset!(made.block), start);
});

test("a summary that claims more than the block holds is CORRUPT, whatever its trailer says", () => {
  const { store, block } = make();
  const chance = new Chance(7);
  for (let round = 0; round < 2000; round++) {
    const trailer = chance.bytes(store.probe.value("TRAILER_BYTES"));
    store.part.bytes.set(trailer, (block + 1) * 4096 - trailer.length);
    store.probe.call.forgetSummary!();
    const answer = store.probe.call.readFinal!(block);
    assert.ok(answer < 0 || answer < 4096, `${[...trailer]}`);
  }
});

test("a member of a stripe whose seal has rotted since the mount is read through the others from then on, and tells the same", () => {
  const { store, model } = grow(4, 40, 0.6, new Chance(21));
  const { probe } = store;
  const [block, other] = stripesOf(store).find(({ members }) => members.length === 4)!.members as [number, number];
  const start = probe.call.readFinal!(block);
  const told = probe.scan(block);
  const trailer = probe.value("segmentEnd") - probe.value("TRAILER_BYTES");
  store.damage(block, trailer, probe.value("TRAILER_BYTES"));
  forget(store);
  assert.is(probe.call.readFinal!(block), start);
  assert.is(probe.call.isLost!(block), 1);
  assert.equal(probe.scan(block), told);
  model.mustBeIn(store, "with the seal of one rotten");
  store.damage(other, trailer, probe.value("TRAILER_BYTES"));
  forget(store);
  assert.ok(probe.call.readFinal!(other) < 0, "one of a stripe, not two");
  assert.is(probe.call.isLost!(other), 0);
});

test.run();

/* When a deletion may be forgotten: when nothing older of its key is left, and no sooner. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Chance } from "../../../support/probe-chance.js";
import { parts, Store, status } from "../../../support/probe-store.js";

const test = suite("assembly/store/sweep");

/** Other records come and go until the store has turned its part over. */
function turnOver(store: Store, changes: number): void {
  for (let i = 0; i < changes; i++) {
    store.must(store.put(10_000 + (i % 25), new Chance(i).bytes(120)));
    if (i % 20 === 0) store.must(store.probe.call.hf_tick!(8));
  }
}

test("deletions are forgotten once nothing old is left of what they deleted", () => {
  for (const geometry of [parts.nor, parts.words, parts.nand]) {
    const store = Store.make(geometry);
    for (let id = 0; id < 100; id++) store.must(store.put(id, new Uint8Array(60)));
    for (let id = 0; id < 100; id++) store.must(store.remove(id));
    assert.is(store.stat().tombstones, 100);
    turnOver(store, 1500);
    store.must(store.pull()); // the block with the newest root is never emptied: a new root sets it free
    turnOver(store, 1500);
    assert.ok(store.stat().tombstones < 20, `${store.stat().tombstones} of 100 deletions still kept`);
    assert.is(store.stat().records, 25);
  }
});

test("what was removed stays removed, at every moment of forgetting and over every pull", () => {
  for (const geometry of [parts.nor, parts.nand]) {
    const store = Store.make(geometry);
    const chance = new Chance(3);
    const gone = new Set<number>();
    for (let round = 0; round < 60; round++) {
      for (let i = 0; i < 12; i++) {
        const id = chance.below(90);
        if (chance.below(2)) {
          if (store.remove(id) === 0) gone.add(id);
        } else if (store.put(id, chance.bytes(chance.below(150))) === 0) gone.delete(id);
      }
      turnOver(store, 40);
      if (round % 3 === 0) store.must(store.pull());
      else if (round % 3 === 1) store.must(store.reopen());
      for (const id of gone) assert.is(store.get(id), status("NOT_FOUND"), `round ${round}, record ${id}`);
    }
    assert.ok(store.stat().tombstones < 90);
  }
});

test("a block that could not be erased may still hold what was deleted: the deletion outlives it", () => {
  let worn = -1;
  const store = Store.make(parts.nor, {
    wrap: (part) => ({
      geometry: part.geometry,
      read: (block, offset, target) => part.read(block, offset, target),
      program: (block, offset, source) => part.program(block, offset, source),
      erase: (block) => (block === worn ? -1 : part.erase(block)),
    }),
  });
  for (let id = 300; id < 320; id++) store.must(store.put(id, new Uint8Array(200))); // past the block with the root
  for (let id = 0; id < 12; id++) store.must(store.put(id, new Uint8Array(200)));
  worn = store.probe.blocksIn("STATE_OPEN")[0]!;
  for (let id = 200; id < 212; id++) store.must(store.put(id, new Uint8Array(200)));
  for (let id = 0; id < 12; id++) store.must(store.remove(id));
  turnOver(store, 3000);
  assert.is(store.probe.call.stateOf!(worn), store.probe.value("STATE_BAD"), "the erase was tried");
  for (const how of ["pull", "reopen", "pull"] as const) {
    store.must(store[how]());
    for (let id = 0; id < 12; id++) assert.is(store.get(id), status("NOT_FOUND"), `record ${id} after a ${how}`);
  }
});

test("a deletion that is taken back by a new put is no deletion any more", () => {
  const store = Store.make(parts.nor);
  for (let id = 0; id < 40; id++) store.must(store.put(id, "first"));
  for (let id = 0; id < 40; id++) store.must(store.remove(id));
  for (let id = 0; id < 40; id++) store.must(store.put(id, "second"));
  assert.is(store.stat().tombstones, 0);
  turnOver(store, 2500);
  store.must(store.pull());
  for (let id = 0; id < 40; id++) assert.is(store.text(id), "second");
});

/** Rots the tombstone of a record beyond repair. */
function rotTombstone(store: Store, id: number): void {
  const { probe } = store;
  assert.is(probe.call.find!(probe.long.keyOf!(3, 0, id)), 1);
  const address = probe.word.foundAddress!();
  store.damage(probe.word.addressBlock!(address), probe.word.addressOffset!(address), 36);
}

for (const relay of [false, true])
  test(`a deletion that cannot be read any more is ${relay ? "kept while a relay may not have heard of it" : "forgotten like any other"}`, () => {
    const store = Store.make(parts.nor);
    store.must(store.put(100, ""));
    const alone = store.stat().liveBytes;
    // Deletions of what was never there: nothing older of them stands anywhere.
    store.must(store.batch(Array.from({ length: 20 }, (_, id) => [id, undefined] as const)));
    store.must(store.put(100, "")); // the newest change, whichever it is, stays
    rotTombstone(store, 7);
    store.probe.call.tellRelay!(Number(relay), 1n << 39n); // it has confirmed every deletion whose LSN can be told
    store.rest();
    const kept = Array.from({ length: 20 }, (_, id) => id).filter((id) => store.probe.call.find!(store.probe.long.keyOf!(3, 0, id)) === 1);
    assert.equal(kept, relay ? [7] : []);
    assert.is(store.stat().liveBytes > alone, relay, "what was forgotten does not live any more");
    assert.is(store.get(7), status("NOT_FOUND"));
  });

test("the newest change stays although it is a deletion: only its record has the sum of today", () => {
  const store = Store.make(parts.nor);
  store.must(store.batch(Array.from({ length: 20 }, (_, id) => [id, undefined] as const)));
  store.rest();
  const kept = (): number[] =>
    Array.from({ length: 20 }, (_, id) => id).filter((id) => store.probe.call.find!(store.probe.long.keyOf!(3, 0, id)) === 1);
  assert.equal(kept(), [19]);
  store.must(store.reopen());
  turnOver(store, 400);
  assert.equal(kept(), []);
});

test("after a mount from a checkpoint nothing is forgotten until something was changed: which change is the newest is not known", () => {
  const store = Store.make(parts.deep);
  store.must(store.batch(Array.from({ length: 40 }, (_, id) => [id, undefined] as const)));
  store.must(store.put(100, ""));
  store.must(store.reopen());
  const kept = (): number => store.probe.value("tombstones");
  const before = kept();
  assert.ok(before > 0);
  store.rest();
  assert.is(kept(), before);
  store.must(store.put(101, ""));
  store.rest();
  assert.is(kept(), 0);
});

test("a sweep that has come to its end with as many deletions as it takes at once begins again at the first", () => {
  const store = Store.make({ ...parts.nor, blockCount: 60 });
  for (let id = 0; id < 112; id++) store.must(store.put(id, "x"));
  for (let id = 0; id < 112; id++) store.must(store.remove(id));
  assert.is(store.probe.value("tombstones"), 112);
  // What was removed stands in segments with the newest root and after it: none of the deletions may be forgotten.
  for (let tick = 0; tick < 200; tick++) store.must(store.probe.call.hf_tick!(1));
  assert.is(store.rest(), 0);
  assert.is(store.probe.value("tombstones"), 112);
  for (let id = 0; id < 112; id++) assert.is(store.get(id), status("NOT_FOUND"));
});

test.run();

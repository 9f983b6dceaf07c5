/* When a deletion may be forgotten: when nothing older of its key is left, and no sooner. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { failing } from "../../../support/failing-part.js";
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

test("after a mount from a checkpoint deletions are forgotten, but not the newest change, which only a later one lets go", () => {
  const store = Store.make(parts.deep);
  store.must(store.put(100, ""));
  store.must(store.batch(Array.from({ length: 40 }, (_, id) => [id, undefined] as const)));
  store.must(store.reopen());
  const kept = (): number => store.probe.value("tombstones");
  assert.is(kept(), 40);
  store.rest();
  assert.is(kept(), 1);
  store.must(store.pull());
  assert.is(store.stat().damagedUnknown, 0, "the newest change still says the sum of today");
  store.must(store.put(101, ""));
  store.must(store.batch(Array.from({ length: 40 }, (_, id) => [200 + id, undefined] as const)));
  store.must(store.put(102, ""));
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

/** A part with room for many more records than the index takes of keys. */
const roomy = { ...parts.nor, blockCount: 1024 };
const memoryBytes = 128 * 1024;

/** 64 notes that come and go, `at` and those after it, by the batch. Returns the answer. */
function comeAndGo(store: Store, at: number): number {
  const ids = Array.from({ length: 64 }, (_, i) => at + i);
  const put = store.batch(ids.map((id) => [id, "here"] as const));
  return put < 0 ? put : store.batch(ids.map((id) => [id, undefined] as const));
}
/** Until the index takes no more. Returns how many came and went. */
function comeAndGoUntilFull(store: Store): number {
  let at = 0;
  while (comeAndGo(store, at) >= 0) at += 64;
  while (store.put(at, "here") >= 0) store.must(store.remove(at++));
  return at;
}

for (const together of [true, false])
  test(`notes that come and go ${together ? "by the batch" : "one by one"} never fill the index: what they leave is forgotten, room for records or not`, () => {
    const store = Store.make(roomy, { memoryBytes });
    for (let id = 0; id < 500; id++) store.must(store.put(1_000_000 + id, `stays ${id}`));
    const { capacity } = store.stat();
    const all = capacity + 2000;
    let erases = 0;
    for (let at = 0; at < all; at += together ? 64 : 1) {
      const mark = store.flash.mark();
      if (together) store.must(comeAndGo(store, at));
      else {
        store.must(store.put(at, "here"));
        store.must(store.remove(at));
      }
      erases = Math.max(erases, store.flash.since(mark).erases);
    }
    if (!together) assert.ok(erases <= 2, `one change and its deletion had ${erases} erases: they wait for no more than their share`);
    assert.ok(store.stat().blankBlocks > 500, "there was room all the time");
    for (let pulled = 0; pulled < 2; pulled++) {
      if (!together) assert.ok(store.stat().tombstones < capacity - 500);
      assert.is(store.stat().records, 500);
      for (let at = 0; at < all; at += 97) assert.is(store.get(at), status("NOT_FOUND"), `note ${at}, pulled ${pulled}`);
      for (let id = 0; id < 500; id++) assert.is(store.text(1_000_000 + id), `stays ${id}`);
      if (pulled === 0) store.must(store.pull());
    }
  });

test("deletions that a relay has not confirmed stay, and fill the index; what is known can still be changed and removed", () => {
  const store = Store.make(roomy, { memoryBytes });
  store.must(store.put(1_000_000, "known"));
  store.probe.call.tellRelay!(1, 0n);
  const gone = comeAndGoUntilFull(store);
  for (let tries = 0; tries < 3; tries++) assert.is(store.put(1_000_001, "one more"), status("INDEX_FULL"));
  const { compactions } = store.stat();
  assert.ok(compactions <= 64 + 8, `${compactions} segments were emptied in vain`);
  for (let change = 0; change < 50; change++) store.must(store.put(1_000_000, "changed".repeat(20)));
  assert.is(store.stat().compactions, compactions, "and no more by other changes");
  assert.is(store.stat().tombstones, gone);
  store.probe.call.tellRelay!(1, 1n << 39n);
  store.must(store.put(1_000_001, "one more"));
  assert.ok(store.stat().tombstones < gone);
  store.must(store.remove(1_000_000));
});

test("a block that takes no erase keeps its deletions in the index: what would need them to go is refused, and done when it is erased", () => {
  const { store, flash } = failing(roomy, { memoryBytes });
  store.must(store.format());
  store.must(store.mount());
  store.must(comeAndGo(store, 0));
  const [worn] = store.probe.blocksIn("STATE_SEALED");
  flash.fails = (operation, block, offset) => block === worn && (operation === "erase" || (operation === "program" && offset === 0));
  comeAndGoUntilFull(store);
  assert.is(store.put(1_000_000, "one more"), status("INDEX_FULL"));
  assert.is(store.probe.call.stateOf!(worn!), store.probe.value("STATE_BAD"));
  flash.heal();
  store.must(store.pull());
  store.must(store.put(1_000_000, "one more"));
  assert.is(store.get(0), status("NOT_FOUND"));
});

test("a program that fails while room is made in the index is told, and nothing is lost by it", () => {
  const { store, flash } = failing(roomy, { memoryBytes });
  store.must(store.format());
  store.must(store.mount());
  store.must(store.put(1_000_000, "stays"));
  const { capacity } = store.stat();
  let at = 0;
  for (; store.stat().tombstones + 192 < capacity; at += 64) store.must(comeAndGo(store, at));
  const more = Array.from({ length: 128 }, (_, id) => [2_000_000 + id, "more"] as const);
  flash.failAt("program", 0);
  assert.is(store.batch(more), status("IO"));
  assert.is(flash.failures, 1);
  store.must(store.batch(more));
  assert.is(store.text(1_000_000), "stays");
  assert.is(store.text(2_000_000), "more");
  assert.is(store.get(at - 1), status("NOT_FOUND"));
});

test.run();

/* What must be there: a mount misses what is gone, and misses nothing when all is there. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FailingPart } from "../../../support/failing-part.js";
import { Chance } from "../../../support/probe-chance.js";
import { parts, Store, status } from "../../../support/probe-store.js";

const test = suite("assembly/store/live-sum");

/** Records fill some segments; then the part erases one of them by mistake, while power is off. Returns its records. */
function loseSegment(store: Store): number[] {
  for (let id = 0; id < 80; id++) store.must(store.put(id, new Chance(id).bytes(120)));
  const block = blockOf(store, 12);
  const lost = Array.from({ length: 80 }, (_, id) => id).filter((id) => blockOf(store, id) === block);
  assert.ok(lost.length < 60);
  store.part.erase(block);
  return lost;
}
function blockOf(store: Store, id: number): number {
  const { probe } = store;
  assert.is(probe.call.find!(probe.long.keyOf!(3, 0, id)), 1);
  return probe.word.addressBlock!(probe.word.foundAddress!());
}

/** The record rots beyond repair. */
function rot(store: Store, id: number, bytes: number): void {
  const block = blockOf(store, id);
  store.damage(block, store.probe.word.addressOffset!(store.probe.word.foundAddress!()), bytes);
}

for (const [name, geometry] of Object.entries(parts))
  test(`on part "${name}" a boot finds the sum that the changes left: puts, replaced, removed, batched, in chunks, emptied and closed`, () => {
    const store = Store.make(geometry);
    const chance = new Chance(4);
    for (let round = 0; round < 12; round++) {
      for (let i = 0; i < 15; i++) {
        const id = chance.below(30);
        if (chance.below(4) === 0) store.remove(id);
        else store.put(id, chance.bytes(chance.below(12) === 0 ? 2500 : chance.below(200)));
      }
      store.batch([
        [3, "a"],
        [4, undefined],
        [3, "b"],
        [5, "c"],
        [5, undefined],
        [6, undefined],
        [6, "d"],
        [3, "e"],
      ]);
      store.must(store.probe.call.hf_tick!(30));
      const { liveSum, newestLsn } = { liveSum: store.probe.value("liveSum"), newestLsn: store.probe.wide("newestLsn") };
      store.must(round % 3 === 2 ? store.reopen() : store.pull());
      assert.is(store.probe.value("liveSum"), liveSum, `round ${round}`);
      if (round % 3 !== 2) assert.is(store.probe.wide("newestLsn"), newestLsn);
      assert.is(store.stat().damagedUnknown, 0, `round ${round}`);
    }
  });

test("a segment that is gone is missed by every boot, over changes and closes, until a scrub has gone through what is there", () => {
  for (const geometry of [parts.nor, parts.words, parts.nand]) {
    const store = Store.make(geometry);
    const lost = loseSegment(store);
    for (let boot = 0; boot < 3; boot++) {
      store.must(boot === 1 ? store.reopen() : store.pull());
      assert.is(store.stat().damagedUnknown, 1, `boot ${boot}`);
      for (const id of lost) assert.is(store.get(id), status("NOT_FOUND"));
      store.must(store.put(90 + boot, "meanwhile"));
    }
    store.scrub();
    store.must(store.put(99, "after the scrub"));
    store.must(store.pull());
    assert.is(store.stat().damagedUnknown, 0);
    assert.is(store.text(99), "after the scrub");
  }
});

test("a scrub that no change comes after has accepted nothing", () => {
  const store = Store.make(parts.nor);
  loseSegment(store);
  store.must(store.pull());
  store.scrub();
  store.must(store.pull());
  assert.is(store.stat().damagedUnknown, 1);
});

test("a close with a checkpoint carries the sum on", () => {
  const store = Store.make(parts.deep);
  for (let id = 0; id < 30; id++) store.must(store.put(id, "x"));
  const sum = store.probe.value("liveSum");
  store.must(store.reopen());
  assert.is(store.probe.value("liveSum"), sum);
  assert.is(store.probe.wide("newestLsn"), 0n, "which change is the newest is not written down");
  store.must(store.put(3, "y"));
  store.must(store.pull());
  assert.is(store.stat().damagedUnknown, 0);
});

test("where the newest change cannot be read nothing is compared: it says itself that it is damaged", () => {
  const store = Store.make(parts.nor);
  for (let id = 0; id < 40; id++) store.must(store.put(id, new Chance(id).bytes(120)));
  store.must(store.close());
  rot(store, 39, 60);
  store.must(store.pull());
  assert.is(store.get(39), status("CORRUPT"));
  assert.is(store.stat().damagedUnknown, 0);
});

test("a version that is replaced when neither it nor its summary can be read stays in the sum", () => {
  const store = Store.make(parts.nor);
  const lost = loseSegment(store);
  assert.is(store.get(lost[0]!), status("CORRUPT"));
  for (const id of lost) store.must(store.put(id, "again"));
  store.must(store.pull());
  assert.is(store.stat().damagedUnknown, 1);
  for (const id of lost) assert.is(store.text(id), "again");
});

test("a segment that one read hides is there at the second look", () => {
  const failing: FailingPart[] = [];
  const store = Store.make(parts.nor, { wrap: (part) => (failing[0] = new FailingPart(part)) });
  for (let id = 0; id < 40; id++) store.must(store.put(id, new Chance(id).bytes(120)));
  const block = blockOf(store, 12);
  let left = 1;
  failing[0]!.spoils = true;
  failing[0]!.fails = (operation, at, offset) => operation === "read" && at === block && offset === 0 && left-- > 0;
  store.must(store.pull());
  assert.is(store.stat().damagedUnknown, 0);
  for (let id = 0; id < 40; id++) assert.equal(store.get(id), new Chance(id).bytes(120));
});

test("a copy without a sum that is the newest record of all says that something newer is gone", () => {
  const store = Store.make(parts.nor);
  for (let i = 0; i < 120; i++) store.must(store.put(i % 90, new Chance(i).bytes(120)));
  for (let i = 0; i < 20; i++) store.must(store.probe.call.compactStep!(4000));
  assert.ok(store.probe.call.streamBlock!(1) >= 0);
  const cold = store.probe.call.streamBlock!(1);
  for (let block = 0; block < 24; block++) if (block !== cold) store.part.erase(block);
  store.must(store.pull());
  assert.ok(store.stat().records > 0);
  assert.is(store.stat().damagedUnknown, 1);
});

test("the newest change lost to rot, and gone on as a mark, is compared with nothing", () => {
  const store = Store.make(parts.nor);
  for (let id = 0; id < 40; id++) store.must(store.put(id, new Chance(id).bytes(120)));
  store.must(store.close());
  const block = blockOf(store, 39);
  rot(store, 39, 60);
  store.must(store.pull());
  for (let i = 0; i < 200 && blockOf(store, 39) === block; i++) store.must(store.probe.call.compactStep!(4000));
  assert.is.not(blockOf(store, 39), block, "its segment was emptied");
  store.must(store.pull());
  assert.is(store.get(39), status("CORRUPT"));
  assert.is(store.stat().damagedUnknown, 0);
});

test("a segment that a mount could not see twice over is there again before a change erases it: the change is IO once", () => {
  const failing: FailingPart[] = [];
  const store = Store.make(parts.nor, { wrap: (part) => (failing[0] = new FailingPart(part)) });
  for (let id = 0; id < 90; id++) store.must(store.put(id, new Chance(id).bytes(120)));
  const block = blockOf(store, 40);
  assert.is.not(block, store.probe.signed("rootBlock"));
  store.must(store.close());
  failing[0]!.spoils = true;
  failing[0]!.fails = (operation, at) => operation === "read" && at === block;
  store.must(store.pull());
  assert.is(store.stat().damagedUnknown, 1);
  let seen = false; // from the next look at its label on
  failing[0]!.fails = (operation, at, offset) => {
    seen ||= operation === "read" && at === block && offset === 0;
    return operation === "read" && at === block && !seen;
  };
  assert.is(store.put(99, "refused once"), status("IO"));
  store.must(store.put(99, "then done"));
  for (let id = 0; id < 90; id++) assert.equal(store.get(id), new Chance(id).bytes(120));
  store.must(store.pull());
  assert.is(store.stat().damagedUnknown, 0);
});

test("a store that mounts again by itself misses what it has acknowledged and flash does not show any more", () => {
  const failing: FailingPart[] = [];
  const store = Store.make(parts.nor, { wrap: (part) => (failing[0] = new FailingPart(part)) });
  for (let id = 0; id < 10; id++) store.must(store.put(id, "acknowledged"));
  // The next program goes astray: it falls on the newest record, and where it belongs nothing is found.
  rot(store, 9, 40);
  failing[0]!.failAt("program", 0);
  assert.is(store.put(10, "refused"), status("IO"));
  assert.is(store.get(9), status("NOT_FOUND"), "it looks like a torn write");
  assert.is(store.stat().damagedUnknown, 1);
  store.must(store.put(11, "goes on"));
  store.must(store.pull());
  assert.is(store.stat().damagedUnknown, 1);
});

test.run();

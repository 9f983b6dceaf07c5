/* What must be there: a mount misses what is gone, and misses nothing when all is there. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { FlashGeometry } from "../../../../host/flash/index.js";
import { FailingPart } from "../../../support/failing-part.js";
import { Chance } from "../../../support/probe-chance.js";
import { type Options, parts, Store, status } from "../../../support/probe-store.js";

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

test("a close with a checkpoint carries the sum on, and which change is the newest", () => {
  const store = Store.make(parts.deep);
  for (let id = 0; id < 30; id++) store.must(store.put(id, "x"));
  const known = (): unknown[] => [store.probe.value("liveSum"), store.probe.wide("newestLsn"), store.probe.wide("newestKey")];
  const before = known();
  store.must(store.reopen());
  assert.equal(known(), before);
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

/** A store on a part of which one erase, or one program, happens elsewhere when it is told to. */
function straying(geometry: FlashGeometry, options: Options = {}) {
  const astray: { erase?: number; program?: (block: number, offset: number) => boolean; read?: number } = {};
  let unerased = -1;
  const store = Store.make(geometry, {
    ...options,
    wrap: (part) => ({
      geometry: part.geometry,
      read: (block, offset, target) => (block === astray.read && offset === 0 ? -1 : part.read(block, offset, target)),
      program: (block, offset, source) => {
        if (block === unerased) return 0; // ones over zeros: nothing that could read back
        if (!astray.program?.(block, offset)) return part.program(block, offset, source);
        astray.program = undefined;
        return 0;
      },
      erase: (block) => {
        const instead = astray.erase ?? block;
        unerased = instead === block ? -1 : block;
        astray.erase = undefined;
        return part.erase(instead);
      },
    }),
  });
  return { store, astray };
}

for (const outerParity of [0, 8] as const)
  test(`an erase that goes astray to the open segment is noticed before another change is acknowledged, with outer parity ${outerParity}`, () => {
    for (const way of ["put", "tick"]) {
      const { store, astray } = straying({ ...parts.nor, blockCount: 48 }, { outerParity });
      const chance = new Chance(5);
      const acknowledged = new Map<number, Uint8Array>();
      const put = (id: number): number => {
        const body = chance.bytes(150);
        const answer = store.put(id, body);
        if (answer >= 0) acknowledged.set(id, body);
        return answer;
      };
      for (let i = 0; i < 900 || store.probe.call.dirtyCount!() === 0; i++) store.must(put(chance.below(100)));
      const open = store.probe.blocksIn("STATE_OPEN").at(-1)!;
      astray.erase = open;
      let answer = 0;
      for (let i = 0; i < 400 && answer >= 0 && way === "put"; i++) answer = put(chance.below(100));
      for (let i = 0; i < 400 && astray.erase !== undefined; i++) store.must(store.probe.call.hf_tick!(4)); // mounts again, and has more to do
      if (way === "put") assert.is(answer, status("IO"));
      else store.must(store.reopen()); // before another change could tell
      for (let boot = 0; boot < 3; boot++) {
        const lost = [...acknowledged].filter(([id, body]) => String(store.get(id)) !== String(body));
        assert.is(store.stat().damagedUnknown, Math.sign(lost.length), `${way}, boot ${boot}`);
        store.must(store.put(200 + boot, "meanwhile"));
        store.must(store.pull());
      }
    }
  });

test("an erase that goes astray to a block in which nothing is costs its own block, no more, though a label cannot be read at that moment", () => {
  for (const unreadable of [false, true]) {
    const { store, astray } = straying(parts.nor);
    const chance = new Chance(5);
    for (let i = 0; i < 900 || store.probe.call.dirtyCount!() === 0; i++) store.must(store.put(chance.below(60), chance.bytes(150)));
    astray.erase = store.probe.blocksIn("STATE_BLANK").at(-1)!;
    if (unreadable) astray.read = store.probe.blocksIn("STATE_SEALED")[0]!;
    for (let i = 0; i < 60; i++) store.must(store.put(chance.below(60), chance.bytes(150)));
    assert.is(store.stat().badBlocks, 1);
    astray.read = undefined;
    store.must(store.pull());
    assert.is(store.stat().damagedUnknown, 0);
  }
});

for (const [name, last] of Object.entries({ put: 29, remove: 28, nothing: -1 }))
  test(`a recovery's copy that goes astray and hits its original is missed, now and later; before it was: ${name}`, () => {
    const { store, astray } = straying(parts.nor);
    for (let id = 0; id < 30 && last >= 0; id++) store.must(store.put(id, new Chance(id).bytes(120)));
    if (name === "remove") store.must(store.remove(28));
    if (last >= 0) store.must(store.reopen());
    store.must(store.put(99, "the newest change"));
    const block = blockOf(store, 99);
    const own = store.probe.word.addressOffset!(store.probe.word.foundAddress!());
    const header = store.probe.call.headerOffset!();
    const first = store.probe.call.firstRecordOffset!();
    let isHit = false;
    astray.program = (_, offset) => {
      if (isHit || offset < first) return false;
      store.damage(block, own, 60);
      isHit = true;
      return true;
    };
    store.must(store.pull());
    assert.ok(isHit && header < first);
    for (let boot = 0; boot < 3; boot++) {
      assert.is(store.get(99), status("NOT_FOUND"));
      assert.is(store.stat().damagedUnknown, name === "nothing" && boot > 0 ? 0 : 1, `boot ${boot}`);
      store.must(store.pull());
    }
    store.scrub();
    store.must(store.put(98, "after the scrub"));
    store.must(store.pull());
    assert.is(store.stat().damagedUnknown, 0);
  });

test("what a mount missed is missed as well where the store mounts again by itself, until a scrub has accepted it", () => {
  for (const accepted of [false, true]) {
    const { store, astray } = straying(parts.nor);
    loseSegment(store);
    store.must(store.pull());
    if (accepted) store.scrub();
    if (accepted) store.must(store.put(201, "after the scrub"));
    astray.program = () => true;
    assert.is(store.put(200, "its program fails, and nothing else"), status("IO"));
    assert.is(store.stat().damagedUnknown, accepted ? 0 : 1);
  }
});

test("an original that read when it was indexed, and does not when its copy is met, counts once: the erase of its block was under way", () => {
  let torn = -1;
  let [isIndexed, isSpoiled] = [false, false];
  const store = Store.make(parts.nor, {
    wrap: (part) => ({
      geometry: part.geometry,
      read: (block, offset, target) => {
        const answer = part.read(block, offset, target);
        if (block === 0 && offset === 0) [isIndexed, isSpoiled] = [false, false]; // another look begins
        isIndexed ||= block === torn && offset > 3000 && target.length > 40;
        isSpoiled ||= isIndexed && block !== torn;
        if (isSpoiled && block === torn) target.fill(0xa5);
        return answer;
      },
      program: (block, offset, source) => part.program(block, offset, source),
      erase: (block) => part.erase(block),
    }),
  });
  for (let i = 0; i < 60; i++) {
    store.must(store.put(200 + i, new Chance(i).bytes(150)));
    store.must(store.put(i % 9, new Chance(i).bytes(150)));
  }
  const before = new Set(store.probe.blocksIn("STATE_SEALED"));
  while (torn < 0) {
    store.must(store.probe.call.compactStep!(5000));
    torn = store.probe.blocksIn("STATE_DIRTY").find((block) => before.has(block)) ?? -1;
  }
  const liveSum = store.probe.value("liveSum");
  store.must(store.pull());
  assert.ok(isSpoiled);
  assert.is(store.probe.value("liveSum"), liveSum);
  assert.is(store.stat().damagedUnknown, 0);
});

test.run();

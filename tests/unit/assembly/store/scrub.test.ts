/* Scrub: what has begun to rot gets a new home while it still reads, and nothing else is touched. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FaultFlash, PowerCut, TEAR_KINDS, type TearKind } from "../../../../host/flash/index.js";
import { Chance } from "../../../support/probe-chance.js";
import { parts, Store, status } from "../../../support/probe-store.js";
import { blockLetters, grow } from "../../../support/stripes.js";

const test = suite("assembly/store/scrub");
const [DAMAGED, CORRECTED, RELOCATED, LEFT, PART] = [2, 4, 8, 16, 32];

const body = (id: number): Uint8Array => new Chance(id).bytes(id % 10 === 3 ? 2500 : 90);
function filled(geometry: (typeof parts)[keyof typeof parts] = parts.nor, parityBytes = 16): Store {
  const store = Store.make(geometry, { parityBytes });
  for (let id = 0; id < 60; id++) store.must(store.put(id, body(id)));
  for (let id = 50; id < 60; id++) store.must(store.remove(id));
  store.must(store.reopen());
  return store;
}
function assertHolds(store: Store, words: string): void {
  for (let id = 0; id < 60; id++) assert.equal(store.get(id), id < 50 ? body(id) : status("NOT_FOUND"), `record ${id} ${words}`);
  assert.is(store.stat().damagedUnknown, 0, words);
}
const headerAt = (store: Store): number => store.probe.call.firstRecordOffset!() - 40;
/** Block and offset of the newest unit of a record. */
function where(store: Store, id: number, chunk = -1): [number, number] {
  for (const block of store.probe.blocksIn("STATE_SEALED").reverse()) {
    const found = store.probe.scan(block).find((one) => Number(one.idLow) === id && (chunk < 0 || Number(one.chunk) === chunk));
    if (found) return [block, Number(found.offset)];
  }
  throw new Error(`record ${id} is nowhere`);
}
/** Rots `count` bytes inside the first codeword of a unit. */
function rot(store: Store, [block, offset]: [number, number], count: number): void {
  for (let i = 0; i < count; i++) store.damage(block, offset + 30 + 5 * i, 1, 1 << (i % 8));
}
const count = (store: Store, flag: number): number => store.scrub().filter((one) => one.flags & flag).length;

for (const [name, geometry] of Object.entries(parts))
  test(`on part "${name}" a scrub of a healthy store tells every record and programs nothing`, () => {
    const store = filled(geometry);
    const mark = store.flash.mark();
    const told = store.scrub();
    assert.is(told.filter((one) => !(one.flags & PART)).length, 50);
    assert.is(told.filter((one) => one.flags & ~PART).length, 0);
    const since = store.flash.since(mark);
    assert.equal([since.programBytes, since.erases], [0, 0]);
  });

for (const [parityBytes, half] of [
  [16, 4],
  [8, 2],
] as const)
  test(`with ${parityBytes} parity bytes ${half} rotten bytes in a codeword move a record, ${half - 1} do not`, () => {
    const store = filled(parts.nor, parityBytes);
    rot(store, where(store, 7), half);
    rot(store, where(store, 8), half - 1);
    rot(store, where(store, 23, 1), half);
    const home = store.probe.scan(where(store, 7)[0]).find((one) => Number(one.idLow) === 7)!;
    const told = store.scrub();
    const flagged = (flag: number) => told.filter((one) => one.flags & flag).map((one) => one.idLow);
    assert.equal(flagged(RELOCATED).sort(), [23, 7]);
    assert.equal(flagged(CORRECTED).sort(), [23, 7, 8]);
    assert.equal(
      store
        .verify()
        .filter((one) => one.flags & CORRECTED)
        .map((one) => one.idLow),
      [8],
    );
    assert.is(store.list().find((one) => one.idLow === 7)!.lsn, BigInt(home.lsn), "a copy carries the same LSN");
    assert.is(count(store, RELOCATED), 0, "the second scrub moves nothing");
    assertHolds(store, "after a scrub");
    store.must(store.pull());
    assert.is(count(store, RELOCATED), 0, "nor does one after a battery pull");
    assertHolds(store, "after a pull");
    store.must(store.reopen());
    assert.is(count(store, RELOCATED), 0, "nor one after a close");
  });

test("rot in the parity alone moves a record too, also where it is beyond mending", () => {
  const store = filled();
  const [block, offset] = where(store, 7);
  const dataBytes = Number(store.probe.scan(block).find((one) => Number(one.idLow) === 7)!.dataBytes);
  store.damage(block, offset + dataBytes + 4, 12);
  assert.is(store.verify().filter((one) => one.flags).length, 0, "a reader does not see it");
  assert.is(count(store, RELOCATED), 1);
  assertHolds(store, "after a scrub");
  assert.is(count(store, RELOCATED | CORRECTED), 0);
});

test("a tombstone has a new home too, and the record stays away", () => {
  const store = filled();
  const [block] = where(store, 55);
  const tombstone = store.probe.scan(block).findLast((one) => Number(one.idLow) === 55)!;
  for (let i = 0; i < 4; i++) store.damage(block, Number(tombstone.offset) + 2 + i, 1, 8);
  assert.is(count(store, RELOCATED), 1);
  store.must(store.pull());
  assertHolds(store, "after a pull");
});

test("a record beyond mending is told as damaged, and stays where it is", () => {
  const store = filled();
  store.damage(...where(store, 7), 60);
  const mark = store.flash.mark();
  assert.equal(
    store
      .scrub()
      .filter((one) => one.flags & DAMAGED)
      .map((one) => one.idLow),
    [7],
  );
  assert.is(store.flash.since(mark).programBytes, 0);
});

for (const [words, at] of [
  ["header", 0],
  ["summary", 4096 - 60],
] as const)
  test(`a block whose ${words} has begun to rot is emptied`, () => {
    const store = filled();
    const block = store.probe.blocksIn("STATE_SEALED").find((one) => one !== store.probe.signed("rootBlock"))!;
    for (let i = 0; i < 5; i++) store.damage(block, (at || headerAt(store)) + 2 * i, 1);
    assert.is(count(store, RELOCATED), 1);
    assert.not(store.probe.blocksIn("STATE_SEALED").includes(block));
    assert.is(count(store, RELOCATED), 0);
    assertHolds(store, "after a scrub");
  });

test("a store that is only read says what it would move, and moves nothing", () => {
  const store = filled();
  rot(store, where(store, 7), 5);
  store.must(store.close());
  store.restart();
  store.must(store.mount(true));
  const mark = store.flash.mark();
  assert.is(count(store, LEFT), 1);
  assert.is(store.flash.since(mark).programBytes, 0);
});

test("on a full part what cannot be moved is left as it is, and nothing is lost", () => {
  const store = Store.make(parts.nor);
  let last = 0;
  while (store.put(last, new Chance(last).bytes(90)) >= 0) last++;
  store.must(store.reopen());
  rot(store, where(store, 7), 5);
  const told = store.scrub();
  assert.is(told.filter((one) => one.flags & (RELOCATED | LEFT)).length, 1);
  store.must(store.pull());
  for (let id = 0; id < last; id++) assert.equal(store.get(id), new Chance(id).bytes(90), `record ${id}`);
});

test("an open put or batch is not disturbed: BUSY", () => {
  const store = filled();
  store.must(store.probe.call.hf_put_begin!(3, 0, 100, 0, 0, 0, 10, store.wallMs));
  assert.is(store.probe.call.hf_scrub_next!(0, 0), status("BUSY"));
});

for (const tear of TEAR_KINDS)
  test(`cut at every operation of a scrub that moves records and empties a block, torn "${tear}": all is there`, () => {
    const origin = filled();
    for (const id of [7, 9, 30]) rot(origin, where(origin, id), 5);
    rot(origin, where(origin, 23, 1), 5);
    const block = origin.probe.blocksIn("STATE_SEALED").find((one) => one !== origin.probe.signed("rootBlock"))!;
    for (let i = 0; i < 5; i++) origin.damage(block, headerAt(origin) + 2 * i, 1);
    origin.must(origin.close());
    let cuts = 0;
    for (let op = 0; ; op++) {
      const flash = new FaultFlash(origin.part.clone(), { seed: op, cut: { op, tear } });
      const store = new Store(parts.nor, { part: origin.part, wrap: () => flash });
      try {
        store.must(store.mount());
        store.scrub();
        break;
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error;
      }
      cuts++;
      const words = `cut at operation ${op}, torn ${tear}`;
      flash.reboot();
      store.must(store.pull());
      assertHolds(store, words);
      store.scrub();
      assertHolds(store, `${words}, then scrubbed`);
      assert.is(count(store, RELOCATED), 0, words);
      store.must(store.reopen());
      assertHolds(store, `${words}, then reopened`);
    }
    assert.ok(cuts > 6, `${cuts} cuts`);
  });

/** Every cell of the sealed segments is turned with probability `rate`; the newest root's block, which never moves, is spared. */
function decay(store: Store, rate: number, chance: Chance): void {
  const { blockBytes } = store.flash.geometry;
  const root = store.probe.signed("rootBlock");
  for (const block of store.probe.blocksIn("STATE_SEALED").filter((one) => one !== root))
    for (let flips = Math.round(blockBytes * 8 * rate); flips > 0; flips--)
      store.damage(block, headerAt(store) + chance.below(blockBytes - headerAt(store)), 1, 1 << chance.below(8));
}

test("rot of 1e-4 a year, for sixty years: with a scrub a year all is there, and without one it is not", () => {
  for (const scrubs of [true, false]) {
    const store = filled();
    const chance = new Chance(11);
    let moved = 0;
    for (let year = 0; year < 60; year++) {
      decay(store, 1e-4, chance);
      if (!scrubs) continue;
      moved += count(store, RELOCATED);
      assert.is(count(store, RELOCATED | LEFT | DAMAGED), 0, `year ${year}: the second scrub has nothing to move`);
      store.must(store.reopen());
    }
    const damaged = store.verify().filter((one) => one.flags & DAMAGED).length;
    assert.is(damaged > 0, !scrubs, `${damaged} records damaged, ${moved} relocations`);
    if (!scrubs) continue;
    assertHolds(store, "after sixty years");
    assert.ok(moved > 0);
  }
});

const listed = (store: Store): string[] => store.list().map((one) => `${one.key} ${one.lsn}`);

/** Cuts a scrub of `origin`, which is closed, at every operation; what was listed is there after each cut, and after the scrub that follows. */
function cutEverywhere(origin: Store, before: string[], tears: readonly TearKind[]): void {
  for (let op = 0; ; op++) {
    const tear = tears[op % tears.length]!;
    const flash = new FaultFlash(origin.part.clone(), { seed: op, cut: { op, tear } });
    const store = new Store(origin.flash.geometry, { part: origin.part, wrap: () => flash });
    try {
      store.must(store.mount());
      store.scrub();
      assert.ok(op > 6, `${op} cuts`);
      return;
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
    }
    flash.reboot();
    store.must(store.pull());
    const words = `cut at operation ${op}, torn ${tear}`;
    assert.equal(listed(store), before, words);
    store.scrub();
    assert.is(store.verify().filter((one) => one.flags & DAMAGED).length, 0, words);
    assert.is(count(store, RELOCATED | LEFT | DAMAGED), 0, words);
    store.must(store.reopen());
    assert.equal(listed(store), before, `${words}, then reopened`);
  }
}

for (const name of ["words", "once", "nand", "deep"] as const)
  test(`on part "${name}" a cut at every operation of a scrub that moves a quarter of all records loses nothing`, () => {
    const store = filled(parts[name]);
    const before = listed(store);
    const chance = new Chance(5);
    const root = store.probe.signed("rootBlock");
    for (const block of store.probe.blocksIn("STATE_SEALED").filter((one) => one !== root))
      for (const one of store.probe.scan(block)) if (chance.below(4) === 0) rot(store, [block, Number(one.offset)], 5);
    store.must(store.close());
    cutEverywhere(store, before, ["prefix", "unstable", "all", "bits"]);
  });

for (const tear of ["prefix", "unstable"] as const)
  test(`with outer parity a cut at every operation of a scrub after the loss of a block, torn "${tear}", loses nothing`, () => {
    const { store } = grow(4, 40, 0.5, new Chance(3));
    const before = listed(store);
    loseBlock(store);
    cutEverywhere(store, before, [tear]);
  });

test("with outer parity what lay in a lost block gets a new home", () => {
  const { store } = grow(4, 40, 0.5, new Chance(3));
  const before = listed(store);
  const lost = loseBlock(store);
  store.must(store.pull());
  assert.ok(count(store, RELOCATED) > 0, blockLetters(store));
  assert.is(store.probe.call.liveOf!(lost), 0);
  assert.is(store.verify().filter((one) => one.flags).length, 0);
  assert.equal(listed(store), before);
  assert.is(count(store, RELOCATED), 0);
});

/** Closes the store and overwrites a sealed block in which something lives. Returns which. */
function loseBlock(store: Store): number {
  store.must(store.reopen());
  const root = store.probe.signed("rootBlock");
  const covered = store.probe.blocksIn("STATE_SEALED").filter((one) => one !== root && store.probe.call.isCovered!(one));
  const lost = covered.find((one) => store.probe.call.liveOf!(one) > 0)!;
  store.must(store.close());
  store.part.bytes.fill(0x5a, lost * 4096 + 20, (lost + 1) * 4096);
  return lost;
}

test.run();

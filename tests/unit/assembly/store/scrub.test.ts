/* Scrub: what has begun to rot gets a new home while it still reads, and nothing else is touched. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FaultFlash, PowerCut, TEAR_KINDS, type TearKind } from "../../../../host/flash/index.js";
import { failingCopy } from "../../../support/failing-part.js";
import { Chance } from "../../../support/probe-chance.js";
import { parts, Store, status } from "../../../support/probe-store.js";
import { blockLetters, grow, stripesOf } from "../../../support/stripes.js";

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
/** A closed store in which records, a chunk and the header of a segment have begun to rot. */
function rotting(): Store {
  const store = filled();
  for (const id of [7, 9, 30]) rot(store, where(store, id), 5);
  rot(store, where(store, 23, 1), 5);
  const block = store.probe.blocksIn("STATE_SEALED").find((one) => one !== store.probe.signed("rootBlock"))!;
  for (let i = 0; i < 5; i++) store.damage(block, headerAt(store) + 2 * i, 1);
  store.must(store.close());
  return store;
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
    const origin = rotting();
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

/** Scrubs to the end, or to the first answer that is a failure: which is returned, else 0. */
function scrubUntilFailure(store: Store): number {
  for (let high = 0, low = 0; ; ) {
    const answer = store.probe.call.hf_scrub_next!(high, low);
    if (answer !== 1) return answer;
    ({ cursorHigh: high, cursorLow: low } = store.result());
  }
}

for (const kind of ["read", "program"] as const)
  test(`any ${kind} of a scrub may fail: it says IO or goes on, nothing is lost, and the next scrub moves what is left`, () => {
    const origin = rotting();
    let refused = 0;
    for (let at = 0; ; at++) {
      const { store, flash } = failingCopy(origin);
      store.must(store.mount());
      flash.failAt(kind, at);
      const answer = scrubUntilFailure(store);
      const failed = flash.failures > 0;
      flash.heal();
      const words = `${kind} ${at} failed`;
      if (answer < 0) refused++;
      assert.ok(answer === 0 || (failed && answer === status("IO")), words);
      assert.ok(answer < 0 || kind === "read" || !failed || store.stat().badBlocks > 0, `${words}: told, or the block was given up`);
      if (answer === 0) assert.is(store.probe.value("mode"), 2, words);
      store.must(store.pull());
      assertHolds(store, words);
      store.scrub();
      assert.is(count(store, RELOCATED | LEFT | DAMAGED), 0, words);
      if (!failed) break;
    }
    assert.ok(refused > 5, `${refused} answers of IO`);
  });

test("a record that reads well and a moment later does not is damaged for now: nothing is put in its place", () => {
  const origin = filled();
  const [home] = where(origin, 7);
  rot(origin, where(origin, 7), 5);
  origin.must(origin.close());
  const { store, flash } = failingCopy(origin);
  store.must(store.mount());
  store.must(store.put(1, body(1)));
  const key = store.probe.long.keyOf!(3, 0, 7);
  flash.spoils = true;
  const flags = new Set<number>();
  for (let at = 0; flash.failures > 0 || at === 0; at++) {
    let left = at;
    flash.failures = 0;
    flash.fails = (operation, block) => operation === "read" && block === home && left-- <= 0;
    store.must(store.probe.call.hf_scrub_next!(Number(key >> 32n), Number(key & 0xffffffffn)));
    flash.heal();
    flags.add(store.result().flags);
    if (!(store.result().flags & RELOCATED))
      assert.is(store.probe.call.find!(key) && store.probe.call.addressBlock!(store.probe.word.foundAddress!()), home);
    assertHolds(store, `all reads after ${at} were spoilt`);
  }
  assert.ok(flags.has(DAMAGED), "it could not be read");
  assert.ok(flags.has(DAMAGED | CORRECTED), "it was read, mended, and could then not be copied");
  assert.ok(flags.has(RELOCATED | CORRECTED));
});

test("a block to be emptied in a store that is only read is told as left", () => {
  const store = filled();
  const block = store.probe.blocksIn("STATE_SEALED").find((one) => one !== store.probe.signed("rootBlock"))!;
  store.must(store.close());
  for (let i = 0; i < 5; i++) store.damage(block, headerAt(store) + 2 * i, 1);
  store.restart();
  store.must(store.mount(true));
  const mark = store.flash.mark();
  assert.equal(
    store
      .scrub()
      .filter((one) => one.flags & LEFT)
      .map((one) => one.flags),
    [LEFT | PART],
  );
  assert.is(store.flash.since(mark).programBytes, 0);
});

test("a record that went to its new home while room for it was made is not moved again", () => {
  const store = Store.make(parts.nor);
  const chance = new Chance(2);
  let last = 0;
  while (store.put(last, chance.bytes(90)) >= 0) last++;
  for (let i = 0; i < 200; i++) store.put(chance.below(last), chance.bytes(90));
  store.must(store.reopen());
  const before = listed(store);
  const root = store.probe.signed("rootBlock");
  for (const block of store.probe.blocksIn("STATE_SEALED").filter((one) => one !== root))
    for (const one of store.probe.scan(block)) rot(store, [block, Number(one.offset)], 5);
  const told = store.scrub();
  assert.is(told.filter((one) => one.flags & RELOCATED).length > 100, true);
  assert.equal(listed(store), before);
  assert.is(store.verify().filter((one) => one.flags & DAMAGED).length, 0);
  store.must(store.pull());
  assert.equal(listed(store), before);
});

test("a long record of which a chunk is not known is told as damaged", () => {
  const store = filled();
  const { call, long } = store.probe;
  const { lsn } = store.list().find((one) => one.idLow === 23)!;
  call.indexRemove!(long.chunkKeyOf!(3, 0, 23, lsn, 1));
  const told = store.scrub().filter((one) => one.flags & DAMAGED);
  assert.equal(
    told.map((one) => one.idLow),
    [23],
  );
  assert.equal([told[0]!.bodyBytes, told[0]!.lsn, told[0]!.flags], [2500, lsn, DAMAGED]);
});

test("a seal that is beyond mending is no seal: its block is known by its heads, and left alone", () => {
  const store = filled();
  const block = store.probe.blocksIn("STATE_SEALED").find((one) => one !== store.probe.signed("rootBlock"))!;
  store.part.bytes.fill(255, (block + 1) * 4096 - 6, (block + 1) * 4096);
  const mark = store.flash.mark();
  assert.is(count(store, RELOCATED | LEFT | DAMAGED), 0);
  assert.is(store.flash.since(mark).programBytes, 0);
});

test("a block whose summary cannot be read any more is emptied as well", () => {
  const store = filled();
  const block = store.probe.blocksIn("STATE_SEALED").find((one) => one !== store.probe.signed("rootBlock"))!;
  store.damage(block, store.probe.call.readFinal!(block), 60);
  assert.is(count(store, RELOCATED), 1);
  assert.not(store.probe.blocksIn("STATE_SEALED").includes(block));
  assertHolds(store, "after a scrub");
});

test("the newest root's block is left where it is, though its seal has begun to rot", () => {
  const store = filled();
  store.must(store.pull());
  for (let id = 70; store.probe.call.stateOf!(store.probe.value("rootBlock")) !== store.probe.value("STATE_SEALED"); id++)
    store.must(store.put(id, body(id)));
  const root = store.probe.value("rootBlock");
  for (let i = 0; i < 5; i++) store.damage(root, headerAt(store) + 2 * i, 1);
  const { compactions } = store.stat();
  assert.is(count(store, LEFT), 1);
  assert.is(store.stat().compactions, compactions);
  assert.is(store.probe.call.stateOf!(root), store.probe.value("STATE_SEALED"));
});

test("a member of a stripe that is being built is left until the stripe stands", () => {
  const store = Store.make({ ...parts.nor, blockCount: 64 }, { outerParity: 8 });
  for (let id = 0; store.probe.call.striping!() === 0; id++) store.must(store.put(id, "x".repeat(300)));
  const stripe = stripesOf(store).find(({ parity }) => !store.probe.call.isCovered!(parity))!;
  const member = stripe.members.find((one) => store.probe.call.liveOf!(one) > 0)!;
  for (let i = 0; i < 5; i++) store.damage(member, headerAt(store) + 2 * i, 1);
  assert.is(count(store, LEFT), 1);
  assert.is(store.probe.call.compacting!(), 0);
  store.rest();
  assert.is(count(store, RELOCATED), 1);
  assert.not(store.probe.blocksIn("STATE_SEALED").includes(member));
  assert.is(store.verify().filter((one) => one.flags).length, 0);
});

test.run();

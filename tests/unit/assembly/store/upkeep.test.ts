/* The share of compaction and erasing that every write does, and what tick does at rest. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { failingCopy, failingInCompaction } from "../../../support/failing-part.js";
import { Chance } from "../../../support/probe-chance.js";
import { parts, Store, status } from "../../../support/probe-store.js";

const test = suite("assembly/store/upkeep");

/** Replaces records at random on a part filled to `share`, and counts the erases each change waits for. */
function churn(store: Store, share: number, size: number, changes: number): { most: number; counts: number[] } {
  const chance = new Chance(size);
  const ids = Math.max(3, Math.floor((Number(store.probe.long.liveLimit!()) * share) / (size + 60)));
  const counts: number[] = [];
  for (let i = 0; i < changes; i++) {
    const mark = store.flash.mark();
    const answer = i % 9 === 8 ? store.remove(chance.below(ids)) : store.put(chance.below(ids), chance.bytes(size));
    if (answer !== status("NOT_FOUND")) store.must(answer);
    const { erases } = store.flash.since(mark);
    counts[erases] = (counts[erases] ?? 0) + 1;
  }
  return { most: counts.length - 1, counts };
}

for (const [name, geometry] of Object.entries(parts)) {
  for (const size of [20, 150]) {
    test(`on part "${name}" at 60 % no change of ${size} bytes waits for more than one erase`, () => {
      const store = Store.make(geometry);
      const { most, counts } = churn(
        store,
        0.6,
        size,
        Math.min(2500, Math.floor((2 * geometry.blockBytes * geometry.blockCount) / (size + 60))),
      );
      assert.ok(most <= 1, `${counts}`);
    });
  }
}

test("a put that is answered FULL has not worn the part out over it", () => {
  for (const geometry of [parts.nor, parts.words, parts.nand]) {
    const store = Store.make(geometry);
    let id = 0;
    while (store.put(id, new Uint8Array(180)) === 0) id++;
    const mark = store.flash.mark();
    for (let i = 0; i < 20; i++) assert.is(store.put(id + i, new Uint8Array(180)), status("FULL"));
    const { erases } = store.flash.since(mark);
    assert.ok(erases <= 40, `${erases} erases for 20 answers`);
  }
});

test("tick comes to an end, and then there is nothing to do: no read, no program, no erase", () => {
  for (const [name, geometry] of Object.entries(parts)) {
    for (const emptied of [false, true]) {
      const store = Store.make(geometry);
      churn(store, 0.5, 100, 400);
      if (emptied) for (const { idLow } of store.list()) store.must(store.remove(idLow));
      store.rest(3000);
      const mark = store.flash.mark();
      assert.is(store.probe.call.hf_tick!(8), 0);
      const { programCalls, erases } = store.flash.since(mark);
      assert.equal([programCalls, erases], [0, 0], name);
    }
  }
});

test("a tick of no budget does nothing", () => {
  const store = Store.make(parts.nor);
  churn(store, 0.6, 100, 500);
  const mark = store.flash.mark();
  store.must(store.probe.call.hf_tick!(0));
  const { programCalls, erases } = store.flash.since(mark);
  assert.equal([programCalls, erases], [0, 0]);
});

test("after rest blank blocks are ready, and a burst of puts waits for one erase at most", () => {
  for (const geometry of [parts.nor, parts.nand]) {
    const store = Store.make(geometry);
    churn(store, 0.4, 100, 1500);
    store.rest(3000);
    assert.ok(store.stat().blankBlocks >= 3, `${store.stat().blankBlocks} blank blocks`);
    const mark = store.flash.mark();
    for (let id = 0; id < 8; id++) store.must(store.put(id, new Uint8Array(100)));
    assert.ok(store.flash.since(mark).erases <= 1);
  }
});

test("on a part of few large blocks, well filled, no small change waits for a whole victim", () => {
  const geometry = { ...parts.words, blockBytes: 65_536, blockCount: 24 };
  const store = Store.make(geometry);
  const chance = new Chance(4);
  const ids = Math.floor((Number(store.probe.long.liveLimit!()) * 0.97) / 260);
  for (let id = 0; id < ids; id++) store.must(store.put(id, chance.bytes(200)));
  let most = 0;
  for (let i = 0; i < 12_000; i++) {
    const mark = store.flash.mark();
    store.must(store.put(chance.below(ids), chance.bytes(200)));
    most = Math.max(most, store.flash.since(mark).programBytes);
  }
  assert.ok(store.stat().compactions > 20, "the test would be empty");
  assert.ok(most < 8192, `${most} bytes were programmed for one change of 200`);
});

test("after many part-fulls of changes the most worn block is not far above the mean", () => {
  const geometry = { ...parts.nor, blockCount: 40 };
  const store = new Store(geometry);
  store.must(store.format());
  store.must(store.mount());
  for (let id = 5000; id < 5250; id++) store.must(store.put(id, new Uint8Array(100))); // never changes
  churn(store, 0.25, 100, 14_000);
  const { eraseMax, eraseMean } = store.stat();
  assert.ok(eraseMean > 5, `mean ${eraseMean}: the test would be empty`);
  assert.ok(eraseMax <= 1.3 * eraseMean + 4, `${eraseMax} where the mean is ${eraseMean}`);
});

test("a block that cannot be erased goes out of service; ticks and puts go on without it", () => {
  const worn = new Set<number>();
  const store = Store.make(parts.nor, {
    wrap: (part) => ({
      geometry: part.geometry,
      read: (block, offset, target) => part.read(block, offset, target),
      program: (block, offset, source) => part.program(block, offset, source),
      erase: (block) => (worn.has(block) ? -1 : part.erase(block)),
    }),
  });
  for (let round = 0; round < 150; round++) store.must(store.put(round % 40, new Uint8Array(100)));
  for (const block of store.probe.blocksIn("STATE_SEALED")) if (block !== store.probe.signed("rootBlock") && worn.size < 2) worn.add(block);
  const chance = new Chance(9);
  for (let i = 0; i < 1500; i++) {
    store.must(store.put(chance.below(40), chance.bytes(100)));
    if (i % 10 === 0) store.must(store.probe.call.hf_tick!(4));
  }
  assert.is(store.stat().badBlocks, 2, "both erases were tried");
});

/** Blocks that take nothing and cannot be marked, more of them as time goes on; every fourth change is followed by a battery change. */
for (const seed of [0, 8, 17]) {
  test(`where blocks fail one by one, a removal is never refused, nor a put of what there is room for (${seed})`, () => {
    const dead = new Set<number>();
    const store = Store.make(
      { ...parts.nor, blockCount: 40 },
      {
        wrap: (part) => ({
          geometry: part.geometry,
          read: (block, offset, target) => part.read(block, offset, target),
          program: (block, offset, source) => (dead.has(block) ? -1 : part.program(block, offset, source)),
          erase: (block) => (dead.has(block) ? -1 : part.erase(block)),
        }),
      },
    );
    const chance = new Chance(seed);
    const ids = Math.floor((Number(store.probe.long.liveLimit!()) * 0.6) / 260);
    for (let i = 0; i < 1500; i++) {
      if (i % 100 === 99 && dead.size < 6) dead.add(chance.between(1, 39));
      const id = chance.below(ids);
      const body = chance.bytes(chance.between(50, 400));
      const change = () => (i % 3 === 2 ? store.remove(id) : store.put(id, body));
      let answer = change();
      for (let tries = 0; tries < 8 && answer === status("IO"); tries++) answer = change();
      if (answer !== status("NOT_FOUND")) assert.is(answer, 0, `change ${i}`);
      if (chance.below(4) === 0) assert.is(store.reopen(), 0);
    }
    assert.is(dead.size, 6);
  });
}

/** Takes blank blocks out of the game until `count` are left. */
function leaveBlank({ probe }: Store, count: number): void {
  for (const block of probe.blocksIn("STATE_BLANK").slice(count)) probe.call.setState!(block, probe.value("STATE_CHECKPOINT"));
}

test("with no block free but the reserve a body up to 8 KiB may open one at once, a longer one is FULL where compaction gains nothing", () => {
  const answers = [8192, 8193].map((bytes) => {
    const store = Store.make(parts.large);
    const none = store.probe.word.streamBlock!(1);
    for (let i = 0; i < 100; i++) store.must(store.put(i % 45, new Uint8Array(1500)));
    leaveBlank(store, store.probe.value("reserveBlocks"));
    assert.is(store.probe.word.streamBlock!(1), none, "no cold segment is open");
    return store.probe.call.makeRoom!(bytes, store.probe.value("reserveBlocks"));
  });
  assert.equal(answers, [0, status("FULL")]);
});

test("room is made round by round on a part of many blocks, and a floor that cannot be reached is FULL", () => {
  const store = Store.make({ ...parts.words, blockCount: 160 });
  for (let id = 0; id < 150; id++) store.must(store.put(id, "x".repeat(400)));
  for (let id = 0; id < 150; id += 2) store.must(store.remove(id));
  const floor = store.probe.call.freeCount!() + 8;
  store.must(store.probe.call.makeRoom!(3000, floor));
  assert.ok(store.probe.call.freeCount!() > floor);
  assert.is(store.probe.call.makeRoom!(3000, 159), status("FULL"));
  for (let id = 1; id < 150; id += 2) assert.is(store.text(id), "x".repeat(400));
});

test("where nothing is to be gained but in a stripe that is being built, the stripe is finished first", () => {
  const store = Store.make({ ...parts.nor, blockCount: 64 }, { outerParity: 8 });
  for (let id = 0; store.probe.call.striping!() === 0; id++) store.must(store.put(id, "x".repeat(300)));
  const { records } = store.stat();
  for (let id = 0; id < records - 15; id += 2) store.must(store.probe.call.hf_remove!(3, 0, id, 1));
  assert.is(store.probe.call.striping!(), 1);
  leaveBlank(store, store.probe.value("reserveBlocks"));
  const { compactions } = store.stat();
  store.must(store.probe.call.makeRoom!(3000, store.probe.value("reserveBlocks")));
  assert.is(store.probe.call.striping!(), 0);
  assert.is(store.stat().compactions, compactions + 1);
  for (let id = 1; id < records - 15; id += 2) assert.is(store.text(id), "x".repeat(300));
});

test("the share of a small write stays bounded where a victim holds more than a segment is reckoned to", () => {
  const store = Store.make(parts.nand);
  const bodies = [840, 888, 888, 888, 888, 888, 400, 1].map((length, id) => new Chance(id).bytes(length));
  bodies.forEach((body, id) => {
    store.must(store.put(id, body));
  });
  store.must(store.pull());
  store.must(store.put(100, "begins the session"));
  const [sealed] = store.probe.blocksIn("STATE_SEALED");
  const room = store.probe.value("segmentBytes");
  store.probe.call.setState!(sealed!, store.probe.value("STATE_ADOPTED"));
  store.probe.call.addLive!(sealed!, room - store.probe.call.liveOf!(sealed!) + 1); // as one that was never sealed may hold
  store.must(store.probe.call.compactStep!(1));
  assert.ok(store.probe.call.victimLive!() > room);
  const before = store.flash.mark();
  store.must(store.put(101, "small"));
  const { programBytes } = store.flash.since(before);
  assert.ok(programBytes > 512 && programBytes <= 4096 + 1024, `${programBytes} bytes`);
  bodies.forEach((body, id) => {
    assert.equal(store.get(id), body);
  });
});

test("idle work erases what is dirty when compaction is wanted and gains nothing", () => {
  const store = Store.make({ ...parts.nor, blockCount: 70 });
  for (let id = 0; id < 30; id++) store.must(store.put(id, new Uint8Array(1170)));
  const [dirty] = store.probe.blocksIn("STATE_BLANK").slice(-2);
  store.probe.call.setState!(dirty!, store.probe.value("STATE_DIRTY"));
  leaveBlank(store, 5);
  assert.ok(store.probe.call.freeCount!() <= store.probe.call.lowWater!(), "compaction is wanted");
  assert.is(store.probe.call.victimLive!(), 0);
  const mark = store.flash.mark();
  assert.is(store.probe.call.hf_tick!(1), 1);
  const { erases, programCalls } = store.flash.since(mark);
  assert.equal([erases, programCalls], [1, 1], "a block and its label");
  assert.is(store.probe.call.stateOf!(dirty!), store.probe.value("STATE_BLANK"));
});

/** A part on which no block is free but the reserve, closed, and what it holds. */
function crowded(): { origin: Store; model: Map<number, Uint8Array>; ids: number } {
  const origin = Store.make(parts.nor);
  const chance = new Chance(1);
  const model = new Map<number, Uint8Array>();
  const put = (id: number): number => {
    const body = chance.bytes(150);
    const answer = origin.put(id, body);
    if (answer >= 0) model.set(id, body);
    return answer;
  };
  let ids = 0;
  while (origin.stat().freeBytes > 3000) origin.must(put(ids++));
  const { call } = origin.probe;
  for (let i = 0; call.freeCount!() > origin.probe.value("reserveBlocks"); i++) {
    put(chance.below(ids));
    assert.ok(i < 1000, "the part became crowded");
  }
  for (let id = 0; id < 90; id++) {
    origin.must(origin.remove(id));
    model.delete(id);
  }
  while (call.freeCount!() > origin.probe.value("reserveBlocks")) origin.must(put(90 + chance.below(ids - 90)));
  origin.must(origin.close());
  return { origin, model, ids };
}

test("any program of a crowded part may fail, in whatever is asked: IO, and nothing acknowledged is lost", () => {
  const { origin, model, ids } = crowded();
  const body = new Chance(9).bytes(9000);
  const asked: Record<string, (store: Store) => number> = {
    short: (store) => store.put(ids - 1, body.subarray(0, 300)),
    middling: (store) => store.put(ids - 1, body.subarray(0, 1500)),
    long: (store) => store.put(ids - 1, body),
    batch: (store) =>
      store.batch([
        [ids - 1, body.subarray(0, 1200)],
        [ids, body.subarray(0, 1200)],
      ]),
    remove: (store) => store.remove(ids - 1),
    tick: (store) => store.probe.call.hf_tick!(8),
  };
  for (const [words, ask] of Object.entries(asked)) {
    let told = 0;
    for (let at = 0; ; at++) {
      const { store, flash } = failingCopy(origin);
      store.must(store.mount());
      flash.failAt("program", at);
      const answer = ask(store);
      const failed = flash.failures > 0;
      flash.heal();
      if (answer === status("IO")) told++;
      assert.ok(answer >= 0 || (failed && answer === status("IO")), `${words}: ${answer} when program ${at} failed`);
      store.must(store.pull());
      for (const [id, expected] of model)
        if (id < ids - 1 || answer < 0) assert.equal(store.get(id), expected, `${words}: record ${id} when program ${at} failed`);
      assert.is(store.stat().damagedUnknown, 0);
      if (!failed) break;
    }
    assert.ok(told > 0 || words === "tick", `${words}: ${told}`);
  }
});

test("a small change, or a batch, whose share of compaction fails is IO, and may be asked for again", () => {
  for (const ask of [(store: Store) => store.put(1, "changed"), (store: Store) => store.batch([[1, "changed"]])]) {
    const { store, flash } = failingInCompaction(parts.nor);
    flash.failAt("program", 0);
    assert.is(ask(store), status("IO"));
    assert.is(store.text(1), "x".repeat(150));
    assert.is(ask(store), 0);
    assert.is(store.text(1), "changed");
    for (let id = 3; id < 60; id += 2) assert.is(store.text(id), "x".repeat(150));
  }
});

test("idle work comes to its end on a full part, where emptying blocks gains nothing, and begins again with the next change", () => {
  const store = Store.make(parts.nor);
  let count = 0;
  for (const length of [900, 100, 0]) while (store.put(count, new Uint8Array(length)) === 0) count++;
  const erased = (): number => store.flash.eraseCounts.reduce((sum, one) => sum + one, 0);
  const before = erased();
  store.rest(1000);
  assert.ok(erased() - before < 100, `${erased() - before} erases in idle time`);
  store.must(store.remove(0));
  const again = store.stat().compactions;
  store.rest(1000);
  assert.ok(store.stat().compactions > again);
  store.must(store.pull());
  store.rest(1000);
  for (let id = 1; id < count; id++) assert.ok(typeof store.get(id) !== "number", `record ${id}`);
});

test.run();

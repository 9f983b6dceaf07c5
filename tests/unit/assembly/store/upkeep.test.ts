/* The share of compaction and erasing that every write does, and what tick does at rest. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
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

test.run();

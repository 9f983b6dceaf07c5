/* Building stripes: at the pace of writing, at rest, and before a close. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { FlashDevice } from "../../../../host/flash/index.js";
import { Chance } from "../../../support/probe-chance.js";
import { Store } from "../../../support/probe-store.js";
import { blockLetters, coveredBlocks, grow, stripesOf } from "../../../support/stripes.js";

const test = suite("assembly/store/striping");
const geometry = { kind: "nor", blockBytes: 4096, blockCount: 64, pageBytes: 256, programBytes: 1 } as const;
const sealed = (store: Store): number[] => [...blockLetters(store)].flatMap((letter, block) => (letter === "S" ? [block] : []));

test("after upkeep has come to rest, and after a close, every sealed segment is in a stripe", () => {
  const { store } = grow(4, 40, 0.5, new Chance(1));
  for (const block of sealed(store)) assert.ok(store.probe.call.isCovered!(block), `block ${block} at rest`);
  store.put(1, "one more".repeat(20));
  store.must(store.close());
  const again = new Store(store.flash.geometry, { part: store.part.clone() });
  again.must(again.mount());
  for (const block of sealed(again)) assert.ok(again.probe.call.isCovered!(block), `block ${block} after a close`);
});

test("while writing goes on, stripes are full, and no write programs more than its share of parity", () => {
  const store = Store.make(geometry, { outerParity: 8 });
  let most = 0;
  for (let id = 0; id < 250; id++) {
    const before = store.flash.programBytes;
    store.must(store.put(id, "x".repeat(300)));
    most = Math.max(most, store.flash.programBytes - before);
  }
  const stripes = stripesOf(store).filter(({ parity }) => store.probe.call.isCovered!(parity));
  assert.ok(stripes.length >= 2, blockLetters(store));
  for (const { members } of stripes) assert.is(members.length, 8);
  assert.ok(most < 1500, `${most} bytes programmed by one put`);
});

test("a later stripe takes a small one in, and only when it is there is the old parity block given up", () => {
  const store = Store.make(geometry, { outerParity: 8 });
  for (let id = 0; id < 20; id++) store.must(store.put(id, "x".repeat(900)));
  store.rest();
  const root = store.probe.value("rootBlock");
  const few = stripesOf(store).filter(({ members }) => members.length < 8 && !members.includes(root));
  assert.is(few.length, 1);
  for (let id = 20; id < 60; id++) store.must(store.put(id, "x".repeat(900)));
  store.rest();
  const after = stripesOf(store);
  assert.not(after.some(({ parity }) => parity === few[0]!.parity));
  const home = after.find(({ members }) => members.includes(few[0]!.members[0]!))!;
  for (const block of few[0]!.members) assert.ok(home.members.includes(block));
});

test("the newest root's block has a stripe of its own, so that it pins no other segment", () => {
  const { store } = grow(4, 40, 0.5, new Chance(2));
  store.must(store.close());
  const again = new Store(store.flash.geometry, { part: store.part.clone() });
  again.must(again.mount());
  const root = again.probe.value("rootBlock");
  assert.ok(root >= 0);
  assert.equal(stripesOf(again).find(({ members }) => members.includes(root))?.members, [root]);
});

test("a parity block that fails is given up, and another one stands for the same members", () => {
  let failures = 0;
  const wrap = (part: Store["part"]): FlashDevice => ({
    geometry: part.geometry,
    read: (block, offset, target) => part.read(block, offset, target),
    program: (block, offset, source) => {
      const isParity = offset === 64 && source[0] === 0x15 && source[1] === 5;
      const isDescriptor = source[0] === 0x57 && source.length === 112;
      if ((isParity && failures === 0) || (isDescriptor && failures === 1)) {
        failures++;
        return -1;
      }
      return part.program(block, offset, source);
    },
    erase: (block) => part.erase(block),
  });
  const store = Store.make(geometry, { outerParity: 8, wrap });
  for (let id = 0; id < 60; id++) store.must(store.put(id, "x".repeat(900)));
  store.rest();
  assert.is(failures, 2);
  assert.is(store.stat().badBlocks, 2);
  for (const block of sealed(store)) assert.ok(store.probe.call.isCovered!(block), `block ${block}`);
  store.must(store.reopen());
  assert.is(store.list().length, 60);
});

test("at rest nothing more is programmed, however often it is asked", () => {
  const { store } = grow(8, 48, 0.4, new Chance(3));
  store.rest();
  const before = store.flash.mark();
  for (let i = 0; i < 20; i++) assert.is(store.rest(), 0);
  assert.equal([store.flash.since(before).programCalls, store.flash.since(before).erases], [0, 0]);
  assert.ok(coveredBlocks(store).length > 10);
});

test("a store without outer parity has no parity blocks, and a table no longer than before", () => {
  const store = Store.make(geometry);
  for (let id = 0; id < 100; id++) store.must(store.put(id, "x".repeat(900)));
  store.rest();
  assert.not(/[Ps]/.test(blockLetters(store)));
  assert.is(store.stat().fixedBytes, store.probe.call.dynamicBase!() + geometry.blockCount * 11);
});

test.run();

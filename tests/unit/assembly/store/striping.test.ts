/* Building stripes: at the pace of writing, at rest, and before a close. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { FlashDevice } from "../../../../host/flash/index.js";
import { failing } from "../../../support/failing-part.js";
import { Chance } from "../../../support/probe-chance.js";
import { parts, Store, status } from "../../../support/probe-store.js";
import { blockLetters, coveredBlocks, grow, type Stripe, stripesOf } from "../../../support/stripes.js";

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

const MARKED_PARITY = 5;
/** Is this the first piece of a parity block: a segment header of its type? */
const isParityHeader = (offset: number, source: Uint8Array): boolean => offset === 64 && source[0] === 0x15 && source[1] === MARKED_PARITY;
const open = (wanted = 8 as 4 | 8): ReturnType<typeof failing> => {
  const made = failing(geometry, { outerParity: wanted });
  made.store.must(made.store.format());
  made.store.must(made.store.mount());
  return made;
};
/** The stripe that is being built, or one that holds fewer members than it could and not the root. */
const unfinished = (store: Store): Stripe => stripesOf(store).find(({ parity }) => !store.probe.call.isCovered!(parity))!;
const small = (store: Store): Stripe =>
  stripesOf(store).find(({ members }) => members.length < 8 && !members.includes(store.probe.signed("rootBlock")))!;

test("a stripe that was to take a small one in and fails leaves the small one as it was", () => {
  const { store, flash } = open();
  for (let id = 0; id < 20; id++) store.must(store.put(id, "x".repeat(900)));
  store.rest();
  const members = (): number[] => [...small(store).members].sort((a, b) => a - b);
  const before = members();
  for (let id = 20; id < 32; id++) store.must(store.put(id, "x".repeat(900)));
  let failed = 0;
  flash.fails = (operation, _, offset, source) => operation === "program" && isParityHeader(offset, source!) && failed++ === 0;
  const known = stripesOf(store).length;
  while (flash.failures === 0) store.must(store.probe.call.hf_tick!(1));
  assert.equal(members(), before, "they changed over, and back");
  assert.is(stripesOf(store).length, known);
  for (const block of before) assert.ok(store.probe.call.isCovered!(block), `block ${block}`);
  store.rest();
  for (const block of sealed(store)) assert.ok(store.probe.call.isCovered!(block), `block ${block} in the end`);
  store.must(store.reopen());
  assert.is(store.list().length, 32);
});

test("a block that is being emptied joins no stripe", () => {
  const { store } = open();
  for (let id = 0; id < 24; id++) store.must(store.put(id, "x".repeat(900)));
  for (let id = 0; id < 24; id += 2) store.must(store.remove(id));
  store.must(store.probe.call.compactStep!(100));
  assert.is(store.probe.call.compacting!(), 1);
  store.probe.call.stripeAll!();
  const bare = sealed(store).filter((block) => !store.probe.call.inRing!(block));
  assert.is(bare.length, 1, "the victim alone is in none");
  while (store.probe.call.compacting!()) store.must(store.probe.call.compactStep!(4000));
  assert.is(blockLetters(store)[bare[0]!], "d");
});

test("a stripe that is being emptied is not taken in by a larger one", () => {
  const { store } = open();
  for (let id = 0; id < 20; id++) store.must(store.put(id, "x".repeat(900)));
  store.rest();
  const emptied = small(store);
  const [member] = emptied.members;
  for (let i = 0; i < 5; i++) store.damage(member!, 64 + 2 * i, 1);
  store.must(store.probe.call.hf_scrub_next!(1 << 24, member!)); // one step of emptying it
  assert.is(store.probe.call.compacting!(), 1);
  for (let id = 20; id < 30; id++) store.must(store.put(id, "x".repeat(1100)));
  store.probe.call.stripeAll!();
  assert.equal(small(store), emptied);
  assert.ok(stripesOf(store).length > 1, "what waited has a stripe of its own");
  while (store.probe.call.compacting!()) store.must(store.probe.call.compactStep!(4000));
  store.rest();
  for (let id = 0; id < 30; id++) assert.is(store.text(id), "x".repeat(id < 20 ? 900 : 1100));
});

test("segments whose seal does not read any more are walked from now on, and a stripe of nobody is given up", () => {
  const { store } = open();
  for (let id = 0; id < 24; id++) store.must(store.put(id, `note ${id} `.repeat(90)));
  const bare = sealed(store).filter((block) => !store.probe.call.inRing!(block) && block !== store.probe.signed("rootBlock"));
  assert.ok(bare.length > 2);
  for (const block of bare) store.damage(block, geometry.blockBytes - 112 - 6, 6);
  store.probe.call.stripeAll!();
  for (const block of bare) assert.is(blockLetters(store)[block], "A", `block ${block}`);
  assert.equal(
    stripesOf(store).filter(({ members }) => members.length === 0),
    [],
  );
  assert.ok(blockLetters(store).includes("s"), "the parity block of nobody is spent");
  for (let id = 0; id < 24; id++) assert.is(store.text(id), `note ${id} `.repeat(90));
  store.rest();
  store.must(store.reopen());
  for (let id = 0; id < 24; id++) assert.is(store.text(id), `note ${id} `.repeat(90));
});

test("a member that cannot be read ends the building of stripes until the next mount, and nothing else", () => {
  const { store, flash } = open();
  for (let id = 0; store.probe.call.striping!() === 0; id++) store.must(store.put(id, "x".repeat(300)));
  const { parity, members } = unfinished(store);
  flash.fails = (operation, block, offset) => operation === "read" && block === members[0] && offset > 110;
  while (store.probe.call.striping!() === 1) store.must(store.probe.call.hf_tick!(1));
  assert.is(blockLetters(store)[parity], "s");
  flash.heal();
  const before = stripesOf(store).length;
  for (let id = 100; id < 200; id++) store.must(store.put(id, "x".repeat(300)));
  assert.is(stripesOf(store).length, before);
  assert.is(store.rest(), 0);
  store.must(store.reopen());
  store.must(store.put(1, "begins the session"));
  store.rest();
  assert.ok(stripesOf(store).length > before, "they are built again");
});

/** Sealed segments that wait for a stripe, `count` of them; what is put is too long for a write to do any upkeep. */
function waiting(store: Store, count: number): void {
  const root = store.probe.signed("rootBlock");
  for (let id = 0; sealed(store).filter((block) => block !== root).length < count; id++) store.must(store.put(id, "x".repeat(1100)));
}
/** Takes blank blocks out of service until `count` are left. */
function leaveBlank(store: Store, count: number): void {
  const blanks = store.probe.blocksIn("STATE_BLANK");
  for (const block of blanks.slice(count)) store.probe.call.setState!(block, store.probe.value("STATE_CHECKPOINT"));
}

test("three blank blocks are left alone: no stripe is begun, and neither writing nor resting fails for it", () => {
  const { store } = open();
  waiting(store, 8);
  leaveBlank(store, 3);
  store.must(store.put(500, "small"));
  assert.is(store.text(500), "small");
  store.probe.call.stripeAll!();
  assert.equal([stripesOf(store), store.probe.call.striping!(), store.probe.call.blankCount!()], [[], 0, 3]);
});

test("the fourth blank block is taken for a stripe, and then none for the root's own", () => {
  const { store } = open();
  waiting(store, 8);
  leaveBlank(store, 4);
  store.probe.call.stripeAll!();
  const [stripe, ...others] = stripesOf(store);
  assert.equal([stripe!.members.length, others.length], [8, 0]);
  assert.is(blockLetters(store)[store.probe.value("rootBlock")], "S");
  assert.not(store.probe.call.inRing!(store.probe.value("rootBlock")));
});

test("a block of which every read fails is read through its stripe", () => {
  const { store, flash } = open();
  for (let id = 0; id < 40; id++) store.must(store.put(id, `note ${id} `.repeat(90)));
  store.rest();
  const [{ members }] = stripesOf(store).filter(({ members }) => members.length > 2) as [Stripe];
  const block = members.find((one) => store.probe.call.liveOf!(one) > 0)!;
  flash.fails = (operation, where) => operation === "read" && where === block;
  for (let id = 0; id < 40; id++) assert.is(store.text(id), `note ${id} `.repeat(90), `record ${id}`);
  assert.ok(flash.failures > 0);
  flash.fails = (operation, where) => operation === "read" && members.includes(where);
  const lost = Array.from({ length: 40 }, (_, id) => store.get(id)).filter((answer) => typeof answer === "number");
  assert.ok(lost.length > 2, "where two fail there is nothing to read through");
  for (const answer of lost) assert.ok([status("IO"), status("CORRUPT")].includes(answer as number), `${answer}`);
});

test("after a long body one share of parity is as long as one program, not longer", () => {
  const store = Store.make({ ...geometry, blockBytes: 16384 }, { outerParity: 4 });
  for (let id = 0; store.probe.call.striping!() === 0; id++) store.must(store.put(id, "x".repeat(600)));
  store.must(store.put(900, "x".repeat(16_000)));
  const mark = store.flash.mark();
  store.must(store.put(901, ""));
  const { programBytes, programCalls } = store.flash.since(mark);
  assert.is(programCalls, 2, "the record, and one piece of parity");
  assert.ok(programBytes > store.probe.value("GROUP_BYTES"), `${programBytes}`);
  assert.ok(programBytes < store.probe.value("GROUP_BYTES") + 100, `${programBytes}`);
});

test("on NAND a share of parity is whole pages, and waits until one is due", () => {
  const nand = { ...parts.nand, blockCount: 64 };
  const store = Store.make(nand, { outerParity: 4 });
  for (let id = 0; store.probe.call.striping!() === 0; id++) store.must(store.put(id, "x".repeat(600)));
  const shares: number[] = [];
  while (store.probe.call.striping!() === 1) {
    const mark = store.flash.mark();
    store.must(store.put(500, ""));
    shares.push(store.flash.since(mark).programBytes / nand.programBytes - 1);
  }
  // 13/40 of three pages is less than one, of four it is more.
  assert.equal(shares.slice(0, 4), [0, 2, 0, 2]);
  const [stripe] = stripesOf(store);
  assert.is(stripe!.members.length, 4);
  for (const block of stripe!.members) assert.ok(store.probe.call.isCovered!(block));
});

test("a part that has never been recovered has no root, and rests with nothing to cover", () => {
  const store = Store.make({ ...parts.deep }, { outerParity: 4 });
  assert.is(store.probe.signed("rootBlock"), -1);
  store.must(store.put(1, "one"));
  assert.is(store.rest(), 0);
  assert.equal(stripesOf(store), []);
});

test.run();

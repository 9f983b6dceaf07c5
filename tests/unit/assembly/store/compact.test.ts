/* Compaction: everything that lives is copied, proven and told before its block is given back. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FaultFlash, PowerCut, TEAR_KINDS } from "../../../../host/flash/index.js";
import { failingCopy, type Operation } from "../../../support/failing-part.js";
import { Chance } from "../../../support/probe-chance.js";
import { parts, Store, status } from "../../../support/probe-store.js";
import { blockLetters, damageBlock, grow, type Model as StripeModel, stripesOf } from "../../../support/stripes.js";

const test = suite("assembly/store/compact");
type Geometry = (typeof parts)[keyof typeof parts];
type Model = Map<number, Uint8Array>;

/** Puts and removes at random; FULL is an answer too. */
function churn(store: Store, model: Model, seed: number, changes: number, ids: number, size: number): void {
  const chance = new Chance(seed);
  for (let i = 0; i < changes; i++) {
    const id = chance.below(ids);
    if (chance.below(5) === 0) {
      if (store.remove(id) === 0) model.delete(id);
      continue;
    }
    const body = chance.bytes(chance.below(15) === 0 ? 2300 : chance.below(size));
    if (store.put(id, body) === 0) model.set(id, body);
  }
}
function assertHolds(store: Store, model: Model, ids: number): void {
  for (let id = 0; id < ids; id++) assert.equal(store.get(id), model.get(id) ?? status("NOT_FOUND"), `record ${id}`);
  assert.is(store.stat().records, model.size);
}

for (const [name, geometry] of Object.entries(parts)) {
  test(`on part "${name}" nothing is lost, invented or shown twice while blocks are emptied, up to a full part`, () => {
    const store = Store.make(geometry);
    const model: Model = new Map();
    const size = geometry.blockBytes > 60_000 ? 1200 : 250;
    const ids = Math.floor((geometry.blockBytes * geometry.blockCount) / (size / 2 + 150));
    const slice = Math.min(450, ids * 2);
    for (let round = 0; round < 4; round++) {
      churn(store, model, round, slice, ids, size);
      if (round % 2) store.must(store.probe.call.hf_tick!(40));
      assertHolds(store, model, ids);
    }
    assert.ok(store.stat().compactions > 0 || slice === 450, "blocks were emptied");
    store.must(store.pull());
    assertHolds(store, model, ids);
    assert.is(store.stat().damagedUnknown, 0);
  });
}

test("copies keep LSN, time and session of what they copy", () => {
  const store = Store.make(parts.nor);
  for (let id = 0; id < 30; id++) store.must(store.put(id, new Chance(id).bytes(80)));
  const told = (): string[] => store.list().map((one) => `${one.key} ${one.lsn} ${one.wallMs} ${one.session}`);
  const before = told();
  const { compactions } = store.stat();
  while (store.stat().compactions < compactions + 8) {
    store.must(store.put(100, new Uint8Array(900)));
    for (let step = 0; step < 20; step++) store.must(store.probe.call.compactStep!(1000));
  }
  assert.equal(
    told().filter((line) => !line.includes("-100 ")),
    before,
  );
});

test("a step is bounded by its budget and finishes nothing before its copies are on flash", () => {
  const store = Store.make(parts.nor);
  for (let id = 0; id < 150; id++) store.must(store.put(id % 40, new Chance(id).bytes(150)));
  const mark = store.flash.mark();
  const copied = store.probe.call.compactStep!(500);
  const since = store.flash.since(mark);
  assert.ok(copied > 0);
  assert.ok(since.programBytes < 500 + 1000, `${since.programBytes} bytes programmed for a budget of 500`);
  assert.is(since.erases, 0, "a step erases nothing when blank blocks are at hand");
});

test("a record that has rotted beyond repair stays known when its block is emptied: CORRUPT, never absent", () => {
  const store = Store.make(parts.nor);
  for (let id = 0; id < 40; id++) store.must(store.put(id, new Chance(id).bytes(150)));
  store.must(store.reopen());
  const block = store.probe
    .blocksIn("STATE_SEALED")
    .find((one) => one !== store.probe.signed("rootBlock") && store.probe.scan(one).length > 10)!;
  const victim = store.probe.scan(block)[5]!;
  store.damage(block, Number(victim.offset), 60);
  const id = Number(victim.idLow);
  assert.is(store.get(id), status("CORRUPT"));
  for (const other of store.probe.scan(block))
    if (other !== victim && Number(other.idLow) !== id) store.must(store.remove(Number(other.idLow)));
  for (let i = 0; store.probe.call.liveOf!(block) > 0; i++) {
    assert.ok(i < 3000, "the block was emptied");
    store.must(store.put(100 + (i % 20), new Uint8Array(150)));
  }
  assert.is(store.get(id), status("CORRUPT"));
  store.must(store.pull());
  assert.is(store.get(id), status("CORRUPT"));
  const told = store.verify().filter((one) => one.flags & 2);
  assert.equal(
    told.map((one) => one.idLow),
    [id],
  );
  store.must(store.put(id, "mended from a backup"));
  assert.is(store.text(id), "mended from a backup");
});

test("when no block can be had to copy into, nothing that lives is given up, however often it is tried", () => {
  // 9: a long record's head is the last program when no block can be had for its recovery either, and its chunks are nobody's without it.
  for (const [geometry, seed] of [
    [parts.nor, 1],
    [parts.words, 1],
    [parts.words, 9],
    [parts.nand, 1],
  ] as const) {
    let worn = false;
    const store = Store.make(geometry, {
      wrap: (part) => ({
        geometry: part.geometry,
        read: (block, offset, target) => part.read(block, offset, target),
        program: (block, offset, source) => part.program(block, offset, source),
        erase: (block) => (worn ? -1 : part.erase(block)),
        isBad: () => false,
        markBad: () => 0,
      }),
    });
    const model: Model = new Map();
    churn(store, model, seed, 500, 60, 250);
    worn = true;
    for (let round = 0; round < 15; round++) {
      churn(store, model, 10 + round, 20, 60, 250);
      store.probe.call.hf_tick!(5);
      if (store.probe.value("mode") === 0) break;
      assertHolds(store, model, 60);
    }
    worn = false;
    store.must(store.pull());
    assertHolds(store, model, 60);
  }
});

test("compaction may be cut at any operation: the next boot has everything, and can go on", () => {
  for (const geometry of [parts.nor, parts.nand] as Geometry[]) {
    let fault: FaultFlash | undefined;
    const store = Store.make(geometry, { wrap: (part) => (fault = new FaultFlash(part, { seed: 3 })) });
    const model: Model = new Map();
    const chance = new Chance(8);
    for (let round = 0; round < 22; round++) {
      let flying = 0;
      let body: Uint8Array = new Uint8Array(0);
      fault!.reboot({ op: chance.between(0, 25), tear: TEAR_KINDS[round % TEAR_KINDS.length]! });
      try {
        store.must(store.pull());
        for (;;) {
          flying = chance.below(100);
          body = chance.bytes(chance.below(300));
          if (store.put(flying, body) === 0) model.set(flying, body);
          else if (store.remove(flying) === 0) model.delete(flying);
          store.probe.call.hf_tick!(3);
        }
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error;
      }
      fault!.reboot();
      assert.is(store.pull(), 0, `round ${round}`);
      const got = store.get(flying);
      if (typeof got === "number") model.delete(flying);
      else if (Buffer.compare(got, body) === 0) model.set(flying, body);
      assertHolds(store, model, 100);
    }
  }
});

/** Records of many lengths in two thirds of the part, some of them long, half of them replaced since. */
function halfReplaced(geometry: Geometry): { store: Store; model: Model } {
  const store = Store.make(geometry);
  const model: Model = new Map();
  const chance = new Chance(6);
  for (let i = 0; i < 160; i++) {
    const id = chance.below(60);
    const body = chance.bytes(i % 20 === 9 ? 2300 : 60 + chance.below(300));
    store.must(store.put(id, body));
    model.set(id, body);
  }
  return { store, model };
}

for (const [words, pulled] of [
  ["a sealed block", false],
  ["a block that was open when power went", true],
] as const)
  for (const [kind, lasting] of [
    ["read", false],
    ["read", true],
    ["program", false],
  ] as [Operation, boolean][])
    test(`while ${words} is emptied, any ${kind} may fail${lasting ? ", and all that come after" : ""}: IO, and nothing is lost`, () => {
      const { store: origin, model } = halfReplaced(parts.nor);
      if (!pulled) origin.must(origin.close());
      let failures = 0;
      for (let at = 0; ; at++) {
        const { store, flash } = failingCopy(origin);
        store.must(store.mount());
        store.must(store.put(61, "begins the session"));
        model.set(61, new TextEncoder().encode("begins the session"));
        flash.failAt(kind, at, lasting);
        let answer = 1;
        const victims = kind === "program" ? 6 : 2;
        for (let steps = 0; answer > 0 && store.stat().compactions < victims && steps < 60; steps++)
          answer = store.probe.call.compactStep!(kind === "program" ? 4000 : 700);
        const failed = flash.failures > 0;
        flash.heal();
        if (failed) failures++;
        if (answer < 0) assert.is(answer, status("IO"), `${kind} ${at} failed`);
        assert.ok(answer < 0 || kind === "read" || !failed, "a program that failed was told");
        store.must(store.pull());
        assertHolds(store, model, 62);
        if (!failed) break;
      }
      assert.ok(failures >= 8, `${failures} failures`);
    });

test("a chunk that has rotted beyond repair is carried on as lost: its body stays CORRUPT, the record whole in name", () => {
  const store = Store.make(parts.nor);
  const body = new Chance(1).bytes(5200);
  store.must(store.put(1, body));
  for (let id = 10; id < 40; id++) store.must(store.put(id, new Chance(id).bytes(150)));
  store.must(store.reopen());
  const [block, chunk] = store.probe
    .blocksIn("STATE_SEALED")
    .flatMap((one) => store.probe.scan(one).map((entry) => [one, entry] as const))
    .find(([, entry]) => Number(entry.flags) & store.probe.value("ENTRY_CHUNK") && Number(entry.chunk) === 1)!;
  store.damage(block, Number(chunk.offset) + 10, 60);
  assert.is(store.get(1), status("CORRUPT"));
  for (let i = 0; store.probe.call.liveOf!(block) > 0; i++) {
    assert.ok(i < 3000, "the block was emptied");
    store.must(store.put(100 + (i % 20), new Uint8Array(150)));
  }
  const lost = (): void => {
    assert.is(store.get(1), status("CORRUPT"));
    assert.equal(
      store
        .verify()
        .filter((one) => one.flags & 2)
        .map((one) => [one.idLow, one.bodyBytes]),
      [[1, 5200]],
    );
  };
  lost();
  store.must(store.pull());
  lost();
  const chunkBytes = store.probe.value("chunkBytes");
  store.must(store.probe.call.hf_get!(3, 0, 1));
  assert.is(store.probe.call.hf_read!(0, 100), 100, "what lies before the lost chunk can be read");
  assert.equal(store.probe.doorstep.take(100), body.slice(0, 100));
  store.must(store.probe.call.hf_get!(3, 0, 1));
  assert.is(store.probe.call.hf_read!(chunkBytes, 100), status("CORRUPT"));
  store.must(store.put(1, body));
  assert.equal(store.get(1), body);
});

/** A store with stripes, closed, of which `lost` names members of a stripe without the root that are to go. */
function without(
  lost: (members: number[]) => number[],
  chance = new Chance(4),
): { store: Store; model: StripeModel; gone: number[]; parity: number } {
  const { store, model } = grow(4, 48, 0.3, chance);
  store.must(store.reopen());
  const root = store.probe.signed("rootBlock");
  const live = (block: number): number => store.probe.call.liveOf!(block);
  const stripe = stripesOf(store).find(
    ({ members }) => !members.includes(root) && members.length > 1 && members.every((one) => live(one) > 0),
  )!;
  const gone = lost(stripe.members);
  store.must(store.close());
  for (const block of gone) damageBlock(store.part, block, "garbage", chance);
  return { store, model, gone, parity: stripe.parity };
}

test("with outer parity a stripe of which a member is lost is emptied at rest, though there is room", () => {
  const { store, model, gone, parity } = without(([first]) => [first!]);
  store.must(store.pull());
  assert.is(store.probe.value("lostBlocks"), 1);
  assert.ok(store.probe.call.blankCount!() > store.probe.call.lowWater!(), "nothing else asks for compaction");
  store.must(store.probe.call.hf_tick!(1));
  assert.is(store.probe.call.compacting!(), 1);
  store.rest();
  assert.is(store.probe.value("lostBlocks"), 0);
  assert.is(blockLetters(store)[gone[0]!], "b");
  assert.is(blockLetters(store)[parity], "b");
  model.mustBeIn(store, "after the stripe was emptied");
});

test("a stripe of which two members are lost presses nobody: what else is in it stays where it is", () => {
  const { store, gone, parity } = without(([first, second]) => [first!, second!]);
  store.must(store.pull());
  assert.is(store.stat().damagedUnknown, 2);
  store.must(store.probe.call.hf_tick!(1));
  assert.is(store.probe.call.compacting!(), 0);
  store.rest();
  assert.is(store.stat().compactions, 0);
  assert.is(blockLetters(store)[parity], "P");
  for (const block of gone) assert.not(store.probe.call.inRing!(block));
});

test("a parity block whose members are all lost is given back as a victim of nothing", () => {
  const { store, parity } = without((members) => members);
  store.must(store.pull());
  assert.is(store.probe.call.nextInRing!(parity), parity);
  store.must(store.put(1, "begins the session"));
  while (!"sb".includes(blockLetters(store)[parity]!)) assert.is(store.must(store.probe.call.compactStep!(100)), 1, "nothing is copied");
  assert.is(store.stat().compactions, 1);
});

test.run();

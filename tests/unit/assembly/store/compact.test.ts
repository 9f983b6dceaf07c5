/* Compaction: everything that lives is copied, proven and told before its block is given back. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FaultFlash, PowerCut, TEAR_KINDS } from "../../../../host/flash/index.js";
import { Chance } from "../../../support/probe-chance.js";
import { parts, Store, status } from "../../../support/probe-store.js";

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
  for (const geometry of [parts.nor, parts.words, parts.nand]) {
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
    churn(store, model, 1, 500, 60, 250);
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

test.run();

/* The root of a recovery: written twice, found again wherever its segment stands. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FaultFlash } from "../../../../host/flash/index.js";
import { changeUnit, forgeUnit } from "../../../support/forge.js";
import { Chance } from "../../../support/probe-chance.js";
import { parts, Store } from "../../../support/probe-store.js";

const test = suite("assembly/journal/root");
const BEGUN = 1;
const COMMITTED = 2;

/** Writes, loses power, recovers: a root is committed. Then `more` records go behind it. */
function recovered(geometry: (typeof parts)[keyof typeof parts], before: number, more: number): Store {
  const store = Store.make(geometry);
  for (let id = 0; id < before; id++) store.must(store.put(id, new Chance(id).bytes(90)));
  store.must(store.pull());
  for (let id = before; id < before + more; id++) store.must(store.put(id, new Chance(id).bytes(90)));
  return store;
}

for (const [name, geometry] of Object.entries(parts)) {
  test(`on part "${name}" the root is found in the open segment, wherever it lies in it, and in the sealed one`, () => {
    for (const before of [1, 4, 9, 10, 11, 12, 13, 30]) {
      const store = recovered(geometry, before, 2);
      const { probe } = store;
      const [block, session] = [probe.signed("rootBlock"), probe.value("rootedSession")];
      assert.ok(block >= 0 && session > 0, `after ${before} records`);
      assert.is(probe.call.findRoot!(block, session), COMMITTED, `after ${before} records, open`);
      assert.is(probe.call.findRoot!(block, session + 1), 0, "a root of another session is not taken for it");
      store.must(store.close());
      store.restart();
      store.must(store.probe.call.survey!());
      assert.is(store.probe.call.findRoot!(block, session), COMMITTED, `after ${before} records, sealed`);
    }
  });

  test(`on part "${name}" what a root adopted is adopted again at the next boot, and the one after`, () => {
    const store = recovered(geometry, 60, 40);
    store.must(store.pull());
    const adopted = (): string => Array.from({ length: geometry.blockCount }, (_, block) => store.probe.call.adoptedEnd!(block)).join(" ");
    const before = adopted();
    const root = store.probe.signed("rootBlock");
    store.restart();
    store.must(store.probe.call.survey!());
    store.probe.call.judgeTail!();
    assert.is(store.probe.signed("rootBlock"), root);
    assert.is(adopted(), before);
    store.must(store.pull());
    for (let id = 0; id < 100; id++) assert.equal(store.get(id), new Chance(id).bytes(90), `record ${id}`);
  });
}

test("either copy of a root may rot in a sealed segment", () => {
  for (const copy of [0, 1]) {
    const store = recovered(parts.nor, 30, 60);
    const { probe } = store;
    const [block, session] = [probe.signed("rootBlock"), probe.value("rootedSession")];
    store.must(store.close());
    const start = block * 4096;
    const image = store.part.bytes.subarray(start, start + 4096);
    const at: number[] = [];
    for (let offset = probe.call.firstRecordOffset!(); offset < 4000; offset++) {
      if (image[offset]! >> 5 !== probe.value("UNIT_ROOT")) continue;
      probe.write(probe.spare, image.subarray(offset, offset + 16));
      const length = probe.call.rootDataBytes!(probe.spare);
      if (probe.call.readUnit!(block, offset, length, probe.spare) >= 0 && probe.word.rootSession!(probe.spare) === session)
        at.push(offset);
    }
    assert.is(at.length, 2, "two copies lie in the segment");
    store.damage(block, at[copy]!, 20);
    store.restart();
    store.must(store.probe.call.survey!());
    assert.is(store.probe.call.findRoot!(block, session), COMMITTED, `copy ${copy}`);
  }
});

test("a recovery that was cut before its second copy does not count, and the next one starts from what it started from", () => {
  const store = Store.make(parts.nor);
  for (let id = 0; id < 50; id++) store.must(store.put(id, new Chance(id).bytes(90)));
  const whole = store.part.clone();
  for (let op = 0; ; op++) {
    const fault = new FaultFlash(whole.clone(), { cut: { op, tear: "none" } });
    const torn = new Store(parts.nor, { part: whole, wrap: () => fault });
    try {
      torn.mount();
      assert.ok(op > 3, "the recovery was cut at every one of its operations");
      return;
    } catch {
      fault.reboot();
    }
    assert.is(torn.pull(), 0, `cut at operation ${op}`);
    for (let id = 0; id < 50; id++) assert.equal(torn.get(id), new Chance(id).bytes(90), `cut at operation ${op}, record ${id}`);
  }
});

test("room for a root is both copies, and grows with what is adopted", () => {
  const { probe } = Store.make(parts.nor);
  const none = probe.call.rootBytes!();
  probe.call.adopt!(3, 100);
  probe.call.adopt!(4, 100);
  assert.ok(none >= 2 * probe.call.unitBytes!(probe.value("ROOT_FIXED")));
  assert.ok(probe.call.rootBytes!() >= none + 4 * probe.value("ROOT_ENTRY"));
});

test("a final summary that tells the place of one copy only is good for that copy; of none, for nothing", () => {
  for (const [first, second, expected] of [
    [true, false, COMMITTED],
    [false, true, COMMITTED],
    [false, false, 0],
  ] as const) {
    const store = recovered(parts.nor, 30, 60);
    const { probe } = store;
    const [block, session] = [probe.signed("rootBlock"), probe.value("rootedSession")];
    store.must(store.close());
    const start = probe.call.readFinal!(block);
    const summary = probe.value("SUMMARY");
    const part = probe.call.rootPart!(summary) - summary;
    changeUnit(store, block, start, probe.call.summaryDataBytes!(summary), (data) => {
      for (let i = 0; i < 3; i++) {
        if (!first) data.setUint8(part + i, 0);
        if (!second) data.setUint8(part + 3 + i, 0);
      }
    });
    probe.call.forgetSummary!();
    assert.is(probe.call.findRoot!(block, session), expected, `${first} ${second}`);
  }
});

/** Puts a root of `session` with this marker at `offset` of `block`. Returns the bytes it takes. */
function forgeRoot(store: Store, block: number, offset: number, marker: number, session: number, tailSession: number): number {
  const { call, spare } = store.probe;
  const n = call.encodeRoot!(spare, marker, session, tailSession, spare, 0);
  return forgeUnit(store, block, offset, store.probe.bytes(spare, n).slice());
}

test("a first copy counts as begun where no second one stands behind it, or could: at the very end of a segment", () => {
  const store = Store.make(parts.nor);
  const [block] = store.probe.blocksIn("STATE_BLANK");
  const { call } = store.probe;
  const bytes = call.unitBytes!(store.probe.value("ROOT_FIXED"));
  const last = 4096 - store.probe.value("TRAILER_BYTES") - bytes;
  forgeRoot(store, block!, last, BEGUN, 9, 5);
  assert.is(call.findRoot!(block!, 9), BEGUN);
  assert.is(call.restoreRoot!(), 5, "it is left for who wants to apply it");
  store.part.bytes.fill(255, block! * 4096 + last, block! * 4096 + 4096);

  forgeRoot(store, block!, 1000, BEGUN, 9, 5);
  assert.is(call.findRoot!(block!, 9), BEGUN);
  forgeRoot(store, block!, 1000 + bytes, COMMITTED, 8, 4);
  assert.is(call.findRoot!(block!, 9), BEGUN, "behind it stands another session's");
  forgeRoot(store, block!, 1000 + bytes, COMMITTED, 9, 5);
  assert.is(call.findRoot!(block!, 9), COMMITTED);
});

test.run();

/* What the handset remembers of its relay, over sessions and pulls. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FaultFlash } from "../../../../host/flash/index.js";
import { FRAME } from "../../../../host/relay/frame.js";
import { failing, failingCopy, failingInCompaction } from "../../../support/failing-part.js";
import { AirProbe, EPOCH, welcome } from "../../../support/probe-air.js";
import { parts, Store, status } from "../../../support/probe-store.js";

const test = suite("assembly/sync/ledger");

test("epoch, code, cursor and acknowledged LSN are there again after a pull", () => {
  for (const geometry of [parts.nor, parts.nand]) {
    const store = Store.make(geometry);
    for (let id = 0; id < 5; id++) store.must(store.put(id, `note ${id}`));
    const air = new AirProbe(store);
    air.pushAll();
    const known = () => ["ackedLsn", "cursorSeq", "joinCode"].map((name) => store.probe.wide(name));
    const before = known();
    assert.is(before[1], 5n);
    assert.is(before[2], 77n);
    store.must(store.pull());
    assert.equal(known(), before);
    store.must(store.probe.call.computeDigest!());
    assert.is(air.greet({ epoch: EPOCH, seq: 5n, records: 5, digest: store.probe.wide("digest") }), undefined); // nothing to say
    assert.is(air.state().phase, 5);
  }
});

test("a session that changed nothing writes nothing", () => {
  const store = Store.make(parts.nor);
  store.must(store.put(1, "x"));
  const air = new AirProbe(store);
  air.pushAll();
  const { programCalls } = store.flash;
  air.greet({ seq: 1n, records: 1, digest: air.state().digest });
  assert.is(air.state().phase, 5);
  assert.is(store.flash.programCalls, programCalls);
});

/** Puts records of those lengths, each until one is refused. Returns how many there are, and the last answer. */
function fill(store: Store, lengths: readonly number[]): { count: number; answer: number } {
  let count = 0;
  let answer = 0;
  for (const length of lengths) {
    for (answer = 0; answer >= 0; count++) answer = store.put(count, new Uint8Array(length));
    count--;
  }
  return { count, answer };
}

const long = { ...parts.nor, blockCount: 400 };
for (const [words, name, lengths, make] of [
  ["on a full part", "FULL", [900, 100, 0], () => Store.make(parts.nor)],
  [
    "on a part that has lost blocks",
    "WORN_OUT",
    [900, 100, 0],
    () => Store.make(parts.nor, { wrap: (part) => new FaultFlash(part, { failBlocks: [9, 10, 11, 12] }) }),
  ],
  ["with a full index", "INDEX_FULL", [0], () => Store.make(long, { memoryBytes: 65536 })],
] as const)
  test(`a store ${words} talks all the same, and only remembers less of it`, () => {
    let store = make();
    const { count, answer } = fill(store, lengths);
    assert.is(answer, status(name));
    const air = new AirProbe(store);
    assert.is(air.pushAll().length, count);
    assert.is(air.state().phase, 5);
    store.must(store.pull());
    assert.is(store.probe.call.knowsRelay!(), 0);
    assert.is(store.list().length, count);
    // With room again it is remembered.
    if (name === "INDEX_FULL") {
      store = new Store(long, { part: store.part });
      store.must(store.mount());
    } else store.must(store.remove(0));
    new AirProbe(store).pushAll();
    store.must(store.pull());
    assert.is(store.probe.call.knowsRelay!(), 1);
  });

test("a part that turns out to take no change any more still says everything it holds", () => {
  const origin = Store.make(parts.deep);
  for (let id = 0; id < 20; id++) origin.must(origin.put(id, `note ${id}`));
  origin.must(origin.close());
  const { store, flash } = failingCopy(origin);
  store.must(store.mount());
  flash.fails = (operation) => operation !== "read";
  const air = new AirProbe(store);
  assert.is(air.pushAll().length, 20);
  assert.is(air.state().phase, 5);
  assert.is(store.put(1, "x"), status("WORN_OUT"));
});

test("epochs that differ in either half are other relays", () => {
  for (const half of [0, 8]) {
    const store = Store.make(parts.nor);
    store.must(store.put(1, "x"));
    const air = new AirProbe(store);
    air.pushAll();
    const other = EPOCH.slice();
    other[half]! ^= 1;
    assert.is(air.greet({ epoch: other, seq: 1n }), undefined);
    assert.equal([air.state().phase, air.state().detail], [6, 1]);
  }
});

test("a ledger whose program fails is IO, and the conversation can be held again", () => {
  const { store, flash } = failing(parts.nor);
  store.must(store.format());
  store.must(store.mount());
  store.must(store.put(1, "x"));
  const air = new AirProbe(store);
  store.must(air.begin());
  const hello = air.say()!;
  flash.failAt("program", 0);
  assert.is(air.hear({ type: FRAME.WELCOME, message: hello.message, payload: welcome(EPOCH, 0n, 0, 0n) }), status("IO"));
  assert.is(store.probe.call.knowsRelay!(), 0);
  assert.is(air.pushAll().length, 1);
  assert.is(store.probe.call.knowsRelay!(), 1);
});

test("a ledger for which room has to be made, and the making fails, is IO as well", () => {
  const { store, flash } = failingInCompaction(parts.nor);
  const air = new AirProbe(store);
  store.must(air.begin());
  const hello = air.say()!;
  flash.failAt("program", 0);
  assert.is(air.hear({ type: FRAME.WELCOME, message: hello.message, payload: welcome(EPOCH, 0n, 0, 0n) }), status("IO"));
  assert.is(flash.failures, 1);
  assert.is(air.pushAll().length, 60);
  assert.is(store.probe.call.knowsRelay!(), 1);
  assert.is(store.text(1), "x".repeat(150));
});

test.run();

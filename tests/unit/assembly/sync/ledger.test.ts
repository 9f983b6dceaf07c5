/* What the handset remembers of its relay, over sessions and pulls. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FRAME } from "../../../../host/relay/frame.js";
import { failing } from "../../../support/failing-part.js";
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

test("a full store talks all the same, and only remembers less of it", () => {
  const store = Store.make(parts.nor);
  let count = 0;
  for (const length of [900, 100, 0]) while (store.put(count, new Uint8Array(length)) === 0) count++;
  const air = new AirProbe(store);
  assert.is(air.pushAll().length, count);
  assert.is(air.state().phase, 5);
  store.must(store.pull());
  assert.is(store.probe.call.knowsRelay!(), 0);
  assert.is(store.list().length, count);
  // With room again it is remembered.
  store.must(store.remove(0));
  air.pushAll();
  store.must(store.pull());
  assert.is(store.probe.call.knowsRelay!(), 1);
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

test.run();

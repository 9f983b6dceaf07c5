/* What the handset remembers of its relay, over sessions and pulls. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { AirProbe, EPOCH } from "../../../support/probe-air.js";
import { parts, Store } from "../../../support/probe-store.js";

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

test.run();

/* A pass over the outbox, in bursts: nothing counts as said before it was answered. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FRAME } from "../../../../host/relay/frame.js";
import { AirProbe } from "../../../support/probe-air.js";
import { parts, Store } from "../../../support/probe-store.js";

const test = suite("assembly/sync/push");

function pushing(records: number, bytes = 8) {
  const store = Store.make(parts.nor);
  for (let id = 0; id < records; id++) store.must(store.put(id, new Uint8Array(bytes)));
  const air = new AirProbe(store);
  air.done(air.greet()!, 0, 0);
  return { store, air };
}

test("a burst has at most 32 records, and about 8 KiB", () => {
  assert.is(pushing(40).air.sayAll().length, 32);
  const large = pushing(20, 1500).air.sayAll().length;
  assert.ok(large >= 5 && large <= 7, `${large} records of 1500 bytes`);
});

test("the next burst waits for every answer to the one before", () => {
  const { air } = pushing(40);
  const burst = air.sayAll();
  for (const put of burst.slice(1)) air.ack(put);
  assert.is(air.say(), undefined);
  air.ack(burst[0]!);
  assert.is(air.sayAll().length, 8);
});

test("answered one by one while it goes out, a pass comes to its end as well", () => {
  const { air } = pushing(5);
  for (let i = 0; i < 5; i++) air.ack(air.say()!);
  assert.is(air.say()!.type, FRAME.PULL);
});

test("what was not answered is not acknowledged, though the power goes", () => {
  const { store, air } = pushing(5);
  for (const put of air.sayAll().slice(1)) air.ack(put);
  assert.is(store.probe.wide("ackedLsn"), 0n);
  store.must(store.pull());
  air.done(air.greet()!, 0, 0);
  assert.is(air.sayAll().length, 5);
});

test("an answer to nothing, twice the same, or neither durable nor conflict, counts for nothing", () => {
  const { air } = pushing(2);
  const [first, second] = air.sayAll();
  air.ack({ ...first!, message: first!.message - 1 });
  air.ack(first!, 0);
  air.ack(first!, 1);
  air.ack(second!);
  air.ack(second!);
  assert.is(air.state().pushed, 1);
  assert.is(air.say(), undefined);
});

test("a record that changes while its burst is on its way is said in the next pass", () => {
  const { store, air } = pushing(2);
  const burst = air.sayAll();
  store.must(store.put(0, "later"));
  for (const put of burst) air.ack(put);
  air.done(air.say()!, 0, 2);
  assert.equal(
    air.sayAll().map((frame) => frame.id),
    [0n],
  );
});

test.run();

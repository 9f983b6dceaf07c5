/* The one key that no caller may use, and what the store is told of the relay. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { AirProbe } from "../../../support/probe-air.js";
import { parts, Store, status } from "../../../support/probe-store.js";

const test = suite("assembly/store/reserved");

test("the reserved key is refused by name, and every other id of every kind is free", () => {
  const store = Store.make(parts.nor);
  const { probe } = store;
  const [kind, high, low] = ["RESERVED_KIND", "RESERVED_HIGH", "RESERVED_LOW"].map((name) => probe.value(name)) as [number, number, number];
  assert.is(store.put(low, "mine", { kind, idHigh: high }), status("INVALID"));
  assert.is(store.get(low, kind, high), status("NOT_FOUND"));
  assert.is(store.remove(low, kind, high), status("NOT_FOUND"));
  for (let other = 0; other < kind; other++) assert.is(store.put(low, "mine", { kind: other, idHigh: high }), 0);
});

test("what is kept of a relay is in no list, no count and no change, and survives a pull", () => {
  const store = Store.make(parts.nor);
  store.must(store.put(1, "one"));
  new AirProbe(store).pushAll();
  assert.is(store.probe.call.knowsRelay!(), 1);
  const seen = () => [store.list().length, store.stat().records, store.stat().counts[7], store.changes().length, store.verify().length];
  assert.equal(seen(), [1, 1, 0, 1, 1]);
  store.must(store.pull());
  assert.is(store.probe.call.knowsRelay!(), 1);
  assert.equal(seen(), [1, 1, 0, 1, 1]);
});

test("without a relay a deletion is owed to nobody; with one, until it is confirmed", () => {
  const store = Store.make(parts.nor);
  assert.is(store.probe.call.isOwed!(5n), 0);
  store.probe.call.tellRelay!(1, 4n);
  assert.is(store.probe.call.isOwed!(4n), 0);
  assert.is(store.probe.call.isOwed!(5n), 1);
});

test("a deletion that the relay has not confirmed is never forgotten", () => {
  const store = Store.make(parts.nor);
  for (let id = 0; id < 60; id++) store.must(store.put(id, new Uint8Array(60)));
  new AirProbe(store).pushAll();
  for (let id = 0; id < 60; id++) store.must(store.remove(id));
  for (let i = 0; i < 3000; i++) store.must(store.put(10_000 + (i % 25), new Uint8Array(120)));
  store.must(store.pull());
  for (let i = 0; i < 1500; i++) store.must(store.put(10_000 + (i % 25), new Uint8Array(120)));
  assert.is(store.stat().tombstones, 60);
});

test.run();

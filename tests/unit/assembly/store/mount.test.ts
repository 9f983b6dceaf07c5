/* Open and close. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Chance } from "../../../support/probe-chance.js";
import { parts, Store, status } from "../../../support/probe-store.js";

const test = suite("assembly/store/mount");

for (const [name, geometry] of Object.entries(parts)) {
  test(`on part "${name}" a mount after a clean close programs nothing and erases nothing, however often`, () => {
    const store = Store.make(geometry);
    for (let id = 0; id < 60; id++) store.must(store.put(id, new Chance(id).bytes(100)));
    store.must(store.close());
    const mark = store.flash.mark();
    for (let round = 0; round < 3; round++) {
      assert.is(store.pull(), 0);
      for (let id = 0; id < 60; id++) assert.equal(store.get(id), new Chance(id).bytes(100));
      assert.is(store.list().length, 60);
      if (round === 1) store.must(store.close());
    }
    const since = store.flash.since(mark);
    assert.equal([since.programCalls, since.erases], [0, 0]);
  });

  test(`on part "${name}" close and open change nothing that anybody can see`, () => {
    const store = Store.make(geometry);
    const chance = new Chance(2);
    for (let round = 0; round < 6; round++) {
      for (let i = 0; i < 40; i++) {
        const id = chance.below(60);
        if (chance.below(4) === 0) store.remove(id);
        else if (store.put(id, chance.bytes(chance.below(9) === 0 ? 3000 : chance.below(250)), { kind: id % 8 }) === status("FULL"))
          store.remove(id);
      }
      const seen = (): unknown => {
        const { records, counts, damagedUnknown, liveBytes } = store.stat();
        const strip = store.list().map((one) => [one.key, one.lsn, one.wallMs, one.bodyBytes, one.session]);
        return { records, counts, damagedUnknown, liveBytes, strip };
      };
      const before = seen();
      store.must(store.reopen());
      assert.equal(seen(), before);
    }
  });
}

test("closing with a put or a batch open is BUSY, and closes nothing", () => {
  const store = Store.make(parts.nor);
  const { call } = store.probe;
  store.must(call.hf_put_begin!(3, 0, 1, 0, 0, 0, 10, 0));
  assert.is(store.close(), status("BUSY"));
  store.must(call.hf_put_abandon!());
  store.must(call.hf_batch_begin!(1, 1));
  assert.is(store.close(), status("BUSY"));
  store.must(call.hf_batch_abandon!());
  assert.is(store.close(), 0);
});

test("an instance may mount again, and knows nothing of what it knew before", () => {
  const store = Store.make(parts.nor);
  store.must(store.put(1, "one"));
  store.must(store.close());
  assert.is(store.mount(), 0);
  assert.is(store.text(1), "one");
  assert.is(store.probe.call.hf_read!(0, 10) > 0, true);
  store.must(store.close());
  assert.is(store.mount(), 0);
  assert.is(store.probe.call.hf_read!(0, 10), status("NOT_FOUND"), "the record got before the mount is forgotten");
});

test("a mount with more records than the memory holds is INDEX_FULL; with enough memory everything is there", () => {
  const geometry = { ...parts.large, blockCount: 24 };
  const store = new Store(geometry);
  store.must(store.format());
  store.must(store.mount());
  const count = 4600;
  for (let id = 0; id < count; id++) store.must(store.put(id, ""));
  store.must(store.close());
  const small = new Store(geometry, { part: store.part, memoryBytes: 65536 });
  assert.ok(small.probe.value("capacity") < count);
  assert.is(small.mount(), status("INDEX_FULL"));
  assert.is(store.pull(), 0);
  assert.is(store.stat().records, count);
});

test.run();

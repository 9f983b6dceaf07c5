/* Whether the core may be asked and may write. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parts, Store, status } from "../../../support/probe-store.js";

const test = suite("assembly/store/session");

test("a store opened for reading answers reads, refuses every change, and writes nothing", () => {
  for (const geometry of [parts.nor, parts.deep]) {
    for (const clean of [true, false]) {
      const store = Store.make(geometry);
      store.must(store.put(1, "one"));
      if (clean) store.must(store.close());
      const mark = store.flash.mark();
      store.restart();
      assert.is(store.mount(true), 0);
      assert.is(store.text(1), "one");
      assert.equal(
        [store.put(2, "x"), store.remove(1), store.batch([[3, "y"]]), store.probe.call.hf_tick!(5)],
        new Array(4).fill(status("READ_ONLY")),
      );
      store.must(store.close());
      const since = store.flash.since(mark);
      assert.equal([since.programCalls, since.erases], [0, 0]);
    }
  }
});

test("after a failed program nothing in RAM is trusted: CLOSED until the next mount, which has all that was acknowledged", () => {
  let left = Number.POSITIVE_INFINITY;
  const store = Store.make(parts.nor, {
    wrap: (part) => ({
      geometry: part.geometry,
      read: (block, offset, target) => part.read(block, offset, target),
      program: (block, offset, source) => (left-- <= 0 ? -1 : part.program(block, offset, source)),
      erase: (block) => part.erase(block),
    }),
  });
  for (let id = 0; id < 20; id++) store.must(store.put(id, `note ${id}`));
  left = 0;
  assert.is(store.put(20, "lost"), status("IO"));
  assert.is(store.put(21, "x"), status("CLOSED"));
  assert.is(store.get(1), status("CLOSED"));
  left = Number.POSITIVE_INFINITY;
  assert.is(store.pull(), 0);
  for (let id = 0; id < 20; id++) assert.is(store.text(id), `note ${id}`);
  assert.is(store.put(21, "works again"), 0);
});

test("every session that writes has a number of its own", () => {
  for (const geometry of [parts.nor, parts.deep]) {
    const store = Store.make(geometry);
    const seen = new Set<number>();
    for (let round = 0; round < 5; round++) {
      store.must(store.put(round, "x"));
      seen.add(store.stat().session);
      store.must(round % 2 ? store.reopen() : store.pull());
    }
    assert.is(seen.size, 5);
  }
});

test("a closed core stays closed, and closing it again is no failure", () => {
  const store = Store.make(parts.nor);
  store.must(store.close());
  assert.is(store.close(), 0);
  assert.is(store.put(1, "x"), status("CLOSED"));
});

test.run();

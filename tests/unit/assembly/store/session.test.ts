/* Whether the core may be asked and may write. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type FailingPart, failing } from "../../../support/failing-part.js";
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

test("a part that takes no program any more is read from then on, and says WORN_OUT; nothing acknowledged is missing", () => {
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
  assert.is(store.put(21, "x"), status("WORN_OUT"));
  assert.is(store.remove(1), status("WORN_OUT"));
  for (let id = 0; id < 20; id++) assert.is(store.text(id), `note ${id}`);
  left = Number.POSITIVE_INFINITY;
  assert.is(store.pull(), 0);
  for (let id = 0; id < 20; id++) assert.is(store.text(id), `note ${id}`);
  assert.is(store.put(21, "works again"), 0);
});

test("a part whose anchor cannot be erased is read, not written: the checkpoint in it would come back", () => {
  let stuck = false;
  const store = Store.make(parts.deep, {
    wrap: (part) => ({
      geometry: part.geometry,
      read: (block, offset, target) => part.read(block, offset, target),
      program: (block, offset, source) => part.program(block, offset, source),
      erase: (block) => (stuck && block === 0 ? -1 : part.erase(block)),
    }),
  });
  store.must(store.put(1, "one"));
  store.must(store.reopen());
  stuck = true;
  const mark = store.flash.mark();
  assert.is(store.put(2, "two"), status("WORN_OUT"));
  assert.is(store.put(3, "three"), status("WORN_OUT"));
  assert.is(store.flash.since(mark).programCalls, 0);
  assert.is(store.text(1), "one");
});

test("with one blank block left and nothing open to copy into a change is IO: the recovery that the door then makes is the way on", () => {
  for (const recovered of [true, false]) {
    const store = Store.make(parts.nor);
    for (let id = 0; id < 60; id++) store.must(store.put(id, "x".repeat(150)));
    for (let id = 0; id < 60; id += 2) store.must(store.remove(id));
    store.must(recovered ? store.pull() : store.reopen());
    const { probe } = store;
    if (recovered) store.must(probe.call.streamSeal!(0, 0)); // of the recovery: it takes no copies any more
    assert.equal([probe.call.streamBlock!(0), probe.call.streamBlock!(1)], [-1, -1]);
    const free = [...probe.blocksIn("STATE_BLANK"), ...probe.blocksIn("STATE_DIRTY")];
    for (const block of free.slice(1)) probe.call.setState!(block, probe.value("STATE_CHECKPOINT"));
    assert.equal([probe.call.blankCount!(), probe.call.freeCount!()], [1, 1]);
    const { session } = store.stat();
    assert.is(store.put(60, "not done yet"), status("IO"), `recovered: ${recovered}`);
    assert.ok(store.stat().session > session + Number(!recovered));
    store.must(store.put(60, "done"));
    assert.is(store.text(60), "done");
    assert.is(store.stat().records, 31);
  }
});

/** A store whose last session removed record 3 and was not closed; and the blocks that session erased, without which it looks like one closed in order. */
function closedAndBegun(): { store: Store; flash: FailingPart; hidden: number[] } {
  const { store, flash } = failing(parts.nor);
  store.must(store.format());
  store.must(store.mount());
  for (let id = 0; id < 20; id++) store.must(store.put(id, `note ${id}`));
  store.must(store.reopen());
  const hidden: number[] = [];
  flash.fails = (operation, at) => operation === "erase" && hidden.push(at) === 0;
  store.must(store.remove(3));
  hidden.push(store.probe.call.streamBlock!(0));
  flash.spoils = true;
  return { store, flash, hidden };
}

test("what a clean mount took for nothing is erased at the first change, though it reads well all of a sudden: what was shown stays", () => {
  const { store, flash, hidden } = closedAndBegun();
  flash.fails = (operation, at) => operation === "read" && hidden.includes(at);
  assert.is(store.pull(), 0);
  assert.is(store.text(3), "note 3", "shown: the removal is not seen");
  flash.heal();
  const mark = store.flash.mark();
  store.must(store.put(4, "the first change"));
  assert.ok(store.flash.since(mark).erases >= hidden.length);
  assert.is(store.text(3), "note 3");
  store.must(store.pull());
  assert.equal([store.text(3), store.text(4), store.stat().damagedUnknown], ["note 3", "the first change", 0]);
});

test("what a mount could not see at the first look is seen at the second, before anything is shown", () => {
  const { store, flash, hidden } = closedAndBegun();
  let looks = 0;
  const label = hidden.at(-1);
  flash.fails = (operation, at, offset) => {
    if (operation !== "read" || !hidden.includes(at)) return false;
    if (at === label && offset === 0) looks++;
    return looks < 2 || at !== label;
  };
  assert.is(store.pull(), 0);
  assert.ok(looks > 1);
  assert.is(store.text(3), status("NOT_FOUND"));
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

test("a part that dies while idle work is done: IO, and the core is closed", () => {
  const { store, flash } = failing(parts.nor);
  store.must(store.format());
  store.must(store.mount());
  for (let id = 0; id < 60; id++) store.must(store.put(id, "x".repeat(150)));
  for (let id = 0; id < 60; id += 2) store.must(store.put(id, "y"));
  store.must(store.put(1, "the last one"));
  const begin = (): void => {
    store.must(store.probe.call.compactStep!(10));
    assert.is(store.probe.call.compacting!(), 1, "there is work under way");
  };
  begin();
  flash.fails = () => true;
  assert.is(store.probe.call.hf_tick!(8), status("IO"));
  assert.is(store.probe.value("mode"), 0);
  flash.heal();
  assert.is(store.put(1, "x"), status("CLOSED"));
  assert.is(store.pull(), 0);
  assert.is(store.text(1), "the last one");
  // Where only a program fails the core mounts itself again, and idle work goes on.
  store.must(store.put(2, "begins the session"));
  begin();
  flash.failAt("program", 0);
  assert.is(store.probe.call.hf_tick!(8), 1);
  assert.is(flash.failures, 1);
  assert.is(store.stat().answerToChanges, 0);
});

test.run();

/* A record by its place; the summary helps where the head's own length has rotted. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Chance } from "../../../support/probe-chance.js";
import { parts, Store, status } from "../../../support/probe-store.js";

const test = suite("assembly/journal/fetch");

/** A closed and reopened store of many records, and all that one sealed block holds. */
function make(): { store: Store; block: number; entries: ReturnType<Store["probe"]["scan"]> } {
  const store = Store.make(parts.nor);
  for (let id = 0; id < 60; id++) store.must(store.put(id, new Chance(id).bytes(100)));
  store.must(store.reopen());
  const block = store.probe.blocksIn("STATE_SEALED")[0]!;
  return { store, block, entries: store.probe.scan(block) };
}

test("every record a segment tells of can be fetched, and is the one it tells", () => {
  const { store, block, entries } = make();
  assert.ok(entries.length > 10);
  for (const entry of entries) {
    assert.is(store.probe.call.fetch!(block, Number(entry.offset), 1), 0);
    const { lsn, idHigh, idLow, dataBytes } = store.probe.header("loadedField");
    assert.equal([lsn, idHigh, idLow, dataBytes], [entry.lsn, entry.idHigh, entry.idLow, entry.dataBytes]);
  }
});

test("a head whose length field is beyond guessing is mended with the length its summary tells", () => {
  const { store, block, entries } = make();
  for (const entry of entries.slice(0, 5)) {
    store.damage(block, Number(entry.offset) + 2, 2, 0xff);
    store.probe.call.forgetFacts!();
    assert.is(
      store.probe.call.loadHead!(block, Number(entry.offset), 0) < 0 || store.probe.header("loadedField").idLow !== entry.idLow,
      true,
    );
    assert.is(store.probe.call.fetch!(block, Number(entry.offset), 1), 0);
    assert.is(store.probe.header("loadedField").idLow, entry.idLow);
  }
});

test("a record beyond correction is CORRUPT, its neighbours are not", () => {
  const { store, block, entries } = make();
  store.damage(block, Number(entries[3]!.offset), 40);
  assert.is(store.probe.call.fetch!(block, Number(entries[3]!.offset), 1), status("CORRUPT"));
  for (const at of [2, 4]) assert.is(store.probe.call.fetch!(block, Number(entries[at]!.offset), 1), 0);
});

test("in a segment whose header is gone the records are read by what its summary says", () => {
  const { store, block, entries } = make();
  store.damage(block, store.probe.call.headerOffset!(), 24);
  store.probe.call.forgetFacts!();
  assert.is(store.probe.call.fetch!(block, Number(entries[0]!.offset), 1), 0);
  assert.is(store.probe.header("loadedField").lsn, entries[0]!.lsn);
});

test.run();

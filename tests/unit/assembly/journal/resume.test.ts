/* What the twin APPEND_AFTER_REBOOT does: the wrong thing, carefully. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { TWINS } from "../../../harness/twin-store.js";
import { parts, Store } from "../../../support/probe-store.js";

const test = suite("assembly/journal/resume");

/** A store with one open segment, after a battery pull. `twin`: does it append? */
function pulled(twin: boolean, before: (store: Store) => void = () => {}): Store {
  const store = Store.make(parts.nor);
  for (let id = 0; id < 6; id++) store.must(store.put(id, `text ${id}`));
  before(store);
  store.restart();
  if (twin) store.probe.call.playTwin!(TWINS.get("APPEND_AFTER_REBOOT")!.number);
  store.must(store.mount());
  return store;
}

const openBlock = (store: Store) => store.probe.call.streamBlock!(0);

test("the twin goes on in the block that was open; the store never does", () => {
  let block = -1;
  const note = (store: Store) => {
    block = openBlock(store);
  };
  assert.is.not(openBlock(pulled(false, note)), block);
  const twin = pulled(true, note);
  assert.is(openBlock(twin), block);
  twin.must(twin.put(6, "text 6"));
  for (let id = 0; id < 7; id++) assert.is(twin.text(id), `text ${id}`);
});

test("where what follows the last record does not read blank, even the twin recovers", () => {
  let block = -1;
  const spoil = (store: Store) => {
    block = openBlock(store);
    store.damage(block, 3000, 1, 0x10);
  };
  assert.is.not(openBlock(pulled(true, spoil)), block);
});

test.run();

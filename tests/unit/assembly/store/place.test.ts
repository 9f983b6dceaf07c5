/* From an index entry to its record, and what happens to the bytes it leaves. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Chance } from "../../../support/probe-chance.js";
import { NOTE, parts, Store } from "../../../support/probe-store.js";

const test = suite("assembly/store/place");

function addressOf({ probe }: Store, id: number): number {
  assert.is(probe.call.find!(probe.long.keyOf!(NOTE, 0, id)), 1);
  return probe.word.foundAddress!();
}

test("the address of a record leads to that record", () => {
  for (const geometry of Object.values(parts)) {
    const store = Store.make(geometry);
    for (let id = 0; id < 50; id++) store.must(store.put(id, new Chance(id).bytes(60)));
    for (let id = 0; id < 50; id++) {
      assert.is(store.probe.call.fetchAt!(addressOf(store, id), 1), 0);
      assert.is(Number(store.probe.header("loadedField").idLow), id);
    }
  }
});

test("a record that is replaced gives back in live bytes what it took, also when its head cannot be read any more", () => {
  for (const rotten of [false, true]) {
    const store = Store.make(parts.nor);
    store.must(store.put(1, new Uint8Array(200)));
    const address = addressOf(store, 1);
    const block = store.probe.call.addressBlock!(address);
    const live = store.probe.call.liveOf!(block);
    const bytes = store.probe.word.recordBytes!(Number(store.probe.scan(block).at(-1)!.dataBytes));
    if (rotten) store.damage(block, store.probe.call.addressOffset!(address), 40);
    store.probe.call.supersede!(address, 0);
    assert.is(live - store.probe.call.liveOf!(block), bytes);
    assert.is.not(store.probe.call.flagsOf!(block) & store.probe.value("BLOCK_DEAD"), 0);
  }
});

test("live bytes of the store are those of its records, through every kind of change", () => {
  const store = Store.make(parts.nor);
  const chance = new Chance(4);
  for (let round = 0; round < 400; round++) {
    const id = chance.below(20);
    if (chance.below(4) === 0) store.remove(id);
    else store.must(store.put(id, chance.bytes(chance.below(10) === 0 ? 2600 : chance.below(300))));
    if (round % 80 === 79) store.must(store.pull());
    if (round % 20 !== 19) continue;
    let sum = 0;
    const { probe } = store;
    for (let key = 0n; probe.call.walk!(key) === 1; key = probe.long.walkKey!() + 1n) {
      const address = probe.word.walkAddress!();
      probe.call.fetchAt!(address, 0);
      sum += probe.word.recordBytes!(Number(probe.header("loadedField").dataBytes));
    }
    assert.is(store.stat().liveBytes, sum, `round ${round}`);
  }
});

test.run();

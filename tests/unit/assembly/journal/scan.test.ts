/* Walking a segment's records, by summary or by heads, past damage. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { EntryFields } from "../../../support/probe.js";
import { Chance } from "../../../support/probe-chance.js";
import { parts, Store } from "../../../support/probe-store.js";

const test = suite("assembly/journal/scan");
const SUMMARY = 0;
const WALK = 1;
type Geometry = (typeof parts)[keyof typeof parts];

/** A store with a sealed segment of puts, removals and long bodies. */
function make(geometry: Geometry = parts.nor, bytes = 120): { store: Store; block: number } {
  const store = Store.make(geometry);
  const chance = new Chance(bytes);
  for (let id = 0; store.probe.blocksIn("STATE_SEALED").length < 2; id++) {
    if (id % 7 === 6) store.must(store.remove(id - 1));
    else store.must(store.put(id, chance.bytes(id === 3 ? 3000 : chance.below(bytes)), { idHigh: id % 5 ? 0 : chance.u32() }));
    if (id % 7 === 5) store.must(store.put(id, "to be removed"));
  }
  return { store, block: store.probe.blocksIn("STATE_SEALED")[0]! };
}
/** The summary's trailer looks erased: the block can only be walked. */
function hideSummary(store: Store, block: number): void {
  const { blockBytes } = store.flash.geometry;
  store.part.bytes.fill(255, (block + 1) * blockBytes - store.probe.value("TRAILER_BYTES"), (block + 1) * blockBytes);
  store.probe.call.forgetSummary!();
}
const offsets = (entries: EntryFields[]): number[] => entries.map((entry) => Number(entry.offset));

for (const [name, geometry] of Object.entries(parts)) {
  test(`on part "${name}" a walk over heads tells what the summary tells`, () => {
    const { store, block } = make(geometry);
    const told = store.probe.scan(block);
    assert.is(store.probe.call.scanMode!(0), SUMMARY);
    assert.ok(told.length > 2);
    hideSummary(store, block);
    const walked = store.probe.scan(block);
    assert.is(store.probe.call.scanMode!(0), WALK);
    assert.equal(walked, told);
    assert.equal(store.probe.scan(block, 0, true), told, "also when bodies are judged");
  });
}

test("an open segment tells what was placed in it so far", () => {
  const store = Store.make(parts.nor);
  for (let id = 0; id < 20; id++) {
    store.must(store.put(id, "x".repeat(id)));
    const [open] = store.probe.blocksIn("STATE_OPEN");
    assert.is(Number(store.probe.scan(open!).at(-1)!.idLow), id);
  }
});

test("a segment of very many small records is told by its summaries, in the open block and in the sealed one", () => {
  const geometry = { ...parts.large, programBytes: 1 };
  const store = new Store(geometry);
  store.must(store.format());
  store.must(store.mount());
  let most = 0;
  for (let id = 0; store.probe.blocksIn("STATE_SEALED").length === 0; id++) {
    store.must(store.put(id % 900, "", { idHigh: id }));
    most = id;
  }
  const block = store.probe.blocksIn("STATE_SEALED")[0]!;
  const told = store.probe.scan(block);
  assert.is(store.probe.call.scanMode!(0), SUMMARY, `${store.probe.call.scanUnits!(0)} summary units for ${told.length} records`);
  assert.ok(told.length >= most - 2, `${told.length} of ${most} records`);
  const end = Number(told.at(-1)!.offset);
  assert.ok(end > geometry.blockBytes * 0.6, `sealed at ${end} of ${geometry.blockBytes} bytes`);
});

test("behind a damaged record the walk finds the next one again, wherever the damage ends", () => {
  const { store, block } = make();
  const told = store.probe.scan(block);
  hideSummary(store, block);
  for (const [at, length] of [
    [2, 20],
    [4, 45],
    [6, 60],
  ]) {
    const image = store.part.bytes.slice();
    const start = Number(told[at!]!.offset);
    store.damage(block, start, length!);
    const end = start + length!;
    const lost = told.filter((entry, i) => Number(entry.offset) < end && (told[i + 1] ? Number(told[i + 1]!.offset) : 4096) > start);
    const walked = offsets(store.probe.scan(block));
    const rest = offsets(told).filter((offset) => !lost.some((entry) => Number(entry.offset) === offset));
    assert.ok(
      rest.every((offset) => walked.includes(offset)),
      "everything that is whole is told",
    );
    assert.ok(
      walked.every((offset) => offsets(told).includes(offset)),
      "nothing else is",
    );
    store.part.bytes.set(image);
  }
});

test("where nothing else tells its length, a record with its first eight bytes wrong is found by where it ends", () => {
  for (const geometry of Object.values(parts)) {
    const { store, block } = make(geometry);
    hideSummary(store, block);
    const told = store.probe.scan(block);
    for (const entry of told) {
      const at = Number(entry.offset);
      for (const [from, length] of [
        [0, 8],
        [2, 2],
        [1, 6],
      ] as const) {
        store.damage(block, at + from, length);
        store.probe.call.forgetLoaded!();
        assert.equal(store.probe.scan(block), told, `${length} bytes from ${at + from} of ${geometry.blockBytes}`);
        assert.is(store.probe.call.toldDataBytes!(block, at), Number(entry.dataBytes));
        store.damage(block, at + from, length);
      }
    }
  }
});

test("the summary tells the length of a record whose head does not", () => {
  const { store, block } = make();
  for (const entry of store.probe.scan(block))
    assert.is(store.probe.call.toldDataBytes!(block, Number(entry.offset)), Number(entry.dataBytes));
  assert.is(store.probe.call.toldDataBytes!(block, 4000), 0);
});

test("a segment with a summary of which one byte is wrong is still told by it", () => {
  const { store, block } = make();
  const told = store.probe.scan(block);
  const start = store.probe.call.readFinal!(block);
  const bytes = 4096 - start - store.probe.value("TRAILER_BYTES");
  for (let at = 0; at < bytes; at += 5) {
    store.damage(block, start + at, 1);
    store.probe.call.forgetSummary!();
    assert.equal(store.probe.scan(block), told, `byte ${at}`);
    assert.is(store.probe.call.scanMode!(0), SUMMARY);
    store.damage(block, start + at, 1);
  }
});

test("with its summary beyond correction the same records are told by their heads", () => {
  const { store, block } = make();
  const told = store.probe.scan(block);
  store.damage(block, store.probe.call.readFinal!(block), 60);
  store.probe.call.forgetSummary!();
  assert.equal(store.probe.scan(block), told);
  assert.is(store.probe.call.scanMode!(0), WALK);
});

test("random bytes in a segment never trap, and no record is told beyond the block", () => {
  const { store, block } = make();
  const chance = new Chance(9);
  const image = store.part.bytes.slice();
  for (let round = 0; round < 300; round++) {
    const first = chance.between(64, 4000);
    const length = chance.between(1, 4096 - first);
    store.part.bytes.set(chance.bytes(length), block * 4096 + first);
    store.probe.call.forgetSummary!();
    store.probe.call.forgetFacts!();
    for (const entry of store.probe.scan(block, 0, round % 2 === 0)) assert.ok(Number(entry.offset) + Number(entry.dataBytes) <= 4096);
    store.part.bytes.set(image);
  }
});

test("asking again and again does not make damage more", () => {
  const { store, block } = make();
  const told = store.probe.scan(block);
  hideSummary(store, block);
  store.damage(block, Number(told[2]!.offset), 30);
  store.must(store.pull());
  const { damagedUnknown } = store.stat();
  for (let round = 0; round < 3; round++) {
    store.changes();
    store.list();
    store.verify();
  }
  assert.is(store.stat().damagedUnknown, damagedUnknown);
});

test.run();

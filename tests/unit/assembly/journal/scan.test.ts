/* Walking a segment's records, by summary or by heads, past damage. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { PhysicsFlash } from "../../../../host/flash/index.js";
import { changeUnit, forgeRecord, forgeUnit } from "../../../support/forge.js";
import type { EntryFields } from "../../../support/probe.js";
import { Chance } from "../../../support/probe-chance.js";
import { parts, Store, status } from "../../../support/probe-store.js";
import { SparseFlash } from "../../../support/sparse-flash.js";

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
    for (const entry of spread(told, 25)) {
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

/** At most `count` of all, the first among them. */
function spread<T>(all: T[], count: number): T[] {
  const step = Math.ceil(all.length / count);
  return all.filter((_, i) => i % step === 0);
}

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

/** A sealed segment that takes more than one summary, and how it is told; `answer` may refuse reads. */
function summaries(read?: (block: number, offset: number, length: number) => boolean): {
  store: Store;
  block: number;
  told: EntryFields[];
} {
  const store = Store.make(parts.nor, {
    wrap: (part) => ({
      geometry: part.geometry,
      read: (block, offset, target) => (read?.(block, offset, target.length) ? -1 : part.read(block, offset, target)),
      program: (block, offset, source) => part.program(block, offset, source),
      erase: (block) => part.erase(block),
    }),
  });
  for (let id = 0; store.probe.blocksIn("STATE_SEALED").length === 0; id++) store.must(store.put(id, "", { idHigh: id }));
  const block = store.probe.blocksIn("STATE_SEALED")[0]!;
  const told = store.probe.scan(block);
  assert.ok(store.probe.call.scanUnits!(0) > 1);
  return { store, block, told };
}

test("a summary that continues one behind it, or one longer than a unit can be, is not followed: the heads tell the same", () => {
  const { store, block, told } = summaries();
  const { probe } = store;
  const start = probe.call.readFinal!(block);
  const summary = probe.value("SUMMARY");
  const continued = probe.call.continuedPart!(summary) - summary;
  const n = probe.call.summaryDataBytes!(summary);
  const image = store.part.bytes.slice();
  for (const [what, at, value] of [
    ["itself", continued, start],
    ["one behind it", continued, start + 100],
    ["1024 bytes", continued + 3, 1024],
    ["65535 bytes", continued + 3, 65535],
    ["1023 bytes", continued + 3, 1023],
  ] as const) {
    changeUnit(store, block, start, n, (data) => data.setUint16(at, value, true));
    probe.call.forgetSummary!();
    assert.equal(probe.scan(block), told, what);
    assert.is(probe.call.scanMode!(0), WALK, what);
    store.part.bytes.set(image);
  }
});

test("a chain of as many summaries as a segment may have is followed, and of one more it is not", () => {
  const geometry = { ...parts.nor, blockBytes: 16384 };
  for (const [count, mode] of [
    [65, SUMMARY],
    [66, WALK],
  ] as const) {
    const { store, block } = make(geometry as unknown as Geometry);
    const { probe } = store;
    chainSummaries(store, block, count);
    probe.call.forgetSummary!();
    probe.scan(block);
    assert.is(probe.call.scanMode!(0), mode, `${count} summaries`);
    if (mode === SUMMARY) assert.is(probe.call.scanUnits!(0), probe.value("SUMMARY_UNITS_MAX") + 1);
  }
});

/** Fills a segment with empty summaries, each continuing the one before it, the last of them final. */
function chainSummaries(store: Store, block: number, count: number): void {
  const { blockBytes } = store.flash.geometry;
  const { call, spare } = store.probe;
  store.must(call.readFacts!(block));
  const [fixed, more] = [store.probe.value("SUMMARY_FIXED"), store.probe.value("SUMMARY_CONTINUED")];
  const end = blockBytes - store.probe.value("TRAILER_BYTES");
  let before = 0;
  for (let i = 0; i < count; i++) {
    const isFinal = i === count - 1;
    const n = fixed + (i > 0 ? more : 0);
    const flags = (isFinal ? store.probe.value("SUMMARY_FINAL") : 0) | (i > 0 ? store.probe.value("SUMMARY_IS_CONTINUED") : 0);
    call.summaryEncode!(
      spare,
      flags,
      1,
      store.probe.wide("factsOpenLsn"),
      0n,
      store.probe.value("factsSession"),
      call.eraseCountOf!(block),
      0,
    );
    const data = new DataView(store.probe.bytes(spare, 64).slice().buffer);
    data.setUint16(2, n, true);
    if (i > 0) data.setUint32(fixed, before | ((fixed + (i > 1 ? more : 0)) << 24), true);
    if (i > 0) data.setUint8(fixed + 4, 0);
    const offset = isFinal ? end - call.unitBytes!(n) : 1000 + i * 100;
    forgeUnit(store, block, offset, new Uint8Array(data.buffer, 0, n));
    before = offset;
    if (isFinal) for (let copy = 0; copy < 3; copy++) store.part.bytes.set([n, 0], block * blockBytes + end + 2 * copy);
  }
}

test("a summary that read well and a moment later does not end the scan with IO, not as if there were no more records", () => {
  let dead = false;
  const { store, block } = summaries((_, offset) => dead && offset > 100);
  const { call } = store.probe;
  call.forgetSummary!();
  call.scanBegin!(0, block, 0);
  assert.is(call.scanMode!(0), SUMMARY);
  dead = true;
  let step = call.scanStep!(0);
  while (step > 0) step = call.scanStep!(0);
  assert.is(step, status("IO"));
});

test("damage up to the end of a segment is rot where it was sealed, and may be torn where it was not", () => {
  const store = Store.make(parts.nor);
  for (let id = 0; id < 6; id++) store.must(store.put(id, "x".repeat(50)));
  const [block] = store.probe.blocksIn("STATE_OPEN");
  const last = Number(store.probe.scan(block!).at(-1)!.offset);
  store.damage(block!, last, 40);
  store.restart();
  store.must(store.probe.call.survey!());
  const { call } = store.probe;
  assert.is(store.probe.scan(block!).length, 5);
  assert.is(call.scanDoubts!(0), 1, "nobody knows yet");
  call.setState!(block!, store.probe.value("STATE_SEALED"));
  assert.is(store.probe.scan(block!).length, 5);
  assert.is(call.scanDoubts!(0), 0, "it counts as lost");
});

test("with a trailer that tells no place, only what lies in front of where any summary could lie is sure to have been records", () => {
  const { store, block, told } = summaries();
  const { call } = store.probe;
  const possible = 4096 - store.probe.value("TRAILER_BYTES") - call.unitBytes!(store.probe.value("HEAD_DATA_MAX"));
  const image = store.part.bytes.slice();
  for (const [from, doubts] of [
    [offsets(told).findLast((offset) => offset < possible)!, 0],
    [offsets(told).find((offset) => offset >= possible)!, 1],
  ] as const) {
    store.part.bytes.fill(0x5a, block * 4096 + from, block * 4096 + 4090);
    store.part.bytes.fill(0xf0, block * 4096 + 4090, block * 4096 + 4096); // a summary longer than the block
    call.forgetSummary!();
    assert.equal(
      offsets(store.probe.scan(block)),
      offsets(told).filter((offset) => offset < from),
    );
    assert.is(call.scanDoubts!(0), doubts, `damage from ${from}`);
    store.part.bytes.set(image);
  }
});

test("records of a segment without its header are counted up to the last byte, where two programs are seen", () => {
  for (const [flags, expected] of [
    [0, 0],
    [4, 18],
  ] as const) {
    const store = Store.make(parts.nor);
    store.must(store.put(1, "x"));
    const [block] = store.probe.blocksIn("STATE_OPEN");
    const { call } = store.probe;
    let offset = call.firstRecordOffset!();
    for (let id = 0; offset < 4096; id++) {
      const left = 4096 - offset;
      const bytes = left > 480 ? 220 : left > 240 ? Math.floor(left / 2) : left;
      const data = bytes - call.unitBytes!(0);
      const headerBytes = forgeRecord(store, block!, offset, id, new Uint8Array(0)) - call.unitBytes!(0) + (data < 128 ? 0 : 1);
      offset += forgeRecord(store, block!, offset, id, new Uint8Array(data - headerBytes), id > 0 ? flags : 4);
    }
    assert.is(offset, 4096);
    assert.is(call.headlessRecords!(block!), expected);
    store.damage(block!, 4090, 1);
    assert.is(call.headlessRecords!(block!), expected, "one byte of the last is mended");
    store.damage(block!, 4060, 30);
    assert.is(call.headlessRecords!(block!), 0, "what may be torn is no proof");
  }
});

test("a bit that a torn program left standing in a flag proves no second program", () => {
  const store = Store.make(parts.nor);
  store.must(store.put(1, "x"));
  const [block] = store.probe.blocksIn("STATE_OPEN");
  const { call } = store.probe;
  let offset = call.firstRecordOffset!();
  for (let id = 0; id < 3; id++) offset += forgeRecord(store, block!, offset, id, new Uint8Array(40), id > 0 ? 0 : 4);
  store.part.bytes[block! * 4096 + call.firstRecordOffset!() + (offset - call.firstRecordOffset!()) / 3]! |= 4;
  assert.is(call.headlessRecords!(block!), 0);
});

for (const [blockCount, addressUnit] of [
  [4800, 128],
  [9600, 256],
] as const)
  test(`on a part so large that a unit may begin at every ${addressUnit}th byte only, the root and what lies behind damage are found`, () => {
    const geometry = { kind: "nor", blockBytes: 262144, blockCount, pageBytes: 64, programBytes: 1 } as const;
    const part = new SparseFlash(geometry);
    const store = Store.make(geometry as unknown as Geometry, { part: part as unknown as PhysicsFlash });
    assert.is(store.probe.value("addressUnit"), addressUnit);
    for (let id = 0; id < 10; id++) store.must(store.put(id, `text ${id}`));
    for (let id = 0; id < 10; id++) assert.is(store.text(id), `text ${id}`);
    store.must(store.pull());
    for (let id = 10; id < 20; id++) store.must(store.put(id, `text ${id}`));
    const block = store.probe.signed("rootBlock");
    assert.is(store.probe.call.findRoot!(block, store.probe.value("rootedSession")), 2);
    store.restart();
    store.must(store.probe.call.survey!());
    const told = store.probe.scan(block);
    assert.is(store.probe.call.scanMode!(0), WALK);
    const damaged = told.at(-3)!;
    part.program(block, Number(damaged.offset) + 4, new Uint8Array(30));
    assert.equal(
      store.probe.scan(block),
      told.filter((entry) => entry !== damaged),
    );
    store.must(store.pull());
    for (let id = 0; id < 20; id++)
      assert.is(store.text(id), id === Number(damaged.idLow) ? status("NOT_FOUND") : `text ${id}`, `record ${id}`);
    assert.is(store.stat().damagedUnknown, 1);
  });

test.run();

/* The segment summary: its fixed part, its optional parts, its entries. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type EntryFields, Probe } from "../../../support/probe.js";
import { Chance } from "../../../support/probe-chance.js";
import { parts } from "../../../support/probe-store.js";

const test = suite("assembly/format/summary");
const probe = new Probe();
const { call, long, word, spare } = probe;
probe.configure(parts.nor);
call.configureUnits!(16, 1n);
const limit = (name: string): number => probe.value(name);
const flag = {
  final: limit("SUMMARY_FINAL"),
  clean: limit("SUMMARY_CLEAN"),
  root: limit("SUMMARY_HAS_ROOT"),
  continued: limit("SUMMARY_IS_CONTINUED"),
};

test("the fixed part tells what the segment header tells, at the limits too", () => {
  const chance = new Chance(1);
  for (let round = 0; round < 300; round++) {
    const flags = chance.u32() & (flag.final | flag.clean | flag.root | flag.continued);
    const type = chance.between(1, 4);
    const [lsn, wall] = round === 0 ? [(1n << 48n) - 1n, (1n << 48n) - 1n] : [chance.ofBits(48), chance.ofBits(48)];
    const [session, wear] = round === 0 ? [0xffffff, 0xffffff] : [Number(chance.ofBits(24)), Number(chance.ofBits(24))];
    call.summaryEncode!(spare, flags, type, lsn, wall, session, wear, chance.u32());
    assert.is(call.unitType!(probe.bytes(spare, 1)[0]!), limit("UNIT_SUMMARY"));
    assert.is(call.summaryFlags!(spare) & (flag.final | flag.clean | flag.root | flag.continued), flags);
    assert.is(call.summaryType!(spare), type);
    assert.equal([long.summaryOpenLsn!(spare), long.summaryOpenWall!(spare)], [lsn, wall]);
    assert.equal([word.summarySession!(spare), word.summaryEraseCount!(spare)], [session, wear]);
  }
});

test("the optional parts follow the fixed one in order, and entries follow them", () => {
  const fixed = limit("SUMMARY_FIXED");
  for (const continued of [0, flag.continued]) {
    for (const root of [0, flag.root]) {
      call.summaryEncode!(spare, continued | root, 1, 0n, 0n, 0, 0, 0);
      const afterContinued = spare + fixed + (continued ? limit("SUMMARY_CONTINUED") : 0);
      assert.is(call.continuedPart!(spare), continued ? spare + fixed : 0);
      assert.is(call.rootPart!(spare), root ? afterContinued : 0);
      assert.is(call.firstEntry!(spare), afterContinued + (root ? limit("SUMMARY_ROOT") : 0));
    }
  }
});

interface Told extends EntryFields {}
const told = (entry: Partial<Record<keyof EntryFields, number | bigint>>): Told =>
  Object.fromEntries(Object.keys(probe.entry()).map((name) => [name, BigInt(entry[name as keyof EntryFields] ?? 0)])) as Told;

/** Entries as a segment collects them: offsets ascending, sometimes with a gap; LSNs mostly in a row. */
function draw(chance: Chance, openLsn: bigint, idHigh: number, count: number): Told[] {
  let offset = 104;
  let lsn = openLsn;
  return Array.from({ length: count }, () => {
    const chunk = chance.below(4) === 0;
    lsn = chance.below(5) === 0 ? chance.ofBits(40) : lsn + 1n;
    if (chance.below(6) === 0) offset += 4 * chance.between(1, 2000);
    const dataBytes = chance.between(14, limit("RECORD_DATA_MAX"));
    const entry = told({
      lsn,
      idHigh: chance.below(2) ? idHigh : chance.u32(),
      idLow: chance.u32(),
      kind: chance.below(8),
      flags: chunk ? limit("ENTRY_CHUNK") : chance.below(3) === 0 ? limit("ENTRY_TOMBSTONE") : 0,
      chunk: chunk ? Number(chance.ofBits(13)) : 0,
      offset,
      dataBytes,
    });
    offset += word.recordBytes!(dataBytes);
    return entry;
  });
}
const after = (entry: Told): number => Number(entry.offset) + word.recordBytes!(Number(entry.dataBytes));

test("a list of entries comes back as it was written, and none is longer than its bound", () => {
  const chance = new Chance(2);
  for (let round = 0; round < 100; round++) {
    const openLsn = chance.ofBits(40);
    const idHigh = chance.u32();
    const entries = draw(chance, openLsn, idHigh, 25);
    let at = spare;
    let before = { lsn: openLsn, end: 104 };
    for (const entry of entries) {
      probe.setEntry(entry);
      const next = call.entryEncode!(at, openLsn, before.lsn + 1n, before.end, idHigh);
      assert.ok(next - at <= limit("ENTRY_MAX"), `${next - at} bytes`);
      at = next;
      before = { lsn: entry.lsn, end: after(entry) };
    }
    const end = at;
    at = spare;
    before = { lsn: openLsn, end: 104 };
    for (const entry of entries) {
      probe.setEntry({});
      at = call.entryDecode!(at, end, openLsn, before.lsn + 1n, before.end, idHigh);
      assert.equal(probe.entry(), entry);
      before = { lsn: entry.lsn, end: after(entry) };
    }
    assert.is(at, end);
  }
});

test("an entry that is as expected costs its id, its length and one byte", () => {
  probe.setEntry({ lsn: 11n, idHigh: 9, idLow: 1, offset: 500, dataBytes: 100 });
  assert.is(call.entryEncode!(spare, 3n, 11n, 500, 9) - spare, 1 + 1 + 4);
  assert.is(call.entryEncode!(spare, 3n, 11n, 500, 8) - spare, 1 + 1 + 8);
});

test("an entry that is cut off is malformed", () => {
  const chance = new Chance(3);
  for (let round = 0; round < 100; round++) {
    const [entry] = draw(chance, 5n, 1, 1);
    probe.setEntry(entry!);
    const end = call.entryEncode!(spare, 5n, 0n, 0, 2); // nothing is as expected: every field is written
    for (let have = spare + 1; have < end; have++)
      assert.is(call.entryDecode!(spare, have, 5n, 0n, 0, 2), 0, `${have - spare} of ${end - spare}`);
  }
});

test("random bytes never trap, and no entry reaches beyond its end or has a length that no record has", () => {
  const chance = new Chance(4);
  let passed = 0;
  for (let round = 0; round < 10_000; round++) {
    probe.write(spare, chance.bytes(32));
    const end = spare + chance.between(1, 32);
    const next = call.entryDecode!(spare, end, chance.u64(), chance.u64(), chance.u32(), chance.u32());
    if (next === 0) continue;
    passed++;
    assert.ok(next > spare && next <= end);
    assert.ok(Number(probe.entry().dataBytes) <= limit("RECORD_DATA_MAX"));
  }
  assert.ok(passed > 100, `${passed} passed: the test would be empty`);
});

test.run();

/* The record header: round trips, limits, and bytes from an enemy. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type HeaderFields, Probe } from "../../../support/probe.js";
import { Chance } from "../../../support/probe-chance.js";
import { parts } from "../../../support/probe-store.js";

const test = suite("assembly/format/record");
const probe = new Probe();
const { call, word, spare } = probe;
probe.configure(parts.nor);
call.configureUnits!(16, 1n);
const limit = (name: string): number => probe.value(name);
const TYPES = { record: limit("UNIT_RECORD"), tombstone: limit("UNIT_TOMBSTONE"), chunk: limit("UNIT_CHUNK"), long: limit("UNIT_LONG") };
const FLAGS = limit("FLAG_FIRST") | limit("FLAG_BATCH") | limit("FLAG_BATCH_END");

interface Segment {
  openLsn: bigint;
  openWall: bigint;
  session: number;
  idHigh: number;
}
type Fields = Partial<Record<keyof HeaderFields, number | bigint>>;

function encode(fields: Fields, segment: Segment, payloadBytes: number): number {
  probe.bytes(spare, 128).fill(0xee);
  probe.setHeader(fields);
  return call.headerEncode!(spare, segment.openLsn, segment.openWall, segment.session, segment.idHigh, payloadBytes);
}
function decode(segment: Segment, headBytes: number): HeaderFields | undefined {
  probe.setHeader({});
  const sound = call.headerDecode!(spare, headBytes, segment.openLsn, segment.openWall, segment.session, segment.idHigh);
  return sound === 1 ? probe.header() : undefined;
}

/** A header as the store may write it, and the payload that follows. */
function draw(chance: Chance): { fields: Fields; segment: Segment; payload: number; body: number } {
  const segment = { openLsn: chance.ofBits(40), openWall: chance.ofBits(43), session: Number(chance.ofBits(24)), idHigh: chance.u32() };
  const type = chance.pick(Object.values(TYPES));
  const bare = type === TYPES.tombstone || type === TYPES.chunk;
  const metaBytes = bare ? 0 : chance.below(2) * chance.between(0, limit("META_MAX_BYTES"));
  const extBytes = bare ? 0 : chance.below(2) * chance.between(0, limit("EXT_MAX_BYTES"));
  const room = limit("RECORD_DATA_MAX") - limit("HEADER_MAX_BYTES") - metaBytes - extBytes;
  const body = type === TYPES.tombstone || type === TYPES.long ? 0 : chance.below(3) === 0 ? chance.below(100) : chance.below(room);
  const fields = {
    lsn: chance.below(2) ? segment.openLsn + chance.ofBits(20) : chance.ofBits(40),
    wallMs: BigInt.asIntN(64, segment.openWall + chance.ofBits(30) - chance.ofBits(30)),
    idHigh: chance.below(2) ? segment.idHigh : chance.u32(),
    idLow: chance.u32(),
    type,
    flags: chance.u32() & FLAGS,
    kind: chance.below(limit("KIND_COUNT")),
    codec: chance.below(limit("CODEC_LOST") + 1),
    session: chance.below(2) ? segment.session : Number(chance.ofBits(24)),
    metaBytes,
    extBytes,
    chunk: type === TYPES.chunk ? Number(chance.ofBits(13)) : 0,
    bodyBytes: type === TYPES.long ? chance.between(0, limit("BODY_MAX_BYTES")) : body,
  };
  return { fields, segment, payload: metaBytes + extBytes + body, body };
}

test("every header the store may write comes back field by field", () => {
  const chance = new Chance(1);
  for (let round = 0; round < 5000; round++) {
    const { fields, segment, payload } = draw(chance);
    const length = encode(fields, segment, payload);
    assert.ok(length <= limit("HEADER_MAX_BYTES"), `${length} bytes`);
    const written = probe.header();
    assert.is(Number(written.headerBytes), length);
    assert.is(Number(written.dataBytes), length + payload);
    assert.ok(
      probe.bytes(spare + length, 128 - length).every((byte) => byte === 0xee),
      "nothing behind the header is touched",
    );

    const read = decode(segment, Math.min(length + payload, limit("HEAD_DATA_MAX")));
    assert.ok(
      read,
      JSON.stringify(fields, (_, value) => String(value)),
    );
    for (const name of Object.keys(fields) as (keyof Fields)[]) {
      if (name === "flags") assert.is(Number(read[name]) & FLAGS, Number(fields[name]));
      else assert.is(BigInt(read[name]), BigInt(fields[name]!), name);
    }
    assert.equal([read.headerBytes, read.dataBytes], [written.headerBytes, written.dataBytes]);
  }
});

test("the length of a record can be told from its first bytes, before anything is verified", () => {
  const chance = new Chance(2);
  for (let round = 0; round < 1000; round++) {
    const { fields, segment, payload } = draw(chance);
    encode(fields, segment, payload);
    assert.is(call.peekDataBytes!(spare, 16), Number(probe.header().dataBytes));
  }
});

test("an LSN and a time before those of the segment come back too: recoveries and copies write them", () => {
  const segment = { openLsn: 1000n, openWall: 1_700_000_000_000n, session: 9, idHigh: 0 };
  const fields = { lsn: 1n, wallMs: -5_000_000_000_000n, type: TYPES.record, session: 3 };
  const length = encode(fields, segment, 0);
  const read = decode(segment, length);
  assert.equal([read?.lsn, read?.wallMs, read?.session], [1n, -5_000_000_000_000n, 3n]);
});

test("a header that is cut off is refused, wherever it is cut", () => {
  const chance = new Chance(3);
  for (let round = 0; round < 300; round++) {
    const { fields, segment, payload } = draw(chance);
    const length = encode(fields, segment, payload);
    const ext = Number(fields.extBytes);
    for (let have = 0; have < length; have++) {
      const read = decode(segment, have);
      // Only what is within `have` was used: at most the one byte that says ext may be taken for absent.
      if (read !== undefined) assert.ok(Number(read.headerBytes) <= have && ext > 0, `${have} of ${length}`);
    }
  }
});

test("the types that are no records are refused", () => {
  const segment = { openLsn: 0n, openWall: 0n, session: 0, idHigh: 0 };
  for (const type of [0, limit("UNIT_SUMMARY"), limit("UNIT_ROOT"), 7]) {
    const length = encode({ type }, segment, 20);
    assert.is(decode(segment, length + 20), undefined, `type ${type}`);
  }
});

test("lengths beyond their bounds are refused", () => {
  const segment = { openLsn: 0n, openWall: 0n, session: 0, idHigh: 0 };
  const beyond: [string, Fields, number][] = [
    ["meta", { type: TYPES.record, metaBytes: limit("META_MAX_BYTES") + 1 }, 600],
    ["ext", { type: TYPES.record, extBytes: limit("EXT_MAX_BYTES") + 1 }, 600],
    ["body", { type: TYPES.long, bodyBytes: limit("BODY_MAX_BYTES") + 1 }, 0],
    ["meta longer than the record", { type: TYPES.record, metaBytes: 100 }, 50],
  ];
  for (const [what, fields, payload] of beyond) {
    const length = encode(fields, segment, payload);
    assert.is(decode(segment, length + payload), undefined, what);
  }
});

test("random bytes never trap, and what passes keeps every bound", () => {
  const chance = new Chance(4);
  const limitLsn = 2n ** 40n;
  let passed = 0;
  for (let round = 0; round < 10_000; round++) {
    const bytes = chance.bytes(64);
    bytes[0] = (chance.between(1, 4) << 5) | (bytes[0]! & 31); // most would fail for the type alone
    if (round % 2) bytes[2] = chance.between(12, 127);
    probe.write(spare, bytes);
    const headBytes = chance.between(0, 64);
    const read = decode(
      { openLsn: chance.u64() % limitLsn, openWall: chance.u64(), session: chance.u32(), idHigh: chance.u32() },
      headBytes,
    );
    // A length that no record has is refused by peekDataBytes, before a header is decoded at all.
    if (read === undefined || Number(read.dataBytes) > limit("RECORD_DATA_MAX")) continue;
    passed++;
    const [header, meta, ext, data, body] = [read.headerBytes, read.metaBytes, read.extBytes, read.dataBytes, read.bodyBytes].map(Number);
    assert.ok(header! + meta! + ext! <= headBytes && header! + meta! + ext! <= data!, "header, meta and ext lie in the head");
    assert.ok(meta! <= limit("META_MAX_BYTES") && ext! <= limit("EXT_MAX_BYTES") && body! <= limit("BODY_MAX_BYTES"));
    assert.ok(Number(read.kind) < limit("KIND_COUNT") && BigInt(read.lsn) < limitLsn);
  }
  assert.ok(passed > 100, `${passed} passed: the test would be empty`);
});

test("a length that no record has is told as none", () => {
  for (const bytes of [
    [0x20, 0, 0],
    [0x20, 0, 1],
    [0x20, 0, 0xff, 0x7f],
    [0x20, 0, 0xff, 0xff],
  ]) {
    probe.bytes(spare, 8).fill(0xff);
    probe.write(spare, bytes);
    assert.is(call.peekDataBytes!(spare, 4), 0, `${bytes}`);
  }
});

test("of a record's first bytes only those that are there tell its length", () => {
  probe.write(spare, [0x20, 0, 0xb4, 0x01, 0xff]);
  assert.equal(
    [2, 3, 4, 5].map((available) => call.peekDataBytes!(spare, available)),
    [0, 0, 180, 180],
  );
  probe.write(spare, [0x20, 0, 100]);
  assert.is(call.peekDataBytes!(spare, 3), 100, "a length of one byte is there already");
});

test("a record on flash takes its units, rounded up to where the next may begin", () => {
  for (const geometry of Object.values(parts)) {
    probe.configure(geometry);
    const unit = probe.value("addressUnit");
    for (const dataBytes of [13, 100, 651, 652, 1999]) {
      const bytes = word.recordBytes!(dataBytes);
      assert.is(bytes % unit, 0);
      assert.ok(bytes >= call.recordUnitsBytes!(dataBytes) && bytes < call.recordUnitsBytes!(dataBytes) + unit);
    }
  }
});

test.run();

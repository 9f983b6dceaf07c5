/* The segment header. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Probe } from "../../../support/probe.js";
import { Chance } from "../../../support/probe-chance.js";

const test = suite("assembly/format/segment");
const probe = new Probe();
const { call, long, word, spare } = probe;
const BYTES = probe.value("SEGMENT_DATA");

test("a segment header tells type, opening LSN and time, session and wear, at their limits too", () => {
  const chance = new Chance(1);
  const types = ["SEGMENT_HOT", "SEGMENT_COLD", "SEGMENT_RECOVERY", "SEGMENT_CHECKPOINT"].map((name) => probe.value(name));
  assert.is(new Set(types).size, 4);
  const top = { lsn: (1n << 48n) - 1n, wall: (1n << 48n) - 1n, session: 0xffffff, wear: 0xffffff };
  for (let round = 0; round < 500; round++) {
    const type = chance.pick(types);
    const [lsn, wall] = round === 0 ? [top.lsn, top.wall] : [chance.ofBits(48), chance.ofBits(48)];
    const [session, wear] = round === 0 ? [top.session, top.wear] : [Number(chance.ofBits(24)), Number(chance.ofBits(24))];
    call.segmentEncode!(spare, type, lsn, wall, session, wear, chance.u32());
    assert.is(call.segmentType!(spare), type);
    assert.equal([long.segmentOpenLsn!(spare), long.segmentOpenWall!(spare)], [lsn, wall]);
    assert.equal([word.segmentSession!(spare), word.segmentEraseCount!(spare)], [session, wear]);
  }
});

test("it is as long as it says, and every byte of it is written", () => {
  for (const fill of [0, 255]) {
    probe.bytes(spare, BYTES + 8).fill(fill);
    call.segmentEncode!(spare, 1, 0x010101010101n, 0x020202020202n, 0x030303, 0x040404, 0x05050505);
    assert.not.ok(
      [...probe.bytes(spare, BYTES)].some((byte) => byte === fill),
      `a byte of ${fill} shines through`,
    );
    assert.ok(
      probe.bytes(spare + BYTES, 8).every((byte) => byte === fill),
      "nothing behind it is touched",
    );
  }
});

test("its mark is the type of no other unit", () => {
  const mark = call.unitType!(probe.value("SEGMENT_MARK"));
  for (const name of ["UNIT_RECORD", "UNIT_TOMBSTONE", "UNIT_CHUNK", "UNIT_LONG", "UNIT_SUMMARY", "UNIT_ROOT"])
    assert.is.not(mark, probe.value(name));
});

test.run();

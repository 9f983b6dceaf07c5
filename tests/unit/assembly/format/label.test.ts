/* The block label: the superblock at the start of every block. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { FlashGeometry } from "../../../../host/flash/index.js";
import { Probe } from "../../../support/probe.js";
import { Chance } from "../../../support/probe-chance.js";
import { parts, status } from "../../../support/probe-store.js";

const test = suite("assembly/format/label");
const probe = new Probe();
const { call, long, word, spare } = probe;
const BYTES = probe.value("LABEL_BYTES");

function use(geometry: FlashGeometry, parity = 16): void {
  probe.configure(geometry);
  call.configureUnits!(parity, 1n);
}
/** A label at `spare`; returns a copy. */
function label(block = 5, parity = 16, storeId = 0x0123456789abcdefn): Uint8Array {
  call.initReedSolomon!(parity);
  call.encodeLabel!(spare, block, 77, storeId, 0xbeef, 4, parity, 0, 2, 3);
  return probe.bytes(spare, BYTES).slice();
}
/** Rewrites fields of a good label, each an offset and a byte, and makes CRC and parity right again. */
function forge(block: number, ...fields: number[]): number {
  label(block);
  for (let i = 0; i < fields.length; i += 2) probe.bytes(spare, BYTES)[fields[i]!] = fields[i + 1]!;
  const before = new Uint8Array(Int32Array.of(~call.crc32c!(labelSeed(block), spare, 44)).buffer);
  probe.write(spare + 44, before);
  call.encodeParity!(spare, 48, spare + 48);
  return call.judgeLabel!(spare, block, 16);
}
function labelSeed(block: number): number {
  return call.crc32cWord!(-1, block ^ 0x4c424648);
}

test("a label tells store, wear, format and parity as they were written", () => {
  for (const geometry of Object.values(parts)) {
    use(geometry);
    label();
    assert.is(call.judgeLabel!(spare, 5, 16), 0);
    assert.is(long.labelStoreId!(spare), 0x0123456789abcdefn);
    assert.equal([word.labelEraseCount!(spare), call.labelFormatSerial!(spare), call.labelOuterParity!(spare)], [77, 0xbeef, 4]);
    assert.is(call.labelParityBytes!(spare), 16);
  }
});

test("a mark on a label leaves all else as it is, and is told alone", () => {
  use(parts.nor);
  const marks = [probe.value("LABEL_RETIRED"), probe.value("LABEL_FORMATTED")];
  for (const mark of marks) {
    label();
    call.markLabel!(spare, 5, mark);
    assert.is(call.judgeLabel!(spare, 5, 16), 0);
    assert.equal(
      marks.map((other) => call.labelHas!(spare, other)),
      marks.map((other) => Number(other === mark)),
    );
    assert.equal([word.labelEraseCount!(spare), call.labelParityBytes!(spare)], [77, 16]);
  }
});

test("the segment header begins behind the label, on a program unit of its own", () => {
  for (const geometry of Object.values(parts)) {
    use(geometry);
    assert.ok(call.headerOffset!() >= BYTES);
    assert.is(call.headerOffset!() % geometry.programBytes, 0);
  }
});

test("on a part of a GiB and more it begins on an address unit: what lies behind it is told by address", () => {
  for (const [blockCount, unit] of [
    [2400, 64],
    [4800, 128],
    [65535, 1024],
  ] as const) {
    use({ kind: "nor", blockBytes: 262144, blockCount, pageBytes: 64, programBytes: 1 });
    assert.is(probe.value("addressUnit"), unit);
    assert.is(call.headerOffset!(), unit);
  }
});

for (const { parity, reach } of [
  { parity: 16, reach: 8 },
  { parity: 8, reach: 4 },
]) {
  test(`up to ${reach} wrong bytes of a label are mended with ${parity} parity bytes`, () => {
    use(parts.nor, parity);
    const right = label(5, parity);
    const chance = new Chance(parity);
    for (let round = 0; round < 200; round++) {
      probe.write(spare, right);
      for (const at of chance.different((round % reach) + 1, 48 + parity)) probe.bytes(spare, BYTES)[at]! ^= chance.between(1, 255);
      assert.is(call.judgeLabel!(spare, 5, parity), 0);
      assert.equal(probe.bytes(spare, 48).slice(), right.subarray(0, 48));
    }
  });
}

test("the label of another block is no label of this one", () => {
  use(parts.nor);
  const right = label(5);
  for (const block of [0, 4, 6, 5 + 256]) {
    probe.write(spare, right);
    assert.is(call.judgeLabel!(spare, block, 16), status("NOT_FORMATTED"), `block ${block}`);
  }
});

test("a label of another geometry is refused, whichever size differs", () => {
  const home: FlashGeometry = { kind: "nor", blockBytes: 8192, blockCount: 32, pageBytes: 512, programBytes: 4 };
  use(home);
  const right = label();
  const others: Partial<FlashGeometry>[] = [
    { blockBytes: 4096 },
    { blockCount: 33 },
    { pageBytes: 256 },
    { programBytes: 8 },
    { kind: "nand", programBytes: 512 },
  ];
  for (const other of others) {
    use({ ...home, ...other });
    probe.write(spare, right);
    assert.is(call.judgeLabel!(spare, 5, 16), status("WRONG_GEOMETRY"), JSON.stringify(other));
  }
});

test("a newer format, and a feature that must be known, are refused as newer", () => {
  use(parts.nor);
  assert.is(forge(5, 4, 2), status("NEWER_FORMAT"), "major version");
  assert.is(forge(5, 16, 1), 0, "the one that is known");
  assert.is(forge(5, 16, 2), 0, "outer parity, of four");
  assert.is(forge(5, 32, 3, 16, 2), status("NEWER_FORMAT"), "outer parity of a number nobody knows");
  assert.is(forge(5, 16, 4), 0, "live sums");
  assert.is(forge(5, 16, 8), status("NEWER_FORMAT"), "a feature to refuse, low byte");
  assert.is(forge(5, 17, 0x80), status("NEWER_FORMAT"), "a feature to refuse, high byte");
});

test("a newer minor version and ignorable features are none of our business", () => {
  use(parts.nor);
  assert.is(forge(5, 5, 9), 0);
  assert.is(forge(5, 12, 255), 0);
});

test("64 bytes of anything else are no label", () => {
  use(parts.nor);
  const chance = new Chance(9);
  for (let round = 0; round < 10_000; round++) {
    probe.write(spare, chance.bytes(BYTES));
    assert.is(call.judgeLabel!(spare, 5, round % 3 === 0 ? 0 : round % 3 === 1 ? 8 : 16), status("NOT_FORMATTED"));
  }
  for (const fill of [0, 255]) {
    probe.bytes(spare, BYTES).fill(fill);
    assert.is(call.judgeLabel!(spare, 5, 0), status("NOT_FORMATTED"));
  }
});

test.run();

/* The unit: data, CRC and parity. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Probe } from "../../../support/probe.js";
import { Chance } from "../../../support/probe-chance.js";

const test = suite("assembly/format/unit");
const probe = new Probe();
const { call, word, spare } = probe;
call.initCrc!();
const HEAD_MAX = probe.value("HEAD_DATA_MAX");

/** A sealed unit of random data at `spare`; returns all of its bytes. */
function seal(chance: Chance, dataBytes: number, seed: number): Uint8Array {
  probe.write(spare, chance.bytes(dataBytes));
  call.sealUnit!(spare, dataBytes, seed);
  return probe.bytes(spare, call.unitBytes!(dataBytes)).slice();
}
const sizes = (chance: Chance): number[] => [
  1,
  2,
  234,
  235,
  236,
  473,
  474,
  475,
  HEAD_MAX - 1,
  HEAD_MAX,
  ...Array.from({ length: 40 }, () => chance.between(1, HEAD_MAX)),
];

for (const parity of [16, 8]) {
  test(`with ${parity} parity bytes a unit verifies as it was sealed, and costs CRC and parity and nothing more`, () => {
    call.configureUnits!(parity, 99n);
    const chance = new Chance(parity);
    for (const dataBytes of sizes(chance)) {
      const slices = call.sliceCount!(dataBytes);
      assert.is(call.unitBytes!(dataBytes), dataBytes + 4 + slices * parity);
      assert.ok(Math.ceil((dataBytes + 4) / slices) + parity <= 255, "a codeword is at most 255 bytes");
      seal(chance, dataBytes, 5);
      assert.is(call.unitIntact!(spare, dataBytes, 5), 1);
      assert.is(call.correctUnit!(spare, dataBytes, 5), 0);
    }
  });

  test(`with ${parity} parity bytes a burst of ${parity / 2} bytes anywhere in a unit is mended, CRC and parity included`, () => {
    call.configureUnits!(parity, 99n);
    const chance = new Chance(parity + 1);
    for (const dataBytes of sizes(chance)) {
      const right = seal(chance, dataBytes, 7);
      for (let round = 0; round < 4; round++) {
        probe.write(spare, right);
        const length = Math.min(parity / 2, right.length);
        const at = round === 0 ? right.length - length : chance.below(right.length - length + 1);
        for (let i = 0; i < length; i++) probe.bytes(spare + at + i, 1)[0]! ^= chance.between(1, 255);
        assert.is(call.correctUnit!(spare, dataBytes, 7), length, `${dataBytes} bytes, burst at ${at}`);
        assert.equal(probe.bytes(spare, right.length).slice(), right);
      }
    }
  });
}

test("damage beyond the parity is refused, never passed on as data", () => {
  call.configureUnits!(16, 99n);
  const chance = new Chance(3);
  for (let round = 0; round < 400; round++) {
    const dataBytes = chance.between(12, HEAD_MAX);
    const right = seal(chance, dataBytes, round);
    const step = Math.ceil((dataBytes + 4) / call.sliceCount!(dataBytes));
    for (const at of chance.different(chance.between(9, 12), Math.min(step, dataBytes)))
      probe.bytes(spare + at, 1)[0]! ^= chance.between(1, 255);
    assert.is(call.correctUnit!(spare, dataBytes, round), -1, `${dataBytes} of ${right.length}`);
  }
});

test("a unit read from another block, offset, erase generation or store does not verify", () => {
  call.configureUnits!(16, 99n);
  const seed = word.seedFor!(3, 128, 7);
  const right = seal(new Chance(4), 100, seed);
  for (const [block, offset, eraseCount] of [
    [4, 128, 7],
    [3, 132, 7],
    [3, 128, 8],
    [128, 3, 7],
  ]) {
    probe.write(spare, right);
    const other = word.seedFor!(block!, offset!, eraseCount!);
    assert.is(call.unitIntact!(spare, 100, other), 0);
    assert.is(call.correctUnit!(spare, 100, other), -1);
  }
  call.configureUnits!(16, 99n + (1n << 40n));
  assert.is.not(word.seedFor!(3, 128, 7), seed);
});

test("a record is cut into units that hold all of it, head first, each within its bound", () => {
  call.configureUnits!(16, 99n);
  for (let dataBytes = 1; dataBytes <= probe.value("RECORD_DATA_MAX"); dataBytes += 7) {
    let sum = 0;
    let flash = 0;
    for (let i = 0, n = call.unitData!(dataBytes, 0); n > 0; n = call.unitData!(dataBytes, ++i)) {
      assert.ok(n <= (i === 0 ? HEAD_MAX : probe.value("BODY_UNIT_MAX")));
      sum += n;
      flash += call.unitBytes!(n);
    }
    assert.is(sum, dataBytes);
    assert.is(call.recordUnitsBytes!(dataBytes), flash);
  }
});

test("sealing more than a unit holds traps", () => {
  assert.throws(
    () => call.sealUnit!(spare, HEAD_MAX + 1, 0),
    (error: unknown) => error instanceof WebAssembly.RuntimeError,
  );
});

test.run();

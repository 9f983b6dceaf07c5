/* Reed–Solomon: what is corrected, and what happens beyond. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Probe } from "../../../support/probe.js";
import { Chance } from "../../../support/probe-chance.js";

const test = suite("assembly/base/reed-solomon");
const probe = new Probe();
const { call, spare } = probe;
call.initCrc!();

/** A random codeword at `spare`: data, then parity. Returns a copy. */
function codeword(chance: Chance, length: number, parity: number): Uint8Array {
  call.initReedSolomon!(parity);
  probe.write(spare, chance.bytes(length));
  call.encodeParity!(spare, length, spare + length);
  return probe.bytes(spare, length + parity).slice();
}
function harm(chance: Chance, count: number, total: number): void {
  for (const at of chance.different(count, total)) probe.bytes(spare, total)[at]! ^= chance.between(1, 255);
}

for (const { parity, reach } of [
  { parity: 16, reach: 8 },
  { parity: 8, reach: 4 },
]) {
  test(`with ${parity} parity bytes every pattern of up to ${reach} wrong bytes is corrected and counted`, () => {
    const chance = new Chance(parity);
    for (let round = 0; round < 300; round++) {
      const length = chance.between(1, 255 - parity);
      const right = codeword(chance, length, parity);
      const errors = Math.min(round % (reach + 1), length + parity);
      harm(chance, errors, right.length);
      assert.is(call.correct!(spare, length, spare + length), errors);
      assert.equal(probe.bytes(spare, right.length).slice(), right);
    }
  });

  test(`with ${parity} parity bytes more than ${reach} are given up, or invented and then caught by the CRC`, () => {
    const chance = new Chance(parity + 1);
    let refused = 0;
    for (let round = 0; round < 400; round++) {
      const length = chance.between(20, 235);
      const data = chance.bytes(length - 4);
      probe.write(spare, data);
      const crc = ~call.crc32c!(-1, spare, length - 4);
      probe.write(spare + length - 4, new Uint8Array(Int32Array.of(crc).buffer));
      call.initReedSolomon!(parity);
      call.encodeParity!(spare, length, spare + length);
      harm(chance, chance.between(reach + 1, reach + 8), length);
      if (call.correct!(spare, length, spare + length) < 0) refused++;
      else {
        const stored = new DataView(probe.memory.buffer).getInt32(spare + length - 4, true);
        assert.is.not(~call.crc32c!(-1, spare, length - 4), stored, "a word that was never written passed both");
      }
    }
    assert.ok(refused > 300, `${refused} of 400 refused`);
  });
}

test("errors in the parity alone are corrected too", () => {
  const chance = new Chance(3);
  for (let round = 0; round < 50; round++) {
    const right = codeword(chance, 100, 16);
    for (const at of chance.different(8, 16)) probe.bytes(spare + 100, 16)[at]! ^= 0xff;
    assert.is(call.correct!(spare, 100, spare + 100), 8);
    assert.equal(probe.bytes(spare, 116).slice(), right);
  }
});

test("a code word begins at the first root alpha^0: the sum of all its bytes is zero", () => {
  const chance = new Chance(4);
  for (const parity of [8, 16])
    assert.is(
      codeword(chance, 200, parity).reduce((sum, byte) => sum ^ byte, 0),
      0,
    );
});

test("switching between 8 and 16 parity bytes leaves nothing of the other behind", () => {
  const chance = new Chance(5);
  const first = codeword(chance, 50, 16);
  codeword(chance, 50, 8);
  call.initReedSolomon!(16);
  probe.write(spare, first.subarray(0, 50));
  call.encodeParity!(spare, 50, spare + 50);
  assert.equal(probe.bytes(spare, 66).slice(), first);
});

test.run();

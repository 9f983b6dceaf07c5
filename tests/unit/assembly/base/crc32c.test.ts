/* CRC-32C against RFC 3720 B.4, and against its own definition. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Probe } from "../../../support/probe.js";
import { Chance } from "../../../support/probe-chance.js";

const test = suite("assembly/base/crc32c");
const probe = new Probe();
const { call, spare } = probe;
call.initCrc!();

function crc(bytes: ArrayLike<number>): number {
  probe.write(spare, bytes);
  return ~call.crc32c!(-1, spare, bytes.length) >>> 0;
}
const count = (length: number, of: (i: number) => number): number[] => Array.from({ length }, (_, i) => of(i));

/** An iSCSI SCSI Read (10) command PDU. */
const PDU = Buffer.from(
  "01c0000000000000000000000000000014000000000004000000001400000018280000000000000002000000000000000000",
  "hex",
).subarray(0, 48);

test("RFC 3720 B.4: 32 bytes of zeros, of ones, incrementing, decrementing, and a read command", () => {
  assert.is(crc(count(32, () => 0)), 0x8a9136aa);
  assert.is(crc(count(32, () => 255)), 0x62a8ab43);
  assert.is(crc(count(32, (i) => i)), 0x46dd794e);
  assert.is(crc(count(32, (i) => 31 - i)), 0x113fdb5c);
  assert.is(crc(PDU), 0xd9963a56);
});

test("the check value of the catalogue: 123456789", () => {
  assert.is(crc(Buffer.from("123456789")), 0xe3069283);
});

test("the state goes on where it stopped: in pieces as in one", () => {
  const bytes = new Chance(1).bytes(700);
  const whole = crc(bytes);
  for (const cut of [0, 1, 3, 239, 699, 700]) {
    probe.write(spare, bytes);
    const state = call.crc32c!(-1, spare, cut);
    assert.is(~call.crc32c!(state, spare + cut, bytes.length - cut) >>> 0, whole);
  }
});

test("a word counts as its four bytes, low one first", () => {
  const chance = new Chance(2);
  for (let i = 0; i < 200; i++) {
    const word = chance.u32();
    const seed = chance.u32();
    probe.write(spare, [word & 255, (word >> 8) & 255, (word >> 16) & 255, word >>> 24]);
    assert.is(call.crc32cWord!(seed, word), call.crc32c!(seed, spare, 4));
  }
});

test("every pattern of one or two flipped bits in 655 bytes is seen", () => {
  const chance = new Chance(3);
  const bytes = chance.bytes(655);
  const right = crc(bytes);
  for (let bit = 0; bit < bytes.length * 8; bit += 13) {
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    assert.is.not(crc(bytes), right);
    const other = chance.below(bytes.length * 8);
    bytes[other >> 3]! ^= 1 << (other & 7);
    if (other !== bit) assert.is.not(crc(bytes), right);
    bytes[other >> 3]! ^= 1 << (other & 7);
    bytes[bit >> 3]! ^= 1 << (bit & 7);
  }
});

test.run();

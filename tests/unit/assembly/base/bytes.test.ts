/* Little-endian fields, varints, zigzag, and what is blank. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Probe } from "../../../support/probe.js";
import { Chance } from "../../../support/probe-chance.js";

const test = suite("assembly/base/bytes");
const probe = new Probe();
const { call, long, spare } = { call: probe.call, long: probe.long, spare: probe.spare };
const U64_MAX = (1n << 64n) - 1n;

const WIDTHS = [
  { bits: 24, store: "storeU24", load: "loadU24" },
  { bits: 40, store: "storeU40", load: "loadU40" },
  { bits: 48, store: "storeU48", load: "loadU48" },
];

for (const { bits, store, load } of WIDTHS) {
  test(`a u${bits} is stored little-endian, comes back, and leaves its neighbours alone`, () => {
    const chance = new Chance(bits);
    const top = (1n << BigInt(bits)) - 1n;
    const narrow = bits <= 32;
    for (const value of [0n, 1n, 0x80n, top - 1n, top, ...Array.from({ length: 500 }, () => chance.u64() & top)]) {
      probe.bytes(spare, 16).fill(0xaa);
      call[store]!(spare + 1, narrow ? Number(value) : value);
      assert.is(narrow ? BigInt(call[load]!(spare + 1)) : long[load]!(spare + 1), value);
      const stored = probe.bytes(spare, 16);
      const expected = Array.from({ length: bits / 8 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
      assert.equal([...stored.subarray(1, 1 + bits / 8)], expected);
      assert.is(stored[0], 0xaa);
      assert.is(stored[1 + bits / 8], 0xaa);
    }
  });
}

function varint(value: bigint): number {
  return call.writeVarint!(spare, value) - spare;
}

test("a varint takes a byte for every seven bits, and comes back", () => {
  const chance = new Chance(1);
  const edges = Array.from({ length: 64 }, (_, i) => [(1n << BigInt(i)) - 1n, 1n << BigInt(i)]).flat();
  for (const value of [...edges, U64_MAX, ...Array.from({ length: 2000 }, () => chance.ofBits(64))]) {
    const length = varint(value);
    assert.is(length, Math.max(1, Math.ceil(value.toString(2).length / 7)), `${value}`);
    assert.is(call.varintBytes!(value), length);
    assert.is(long.readVarint!(spare, spare + length), value);
    assert.is(call.varintNext!(), spare + length);
  }
});

test("a varint that is cut off is malformed, whatever lies behind its end", () => {
  for (const value of [128n, 1n << 20n, U64_MAX]) {
    const length = varint(value);
    for (let have = 0; have < length; have++) {
      call.readVarint!(spare, spare + have);
      assert.is(call.varintNext!(), 0, `${have} of ${length} bytes`);
    }
  }
});

test("a varint that never ends is malformed", () => {
  probe.bytes(spare, 64).fill(0xff);
  call.readVarint!(spare, spare + 64);
  assert.is(call.varintNext!(), 0);
});

test("zigzag keeps small numbers of either sign small", () => {
  assert.equal(
    [0n, -1n, 1n, -2n, 2n].map((value) => long.zigzag!(value)),
    [0n, 1n, 2n, 3n, 4n],
  );
});

test("zigzag comes back for every 64-bit number", () => {
  const chance = new Chance(2);
  const values = [-(1n << 63n), (1n << 63n) - 1n, 0n, ...Array.from({ length: 1000 }, () => BigInt.asIntN(64, chance.u64()))];
  for (const value of values) assert.is(BigInt.asIntN(64, long.unzigzag!(long.zigzag!(value))), value);
});

test("bytes are blank only when every bit of them is set", () => {
  for (let start = 0; start < 8; start++) {
    for (let length = 0; length < 40; length++) {
      const bytes = probe.bytes(spare + start, length + 1);
      bytes.fill(255);
      bytes[length] = 0; // the byte behind does not count
      assert.is(call.isBlank!(spare + start, length), 1);
      for (let at = 0; at < length; at++) {
        bytes[at] = 255 ^ (1 << (at % 8));
        assert.is(call.isBlank!(spare + start, length), 0, `byte ${at} of ${length}`);
        bytes[at] = 255;
      }
    }
  }
});

test("aligning goes to the next and the last multiple", () => {
  for (const unit of [1, 2, 3, 4, 16, 512, 4096]) {
    for (let value = 0; value < 3 * unit; value += Math.max(1, unit >> 4)) {
      assert.is(call.alignUp!(value, unit), Math.ceil(value / unit) * unit);
      assert.is(call.alignDown!(value, unit), Math.floor(value / unit) * unit);
    }
  }
});

test.run();

/* Varints: LEB128 of at most four bytes. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readVarint, varint } from "../../../../host/pack/varint.js";

const test = suite("host/pack/varint");

test("seven bits a byte, low bits first", () => {
  assert.equal([...varint(0)], [0]);
  assert.equal([...varint(127)], [127]);
  assert.equal([...varint(128)], [0x80, 1]);
  assert.equal([...varint(8 << 20)], [0x80, 0x80, 0x80, 4]);
});

test("what was written is read, and what follows is left alone", () => {
  for (const value of [0, 1, 127, 128, 300, 16_383, 16_384, 2_097_151, 2_097_152, (1 << 28) - 1]) {
    const bytes = varint(value);
    assert.equal(readVarint(Uint8Array.of(...bytes, 0xff, 7)), { value, bytes: bytes.length });
  }
});

test("no end within four bytes is no varint", () => {
  assert.is(readVarint(new Uint8Array(0)), undefined);
  assert.is(readVarint(Uint8Array.of(0x80)), undefined);
  assert.is(readVarint(Uint8Array.of(0x80, 0x80, 0x80, 0x80, 1)), undefined);
});

test.run();

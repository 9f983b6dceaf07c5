import { suite } from "uvu";
import * as assert from "uvu/assert";
import { presets, RamFlash } from "../../../../host/flash/index.js";

const test = suite("host/flash/ram");
const geometry = { ...presets["spi-nor-8m"], blockCount: 3 };

test("a new part is blank, a program clears bits, an erase sets one block", () => {
  const flash = new RamFlash(geometry);
  assert.ok(flash.bytes.every((byte) => byte === 0xff));
  assert.is(flash.program(1, 10, Uint8Array.of(0xf0, 0x0f)), 0);
  assert.is(flash.program(1, 10, Uint8Array.of(0x3f, 0xff)), 0);
  const target = new Uint8Array(4);
  assert.is(flash.read(1, 9, target), 0);
  assert.equal([...target], [0xff, 0x30, 0x0f, 0xff]);
  flash.program(2, 0, Uint8Array.of(0));
  assert.is(flash.erase(1), 0);
  flash.read(1, 9, target);
  assert.equal([...target], [0xff, 0xff, 0xff, 0xff]);
  assert.is(flash.bytes[2 * 4096], 0, "the next block stands");
});

test("given bytes are used in place and must have the part's size", () => {
  const bytes = new Uint8Array(3 * 4096);
  assert.is(new RamFlash(geometry, bytes).bytes, bytes);
  assert.throws(() => new RamFlash(geometry, new Uint8Array(5)), /5 bytes given/);
});

test("calls outside the part fail and touch nothing", () => {
  const flash = new RamFlash(geometry);
  assert.is(flash.read(3, 0, new Uint8Array(1)), -1);
  assert.is(flash.program(0, 4095, Uint8Array.of(0, 0)), -1);
  assert.is(flash.program(-1, 0, Uint8Array.of(0)), -1);
  assert.is(flash.erase(3), -1);
  assert.is(flash.markBad(3), -1);
  assert.ok(flash.bytes.every((byte) => byte === 0xff));
});

test("a block marked bad stays so", () => {
  const flash = new RamFlash({ ...presets["slc-nand-64m"], blockCount: 3 });
  assert.not(flash.isBad(1));
  assert.is(flash.markBad(1), 0);
  assert.ok(flash.isBad(1));
  assert.not(flash.isBad(2));
});

test.run();

import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { HoldfastError } from "../../../../host/errors.js";
import { type FlashGeometry, OpfsFlash, presets } from "../../../../host/flash/index.js";
import { PrivateFile } from "../../../support/access-handle.js";

const test = suite("host/flash/opfs");
const spi: FlashGeometry = { ...presets["spi-nor-8m"], blockCount: 12 };
const SIZE = 12 * 4096;

function opened(): { file: PrivateFile; flash: OpfsFlash } {
  const file = new PrivateFile();
  return { file, flash: OpfsFlash.over(file.handle(), spi) };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "nothing",
    (thrown) => (thrown as HoldfastError).code,
  );
}

test("an empty file becomes a blank part, and nothing but the blocks", () => {
  const { file } = opened();
  assert.is(file.flushed.length, SIZE);
  assert.ok(file.flushed.every((byte) => byte === 0xff));
});

test("program clears bits, erase sets a block; the neighbours stay", () => {
  const { flash } = opened();
  assert.is(flash.program(3, 8, Uint8Array.of(0xf0, 0x0f)), 0);
  assert.is(flash.program(3, 8, Uint8Array.of(0x3c, 0xff)), 0);
  const read = new Uint8Array(4);
  assert.is(flash.read(3, 7, read), 0);
  assert.equal([...read], [0xff, 0x30, 0x0f, 0xff]);
  flash.program(4, 0, Uint8Array.of(0));
  assert.is(flash.erase(3), 0);
  flash.read(3, 7, read);
  assert.equal([...read], [0xff, 0xff, 0xff, 0xff]);
  flash.read(4, 0, read);
  assert.is(read[0], 0);
});

test("when a call returns 0, what it did is in the file and flushed", () => {
  const { file, flash } = opened();
  flash.program(1, 0, Uint8Array.of(1, 2, 3));
  assert.equal([...file.flushed.subarray(4096, 4099)], [1, 2, 3]);
  flash.erase(1);
  assert.equal([...file.flushed.subarray(4096, 4099)], [0xff, 0xff, 0xff]);
  flash.overwrite(1, 5, Uint8Array.of(9));
  assert.is(file.flushed[4096 + 5], 9);
  assert.is(flash.sync(), 0);
});

test("what was written is there for the next holder; the file has one at a time, and the second is told LOCKED", async () => {
  const { file, flash } = opened();
  flash.program(2, 0, Uint8Array.of(7));
  assert.is(await codeOf(OpfsFlash.open(file, spi)), "LOCKED");
  flash.close();
  const again = await OpfsFlash.open(file, spi);
  const whole = new Uint8Array(SIZE);
  again.readAll(whole);
  assert.is(whole[2 * 4096], 7);
});

test("a file of another size is refused, stays as it is, and is given back", async () => {
  for (const [sizeBytes, code] of [
    [SIZE - 1, "TRUNCATED"],
    [SIZE + 1, "WRONG_GEOMETRY"],
  ] as const) {
    const file = new PrivateFile();
    file.written = new Uint8Array(sizeBytes);
    assert.is(await codeOf(OpfsFlash.open(file, spi)), code);
    assert.equal(file.written, new Uint8Array(sizeBytes));
    assert.not.ok(file.isOpen);
  }
});

test("other failures to open pass through unchanged", async () => {
  const odd = new TypeError("not in this browser");
  const file = { createSyncAccessHandle: () => Promise.reject(odd) };
  assert.is(await OpfsFlash.open(file, spi).catch((thrown) => thrown), odd);
});

test("a browser that takes no more, or not all, is a failing part: -1, and it says why", () => {
  const { file, flash } = opened();
  file.full = true;
  assert.is(flash.program(0, 0, Uint8Array.of(0)), -1);
  assert.is(flash.lastFailure?.name, "QuotaExceededError");
  assert.is(flash.erase(0), -1);
  file.full = false;
  file.shortBytes = 1;
  assert.is(flash.program(0, 0, Uint8Array.of(0, 0)), -1);
  assert.match(flash.lastFailure?.message ?? "", "1 of 2 bytes written");
  file.written = file.written.subarray(0, SIZE - 10);
  assert.throws(
    () => flash.readAll(new Uint8Array(SIZE)),
    (thrown: HoldfastError) => thrown.code === "IO",
  );
});

test("outside the part every call fails and touches nothing", () => {
  const { file, flash } = opened();
  assert.is(flash.read(12, 0, new Uint8Array(1)), -1);
  assert.is(flash.program(0, 4095, new Uint8Array(2)), -1);
  assert.is(flash.erase(-1), -1);
  assert.is(file.written.length, SIZE);
  assert.ok(file.written.every((byte) => byte === 0xff));
});

test("NAND: a bad block is one whose first page is zeros, and the mark is in the file", () => {
  const nand = { ...presets["slc-nand-64m"], blockCount: 12 };
  const file = new PrivateFile();
  const flash = OpfsFlash.over(file.handle(), nand);
  assert.not.ok(flash.isBad(5));
  assert.is(flash.markBad(5), 0);
  flash.close();
  assert.ok(OpfsFlash.over(file.handle(), nand).isBad(5));
  assert.is(opened().flash.markBad(5), -1);
  assert.not.ok(opened().flash.isBad(5));
});

test.run();

import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { HoldfastError } from "../../../../host/errors.js";
import { FileFlash, presets } from "../../../../host/flash/index.js";
import { labelledImage, putLabel } from "./labelled-image.js";

const test = suite<{ folder: string; image: string }>("host/flash/file");
const spi = { ...presets["spi-nor-8m"], blockCount: 16 };
const SIZE = 16 * 4096;

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), "holdfast-file-"));
  context.image = join(context.folder, "handset.flash");
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true }));

/** `work` fails with this code and these words, and leaves the folder as it was. */
function refuses(folder: string, code: string, words: RegExp, work: () => unknown): void {
  const before = snapshot(folder);
  assert.throws(work, (error: unknown) => {
    assert.instance(error, HoldfastError);
    assert.is((error as HoldfastError).code, code);
    assert.match(`${(error as Error).message} | ${(error as HoldfastError).hint}`, words);
    return true;
  });
  assert.equal(snapshot(folder), before, "nothing was written");
}

function snapshot(folder: string): [string, string, number][] {
  return readdirSync(folder).map((name) => {
    const path = join(folder, name);
    const status = statSync(path);
    return [name, status.isFile() ? readFileSync(path).toString("base64") : "", status.mtimeMs];
  });
}

function bytesOf(flash: FileFlash, block: number, offset: number, length: number): number[] {
  const target = new Uint8Array(length);
  assert.is(flash.read(block, offset, target), 0);
  return [...target];
}

test("a created image is blank, holds the blocks and nothing else, and is alone in its folder", ({ image, folder }) => {
  const flash = FileFlash.create(image, spi);
  assert.equal(flash.geometry, spi);
  flash.close();
  assert.equal(readdirSync(folder), ["handset.flash"]);
  const bytes = readFileSync(image);
  assert.is(bytes.length, SIZE);
  assert.ok(bytes.every((byte) => byte === 0xff));
});

test("program clears bits, erase sets one block, and the file has it all", ({ image }) => {
  const flash = FileFlash.create(image, spi);
  assert.is(flash.program(1, 10, Uint8Array.of(0xf0, 0x0f)), 0);
  assert.is(flash.program(1, 10, Uint8Array.of(0x3f, 0xff)), 0);
  assert.equal(bytesOf(flash, 1, 9, 4), [0xff, 0x30, 0x0f, 0xff]);
  flash.program(2, 0, new Uint8Array(4096));
  flash.program(3, 0, Uint8Array.of(7));
  assert.is(flash.erase(2), 0);
  assert.is(flash.sync(), 0);
  const bytes = readFileSync(image);
  assert.equal([...bytes.subarray(4096 + 9, 4096 + 13)], [0xff, 0x30, 0x0f, 0xff]);
  assert.ok(bytes.subarray(2 * 4096, 3 * 4096).every((byte) => byte === 0xff));
  assert.is(bytes[3 * 4096], 7);
  flash.close();
});

test("nothing is kept in RAM: a read shows what the file holds now", ({ image }) => {
  const flash = FileFlash.create(image, spi);
  const bytes = readFileSync(image);
  bytes[5] = 0x42;
  const file = openSync(image, "r+");
  writeFileSync(file, bytes);
  closeSync(file);
  assert.equal(bytesOf(flash, 0, 4, 2), [0xff, 0x42]);
  flash.close();
});

test("an image survives the process: open finds geometry and content again", ({ image }) => {
  for (const preset of ["spi-nor-8m", "slc-nand-64m"] as const) {
    const geometry = { ...presets[preset], blockCount: 12 };
    writeFileSync(image, labelledImage(geometry));
    const first = FileFlash.open(image);
    assert.equal(first.geometry, geometry);
    const page = new Uint8Array(geometry.pageBytes).fill(0x5a);
    first.program(3, geometry.pageBytes, page);
    first.close();
    const second = FileFlash.open(image);
    assert.equal(bytesOf(second, 3, geometry.pageBytes, page.length), [...page]);
    second.close();
  }
});

test("calls outside the part fail and touch nothing", ({ image }) => {
  const flash = FileFlash.create(image, spi);
  assert.is(flash.read(16, 0, new Uint8Array(1)), -1);
  assert.is(flash.program(15, 4095, Uint8Array.of(0, 0)), -1);
  assert.is(flash.program(-1, 0, Uint8Array.of(0)), -1);
  assert.is(flash.erase(16), -1);
  flash.close();
  assert.is(statSync(image).size, SIZE);
  assert.ok(readFileSync(image).every((byte) => byte === 0xff));
});

test("a disk that fails is a failing part, and says why", ({ image }) => {
  const flash = FileFlash.create(image, spi);
  truncateSync(image, 4096);
  assert.is(flash.read(1, 0, new Uint8Array(4)), -1);
  assert.match(flash.lastFailure!.message, "ends at byte 4096");
  assert.is(flash.program(1, 0, Uint8Array.of(0)), -1);
  flash.close();
});

test("a missing image is NOT_FOUND and init is named", ({ image, folder }) => {
  refuses(folder, "NOT_FOUND", /handset\.flash does not exist.*holdfast init/, () => FileFlash.open(image));
});

test("a file without labels is NOT_FORMATTED, and not even a lock is made beside it", ({ image, folder }) => {
  for (const content of [
    new Uint8Array(0),
    new TextEncoder().encode("BEGIN:VCARD\n"),
    new Uint8Array(SIZE).fill(0xff),
    new Uint8Array(SIZE),
  ]) {
    writeFileSync(image, content);
    utimesSync(folder, 1000, 1000);
    refuses(folder, "NOT_FORMATTED", /not a Holdfast image.*nothing was written/s, () => FileFlash.open(image));
  }
  assert.is(statSync(folder).mtimeMs, 1_000_000);
  rmSync(image);
  mkdirSync(image);
  refuses(folder, "NOT_FORMATTED", /not a file/, () => FileFlash.open(image));
});

test("a short image is TRUNCATED, with both sizes", ({ image, folder }) => {
  for (const length of [SIZE - 1, 4096, 100]) {
    writeFileSync(image, labelledImage(spi).subarray(0, length));
    refuses(folder, "TRUNCATED", new RegExp(`${SIZE} bytes expected, ${length} found`), () => FileFlash.open(image));
  }
});

test("a long image, and labels of a part that is not served, are WRONG_GEOMETRY", ({ image, folder }) => {
  writeFileSync(image, Buffer.concat([labelledImage(spi), Buffer.alloc(1)]));
  refuses(folder, "WRONG_GEOMETRY", new RegExp(`${SIZE} bytes expected, ${SIZE + 1} found`), () => FileFlash.open(image));
  writeFileSync(image, labelledImage({ ...spi, blockCount: 5 }));
  refuses(folder, "WRONG_GEOMETRY", /5 blocks/, () => FileFlash.open(image));
});

test("a later major version is NEWER_FORMAT", ({ image, folder }) => {
  const bytes = labelledImage(spi);
  for (let block = 0; block < 16; block++) bytes[block * 4096 + 4] = 2;
  writeFileSync(image, bytes);
  refuses(folder, "NEWER_FORMAT", /format 2/, () => FileFlash.open(image));
  for (let block = 0; block < 16; block++) bytes[block * 4096 + 5] = 9;
  for (let block = 0; block < 16; block++) bytes[block * 4096 + 4] = 1;
  writeFileSync(image, bytes);
  FileFlash.open(image).close();
});

test("a second opener is LOCKED until the first closes, the reader too", ({ image, folder }) => {
  writeFileSync(image, labelledImage(spi));
  const flash = FileFlash.open(image);
  refuses(folder, "LOCKED", new RegExp(`pid ${process.pid}`), () => FileFlash.open(image));
  refuses(folder, "LOCKED", /in use/, () => FileFlash.open(image, { readOnly: true }));
  refuses(folder, "LOCKED", /in use/, () => FileFlash.create(image, spi, { force: true }));
  flash.close();
  assert.not(existsSync(`${image}.lock`));
  const blank = FileFlash.create(join(folder, "blank"), spi);
  refuses(folder, "LOCKED", /in use/, () => FileFlash.open(blank.path));
  blank.close();
  FileFlash.open(image).close();
});

test("an open or a create that fails leaves no lock", ({ image, folder }) => {
  writeFileSync(image, labelledImage(spi).subarray(0, 4096));
  assert.throws(() => FileFlash.open(image));
  writeFileSync(image, labelledImage(spi));
  FileFlash.open(image).close();
  mkdirSync(`${image}.${process.pid}.new`);
  assert.throws(() => FileFlash.create(image, spi, { force: true }));
  assert.equal(readdirSync(folder).sort(), ["handset.flash", `handset.flash.${process.pid}.new`]);
});

test("a file that may not be written is READ_ONLY, for root too; readOnly opens it and never writes", ({ image, folder }) => {
  writeFileSync(image, labelledImage(spi));
  chmodSync(image, 0o444);
  refuses(folder, "READ_ONLY", /may not be written.*chmod/, () => FileFlash.open(image));
  refuses(folder, "READ_ONLY", /may not be written/, () => FileFlash.create(image, spi, { force: true }));
  const before = readFileSync(image);
  const flash = FileFlash.open(image, { readOnly: true });
  assert.is(bytesOf(flash, 0, 0, 1)[0], 0x48);
  assert.throws(
    () => flash.program(0, 100, Uint8Array.of(0)),
    (error: HoldfastError) => error.code === "READ_ONLY",
  );
  assert.throws(
    () => flash.erase(0),
    (error: HoldfastError) => error.code === "READ_ONLY",
  );
  assert.is(flash.sync(), 0);
  flash.close();
  assert.equal(readFileSync(image), before);
});

test("create replaces nothing without force, and a live image only with it", ({ image, folder }) => {
  writeFileSync(image, "my thesis");
  refuses(folder, "BUSY", /exists already/, () => FileFlash.create(image, spi));
  FileFlash.create(image, spi, { force: true }).close();
  assert.is(statSync(image).size, SIZE);
  refuses(folder, "INVALID", /not a file/, () => FileFlash.create(folder, spi, { force: true }));
  refuses(folder, "NOT_FOUND", /no folder/, () => FileFlash.create(join(folder, "nowhere", "x"), spi));
  refuses(folder, "WRONG_GEOMETRY", /5 blocks/, () => FileFlash.create(join(folder, "x"), { ...spi, blockCount: 5 }));
});

test("a geometry given opens a blank or damaged image of that size, and no other", ({ image, folder }) => {
  FileFlash.create(image, spi).close();
  const flash = FileFlash.open(image, { geometry: spi });
  assert.equal(flash.geometry, spi);
  flash.close();
  refuses(folder, "TRUNCATED", /expected/, () => FileFlash.open(image, { geometry: { ...spi, blockCount: 17 } }));
  const bytes = labelledImage(spi);
  writeFileSync(image, bytes);
  refuses(folder, "WRONG_GEOMETRY", /another geometry/, () => FileFlash.open(image, { geometry: { ...spi, programBytes: 2 } }));
});

test("one rotten label does not keep an image from opening", ({ image }) => {
  const bytes = labelledImage(spi);
  putLabel(bytes, 0, { ...spi, blockBytes: 2 ** 30 });
  writeFileSync(image, bytes);
  const flash = FileFlash.open(image);
  assert.equal(flash.geometry, spi);
  flash.close();
});

test("after close every call says so; close again is harmless", ({ image }) => {
  const flash = FileFlash.create(image, spi);
  flash.close();
  flash.close();
  assert.not(flash.isOpen);
  const closed = (error: HoldfastError) => error.code === "CLOSED";
  assert.throws(() => flash.read(0, 0, new Uint8Array(1)), closed);
  assert.throws(() => flash.program(0, 0, new Uint8Array(1)), closed);
  assert.throws(() => flash.erase(0), closed);
  assert.throws(() => flash.sync(), closed);
});

test("a bad block of a NAND image is still bad when it is opened again; NOR has none", ({ image, folder }) => {
  const geometry = { ...presets["slc-nand-64m"], blockCount: 12 };
  writeFileSync(image, labelledImage(geometry));
  const flash = FileFlash.open(image);
  assert.not(flash.isBad(4));
  assert.is(flash.markBad(4), 0);
  flash.close();
  const again = FileFlash.open(image);
  assert.equal(
    [3, 4, 5].map((block) => again.isBad(block)),
    [false, true, false],
  );
  again.close();
  const nor = FileFlash.create(join(folder, "nor"), spi);
  nor.program(1, 0, new Uint8Array(256));
  assert.not(nor.isBad(1));
  assert.is(nor.markBad(1), -1);
  nor.close();
});

test.run();

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FlashRuleViolation, NandFlash, NorFlash, type PhysicsFlash, presets } from "../../../../host/flash/index.js";

const test = suite("host/flash/physics");
const spi = { ...presets["spi-nor-8m"], blockCount: 4 };
const ecc = { ...presets["ecc-nor-16m"], blockCount: 3 };
const nand = { ...presets["slc-nand-64m"], blockCount: 3 };

/** `work` breaks `rule`: it throws, is listed, and leaves the cells as they were. */
function breaks(flash: PhysicsFlash, rule: string, work: () => unknown): void {
  const before = flash.bytes.slice();
  const count = flash.violations.length;
  assert.throws(work, (error: unknown) => error instanceof FlashRuleViolation && error.rule === rule, rule);
  assert.is(flash.violations.length, count + 1);
  assert.match(flash.violations[count], `"${rule}"`);
  assert.equal(flash.bytes, before);
}

test("what is programmed is read back, short spans and long", () => {
  for (const length of [1, 95, 96, 97, 4096]) {
    const flash = new NorFlash(spi);
    const source = Uint8Array.from({ length }, (_, i) => (i * 7) & 0xff);
    assert.is(flash.program(2, 4096 - length, source), 0);
    const target = new Uint8Array(length);
    assert.is(flash.read(2, 4096 - length, target), 0);
    assert.equal(target, source);
  }
});

test("a source that is a view of a larger buffer is taken from where it begins", () => {
  const flash = new NorFlash(spi);
  flash.program(1, 0, Uint8Array.of(1, 2, 3, 4).subarray(2));
  assert.equal([...flash.bytes.subarray(4096, 4099)], [3, 4, 0xff]);
});

test("no call reaches outside the part", () => {
  const flash = new NorFlash(spi);
  breaks(flash, "area", () => flash.read(4, 0, new Uint8Array(1)));
  breaks(flash, "area", () => flash.read(0, 4095, new Uint8Array(2)));
  breaks(flash, "area", () => flash.program(0, 4095, Uint8Array.of(0, 0)));
  breaks(flash, "area", () => flash.program(-1, 0, Uint8Array.of(0)));
  breaks(flash, "area", () => flash.erase(4));
});

test("programs begin and end on program units, and are not empty", () => {
  const flash = new NorFlash(ecc);
  breaks(flash, "alignment", () => flash.program(0, 8, new Uint8Array(16)));
  breaks(flash, "alignment", () => flash.program(0, 16, new Uint8Array(24)));
  breaks(flash, "alignment", () => flash.program(0, 16, new Uint8Array(0)));
  assert.is(flash.program(0, 16, new Uint8Array(32)), 0);
});

test("a unit is programmed once between erases, even with 0xFF", () => {
  for (const geometry of [spi, ecc]) {
    const unit = new Uint8Array(geometry.programBytes).fill(0xff);
    const flash = new NorFlash(geometry);
    flash.program(1, 0, unit);
    flash.program(1, 2 * unit.length, unit);
    breaks(flash, "once", () => flash.program(1, 0, unit));
    breaks(flash, "once", () => flash.program(1, unit.length, new Uint8Array(2 * unit.length).fill(0xff)));
    assert.is(flash.program(1, unit.length, unit), 0, "the unit between is free");
    assert.is(flash.program(2, 0, unit), 0, "so is the next block");
    flash.erase(1);
    assert.is(flash.program(1, 0, unit), 0);
  }
});

test("exactly the units of the span count as programmed, wherever it begins and ends", () => {
  for (const [offset, length] of [
    [0, 1],
    [7, 1],
    [7, 2],
    [0, 8],
    [8, 16],
    [3, 40],
    [5, 11],
    [16, 24],
  ]) {
    const flash = new NorFlash(spi);
    flash.program(1, offset, new Uint8Array(length));
    for (let at = 0; at < 64; at++) assert.is(flash.isProgrammed(1, at), at >= offset && at < offset + length, `${offset} ${length} ${at}`);
    for (const at of [offset, offset + length - 1]) breaks(flash, "once", () => flash.program(1, at, Uint8Array.of(0)));
    breaks(flash, "once", () => flash.program(1, 0, new Uint8Array(64)));
  }
});

test("an erase frees its own block only", () => {
  const odd = { ...spi, blockBytes: 4, pageBytes: 4, blockCount: 4 };
  for (const geometry of [spi, ecc, odd]) {
    const flash = new NorFlash(geometry);
    const whole = new Uint8Array(geometry.blockBytes);
    for (const block of [0, 1, 2]) flash.program(block, 0, whole);
    flash.erase(1);
    const last = geometry.blockBytes - geometry.programBytes;
    breaks(flash, "once", () => flash.program(0, last, whole.subarray(last)));
    breaks(flash, "once", () => flash.program(2, 0, whole.subarray(last)));
    assert.ok(flash.bytes.subarray(geometry.blockBytes, 2 * geometry.blockBytes).every((byte) => byte === 0xff));
    assert.is(flash.bytes[2 * geometry.blockBytes], 0);
    assert.is(flash.program(1, 0, whole), 0);
  }
});

test("program cannot set a cleared bit", () => {
  const flash = new NorFlash(spi);
  flash.bytes[5] = 0x0f;
  breaks(flash, "set-bits", () => flash.program(0, 4, Uint8Array.of(0xff, 0x1f)));
  assert.is(flash.program(0, 4, Uint8Array.of(0xff, 0x0e)), 0);
});

test("a suspect block is not programmed before an erase of it has completed", () => {
  const flash = new NorFlash(spi);
  flash.markSuspect(2);
  breaks(flash, "suspect", () => flash.program(2, 0, Uint8Array.of(0xff)));
  assert.is(flash.program(1, 0, Uint8Array.of(0)), 0);
  flash.erase(2);
  assert.is(flash.program(2, 0, Uint8Array.of(0)), 0);
});

test("erases are counted per block, torn ones too", () => {
  const flash = new NorFlash(spi);
  flash.erase(1);
  flash.erase(1);
  flash.markSuspect(3);
  assert.equal([...flash.eraseCounts], [0, 2, 0, 1]);
});

test("content to start from counts as programmed where it is not blank", () => {
  const backing = new Uint8Array(3 * ecc.blockBytes).fill(0xff);
  backing[ecc.blockBytes + 40] = 0;
  const flash = new NorFlash(ecc, { backing });
  assert.is(flash.bytes, backing);
  breaks(flash, "once", () => flash.program(1, 32, new Uint8Array(16)));
  assert.is(flash.program(1, 16, new Uint8Array(16)), 0);
  assert.is(flash.program(1, 48, new Uint8Array(16)), 0);
  assert.throws(() => new NorFlash(ecc, { backing: new Uint8Array(7) }), /7 bytes given/);
});

test("a clone is equal, and neither sees what the other does", () => {
  for (const original of [new NorFlash(spi), new NandFlash(nand)]) {
    const unit = new Uint8Array(original.geometry.programBytes);
    original.program(1, 0, unit);
    original.erase(0);
    original.markSuspect(2);
    assert.throws(() => original.program(1, 0, unit));
    const copy = original.clone();
    assert.equal(copy.bytes, original.bytes);
    assert.equal(copy.eraseCounts, original.eraseCounts);
    assert.equal(copy.violations, original.violations);
    breaks(copy, "once", () => copy.program(1, 0, unit));
    breaks(copy, "suspect", () => copy.program(2, 0, unit));
    copy.erase(1);
    copy.erase(2);
    copy.program(0, 0, unit);
    assert.is(original.bytes[original.geometry.blockBytes], 0);
    assert.equal([...original.eraseCounts.subarray(0, 3)], [1, 0, 1]);
    assert.is(original.violations.length, 1);
    breaks(original, "suspect", () => original.program(2, 0, unit));
    assert.is(original.program(0, 0, unit), 0);
  }
});

test("cloneInto makes the target equal, whatever it was", () => {
  const original = new NorFlash(spi);
  original.program(1, 0, Uint8Array.of(1));
  const target = new NorFlash(spi);
  target.program(2, 0, Uint8Array.of(2));
  target.markSuspect(3);
  assert.throws(() => target.erase(9));
  original.cloneInto(target);
  assert.equal(target.bytes, original.bytes);
  assert.equal(target.violations, []);
  assert.is(target.program(2, 0, Uint8Array.of(2)), 0);
  assert.is(target.program(3, 0, Uint8Array.of(2)), 0);
  breaks(target, "once", () => target.program(1, 0, Uint8Array.of(1)));
  assert.throws(() => original.cloneInto(new NorFlash({ ...spi, blockCount: 5 })), /same geometry/);
});

test("in a block that is not what its user was told, the rules go by what was told and the cells by what they are", () => {
  for (const flash of [new NorFlash(spi), new NandFlash(nand)]) {
    const unit = new Uint8Array(flash.geometry.programBytes).fill(0x0f);
    flash.program(1, 0, unit);
    flash.markErased(1);
    assert.is(flash.program(1, 0, unit.slice().fill(0x3c)), 0, "neither once nor set-bits, nor order");
    assert.is(flash.cells.bytesOf(1)[0], 0x0c);
    breaks(flash, "once", () => flash.program(1, 0, unit));
    flash.clearCells(2, 0, Uint8Array.of(0x55));
    assert.is(flash.program(2, 0, unit), 0);
    assert.is(flash.cells.bytesOf(2)[0], 0x05);
    flash.blankCells(2);
    assert.is(flash.cells.bytesOf(2)[0], 0xff);
    breaks(flash, "once", () => flash.program(2, 0, unit));
    flash.erase(2);
    assert.equal([...flash.estranged.subarray(0, 3)], [0, 1, 0]);
    flash.bytes[2 * flash.geometry.blockBytes] = 0;
    breaks(flash, "set-bits", () => flash.program(2, 0, unit));
    assert.equal([...flash.clone().estranged], [...flash.estranged]);
  }
});

test("a block is partial from its first program until its last unit", () => {
  for (const flash of [new NorFlash({ ...spi, blockBytes: 256, pageBytes: 64 }), new NorFlash({ ...spi, blockBytes: 4, pageBytes: 4 })]) {
    assert.not(flash.isPartial(1));
    flash.program(1, 0, Uint8Array.of(0xff));
    assert.ok(flash.isPartial(1));
    flash.program(1, 1, new Uint8Array(flash.geometry.blockBytes - 1));
    assert.not(flash.isPartial(1));
  }
});

test("branching copies only what is written to afterwards", () => {
  const original = new NorFlash({ ...spi, blockCount: 24 });
  for (let block = 0; block < 12; block++) original.program(block, 0, new Uint8Array(64));
  const spare = original.clone();
  for (let n = 0; n < 100; n++) {
    original.cloneInto(spare);
    spare.program(n % 12, 64, new Uint8Array(64));
    spare.erase((n + 1) % 12);
  }
  assert.is(spare.cells.copiedBytes, 100 * spi.blockBytes, "one block a round");
  assert.is(original.cells.copiedBytes, 12 * spi.blockBytes, "only blank ones, at first");
});

test("the image hash is equal for equal parts and tells apart what answers differently", () => {
  for (const make of [() => new NorFlash(spi), () => new NandFlash(nand)]) {
    const unit = new Uint8Array(make().geometry.programBytes);
    const after = (work: (flash: PhysicsFlash) => unknown): bigint => {
      const flash = make();
      work(flash);
      return flash.imageHash();
    };
    const blank = make().imageHash();
    assert.is(
      after((flash) => flash.erase(1)),
      blank,
      "erase counts are not in it",
    );
    assert.is(
      after((flash) => flash.read(1, 0, unit.slice())),
      blank,
    );
    const different = [
      after((flash) => flash.program(1, 0, unit)),
      after((flash) => flash.program(1, 0, unit.slice().fill(0xff))),
      after((flash) => flash.program(0, 0, unit)),
      after((flash) => flash.program(0, unit.length, unit)),
      after((flash) => flash.markSuspect(1)),
      after((flash) => flash.markSuspect(2)),
      after((flash) => flash.markBad?.(1)),
    ];
    const expected = make().markBad === undefined ? 7 : 8;
    assert.is(new Set([blank, ...different]).size, expected);
    const copy = make();
    copy.program(1, 0, unit);
    const clone = copy.clone();
    assert.is(clone.imageHash(), different[0]);
    clone.erase(1);
    assert.is(clone.imageHash(), blank);
    assert.is(copy.imageHash(), different[0]);
  }
});

test("shapes no part has are refused", () => {
  assert.throws(() => new NorFlash({ ...spi, programBytes: 3 }), /no part/);
  assert.throws(() => new NorFlash({ ...spi, pageBytes: 300 }), /no part/);
});

test.run();

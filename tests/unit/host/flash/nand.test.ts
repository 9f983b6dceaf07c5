import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FlashRuleViolation, NandFlash, presets } from "../../../../host/flash/index.js";

const test = suite("host/flash/nand");
const geometry = { ...presets["slc-nand-64m"], blockCount: 4 };
const PAGE = geometry.pageBytes;
const page = new Uint8Array(PAGE).fill(0x55);

function breaks(rule: string, work: () => unknown): void {
  assert.throws(work, (error: unknown) => error instanceof FlashRuleViolation && error.rule === rule, rule);
}

test("pages of a block go up; some may be left out, none gone back to", () => {
  const flash = new NandFlash(geometry);
  flash.program(1, 0, page);
  flash.program(1, 5 * PAGE, page);
  breaks("order", () => flash.program(1, 3 * PAGE, page));
  breaks("once", () => flash.program(1, 5 * PAGE, page));
  assert.is(flash.program(1, 6 * PAGE, page), 0);
  assert.is(flash.program(2, 0, page), 0, "each block for itself");
  assert.is(flash.violations.length, 2);
});

test("several pages in one call count up to the last", () => {
  const flash = new NandFlash(geometry);
  flash.program(1, 0, new Uint8Array(3 * PAGE));
  breaks("once", () => flash.program(1, 2 * PAGE, page));
  assert.is(flash.program(1, 3 * PAGE, page), 0);
});

test("an erase lets the block begin again at page 0", () => {
  const flash = new NandFlash(geometry);
  flash.program(1, 9 * PAGE, page);
  flash.erase(1);
  assert.is(flash.program(1, 0, page), 0);
});

test("less than a page is refused", () => {
  const flash = new NandFlash(geometry);
  breaks("alignment", () => flash.program(1, 0, new Uint8Array(512)));
  breaks("alignment", () => flash.program(1, 512, page));
});

test("bad blocks, the factory's and grown ones, are neither programmed nor erased", () => {
  const flash = new NandFlash(geometry, { badBlocks: [2] });
  assert.equal(
    [0, 1, 2, 3].map((block) => flash.isBad(block)),
    [false, false, true, false],
  );
  assert.is(flash.markBad(3), 0);
  assert.ok(flash.isBad(3));
  for (const block of [2, 3]) {
    breaks("bad-block", () => flash.program(block, 0, page));
    breaks("bad-block", () => flash.erase(block));
    assert.is(flash.read(block, 0, new Uint8Array(4)), 0, "reading is allowed");
  }
  breaks("area", () => flash.isBad(4));
  breaks("area", () => flash.markBad(4));
});

test("a clone knows the bad blocks and the page order", () => {
  const flash = new NandFlash(geometry, { badBlocks: [2] });
  flash.program(1, 4 * PAGE, page);
  const copy = flash.clone();
  assert.ok(copy.isBad(2));
  breaks("order", () => copy.program(1, PAGE, page));
  copy.markBad(3);
  assert.not(flash.isBad(3));
});

test("content to start from sets the page order", () => {
  const backing = new Uint8Array(4 * geometry.blockBytes).fill(0xff);
  backing[geometry.blockBytes + 2 * PAGE + 100] = 0;
  const flash = new NandFlash(geometry, { backing });
  breaks("order", () => flash.program(1, PAGE, page));
  assert.is(flash.program(1, 3 * PAGE, page), 0);
});

test("NOR geometries and part-page units are refused", () => {
  assert.throws(() => new NandFlash(presets["spi-nor-8m"]), /nor geometry/);
  assert.throws(() => new NandFlash({ ...geometry, programBytes: 512 }), /is the page/);
});

test.run();

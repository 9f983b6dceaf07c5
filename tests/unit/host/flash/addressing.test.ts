import { suite } from "uvu";
import * as assert from "uvu/assert";
import { blank, bytes, cells, faulty, NAND, NOR, read } from "./fault-parts.js";

const test = suite("host/flash/addressing");

test("A1: the program lands at the address with the mask's lines inverted; where it was asked for nothing changes", () => {
  const flash = faulty([{ id: "A1", at: 1, mask: 1 << 11 }]);
  assert.is(flash.program(1, 0, bytes(8)), 0);
  assert.is(flash.program(1, 16, bytes(8, 0x21)), 0, "and nobody is told");
  assert.is(flash.program(1, 32, bytes(8)), 0);
  assert.equal(cells(flash, 1).slice(0, 48), [...bytes(8), ...blank(24), ...bytes(8), ...blank(8)]);
  assert.equal(cells(flash, 3).slice(16, 24), [...bytes(8, 0x21)]);
});

test("A1: what was there is cleared further, and its user breaks no rule by programming there", () => {
  const flash = faulty([{ id: "A1", at: 1, mask: 1 << 11 }]);
  flash.program(3, 0, bytes(8, 0x0f));
  flash.program(1, 0, bytes(16, 0x33));
  assert.equal(cells(flash, 3).slice(0, 16), [...bytes(8, 0x03), ...bytes(8, 0x33)]);
  assert.is(flash.program(3, 8, bytes(8, 0xc0)), 0, "not set-bits");
  assert.equal(cells(flash, 3).slice(8, 16), [...bytes(8, 0x00)]);
  assert.throws(() => flash.program(1, 0, bytes(16)), /once/, "what was asked for counts as programmed");
  assert.throws(() => flash.program(3, 0, bytes(8)), /once/);
  flash.erase(3);
  assert.is(flash.program(3, 0, bytes(8, 0x0f)), 0);
  assert.equal(cells(flash, 3).slice(0, 9), [...bytes(8, 0x0f), 0xff]);
});

test("A1 goes to the page named, or to one that is drawn, and never leaves the part or a block", () => {
  const flash = faulty([{ id: "A1", at: 0, page: 40 }]);
  flash.program(1, 5, bytes(3));
  assert.equal(cells(flash, 1), blank(1024));
  assert.equal([...flash.inner.bytes.subarray(40 * 64 + 5, 40 * 64 + 8)], [0, 0, 0]);
  const places = new Set<number>();
  for (let seed = 0; seed < 80; seed++) {
    const drawn = faulty([{ id: "A1", at: 0 }], NOR, { seed });
    drawn.program(1, 0, bytes(700));
    const first = drawn.inner.bytes.indexOf(0);
    assert.ok(first >= 0 && first % 1024 <= 324, "all of it inside one block");
    assert.is.not(first, 1024);
    assert.is(drawn.inner.bytes.filter((byte) => byte === 0).length, 700);
    places.add(first);
  }
  assert.ok(places.size > 12, `${places.size} places`);
});

test("A2: another block is erased, and the one asked for is not; its user is told that it was", () => {
  const flash = faulty([{ id: "A2", at: 2, block: 5 }]);
  flash.program(1, 0, bytes(8, 0x55));
  flash.program(5, 0, bytes(8, 0x55));
  assert.is(flash.erase(1), 0);
  assert.equal([cells(flash, 1)[0], cells(flash, 5)[0]], [0x55, 0xff]);
  assert.equal([flash.inner.eraseCounts[1], flash.inner.eraseCounts[5]], [0, 1]);
  assert.is(flash.program(1, 0, bytes(8, 0xf0)), 0);
  assert.equal(cells(flash, 1)[0], 0x50);
  assert.throws(() => flash.program(5, 0, bytes(8)), /once/, "the rules go by what was told");
  const drawn = new Set<number>();
  for (let seed = 0; seed < 40; seed++) {
    const other = faulty([{ id: "A2", at: 0 }], NOR, { seed });
    other.erase(1);
    drawn.add(other.inner.eraseCounts.indexOf(1));
  }
  assert.not.ok(drawn.has(1));
  assert.is(drawn.size, 7);
});

test("A3: one read shows another page, well-formed; sticky, every read of that page until it is taken back", () => {
  for (const isSticky of [false, true]) {
    const flash = faulty([{ id: "A3", at: 1, page: 40, isSticky }]);
    flash.program(1, 0, bytes(64, 0x11));
    flash.program(2, 512, bytes(64, 0x22));
    assert.is(read(flash, 1, 0, 1)[0], 0x11);
    assert.equal(read(flash, 1, 10, 4), [...bytes(4, 0x22)]);
    assert.equal(read(flash, 1, 10, 4), [...bytes(4, isSticky ? 0x22 : 0x11)]);
    assert.equal(read(flash, 1, 64, 4), blank(4));
    flash.endFaults();
    assert.equal(read(flash, 1, 0, 64), [...bytes(64, 0x11)]);
  }
  const lines = faulty([{ id: "A3", at: 0, mask: 1 << 10 }]);
  lines.program(2, 3, bytes(1, 0x77));
  assert.is(read(lines, 3, 3, 1)[0], 0x77);
});

test("A4: with a stuck line, what is written at one of two addresses shows at both, for the whole boot", () => {
  for (const level of [0, 1] as const) {
    const flash = faulty([{ id: "A4", line: 10, level }]);
    flash.program(2, 0, bytes(8, 0x22));
    assert.equal(cells(flash, 2 + level)[0], 0x22);
    assert.equal(read(flash, 2, 0, 1), [0x22]);
    assert.equal(read(flash, 3, 0, 1), [0x22]);
    flash.erase(3);
    assert.equal(read(flash, 2, 0, 1), [0xff]);
    flash.program(3, 0, bytes(8, 0x33));
    flash.reboot();
    assert.equal(read(flash, 2 + level, 0, 1), [0x33]);
    assert.equal(read(flash, 3 - level, 0, 1), [0xff], "in the next boot the line is well");
  }
});

test("A4 on a low line folds a long span", () => {
  const flash = faulty([{ id: "A4", line: 6, level: 0 }]);
  flash.program(
    1,
    0,
    Uint8Array.from({ length: 256 }, (_, i) => 0xff ^ (1 << (i >> 6))),
  );
  assert.equal(
    [0, 64, 128, 192].map((at) => cells(flash, 1)[at]),
    [0xfc, 0xff, 0xf3, 0xff],
  );
  assert.equal(
    [0, 64, 128, 192].map((at) => read(flash, 1, 0, 256)[at]),
    [0xfc, 0xfc, 0xf3, 0xf3],
  );
});

test("a line of the part's choosing lies between page and size, and NAND keeps its page order by what was told", () => {
  const flash = faulty([{ id: "A1", at: 0 }], NAND);
  flash.program(1, 0, bytes(512));
  assert.is(flash.program(1, 512, bytes(512)), 0);
  assert.throws(() => flash.program(1, 0, bytes(512)), /once/);
  assert.is(flash.inner.cells.bytesOf(1)[0], 0xff);
});

test("what is asked for outside the part is a violation as ever", () => {
  const flash = faulty([{ id: "A4", line: 10 }]);
  assert.throws(() => flash.read(8, 0, bytes(1)), /area/);
  assert.throws(() => flash.erase(8), /area/);
  assert.throws(() => flash.program(7, 1023, bytes(2)), /area/);
});

test.run();

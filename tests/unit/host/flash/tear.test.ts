import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Patch } from "../../../../host/flash/overlay.js";
import {
  ERASE_TEARS,
  type EraseTear,
  PROGRAM_TEARS,
  type ProgramTear,
  TEAR_KINDS,
  tearErase,
  tearProgram,
} from "../../../../host/flash/tear.js";

const test = suite("host/flash/tear");
const PAGE = 64;
const BLOCK = 1024;
const SEEDS = Array.from({ length: 200 }, (_, i) => i * 7919);

interface Torn {
  cells: Uint8Array;
  patch: Patch | undefined;
}

/** A program of zeros over `length` blank cells at `offset` of block 1 of three, torn. */
function torn(kind: ProgramTear, seed: number, offset: number, length: number, source = new Uint8Array(length)): Torn {
  const cells = new Uint8Array(3 * BLOCK).fill(0xff);
  const patch = tearProgram(kind, seed, { cells, first: BLOCK + offset, offset }, source, PAGE);
  assert.ok(
    cells.subarray(0, BLOCK + offset).every((byte) => byte === 0xff),
    "cells before the span are untouched",
  );
  assert.ok(
    cells.subarray(BLOCK + offset + length).every((byte) => byte === 0xff),
    "cells after the span are untouched",
  );
  if (patch !== undefined) {
    assert.ok(patch.first >= offset && patch.first + patch.mask.length <= offset + length, "so are stable cells around it");
    assert.ok(
      patch.mask.some((byte) => byte !== 0),
      "a patch damages something",
    );
  }
  return { cells: cells.slice(BLOCK + offset, BLOCK + offset + length), patch };
}

/** An erase, torn, of block 1 of three, all holding `old`. */
function tornErase(kind: EraseTear, seed: number, old = 0x5a): Torn {
  const cells = new Uint8Array(3 * BLOCK).fill(old);
  const patch = tearErase(kind, seed, { cells, first: BLOCK, offset: 0 }, BLOCK);
  assert.ok(
    [...cells.subarray(0, BLOCK), ...cells.subarray(2 * BLOCK)].every((byte) => byte === old),
    "the other blocks stand",
  );
  return { cells: cells.slice(BLOCK, 2 * BLOCK), patch };
}

test("all kinds are listed once", () => {
  assert.equal(new Set(TEAR_KINDS), new Set([...PROGRAM_TEARS, ...ERASE_TEARS]));
  assert.is(TEAR_KINDS.length, 10);
});

test("none does nothing, all does everything, neither leaves damage", () => {
  assert.equal(torn("none", 1, 10, 8), { cells: new Uint8Array(8).fill(0xff), patch: undefined });
  assert.equal(torn("all", 1, 10, 8), { cells: new Uint8Array(8), patch: undefined });
  assert.equal(tornErase("none", 1), { cells: new Uint8Array(BLOCK).fill(0x5a), patch: undefined });
  assert.equal(tornErase("all", 1), { cells: new Uint8Array(BLOCK).fill(0xff), patch: undefined });
});

test("prefix leaves the first bytes done; every edge length turns up", () => {
  const lengths = new Set<number>();
  for (const seed of SEEDS) {
    const { cells, patch } = torn("prefix", seed, 30, 100);
    const done = cells.findIndex((byte) => byte !== 0);
    const doneBytes = done < 0 ? 100 : done;
    assert.ok(cells.subarray(doneBytes).every((byte) => byte === 0xff));
    assert.is(patch, undefined);
    lengths.add(doneBytes);
  }
  for (const edge of [0, 1, 50, 99]) assert.ok(lengths.has(edge), `${edge}`);
  assert.ok(lengths.size > 20);
});

test("bits clears some of the bits to be cleared and no other", () => {
  const densities = new Set<number>();
  for (const seed of SEEDS) {
    const source = new Uint8Array(32).fill(0xa5);
    const { cells, patch } = torn("bits", seed, 0, 32, source);
    assert.ok(
      cells.every((byte) => (byte & 0xa5) === 0xa5),
      "a bit that stays 1 is never cleared",
    );
    assert.is(patch, undefined);
    densities.add(cells.filter((byte) => byte !== 0xff).length >> 3);
  }
  assert.ok(densities.size >= 3, `few and many: ${[...densities]}`);
});

test("unstable and delayed leave unstable bits only where a bit was to be cleared", () => {
  for (const kind of ["unstable", "delayed"] as const) {
    for (const seed of SEEDS) {
      const { patch } = torn(kind, seed, 0, 4, Uint8Array.of(0xff, 0xfe, 0xff, 0xff));
      assert.equal([...patch!.mask], [0, 1, 0, 0], `seed ${seed}: at least one, even in a program of one bit`);
      assert.ok(patch!.steadiness >= 0.5 && patch!.steadiness < 1);
    }
    const blank = torn(kind, 3, 0, 4, new Uint8Array(4).fill(0xff));
    assert.is(blank.patch, undefined, "a program of 0xFF has nothing to leave unstable");
  }
});

test("delayed is complete and reads well a few times; unstable shows at once", () => {
  const waits = new Set<number>();
  for (const seed of SEEDS) {
    const { cells, patch } = torn("delayed", seed, 10, 200);
    assert.ok(cells.every((byte) => byte === 0));
    assert.ok(patch!.goodReads >= 1);
    waits.add(patch!.goodReads);
    assert.is(torn("unstable", seed, 10, 200).patch!.goodReads, 0);
  }
  assert.ok(waits.size >= 4);
});

test("of a span of several pages either all is torn or one page, those before it done and those after not", () => {
  let single = 0;
  let whole = 0;
  for (const seed of SEEDS) {
    const { cells, patch } = torn("unstable", seed, 32, 4 * PAGE);
    const pages = [cells.subarray(0, 32), ...[0, 1, 2].map((n) => cells.subarray(32 + n * PAGE, 96 + n * PAGE)), cells.subarray(224)];
    if (patch!.mask.length === 4 * PAGE) {
      whole++;
      continue;
    }
    single++;
    const at = pages.findIndex((_, n) => (n === 0 ? 32 : PAGE * n) === patch!.first);
    assert.ok(at >= 0, `page border at ${patch!.first}`);
    assert.ok(pages.slice(0, at).every((page) => page.every((byte) => byte === 0)));
    assert.ok(pages.slice(at + 1).every((page) => page.every((byte) => byte === 0xff)));
  }
  assert.ok(single > 50 && whole > 50, `${single} ${whole}`);
});

test("erase-a only clears bits of the old data; intact, some and nearly all turn up", () => {
  const zeroBytes = new Set<number>();
  let shaky = 0;
  for (const seed of SEEDS) {
    const { cells, patch } = tornErase("erase-a", seed);
    assert.ok(cells.every((byte) => (byte & ~0x5a) === 0));
    zeroBytes.add(Math.round((cells.filter((byte) => byte !== 0x5a).length / BLOCK) * 8));
    if (patch !== undefined) shaky++;
  }
  assert.ok(zeroBytes.has(0) && zeroBytes.has(8) && zeroBytes.size >= 3, `${[...zeroBytes]}`);
  assert.ok(shaky > 50 && shaky < 150);
});

test("erase-b is zeros or a mixture rising, of which the old data says nothing", () => {
  let zeros = 0;
  let mixtures = 0;
  for (const seed of SEEDS) {
    const { cells } = tornErase("erase-b", seed);
    assert.equal(cells, tornErase("erase-b", seed, 0xff).cells);
    if (cells.every((byte) => byte === 0)) zeros++;
    else mixtures++;
  }
  assert.ok(zeros > 20 && mixtures > 80, `${zeros} ${mixtures}`);
});

test("erase-c and erase-weak look erased; only erase-c has unstable bits, and few", () => {
  for (const seed of SEEDS) {
    const weak = tornErase("erase-weak", seed);
    assert.equal(weak, { cells: new Uint8Array(BLOCK).fill(0xff), patch: undefined });
    const { cells, patch } = tornErase("erase-c", seed);
    assert.equal(cells, weak.cells);
    const count = patch!.mask.filter((byte) => byte !== 0).length;
    assert.ok(count >= 1 && count < BLOCK / 4, `${count}`);
  }
});

test("the seed decides all", () => {
  for (const kind of ["prefix", "bits", "unstable", "delayed"] as const) {
    assert.equal(torn(kind, 11, 0, 100), torn(kind, 11, 0, 100));
    assert.ok(new Set(SEEDS.map((seed) => JSON.stringify(torn(kind, seed, 0, 100)))).size > 10, kind);
  }
  for (const kind of ["erase-a", "erase-b", "erase-c"] as const) {
    assert.equal(tornErase(kind, 11), tornErase(kind, 11));
    assert.ok(new Set(SEEDS.map((seed) => JSON.stringify(tornErase(kind, seed)))).size > 10, kind);
  }
});

test.run();

import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Fault } from "../../../../host/flash/index.js";
import { blank, bytes, cells, cutOf, distance, faulty, NAND, NOR, read } from "./fault-parts.js";

const test = suite("host/flash/tear-instant");
const SPAN = 256;

/** A part whose program of 256 zeros into block 1 was torn by `fault`, after power is back. */
function tornProgram(fault: Fault, seed = 7) {
  const flash = faulty([{ ...fault, at: 0 }], NOR, { seed });
  const cut = cutOf(() => flash.program(1, 0, bytes(SPAN)));
  assert.ok(cut, `${fault.id} cuts`);
  flash.reboot();
  return { flash, cut: cut! };
}

/** A part whose erase of block 1, all programmed to 0x55, was torn. */
function tornErase(fault: Fault, seed = 7) {
  const flash = faulty([{ ...fault, at: 1 }], NOR, { seed });
  flash.program(1, 0, bytes(1024, 0x55));
  const cut = cutOf(() => flash.erase(1));
  assert.ok(cut, `${fault.id} cuts`);
  flash.reboot();
  return { flash, cut: cut! };
}

test("P0 does nothing, P1 all, and nobody is told", () => {
  assert.equal(cells(tornProgram({ id: "P0" }).flash, 1), blank(1024));
  assert.equal(cells(tornProgram({ id: "P1" }).flash, 1).slice(0, SPAN + 1), [...bytes(SPAN), 0xff]);
  assert.is(tornErase({ id: "P0" }).flash.inner.suspect[1], 0);
  assert.equal(cells(tornErase({ id: "P1" }).flash, 1), blank(1024));
});

test("P2 programs the first units: words of NOR, quarter pages of NAND", () => {
  const { flash, cut } = tornProgram({ id: "P2", units: 100 });
  assert.is(cut.tear, "prefix");
  assert.equal(cells(flash, 1).slice(0, SPAN), [...bytes(100), ...blank(SPAN - 100)]);
  const nand = faulty([{ id: "P2", units: 3, at: 0 }], NAND);
  cutOf(() => nand.program(1, 0, bytes(512)));
  assert.equal(cells(nand, 1).slice(0, 512), [...bytes(384), ...blank(128)]);
  const drawn = new Set(
    Array.from({ length: 60 }, (_, seed) => distance(cells(tornProgram({ id: "P2" }, seed).flash, 1), blank(1024)) / 8),
  );
  for (const edge of [0, 1, 128, 255, 256]) assert.ok(drawn.has(edge), `${edge} of ${[...drawn]}`);
});

test("P3 clears the bits whose threshold has passed: tau of them, and a later instant those of an earlier and more", () => {
  let before = blank(1024);
  for (const tau of [0.05, 0.25, 0.5, 0.75, 0.95]) {
    const now = cells(tornProgram({ id: "P3", tau }).flash, 1);
    const share = distance(now, blank(1024)) / (SPAN * 8);
    assert.ok(Math.abs(share - tau) < 0.04, `${tau}: ${share}`);
    assert.ok(now.every((byte, i) => (byte & ~before[i]) === 0));
    before = now;
  }
});

test("P3 leaves stable cells, and only in its span", () => {
  const { flash } = tornProgram({ id: "P3", tau: 0.5 });
  const once = read(flash, 1);
  for (let n = 0; n < 20; n++) assert.equal(read(flash, 1), once);
  assert.equal(once.slice(SPAN), blank(1024 - SPAN));
});

test("P4 makes the cells near the threshold unstable, as steady as it says", () => {
  for (const steadiness of [0.5, 0.9]) {
    const { flash, cut } = tornProgram({ id: "P4", tau: 0.5, delta: 0.06, steadiness, goodReads: 0 });
    assert.is(cut.tear, "unstable");
    const stored = cells(flash, 1);
    const unsteady = new Set<number>();
    let wrong = 0;
    for (let n = 0; n < 400; n++) {
      for (const [i, byte] of read(flash, 1).entries()) {
        for (let bit = 0; bit < 8; bit++) {
          if (((byte ^ stored[i]) & (1 << bit)) === 0) continue;
          unsteady.add(i * 8 + bit);
          wrong++;
        }
      }
    }
    assert.ok(Math.abs(unsteady.size / (SPAN * 8) - 0.12) < 0.03, `${unsteady.size} cells`);
    assert.ok(Math.abs(wrong / (unsteady.size * 400) - (1 - steadiness)) < 0.03);
  }
});

test("P4 delayed reads right a few times, then not", () => {
  const { flash, cut } = tornProgram({ id: "P4", tau: 0.97, delta: 0.06, steadiness: 0.5, goodReads: 2 });
  assert.is(cut.tear, "delayed");
  const right = [...bytes(SPAN), ...blank(1024 - SPAN)];
  assert.equal([read(flash, 1), read(flash, 1)], [right, right]);
  assert.not.equal(read(flash, 1), right);
});

test("P5 completes, and gives way after so many reads or days", () => {
  const right = [...bytes(SPAN), ...blank(1024 - SPAN)];
  const byReads = tornProgram({ id: "P5", share: 0.01, goodReads: 3, goodDays: 90 }).flash;
  for (let n = 0; n < 3; n++) assert.equal(read(byReads, 1), right);
  const flipped = distance(read(byReads, 1), right);
  assert.ok(flipped > 5 && flipped < 45, `${flipped} of 2048 bits`);
  assert.is(distance(read(byReads, 1), right), flipped, "and stays so");
  const byDays = tornProgram({ id: "P5", share: 0.01, goodReads: 1000, goodDays: 10 }).flash;
  byDays.age({ days: 9 });
  assert.equal(read(byDays, 1), right);
  byDays.age({ days: 1 });
  assert.not.equal(read(byDays, 1), right);
  byDays.clearFlips();
  assert.equal(read(byDays, 1), right);
});

test("E1 clears old cells, more with a later instant, and sets none", () => {
  let before = blank(1024).map(() => 0x55);
  for (const [tau, share] of [
    [0.03, 0.1],
    [0.15, 0.5],
    [0.27, 0.9],
  ]) {
    const now = cells(tornErase({ id: "E1", tau }).flash, 1);
    assert.ok(
      Math.abs(
        distance(
          now,
          blank(1024).map(() => 0x55),
        ) /
          4096 -
          share,
      ) < 0.04,
    );
    assert.ok(now.every((byte, i) => (byte & ~before[i]) === 0));
    before = now;
  }
});

test("E2 is a mixture rising from zero", () => {
  for (const [tau, share] of [
    [0.3, 0],
    [0.55, 0.5],
    [0.79, 0.98],
  ]) {
    const now = cells(tornErase({ id: "E2", tau }).flash, 1);
    assert.ok(Math.abs(distance(now, bytes(1024)) / 8192 - share) < 0.03, `${tau}`);
  }
});

test("E3 looks erased and has unstable cells, E5 holds the old data and has them too", () => {
  for (const [id, stored] of [
    ["E3", 0xff],
    ["E5", 0x55],
  ] as const) {
    const { flash } = tornErase({ id, density: 1e-3 });
    assert.ok(cells(flash, 1).every((byte) => byte === stored));
    const seen = new Set<number>();
    for (let n = 0; n < 300; n++) for (const [i, byte] of read(flash, 1).entries()) if (byte !== stored) seen.add(i);
    assert.ok(seen.size > 0 && seen.size < 30, `${id}: ${seen.size}`);
    assert.is(flash.inner.suspect[1], 1);
  }
});

test("E4 looks erased and reads stable; to program it is a violation, or with isTold false leaves unstable cells until an erase", () => {
  const told = tornErase({ id: "E4" }).flash;
  for (let n = 0; n < 20; n++) assert.equal(read(told, 1), blank(1024));
  assert.throws(() => told.program(1, 0, bytes(SPAN)), /suspect/);
  const { flash } = tornErase({ id: "E4", density: 0.01, isTold: false });
  assert.equal(read(flash, 1), blank(1024));
  assert.is(flash.program(1, 0, bytes(SPAN)), 0);
  assert.ok(Array.from({ length: 30 }, () => read(flash, 1, 0, SPAN)).some((now) => now.some((byte) => byte !== 0)));
  flash.erase(1);
  flash.program(1, 0, bytes(SPAN));
  for (let n = 0; n < 30; n++) assert.equal(read(flash, 1, 0, SPAN), [...bytes(SPAN)]);
});

test("a program is torn by P, an erase by E, whatever is due", () => {
  const flash = faulty([{ id: "E2", rate: 1 }]);
  assert.is(flash.program(1, 0, bytes(4)), 0);
  assert.is(cutOf(() => flash.erase(1))?.tear, "erase-b");
  const other = faulty([{ id: "P3", rate: 1 }]);
  assert.is(other.erase(1), 0);
  assert.is(cutOf(() => other.program(1, 0, bytes(4)))?.tear, "bits");
});

test.run();

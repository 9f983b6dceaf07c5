import { suite } from "uvu";
import * as assert from "uvu/assert";
import { retentionRate } from "../../../../host/flash/decay.js";
import { blank, bytes, cells, distance, faulty, NOR, read } from "./fault-parts.js";

const test = suite("host/flash/decay");

/** Programmed to zeros all over. */
function written(faults: Parameters<typeof faulty>[0]) {
  const flash = faulty(faults);
  for (let block = 0; block < 8; block++) flash.program(block, 0, bytes(1024));
  return flash;
}

test("charge is lost in proportion to time, faster where it is warm and in worn blocks", () => {
  const base = retentionRate(100, 0);
  assert.ok(Math.abs(retentionRate(200, 0) / base - 2) < 1e-9);
  assert.ok(Math.abs(retentionRate(100, 0, 1e5, 50) / base - 2) < 1e-9);
  assert.ok(Math.abs(retentionRate(100, 1e5) / base - 2) < 1e-9);
  assert.ok(Math.abs(retentionRate(100, 2e5) / base - 5) < 1e-9);
  assert.is(retentionRate(1e12, 0), 1);
});

test("D2: cells at 0 rise with the raw bit error rate asked for, cells at 1 stay", () => {
  for (const rate of [1e-3, 1e-2, 0.5]) {
    const flash = written([{ id: "D2", at: 8, rate }]);
    assert.equal(read(flash, 1), [...bytes(1024)], "not before its moment");
    flash.erase(0);
    const risen = [1, 2, 3, 4, 5, 6, 7].reduce((sum, block) => sum + distance(read(flash, block), bytes(1024)), 0);
    assert.ok(Math.abs(risen / 57_344 - rate) < 5 * Math.sqrt(rate / 57_344), `${rate}: ${risen / 57_344}`);
    assert.equal(read(flash, 0), blank(1024));
    const half = faulty([{ id: "D2", at: 1, rate }]);
    half.program(1, 0, bytes(1024, 0x0f));
    half.erase(2);
    assert.ok(read(half, 1).every((byte) => (byte & 0x0f) === 0x0f));
    assert.equal(read(half, 3), blank(1024));
    const once = read(flash, 3);
    assert.equal(read(flash, 3), once, "rot reads the same each time");
    flash.endFaults();
    assert.equal(read(flash, 3), [...bytes(1024)]);
  }
});

test("D2 without a moment falls as its boot begins, on the blocks named", () => {
  const flash = written([{ id: "D2", boot: 1, rate: 0.1, firstBlock: 2, blockCount: 2 }]);
  flash.reboot();
  assert.equal(
    [0, 1, 2, 3, 4].map((block) => distance(read(flash, block), bytes(1024)) > 0),
    [false, false, true, true, false],
  );
  const before = read(flash, 2);
  flash.reboot();
  assert.equal(read(flash, 2), before, "once");
});

test("age does the same by hand: by rate, by days, in all cells or some, each time other cells", () => {
  const flash = written([]);
  flash.age({ rate: 0.01, firstBlock: 1, blockCount: 1 });
  const first = distance(read(flash, 1), bytes(1024));
  assert.ok(first > 40 && first < 130);
  assert.equal(read(flash, 2), [...bytes(1024)]);
  flash.age({ rate: 0.01 });
  assert.ok(distance(read(flash, 1), bytes(1024)) > first + 30);
  flash.clearFlips();
  flash.age({ days: 3650, celsius: 140 });
  assert.ok(Math.abs(distance(read(flash, 1), bytes(1024)) - 8192 * retentionRate(3650, 0, undefined, 140)) < 40);
});

test("D3: a run of bytes rots, each of them, at the place named or in some pages", () => {
  const flash = faulty([{ id: "D3", block: 2, offset: 100, bytes: 9 }]);
  const now = read(flash, 2);
  assert.ok(now.slice(100, 109).every((byte) => byte !== 0xff));
  assert.equal([now.slice(0, 100), now.slice(109)], [blank(100), blank(915)]);
  assert.equal(cells(flash, 2), blank(1024));
  const page = faulty([{ id: "D3", block: 2, offset: 100, wholePage: true }]);
  assert.ok(read(page, 2).every((byte, i) => (byte !== 0xff) === (i >= 64 && i < 128)));
  const strewn = faulty([{ id: "D3", rate: 0.2 }]);
  const hit = Array.from({ length: 8 }, (_, block) => read(strewn, block))
    .flat()
    .filter((byte) => byte !== 0xff).length;
  assert.ok(hit > 8 && hit < 26 * 32, `${hit} bytes`);
});

test("D4: cells of a worn block stand still, through programs and erases", () => {
  const flash = faulty([{ id: "D4", block: 3, endurance: 0, cells: 8 }]);
  const erased = read(flash, 3);
  const low = distance(erased, blank(1024));
  flash.program(3, 0, bytes(1024));
  const high = distance(read(flash, 3), bytes(1024));
  assert.ok(low + high >= 7 && low + high <= 8, `${low} at 0, ${high} at 1`);
  flash.erase(3);
  assert.equal(read(flash, 3), erased);
  assert.equal(read(flash, 2), blank(1024));
  flash.endFaults();
  assert.equal(read(flash, 3), blank(1024), "reading only");
});

test("D4 appears when a block has been erased more often than it is made for, blocks one after another", () => {
  const flash = faulty([{ id: "D4", endurance: 100 }], { ...NOR, blockCount: 32 });
  const stuckAt: number[] = [];
  for (let round = 0; round < 300; round++) {
    for (let block = 0; block < 32; block++) {
      flash.erase(block);
      if (stuckAt[block] !== undefined) continue;
      const isLow = read(flash, block).some((byte) => byte !== 0xff);
      if (isLow) stuckAt[block] = round;
    }
  }
  const worn = stuckAt.filter((round) => round !== undefined);
  assert.ok(worn.length > 24, `${worn.length} of 32 have a cell at 0`);
  assert.ok(Math.min(...worn) > 40 && Math.max(...worn) < 200, `${Math.min(...worn)} to ${Math.max(...worn)}`);
  assert.ok(new Set(worn).size > 10, "not all at once");
});

test.run();

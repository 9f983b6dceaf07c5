import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FaultFlash, NandFlash, presets } from "../../../../host/flash/index.js";
import { blank, bytes, cells, distance, faulty, NAND, NOR, read } from "./fault-parts.js";

const test = suite("host/flash/losses");

test("B1: the factory marks the blocks named, or two in a hundred, and never block 0", () => {
  const named = faulty([{ id: "B1", blocks: [0, 2, 5] }], NAND);
  assert.equal(
    [0, 1, 2, 3, 4, 5].filter((block) => named.isBad!(block)),
    [2, 5],
  );
  assert.throws(() => named.erase(2), /bad-block/, "erasing would lose the mark");
  let marked = 0;
  for (let seed = 0; seed < 20; seed++) {
    const part = new NandFlash({ ...presets["slc-nand-64m"], blockCount: 500, blockBytes: 2048, pageBytes: 512, programBytes: 512 });
    const flash = new FaultFlash(part, { seed, faults: [{ id: "B1" }] });
    assert.not.ok(flash.isBad!(0));
    for (let block = 0; block < 500; block++) if (flash.isBad!(block)) marked++;
  }
  assert.ok(Math.abs(marked / 10_000 - 0.02) < 0.006, `${marked}`);
  assert.throws(() => faulty([{ id: "B1" }]), /only NAND/);
});

test("B2: the operation reports failure and is half done; the block fails from then on, its neighbours do not", () => {
  const flash = faulty([{ id: "B2", at: 1 }]);
  assert.is(flash.program(1, 0, bytes(64)), 0);
  assert.is(flash.program(1, 64, bytes(64)), -1);
  const done = distance(cells(flash, 1).slice(64, 128), blank(64));
  assert.ok(done > 0 && done < 512, `${done} bits`);
  assert.is(flash.program(1, 128, bytes(64)), -1);
  assert.is(flash.erase(1), -1);
  assert.is(flash.erase(2), 0);
  assert.equal(read(flash, 3, 0, 1), [0xff]);
});

test("B2 fails once where it is not sticky, one kind of operation where one is named, and always beyond the endurance", () => {
  const once = faulty([{ id: "B2", at: 0, isSticky: false }]);
  assert.equal([once.program(1, 0, bytes(4)), once.program(1, 4, bytes(4))], [-1, 0]);
  const erases = faulty([{ id: "B2", rate: 1, operation: "erase" }]);
  assert.equal([erases.program(1, 0, bytes(4)), erases.erase(1), erases.program(2, 0, bytes(4))], [0, -1, 0]);
  const worn = faulty([{ id: "B2", rate: 0, endurance: 3 }]);
  assert.equal([worn.erase(1), worn.erase(1), worn.erase(1), worn.erase(1), worn.erase(2)], [0, 0, 0, -1, 0]);
});

test("B3: the operation does nothing and says it did, from then on in that block", () => {
  const flash = faulty([{ id: "B3", at: 1 }]);
  flash.program(1, 0, bytes(8));
  assert.is(flash.program(1, 8, bytes(8)), 0);
  assert.is(flash.program(1, 16, bytes(8)), 0);
  assert.is(flash.erase(1), 0);
  assert.equal(cells(flash, 1).slice(0, 24), [...bytes(8), ...blank(16)]);
  assert.is(flash.program(1, 0, bytes(8)), 0, "the user was told that it was erased");
  assert.is(flash.program(2, 0, bytes(8)), 0);
  assert.is(cells(flash, 2)[0], 0);
});

test("B3 of erases only: programs then fall on old data, and that is no violation", () => {
  const flash = faulty([{ id: "B3", rate: 1, operation: "erase" }]);
  flash.program(1, 0, bytes(8, 0x0f));
  flash.erase(1);
  assert.is(flash.program(1, 0, bytes(8, 0x3c)), 0);
  assert.equal(cells(flash, 1).slice(0, 9), [...bytes(8, 0x0c), 0xff]);
});

test("L1 is one lost operation, and the next go well", () => {
  const flash = faulty([{ id: "L1", at: 0 }]);
  assert.is(flash.program(1, 0, bytes(8)), 0);
  assert.is(flash.program(1, 8, bytes(8)), 0);
  assert.equal(cells(flash, 1).slice(0, 16), [...blank(8), ...bytes(8)]);
  const erase = faulty([{ id: "L1", at: 1, operation: "erase" }]);
  erase.program(1, 0, bytes(8));
  assert.is(erase.erase(1), 0);
  assert.is(cells(erase, 1)[0], 0);
  assert.is(erase.erase(1), 0);
  assert.is(cells(erase, 1)[0], 0xff);
});

test("B4: every read of the block is garbage, the same each time, uncorrectable where somebody can tell; it takes nothing", () => {
  for (const [geometry, status] of [
    [NOR, 0],
    [NAND, -2],
  ] as const) {
    const flash = faulty([{ id: "B4", block: 2, at: 1 }], geometry);
    const unit = bytes(geometry.pageBytes);
    flash.program(2, 0, unit);
    assert.is(flash.read(1, 0, unit.slice()), 0);
    const [a, b] = [bytes(64), bytes(64)];
    assert.is(flash.read(2, 0, a), status);
    flash.read(2, 0, b);
    assert.equal(a, b);
    assert.ok(distance(a, bytes(64)) > 150);
    assert.is(flash.erase(2), -1);
    assert.is(flash.program(2, geometry.pageBytes, unit), -1);
    assert.is(flash.program(3, 0, unit), 0);
    flash.reboot();
    assert.is(flash.read(2, 0, a), status, "for good");
    flash.endFaults();
    assert.is(flash.read(2, 0, a), 0);
    assert.equal(a, bytes(64), "the cells were never touched");
  }
});

test("B4 without a block takes one; a status can be named", () => {
  const lost = (seed: number): number[] => {
    const flash = faulty([{ id: "B4", status: -1 }], NOR, { seed });
    return [0, 1, 2, 3, 4, 5, 6, 7].filter((block) => flash.read(block, 0, bytes(4)) === -1);
  };
  const all = Array.from({ length: 40 }, (_, seed) => lost(seed));
  assert.ok(all.every((blocks) => blocks.length === 1));
  assert.ok(new Set(all.flat()).size > 5);
});

test("B5: one half is lost, the other is well", () => {
  for (const half of [0, 1] as const) {
    const flash = faulty([{ id: "B5", half, status: -2 }]);
    const statuses = [0, 1, 2, 3, 4, 5, 6, 7].map((block) => flash.read(block, 0, bytes(4)));
    assert.equal(statuses, half === 0 ? [-2, -2, -2, -2, 0, 0, 0, 0] : [0, 0, 0, 0, -2, -2, -2, -2]);
  }
});

test("H1: the operation is half done and nothing is answered any more, until the reboot", () => {
  const flash = faulty([{ id: "H1", at: 1 }]);
  assert.is(flash.program(1, 0, bytes(64)), 0);
  assert.is(flash.program(1, 64, bytes(64)), -1);
  assert.equal([flash.read(1, 0, bytes(1)), flash.program(2, 0, bytes(1)), flash.erase(3)], [-1, -1, -1]);
  assert.equal(cells(flash, 2), blank(1024));
  flash.reboot();
  assert.equal(read(flash, 1, 0, 64), [...bytes(64)]);
  assert.is(flash.program(2, 0, bytes(1)), 0);
});

test.run();

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { outcomeCount, outcomeOf } from "../../../../host/flash/write-cache.js";
import { blank, bytes, cells, cutOf, faulty, NOR, read } from "./fault-parts.js";

const test = suite("host/flash/write-cache");

/** Which of programs 0.. at 16-byte steps of blocks `blocks` are on the part. */
function present(flash: ReturnType<typeof faulty>, blocks: readonly number[]): string {
  return blocks.map((block, i) => (cells(flash, block)[i * 16] === 0 ? "x" : "-")).join("");
}

function run(blocks: readonly number[], faults: Parameters<typeof faulty>[0], syncAfter = -1, seed = 7) {
  const flash = faulty(faults, NOR, { seed });
  for (const [i, block] of blocks.entries()) {
    assert.is(flash.program(block, i * 16, bytes(16)), 0);
    if (i === syncAfter) assert.is(flash.sync(), 0);
  }
  return flash;
}

test("outcomes are all choices of how many of each block's operations were done", () => {
  const blocks = [1, 2, 1, 3];
  assert.is(outcomeCount(blocks), 12);
  const all = Array.from({ length: 12 }, (_, n) => outcomeOf(blocks, n).map(Number).join(""));
  assert.is(new Set(all).size, 12);
  for (const one of all) assert.ok(!(one[2] === "1" && one[0] === "0"), `${one} keeps the order of block 1`);
  assert.equal([all[0], all[11]], ["0000", "1111"]);
  assert.is(outcomeCount([]), 1);
});

test("R1: reads see everything before the cut, and what was before the barrier is there after it", () => {
  const blocks = [1, 2, 1, 3];
  const flash = run(blocks, [{ id: "R1", outcome: 0 }], 1);
  assert.is(flash.outcomeCount, 4);
  assert.equal(read(flash, 1, 32, 16), [...bytes(16)]);
  flash.powerOff();
  assert.is(present(flash, blocks), "xx--");
});

test("R1: every legal outcome can be asked for by its number, and is drawn without one", () => {
  const blocks = [1, 2, 1, 3];
  const asked = Array.from({ length: 12 }, (_, outcome) => {
    const flash = run(blocks, [{ id: "R1", outcome }]);
    flash.powerOff();
    return present(flash, blocks);
  });
  assert.is(new Set(asked).size, 12);
  const drawn = new Set<string>();
  for (let seed = 0; seed < 150; seed++) {
    const flash = run(blocks, [{ id: "R1" }], -1, seed);
    flash.powerOff();
    drawn.add(present(flash, blocks));
  }
  assert.equal([...drawn].sort(), [...asked].sort());
});

test("R1: of more than six operations a subset is drawn that keeps each block's order", () => {
  const blocks = [1, 2, 3, 1, 2, 3, 1, 2, 3, 4];
  const drawn = new Set<string>();
  for (let seed = 0; seed < 60; seed++) {
    const flash = run(blocks, [{ id: "R1" }], -1, seed);
    flash.powerOff();
    const now = present(flash, blocks);
    for (const block of [1, 2, 3]) {
      const own = [...now].filter((_, i) => blocks[i] === block).join("");
      assert.match(own, /^x*-*$/, now);
    }
    drawn.add(now);
  }
  assert.ok(drawn.size > 25, `${drawn.size}`);
});

test("R1: the operation under way is torn only where all before it in its block was done", () => {
  const seen = new Set<string>();
  for (let outcome = 0; outcome < 3; outcome++) {
    const flash = faulty([{ id: "R1", outcome }], NOR, { cut: { op: 3, tear: "all" } });
    flash.program(1, 0, bytes(16));
    flash.sync();
    flash.erase(1);
    flash.program(1, 16, bytes(16));
    assert.ok(cutOf(() => flash.program(1, 32, bytes(16))));
    seen.add([0, 16, 32].map((at) => cells(flash, 1)[at]).join(" "));
    flash.reboot();
    assert.is(flash.erase(1), 0);
  }
  assert.equal([...seen], ["0 255 255", "255 255 255", "255 0 0"]);
});

test("R1: an operation that reports failure is a barrier", () => {
  const flash = faulty([
    { id: "R1", outcome: 0 },
    { id: "B2", at: 1, isSticky: false },
  ]);
  flash.program(1, 0, bytes(16));
  assert.is(flash.program(2, 0, bytes(16)), -1);
  flash.program(3, 0, bytes(16));
  flash.powerOff();
  assert.equal([cells(flash, 1)[0], cells(flash, 3)[0]], [0, 0xff]);
});

test("R2: the barrier says yes, and the last of what it covered is lost, in order, however it was synced", () => {
  const blocks = [1, 2, 1, 3, 2, 1];
  const drawn = new Set<string>();
  for (let seed = 0; seed < 80; seed++) {
    const flash = run(blocks, [{ id: "R2", lostMs: 1.4 }], 5, seed);
    flash.powerOff();
    const now = present(flash, blocks);
    assert.match(now, /^x+-*$/, "a suffix");
    drawn.add(now);
    flash.reboot();
    assert.is(flash.erase(1), 0);
  }
  // A program of a small page takes 0.3 ms: 1.4 ms are the last five of them at most.
  assert.ok(drawn.size >= 5, [...drawn].join(" "));
});

test("R2: what is older than its time is safe, and R1 with it reorders within that time", () => {
  const blocks = [1, 2, 3, 4, 5, 6];
  const drawn = new Set<string>();
  for (let seed = 0; seed < 80; seed++) {
    const flash = run(blocks, [{ id: "R1" }, { id: "R2", lostMs: 1 }], 5, seed);
    flash.powerOff();
    const now = present(flash, blocks);
    assert.match(now, /^xx[x-]{4}$/, now);
    drawn.add(now);
  }
  assert.ok(drawn.size > 10, [...drawn].join(" "));
});

test("an erase of which the cut kept nothing has the old data back, rules and all", () => {
  const flash = faulty([{ id: "R1", outcome: 0 }]);
  flash.program(1, 0, bytes(16));
  flash.sync();
  flash.erase(1);
  flash.program(1, 0, bytes(16, 0x77));
  flash.powerOff();
  flash.reboot();
  assert.equal(read(flash, 1, 0, 17), [...bytes(16), 0xff]);
  assert.throws(() => flash.program(1, 0, bytes(16)), /once/);
  assert.equal(read(flash, 2), blank(1024));
});

test("damage that came meanwhile is there whatever the cut keeps, and is taken back like any other", () => {
  for (const isTaken of [false, true]) {
    const flash = run([1, 2], [{ id: "R1", outcome: 0 }]);
    flash.flip(3, 0, 0);
    flash.erase(3);
    flash.flip(3, 1, 0);
    if (isTaken) flash.clearFlips();
    flash.powerOff();
    flash.reboot();
    assert.equal(read(flash, 3, 0, 3), isTaken ? blank(3) : [0xfe, 0xfe, 0xff], "the erase was not done");
  }
  const kept = run([1, 2], [{ id: "R1", outcome: 1 }]);
  kept.sync();
  kept.flip(3, 0, 0);
  kept.erase(3);
  kept.flip(3, 1, 0);
  kept.powerOff();
  kept.reboot();
  assert.equal(read(kept, 3, 0, 3), [0xff, 0xfe, 0xff]);
});

test("clones go on by themselves", () => {
  const flash = run([1, 2], [{ id: "R1", outcome: 0 }]);
  const copy = flash.clone();
  assert.is(copy.outcomeCount, 4);
  copy.sync();
  copy.powerOff();
  flash.powerOff();
  assert.equal([present(copy, [1, 2]), present(flash, [1, 2])], ["xx", "--"]);
});

test.run();

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { blank, bytes, cells, distance, faulty, NAND, read } from "./fault-parts.js";

const test = suite("host/flash/bus");

test("L2: the page is read as it was before its program, whole and in part, until the reboot", () => {
  const flash = faulty([{ id: "L2", at: 1 }]);
  flash.program(1, 0, bytes(32));
  flash.program(1, 32, bytes(64));
  assert.equal(cells(flash, 1).slice(0, 96), [...bytes(96)]);
  assert.equal(read(flash, 1, 0, 130), [...bytes(32), ...blank(98)]);
  assert.equal(read(flash, 1, 40, 8), blank(8));
  assert.equal(read(flash, 2, 32, 4), blank(4));
  flash.reboot();
  assert.equal(read(flash, 1, 0, 97), [...bytes(96), 0xff]);
});

test("L2: after an erase the old data is read, until the reboot or the end of faults", () => {
  const flash = faulty([{ id: "L2", at: 1 }], NAND);
  flash.program(1, 0, bytes(512, 0x42));
  flash.erase(1);
  assert.equal(read(flash, 1, 100, 4), [...bytes(4, 0x42)]);
  assert.equal(read(flash, 1, 512, 4), blank(4));
  flash.endFaults();
  assert.equal(read(flash, 1, 100, 4), blank(4));
});

test("L2: to remember what was there takes no read from the dice of unstable bits", () => {
  const sequence = (stale: boolean): string => {
    const flash = faulty([{ id: "P4", at: 0, goodReads: 0 }, ...(stale ? ([{ id: "L2", at: 0, boot: 1 }] as const) : [])]);
    assert.throws(() => flash.program(1, 0, bytes(64)), /power cut/);
    flash.reboot();
    flash.program(1, 512, bytes(4));
    return `${Array.from({ length: 12 }, () => read(flash, 1, 0, 64))}`;
  };
  assert.is(sequence(true), sequence(false));
});

test("L3: some bits of one read flip on the way, and the next read is well", () => {
  for (const bits of [1, 3, 8]) {
    const flash = faulty([{ id: "L3", at: 1, bits }]);
    assert.equal(read(flash, 1), blank(1024));
    assert.is(distance(read(flash, 1), blank(1024)), bits);
    assert.equal(read(flash, 1), blank(1024));
  }
  const counts = new Set<number>();
  const flash = faulty([{ id: "L3", rate: 0.5 }]);
  for (let n = 0; n < 200; n++) counts.add(distance(read(flash, 1, 0, 64), blank(64)));
  assert.equal(
    [...counts].sort((a, b) => a - b),
    [0, 1, 2, 3, 4, 5, 6, 7, 8],
  );
  assert.is(distance(read(faulty([{ id: "L3", at: 0, bits: 8 }]), 1, 0, 1), [0xff]), 8, "no bit flips twice");
});

test.run();

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { blank, bytes, cells, cutOf, faulty, NAND, NOR, read } from "./fault-parts.js";

const test = suite("host/flash/brown-out");

test("V1: as power goes with nothing running, garbage is programmed somewhere, or a block is erased", () => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 40; seed++) {
    const flash = faulty([{ id: "V1", at: 0 }], NOR, { seed });
    for (let block = 0; block < 8; block++) flash.program(block, 0, bytes(512, 0x5a));
    flash.powerOff();
    assert.ok(flash.isDead);
    const before = [...bytes(512, 0x5a), ...blank(512)];
    const changed = [0, 1, 2, 3, 4, 5, 6, 7].filter((block) => `${cells(flash, block)}` !== `${before}`);
    assert.ok(changed.length <= 1, "one place");
    for (const block of changed) {
      const now = cells(flash, block);
      const isErased = now.every((byte) => byte === 0xff);
      const first = now.findIndex((byte, i) => byte !== before[i]);
      const last = 1023 - [...now].reverse().findIndex((byte, i) => byte !== before[1023 - i]);
      if (!isErased) {
        assert.ok(last - first < 512, "at most what the buffer held, or 256 bytes");
        assert.ok(now.every((byte, i) => (byte & ~before[i]) === 0));
      }
      const isBuffer = !isErased && now.slice(first, last + 1).every((byte) => byte === 0x5a);
      seen.add(isErased ? "erase" : isBuffer ? "buffer" : "noise");
    }
    flash.reboot();
    assert.is(flash.erase(changed[0] ?? 0), 0);
  }
  assert.equal([...seen].sort(), ["buffer", "erase", "noise"]);
});

test("V1 happens at a cut before or after an operation, not in the midst of one; the n-th cut can be named", () => {
  for (const [tear, expected] of [
    ["none", true],
    ["all", true],
    ["bits", false],
  ] as const) {
    const flash = faulty([{ id: "V1", at: 1, garbage: "erase" }]);
    const block = (): number[] => [...flash.inner.eraseCounts];
    for (const cut of [0, 1, 2]) {
      flash.reboot({ op: 0, tear });
      const before = block();
      assert.ok(cutOf(() => flash.program(cut, 0, bytes(4))));
      const erased = block().some((count, i) => count !== before[i]);
      assert.is(erased, expected && cut === 1, `${tear}, cut ${cut}`);
    }
  }
});

test("V1 on NAND programs a page", () => {
  const flash = faulty([{ id: "V1", at: 0, garbage: "noise" }], NAND);
  flash.powerOff();
  const changed = [...flash.inner.bytes].map((byte, at) => (byte !== 0xff ? Math.floor(at / 512) : -1)).filter((page) => page >= 0);
  assert.is(new Set(changed).size, 1);
  assert.ok(changed.length > 400);
});

test("V2: the boot after the cut meets a part that ignores, refuses, or has forgotten its top address line; the next is well", () => {
  for (const mode of ["ignore", "refuse", "address"] as const) {
    const flash = faulty([{ id: "V2", at: 0, mode }]);
    flash.program(1, 0, bytes(4, 0x11));
    flash.program(5, 0, bytes(4, 0x55));
    flash.powerOff();
    flash.reboot();
    const status = mode === "refuse" ? -1 : 0;
    assert.is(flash.program(2, 0, bytes(4)), status);
    assert.is(flash.erase(1), status);
    assert.equal([cells(flash, 2)[0], cells(flash, 1)[0]], mode === "address" ? [0, 0xff] : [0xff, 0x11]);
    assert.is(read(flash, 5, 0, 1)[0], mode === "address" ? 0xff : 0x55, "reads are well but for the address");
    flash.reboot();
    assert.is(read(flash, 5, 0, 1)[0], 0x55);
    assert.is(flash.program(3, 0, bytes(4)), 0);
    assert.is(cells(flash, 3)[0], 0);
  }
});

test("both are as rare as they are said to be", () => {
  const count = (id: "V1" | "V2"): number => {
    let hits = 0;
    for (let seed = 0; seed < 3000; seed++) {
      const flash = faulty([{ id, ...(id === "V1" ? { garbage: "erase" } : { mode: "refuse" }) }], NOR, { seed });
      flash.powerOff();
      flash.reboot();
      if (id === "V1" ? flash.inner.eraseCounts.some((erases) => erases > 0) : flash.erase(0) < 0) hits++;
    }
    return hits;
  };
  assert.ok(Math.abs(count("V1") - 60) < 30, `${count("V1")}`);
  assert.ok(Math.abs(count("V2") - 30) < 22, `${count("V2")}`);
});

test.run();

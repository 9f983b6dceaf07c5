import { suite } from "uvu";
import * as assert from "uvu/assert";
import { NorFlash, presets } from "../../../../host/flash/index.js";

const test = suite("host/flash/nor");

test("units of a NOR page may be programmed in any order", () => {
  for (const name of ["spi-nor-8m", "cfi-nor-16m", "ecc-nor-16m"] as const) {
    const geometry = { ...presets[name], blockCount: 2 };
    const flash = new NorFlash(geometry);
    const unit = new Uint8Array(geometry.programBytes);
    assert.is(flash.program(1, geometry.blockBytes - unit.length, unit), 0);
    assert.is(flash.program(1, 0, unit), 0);
    assert.is(flash.program(1, unit.length, unit), 0);
    assert.equal(flash.violations, []);
  }
});

test("NOR has no bad blocks to ask for", () => {
  const flash = new NorFlash({ ...presets["spi-nor-8m"], blockCount: 2 });
  assert.is(flash.isBad, undefined);
  assert.is(flash.markBad, undefined);
});

test("a NAND geometry is refused", () => {
  assert.throws(() => new NorFlash(presets["slc-nand-64m"]), /nand geometry/);
});

test.run();

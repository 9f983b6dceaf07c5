import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isInside } from "../../../../host/flash/flash.js";
import { presets } from "../../../../host/flash/presets.js";

const test = suite("host/flash/flash");
const geometry = { ...presets["spi-nor-8m"], blockCount: 4 };

test("a span is inside up to the last byte of its block and not beyond", () => {
  assert.ok(isInside(geometry, 0, 0, 4096));
  assert.ok(isInside(geometry, 3, 4095, 1));
  assert.ok(isInside(geometry, 3, 4096, 0));
  assert.not(isInside(geometry, 3, 4095, 2));
});

test("blocks that do not exist, negative numbers and fractions are outside", () => {
  for (const [block, offset] of [
    [4, 0],
    [-1, 0],
    [0, -1],
    [0.5, 0],
    [0, 0.5],
    [Number.NaN, 0],
  ]) {
    assert.not(isInside(geometry, block, offset, 1), `${block} ${offset}`);
  }
});

test.run();

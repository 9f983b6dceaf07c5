import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Density, mix, pick, randomBits } from "../../../../host/flash/mix.js";

const test = suite("host/flash/mix");

test("the hash is the same for ever: replay lines depend on it", () => {
  assert.equal([mix(0, 0), mix(1, 2, 3, 4), mix(-1, 2 ** 31, 7)], [2632296842, 1532483117, 1811430504]);
});

test("every argument counts, and so does its place", () => {
  const values = [mix(1, 2, 3, 4), mix(2, 1, 3, 4), mix(1, 3, 2, 4), mix(1, 2, 4, 3), mix(1, 2, 3, 5), mix(0, 2, 3, 4)];
  assert.is(new Set(values).size, values.length);
});

test("all 32 bits are set half of the time", () => {
  const counts = new Array(32).fill(0);
  for (let i = 0; i < 4096; i++) for (let bit = 0; bit < 32; bit++) counts[bit] += (mix(7, 1, i) >>> bit) & 1;
  for (const count of counts) assert.ok(Math.abs(count - 2048) < 200, `${counts}`);
});

test("random bits have the density asked for", () => {
  for (const density of [0, 0.0625, 0.25, 0.5, 0.75, 0.9375, 1] as Density[]) {
    let set = 0;
    for (let i = 0; i < 4096; i++) for (let byte = randomBits(mix(3, i), density); byte !== 0; byte &= byte - 1) set++;
    assert.ok(Math.abs(set / 32768 - density) < 0.02, `${set / 32768} for ${density}`);
  }
});

test("pick gives each choice its turn", () => {
  assert.equal(
    [0, 1, 2, 3, 4294967295].map((h) => pick(["a", "b", "c"], h)),
    ["a", "b", "c", "a", "a"],
  );
});

test.run();

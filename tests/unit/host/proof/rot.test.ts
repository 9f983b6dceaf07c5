/* Rot by rate: mended, or told. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Rotting } from "../../../../host/proof/rot.js";
import { holdfast } from "../../../../host/proof/store.js";

const test = suite("host/proof/rot");
const script = { seed: 5, weights: 1, fill: 0.3, partFulls: 0.4 };

test("at each rate bits flip, more at the higher", async () => {
  const rotting = new Rotting(holdfast, { preset: "spi-nor-8m", blockCount: 12, script }, "rot");
  const flips: number[] = [];
  for (const number of [0, 1]) {
    const { counts, faults } = await rotting.run(number);
    assert.equal(faults, []);
    flips.push(counts.flips!);
  }
  assert.ok(flips[0]! < flips[1]!, flips.join());
  assert.ok(Math.abs(flips[1]! - 39) < 20, `${flips[1]} of 393216 bits at 1e-4`);
});

test.run();

/* One mishap in a life. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Lives, runMishap } from "../../../../host/proof/mishap.js";
import { holdfast } from "../../../../host/proof/store.js";

const test = suite("host/proof/mishap");
const lives = new Lives(holdfast, { preset: "spi-nor-8m", blockCount: 16, script: { seed: 1, weights: 3, fill: 0.24, partFulls: 1 } });

test("a lost write is noticed and made again", async () => {
  const { counts, faults } = await runMishap(lives, "L1", 3);
  assert.equal(faults, []);
  assert.is(counts["L1 unharmed"], 1);
});

test("a cache that lies takes the newest changes back, one that reorders none", async () => {
  let forgotten = 0;
  for (let number = 0; number < 6; number++) {
    const [lying, reordering] = [await runMishap(lives, "R2", number), await runMishap(lives, "R1", number)];
    assert.equal([...lying.faults, ...reordering.faults], []);
    forgotten += lying.counts["changes forgotten"]!;
  }
  assert.ok(forgotten > 0);
});

test.run();

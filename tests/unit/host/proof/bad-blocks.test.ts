/* Bad blocks. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runBadBlocks } from "../../../../host/proof/bad-blocks.js";
import { holdfast } from "../../../../host/proof/store.js";

const test = suite("host/proof/bad-blocks");
const script = { seed: 1, weights: 3, fill: 0.24, partFulls: 1 };

test("one block in five goes bad, and nothing is lost", async () => {
  const { counts, faults } = await runBadBlocks(holdfast, { preset: "spi-nor-8m", blockCount: 40, script }, 0);
  assert.equal(faults, []);
  assert.is(counts["bad blocks"], 8);
});

test.run();

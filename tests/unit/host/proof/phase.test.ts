/* Operations are named by the procedure they belong to, by what they leave in their block. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { explore } from "../../../../host/proof/explore.js";
import { ANCHORED_BLOCKS, scaled } from "../../../../host/proof/geometries.js";
import { PHASE_LETTERS, PHASES } from "../../../../host/proof/phase.js";
import { makeScript, WEIGHTS } from "../../../../host/proof/script.js";
import { holdfast } from "../../../../host/proof/store.js";

const test = suite("host/proof/phase");

/** A letter for each operation of a script; one operation in two is really cut. */
async function mapOf(blockCount: number, weights: number, fill: number, partFulls: number, share: number): Promise<string> {
  const geometry = scaled("spi-nor-8m", blockCount);
  const steps = makeScript(geometry, { seed: 9, weights, fill, partFulls });
  const plan = { store: holdfast, geometry, seed: 9, weights: WEIGHTS[weights]!, steps, share, nested1: 0, nested2: 0 };
  const { evidence } = await explore({ ...plan, shard: { index: 0, of: 1 } });
  return evidence.seen().map.phases;
}

test("every phase has a letter of its own", () => {
  assert.is(new Set(PHASE_LETTERS).size, PHASES.length);
});

test("a restless script on a small part has all phases but the checkpoint", async () => {
  const map = await mapOf(14, 3, 0.2, 0.6, 0.6);
  for (const phase of PHASES) assert.is(map.includes(PHASE_LETTERS[PHASES.indexOf(phase)]!), phase !== "checkpoint", `${phase} in ${map}`);
  const first = map.search(/[^f.]/);
  assert.ok(first <= 2 * 14 + 12, "format comes first");
  assert.match(map.slice(-20), /f/, "and last");
});

test("a part of 256 blocks has the checkpoint too, and closing is in it", async () => {
  assert.match(await mapOf(ANCHORED_BLOCKS, 4, 0.01, 0.02, 0.1), /k/);
});

test.run();

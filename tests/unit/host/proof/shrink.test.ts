/* What a failure can spare is left out: further cuts first, then steps. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { explore, type Plan } from "../../../../host/proof/explore.js";
import { scaled } from "../../../../host/proof/geometries.js";
import { type Subject, stepsOf } from "../../../../host/proof/replay.js";
import { WEIGHTS } from "../../../../host/proof/script.js";
import { fewerCuts, wayOf } from "../../../../host/proof/shrink.js";
import { toyStore } from "../../../harness/toy.js";

const test = suite("host/proof/shrink");
const subject: Subject = { preset: "spi-nor-8m", blockCount: 12, script: { seed: 3, weights: 1, fill: 0.06, partFulls: 0.2 } };

test("cuts that have nothing to do with it go", async () => {
  const store = toyStore("invents records");
  const plan: Plan = {
    store,
    geometry: scaled(subject.preset, subject.blockCount),
    seed: 3,
    weights: WEIGHTS[1]!,
    steps: stepsOf(subject),
    share: 1,
    nested1: 0,
    nested2: 0,
    shard: { index: 0, of: 1 },
  };
  const further = [
    { op: 0, tear: "bits" },
    { op: 1, tear: "all" },
  ] as const;
  const { tally } = await explore({ ...plan, only: { op: 20, tear: "all", further } });
  const found = tally.findings[0]!;
  const fewer = await fewerCuts(store, subject, { ...found, further }, 10);
  assert.equal(fewer.further, []);
  assert.is(wayOf(fewer), wayOf(found));
  assert.equal((await fewerCuts(store, subject, { ...found, further }, 0)).further, further);
});

test.run();

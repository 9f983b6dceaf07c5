/*
 * Small slices of the proof on the real store, on each preset's rules: a few seconds of what
 * `npm run harness` does in minutes.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runDamageJob } from "../../host/proof/damage.js";
import { runFlipJob } from "../../host/proof/flips.js";
import { presetNames } from "../../host/proof/geometries.js";
import { runJob } from "../../host/proof/job.js";
import type { Subject } from "../../host/proof/replay.js";
import { defaultOptions } from "../../host/proof/script.js";
import { holdfast } from "../../host/proof/store.js";

const test = suite("harness/slices");
const whole = { index: 0, of: 1 };

for (const [index, preset] of presetNames.entries()) {
  const subject: Subject = { preset, blockCount: 16 + 2 * index, script: { ...defaultOptions, seed: 21 + index, weights: index % 3 } };

  test(`${preset}: one cut in fifty of a script, every tear, some cut again`, async () => {
    const report = await runJob({ subject, share: 0.02, nested1: 0.5, nested2: 0.5, shard: whole, shrinkBudget: 20 }, holdfast);
    assert.equal(report.failures, []);
    assert.ok(report.tally.cuts >= 30 && report.tally.nested1 >= 9 && report.tally.nested2 >= 3, JSON.stringify(report.tally));
    assert.ok(report.tally.victims >= 10, `${report.tally.victims} victims`);
  });

  test(`${preset}: single flipped bits are mended, on a closed image and on one whose power was pulled`, async () => {
    for (const pull of [undefined, { at: 0.6, tear: "bits" } as const]) {
      const report = await runFlipJob({ subject, ...(pull && { pull }), samples: 150, shard: whole }, holdfast);
      assert.equal(report.failures, []);
      assert.is(report.flips, 150);
    }
  });

  test(`${preset}: bursts are mended up to 8 bytes, and reported beyond`, async () => {
    for (const lengthBytes of [8, 40]) {
      const job = { subject, lengthBytes, correctable: 8, maxAffected: 4, samples: 100, shard: whole };
      const report = await runDamageJob(job, holdfast);
      assert.equal(report.failures, []);
      assert.is(report.bursts, 100);
      assert.is(report.corrupt + report.unknown > 0, lengthBytes > 8);
    }
  });
}

test.run();

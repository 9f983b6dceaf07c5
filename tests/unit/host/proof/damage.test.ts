/* Bursts of damage: noise, and bytes that belong elsewhere. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type DamageJob, runDamageJob } from "../../../../host/proof/damage.js";
import { holdfast } from "../../../../host/proof/store.js";

const test = suite("host/proof/damage");
const subject = { preset: "spi-nor-8m", blockCount: 12, script: { seed: 5, weights: 1, fill: 0.3, partFulls: 0.4 } } as const;
const job: DamageJob = { subject, lengthBytes: 1024, correctable: 8, maxAffected: 40, samples: 60, shard: { index: 0, of: 1 } };

test("what stands in another's place costs the records there, and is never shown as one of them", async () => {
  const report = await runDamageJob({ ...job, misplaced: true }, holdfast);
  assert.equal(report.failures, []);
  assert.is(report.bursts, 60);
  assert.ok(report.corrupt > 10, `${report.corrupt} records reported`);
});

test("noise of so many bytes is reported as well", async () => {
  const report = await runDamageJob({ ...job, lengthBytes: 40, maxAffected: 4 }, holdfast);
  assert.equal(report.failures, []);
  assert.ok(report.corrupt + report.unknown > 0);
});

test.run();

/* A campaign is the same on workers as without, and its report is what its jobs add up to. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Campaign, cutting, runCampaign } from "../../../../host/proof/campaign.js";
import { cutsOf, livesOf } from "../../../../host/proof/campaign-report.js";
import { jobsOf } from "../../../../host/proof/job.js";
import type { Subject } from "../../../../host/proof/replay.js";
import { toyStore } from "../../../harness/toy.js";

const test = suite("host/proof/campaign");
const subject: Subject = { preset: "spi-nor-8m", blockCount: 12, script: { seed: 8, weights: 3, fill: 0.1, partFulls: 0.2 } };
const jobs = jobsOf([subject, { ...subject, preset: "ecc-nor-16m" }], { share: 0.1, nested1: 1, nested2: 0.5, nested3: 0.5 }, 2);
const flip = { flips: { subject, samples: 20, shard: { index: 0, of: 1 } } };
const campaign: Campaign = { name: "a few", budget: "some cuts", work: [...cutting(jobs), flip] };

test("on workers or not, the report is the same but for its times", async () => {
  const told: string[] = [];
  const here = await runCampaign(campaign, { workers: 0, onProgress: (done, total, last) => told.push(`${done}/${total} ${last}`) });
  const there = await runCampaign(campaign, { workers: 2 });
  const plain = ({ elapsedMs: _, cpuMs: __, ...rest }: typeof here) => ({
    ...rest,
    scripts: rest.scripts.map(({ maps, ...one }) => ({ ...one, maps: maps.map((map) => map.phases).sort() })),
  });
  assert.equal(plain(there), plain(here));
  assert.is(told.length, 5);
  assert.match(told.at(-1)!, /^5\/5 spi-nor-8m:b12:seed8/);
  assert.equal(here.violations, []);
  assert.equal([here.name, here.budget, here.scripts.length, here.trials.flips], ["a few", "some cuts", 2, 20]);
  assert.ok(here.images > 50 && here.images <= here.cuts && here.nested3 > 0);
  assert.is(livesOf(here), cutsOf(here) - here.equal);
  assert.ok(here.wear.reduce((sum, blocks) => sum + blocks) === 24 && here.latencies.put!.maxMs > 0 && here.mounts.reads! > 0);
  assert.is(
    Object.values(here.byTear).reduce((sum, count) => sum + count),
    here.cuts,
  );
});

test("violations come with a line to replay and the invariant they break", async () => {
  const report = await runCampaign({ ...campaign, work: campaign.work.slice(0, 1) }, { store: toyStore("invents records") });
  assert.ok(report.violations.length > 0);
  for (const { replay, text, invariant } of report.violations) {
    assert.match(replay, /^spi-nor-8m:b12:seed8:w3:f10:p2:cut\d+=/);
    assert.match(text, /never put, yet shown/);
    assert.is(invariant, "I5");
  }
});

test.run();

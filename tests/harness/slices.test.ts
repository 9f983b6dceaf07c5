/*
 * The smallest size of every campaign on the real store: what `npm run harness` does in minutes and `:full` in an hour.
 *
 * Counts are asserted, times are not. The last test holds the number of cuts that every change to Holdfast must survive.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runCampaign } from "../../host/proof/campaign.js";
import { cutsOf } from "../../host/proof/campaign-report.js";
import { CAMPAIGNS, missedFloors } from "../../host/proof/campaigns.js";

const CUTS_MIN = 60_000;

const test = suite("harness/slices");
let cuts = 0;

for (const [name, make] of Object.entries(CAMPAIGNS)) {
  test(`${name}: nothing is lost within the budget, and enough was tried`, async () => {
    const campaign = make("slice");
    const report = await runCampaign(campaign);
    assert.equal(report.violations, []);
    assert.equal(missedFloors(report, campaign.floor), []);
    cuts += cutsOf(report);
    const more = report.stormCuts + report.nested1 + report.nested2 + report.nested3;
    if (report.cuts > 0) console.log(`${name}: ${report.cuts} cuts, ${more} further ones, ${report.images} distinct images`);
  });
}

test(`${CUTS_MIN} cuts at least`, () => {
  console.log(`${cuts} cuts in all`);
  assert.ok(cuts >= CUTS_MIN, `${cuts} cuts`);
});

test.run();

/*
 * Every broken twin of the store is caught, by a campaign that does not know of it; the whole store passes them all.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { makeImage } from "../../host/proof/image.js";
import type { Subject } from "../../host/proof/replay.js";
import { holdfast } from "../../host/proof/store.js";
import { TWINS, twinStore } from "./twin-store.js";
import { CAMPAIGNS } from "./twins.js";

/** Which campaign is to catch a twin, and what the first violation must say. */
const CAUGHT: Record<string, readonly [campaign: string, violation: RegExp]> = {
  APPEND_AFTER_REBOOT: ["cuts", /^rule .*"once" broken|^G1 .*missing/],
  ONE_MARKER: ["cuts in a recovery", /^G[13] .*(missing|lsn|damaged)/],
  NO_ADDRESS: ["bytes of elsewhere", /get finds nothing|listed twice|got with lsn/],
  REREAD: ["cuts", /^G[123] /],
  NO_ERASE_RECORD: ["cuts in a compaction", /^rule .*"suspect" broken/],
  TRUNCATES: ["bursts after a cut", /records affected by one burst|lsn \d+ instead of|missing .*damagedUnknown 0/],
  NO_CHECK_AFTER: ["bytes of elsewhere", /get finds nothing|listed twice|got with lsn/],
  TOLD_EARLY: ["cuts", /^G1 .*missing/],
  VICTIM_EARLY: ["cuts in a compaction", /^G[13] .*(missing|damaged|lsn)/],
  NO_RESERVE: ["cuts of another full part", /^live .*(READ_ONLY|WORN_OUT|FULL)/],
  OLD_VERSION: ["bursts in a closed store", /lsn \d+ instead of|missing .*damagedUnknown 0/],
  CHECKPOINT_UNREAD: ["flipped bits of a checkpoint", /missing|get finds nothing|lsn/],
  CHECKPOINT_KEPT: ["cuts with a checkpoint", /^(G[12]|rule) /],
  TOMBSTONE_EARLY: ["cuts in a compaction", /G1 .*removed, yet shown/],
  SESSION_TWICE: ["cuts in another recovery", /^G1 .*lsn/],
  BATCH_UNENDED: ["cuts", /^G2 .* in flight, neither all before nor all after/],
  TAIL_BELIEVED: ["cuts", /^G[12] /],
  SUSPECT_BELIEVED: ["cuts", /^rule .*"(once|suspect)" broken/],
  DOUBTFUL_LEFT: ["a storm of cuts", /^rule .*"suspect" broken/],
  ORIGINAL_WINS: ["cuts in a recovery", /^G3 .*(reported damaged|nothing rotted)/],
  ADOPTED_PAST_END: ["cuts", /^G2 .* in flight, neither all before nor all after/],
  FORMAT_ANYWHERE: ["cuts in a format", /^(rule .*"suspect" broken|G2 .* in flight, neither all before nor all after)/],
  UNMENDED: ["flipped bits", /reported damaged/],
  LOSS_UNTOLD: ["bursts after a cut", /damagedUnknown 0/],
  UNCHECKED: ["cuts", /^G[123] /],
  SUM_UNASKED: ["erases that go astray", /missing|lsn \d+ instead of|should be absent/],
  VOID_TAKEN: ["another storm of cuts", /^G[123] /],
};

const test = suite("harness/twins");
const rows: string[][] = [["twin", "caught by", "after", "first violation"]];

test("every twin of the core has a campaign here, and there are twelve at least", () => {
  assert.equal(Object.keys(CAUGHT).sort(), [...TWINS.keys()].sort());
  assert.ok(TWINS.size >= 12);
  assert.is(new Set([...TWINS.values()].map(({ number }) => number)).size, TWINS.size, "two twins have one number");
});

for (const campaign of CAMPAIGNS) {
  test(`the whole store passes: ${campaign.name}`, async () => {
    const verdict = await campaign.run(twinStore());
    assert.is(verdict.found, "", `${verdict.found}\n  holdfast powercut --replay '${verdict.replay}'`);
    assert.ok(verdict.tried >= 50, `only ${verdict.tried} ${campaign.unit}`);
  });
}

test("with no twin the probe build leaves the bytes that the device build leaves; with one it need not", async () => {
  const subject: Subject = { preset: "spi-nor-8m", blockCount: 16, script: { seed: 1, weights: 1, fill: 0.3, partFulls: 0.6 } };
  for (const pull of [undefined, { at: 0.7, tear: "prefix" } as const]) {
    const [plain, probe] = [await makeImage(holdfast, subject, pull), await makeImage(twinStore(), subject, pull)];
    assert.ok(Buffer.from(plain.bytes).equals(probe.bytes));
  }
  const [plain, twin] = [await makeImage(holdfast, subject), await makeImage(twinStore("NO_ADDRESS"), subject)];
  assert.not.ok(Buffer.from(plain.bytes).equals(twin.bytes));
});

for (const [name, [campaignName, violation]] of Object.entries(CAUGHT)) {
  test(`caught: ${TWINS.get(name)?.says}`, async () => {
    const campaign = CAMPAIGNS.find((one) => one.name === campaignName)!;
    const { found, tried, replay } = await campaign.run(twinStore(name));
    assert.is.not(found, "", `${name} survives ${tried} ${campaign.unit} of "${campaignName}"`);
    assert.match(found, violation, `${found} [${replay}]`);
    rows.push([name, campaignName, `${tried} ${campaign.unit}`, found.replace(/^.* (bit \d|\(sample \d+\)): /, "").slice(0, 70)]);
  });
}

test.after(() => {
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows) console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
});

test.run();

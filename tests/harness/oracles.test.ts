/*
 * Every oracle of the proof can fail: each deliberately broken store is found out, and the whole one is not.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { BURST_LIMITS, runDamageJob } from "../../host/proof/damage.js";
import { runFlipJob } from "../../host/proof/flips.js";
import { type JobReport, runJob } from "../../host/proof/job.js";
import { parseReplay, printReplay, runReplay, type Subject, stepsOf } from "../../host/proof/replay.js";
import { FAULTS, type Fault, toyStore } from "./toy.js";

const subject: Subject = { preset: "spi-nor-8m", blockCount: 12, script: { seed: 3, weights: 1, fill: 0.06, partFulls: 0.4 } };

/** What the first violation must say. */
const ORACLES: Record<Fault, RegExp> = {
  "acknowledges early": /G1 \S+ (missing|lsn)/,
  "shows an old version": /G1 \S+ (missing|lsn)/,
  "checks nothing": /G[123] |live {2}SyntaxError/,
  "tears batches": /G2 .* in flight, neither all before nor all after/,
  "forgets removals": /G1 \S+ removed, yet shown/,
  "does not settle": /G1 .*\[later boot\]/,
  "trusts blank blocks": /^rule .* "(suspect|once)" broken/,
  "invents records": /G3 \S+ never put, yet shown/,
  "jams after a cut": /^live .*FULL/,
  "hides a record": /G1 \S+ missing/,
  "answers with other bytes": /G1 \S+ other bytes/,
};

const test = suite("harness/oracles");

test("a store that keeps its promises passes", async () => {
  const report = await run(undefined, 0.1);
  assert.equal(report.failures, []);
  assert.ok(report.tally.cuts > 500 && report.tally.nested1 > 150 && report.tally.nested2 > 40, JSON.stringify(report.tally));
});

for (const fault of FAULTS) {
  test(`a store that ${fault} is found out`, async () => {
    const report = await run(fault, 0.3);
    assert.ok(report.failures.length > 0, "no violation found");
    assert.match(report.failures.map((failure) => failure.text).join("\n"), new RegExp(ORACLES[fault], "m"));
  });
}

test("a failure is shrunk, printed on one line, and replayed from it", async () => {
  const report = await run("tears batches", 1, 80);
  const line = report.failures[0]!.replay;
  const replay = parseReplay(line);
  assert.is(printReplay(replay), line);
  assert.ok(replay.keep!.length < 6, line);
  const again = await runReplay(toyStore("tears batches"), replay);
  assert.is(again.cuts, 1);
  assert.is(again.findings.length, 1, line);
  assert.equal((await runReplay(toyStore(), replay)).findings, []);
});

test("a store that corrects nothing fails under flips and bursts", async () => {
  const shard = { index: 0, of: 1 };
  const pull = { at: 0.5, tear: "none" } as const;
  const flips = await runFlipJob({ subject, pull, samples: 400, shard }, toyStore());
  assert.ok(flips.failures.length > 0, "no flip was noticed");
  // The toy that writes nothing at mount, which the flips of every byte ask for.
  const exhaustive = await runFlipJob({ subject, pull, samples: 0, shard: { index: 3, of: 211 } }, toyStore("does not settle"));
  assert.ok(exhaustive.failures.length > 0, "no flip was noticed in every byte");
  for (const lengthBytes of [8, 40]) {
    const job = { subject, pull, lengthBytes, ...BURST_LIMITS, samples: 200, shard };
    assert.ok((await runDamageJob(job, toyStore())).failures.length > 0, `no burst of ${lengthBytes} bytes was noticed`);
  }
});

test("a script is a function of its seed", () => {
  assert.equal(stepsOf(subject), stepsOf(subject));
  assert.not.equal(stepsOf(subject), stepsOf({ ...subject, script: { ...subject.script, seed: 4 } }));
});

test("a replay line that names nothing is refused", () => {
  for (const line of [
    "",
    "spi-nor-8m:b24:seed1",
    "no-such-part:cut1=bits",
    "spi-nor-8m:cut1=shattered",
    "spi-nor-8m:cut1=bits:keep=a-b",
    "spi-nor-8m:w9:cut1=bits",
  ]) {
    assert.throws(
      () => parseReplay(line),
      (error: unknown) => error instanceof RangeError,
      line,
    );
  }
});

function run(fault: Fault | undefined, share: number, shrinkBudget = 0): Promise<JobReport> {
  return runJob({ subject, share, nested1: 0.3, nested2: 0.3, shard: { index: 0, of: 1 }, shrinkBudget }, toyStore(fault));
}

test.run();

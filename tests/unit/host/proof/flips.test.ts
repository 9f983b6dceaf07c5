/* Noise in what a mounted store reads: a wrong answer is found, and found again by its line. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runFlipJob } from "../../../../host/proof/flips.js";
import { parseDeed, playDeed } from "../../../../host/proof/line.js";
import { parseSubject } from "../../../../host/proof/replay.js";
import { holdfast } from "../../../../host/proof/store.js";
import { twinStore } from "../../../harness/twin-store.js";

const test = suite("host/proof/flips");
const subject = parseSubject("spi-nor-8m:b16:seed5:w1:f40:p4");
const noise = { subject, noise: true, samples: 400, shard: { index: 0, of: 1 } } as const;

test("noise is mended or told", async () => {
  const { flips, corrupt, failures } = await runFlipJob(noise, holdfast);
  assert.equal([flips, failures], [400, []]);
  assert.ok(corrupt > 200, `${corrupt} records`);
});

test("a store that checks nothing answers wrong, and the line finds it again", async () => {
  const store = twinStore("UNCHECKED");
  const [first] = (await runFlipJob(noise, store)).failures;
  assert.match(first!.text, /^noise of \d+ bytes at \d+: .* (other bytes|label|lsn|missing|wallMs)/);
  const { failures } = await playDeed(parseDeed(first!.replay)!, store);
  assert.equal(failures, [first]);
  assert.equal((await playDeed(parseDeed(first!.replay)!, holdfast)).failures, []);
});

test.run();

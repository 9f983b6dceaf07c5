/* Every line that a campaign prints is played by one road, and gives the same log each time. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { BURST_LIMITS, runDamageJob } from "../../../../host/proof/damage.js";
import { runFlipJob } from "../../../../host/proof/flips.js";
import { type Deed, parseDeed, playDeed } from "../../../../host/proof/line.js";
import { parseSubject } from "../../../../host/proof/replay.js";
import { holdfast, holdfastAfresh } from "../../../../host/proof/store.js";
import { twinStore } from "../../../harness/twin-store.js";

const test = suite("host/proof/line");
const SUBJECT = "spi-nor-8m:b16:seed12:w0:f20:p2";
const PULLED = `${SUBJECT}:pulled-at-0.5=bits`;
const LINES = [
  `${SUBJECT}:L1=5`,
  `${SUBJECT}:rot=3`,
  "sx1-nor-8m:b24:seed5:w0:f20:p2:bad-blocks=1",
  `${SUBJECT}:flip=4196.3`,
  `${SUBJECT}:noise=17`,
  `${PULLED}:flip=4196.3`,
  `${SUBJECT}:burst8=17`,
  `${PULLED}:burst40=17`,
  `${SUBJECT}:misplaced40=2`,
];
const deedOf = (line: string): Deed => parseDeed(line)!;

test("the same line gives the same log three times, and another line another log", async () => {
  const hashes = new Set<string>();
  for (const line of LINES) {
    const played = [
      await playDeed(deedOf(line), holdfast),
      await playDeed(deedOf(line), holdfast),
      await playDeed(deedOf(line), holdfastAfresh),
    ];
    assert.match(played[0]!.logHash, /^[0-9a-f]{64}$/);
    assert.ok(played[0]!.logEntries > 500, `${line}: ${played[0]!.logEntries} entries`);
    for (const other of played) assert.equal(other, played[0], line);
    hashes.add(played[0]!.logHash);
  }
  assert.is(hashes.size, LINES.length);
});

test("what a flip or a burst costs a store that mends nothing is found again by the line that is printed", async () => {
  const store = twinStore("UNMENDED");
  const image = { subject: parseSubject(SUBJECT), pull: { at: 0.5, tear: "bits" } } as const;
  const shard = { index: 0, of: 1 };
  const flips = await runFlipJob({ ...image, samples: 200, shard }, store);
  const bursts = await runDamageJob({ ...image, lengthBytes: 8, ...BURST_LIMITS, samples: 60, shard }, store);
  const noise = await runFlipJob({ ...image, noise: true, samples: 200, shard }, store);
  assert.ok(noise.corrupt > 50);
  assert.equal(noise.failures, [], "what is not mended is still told");
  for (const [first] of [flips.failures, bursts.failures]) {
    assert.ok(first, "the twin was not noticed");
    const { failures } = await playDeed(deedOf(first.replay), store);
    assert.equal(failures[0], first);
    assert.equal((await playDeed(deedOf(first.replay), holdfast)).failures, []);
  }
});

test("the line of a cut is left to others, and what makes no sense is refused in words", () => {
  assert.is(parseDeed("spi-nor-8m:b24:seed7:w2:f40:p15:cut812=bits"), undefined);
  assert.throws(() => parseDeed(`${SUBJECT}:flip=65536.0`), /the part has 65536 bytes/);
  assert.throws(() => parseDeed(`${SUBJECT}:pulled-at-0.5=nibbled:flip=5.0`), /not a tear/);
  assert.throws(() => parseDeed(`${SUBJECT}:L1=x`), /not a trial/);
});

test.run();

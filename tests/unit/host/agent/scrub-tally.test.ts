/* The report of a scrub, step by step. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ScrubTally } from "../../../../host/agent/scrub-tally.js";

const test = suite("host/agent/scrub-tally");

test("records are counted, their parts are not; what is damaged is named once", () => {
  const tally = new ScrubTally();
  const step = (flags: number, idLow: number) => tally.add({ flags, kind: 3, idHigh: 0, idLow });
  step(0, 1);
  step(4 | 8, 2);
  step(2, 3);
  step(32 | 2, 3);
  step(32 | 4 | 16, 4);
  step(32 | 8, 0);
  assert.equal(tally.report(5), {
    records: 3,
    relocated: 2,
    corrected: 2,
    left: 1,
    damaged: [{ kind: "note", id: "0000000000000003" }],
    damagedUnknown: 5,
  });
});

test.run();

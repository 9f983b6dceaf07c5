import { suite } from "uvu";
import * as assert from "uvu/assert";
import { statOf } from "../../../../host/agent/stat.js";
import type { CoreStat } from "../../../../host/core/doorstep.js";

const test = suite("host/agent/stat");

test("counts get the names of their kinds, the version its dot, the store its id", () => {
  const core = {
    records: 36,
    counts: [1, 2, 3, 4, 5, 6, 7, 8],
    formatVersion: 0x0101,
    storeIdHigh: 1,
    storeIdLow: 0xab,
    nextLsn: 42n,
    corrected: 3,
    answerToChanges: 0,
    hesitates: 0,
  } as CoreStat;
  const stat = statOf(core, 1234);
  assert.equal(stat.counts, { contact: 1, event: 2, todo: 3, note: 4, message: 5, mail: 6, photo: 7, vault: 8 });
  assert.equal([stat.formatVersion, stat.storeId, stat.nextLsn], ["1.1", "00000001000000ab", 42]);
  assert.is(stat.changes, "ready");
  assert.is(statOf({ ...core, answerToChanges: -2 }, 0).changes, "WORN_OUT");
  assert.is(statOf({ ...core, answerToChanges: -1, hesitates: 1 }, 0).changes, "hesitant");
  assert.equal([stat.payloadBytes, stat.flash.correctedCodewords, stat.records], [1234, 3, 36]);
});

test.run();

/* The twelve invariants have a place, and every violation belongs to one of them. */
import { existsSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { INVARIANT_IDS, INVARIANTS, invariantOf, noChecks } from "../../../../host/proof/invariants.js";
import type { Violation } from "../../../../host/proof/model.js";

const test = suite("host/proof/invariants");

test("each is held in a file that is there, or says why not yet", () => {
  assert.is(INVARIANT_IDS.length, 12);
  for (const id of INVARIANT_IDS) {
    const { where, when } = INVARIANTS[id];
    const files = [...where.matchAll(/[a-z-]+\.ts/g)].map(([file]) => file);
    assert.ok(files.length > 0 || /^not applicable yet/.test(when), id);
    for (const file of files) assert.ok(existsSync(`host/proof/${file}`), `${id}: ${file}`);
  }
  assert.equal(Object.keys(noChecks()), [...INVARIANT_IDS]);
});

test("violations are told apart by invariant", () => {
  const expected: [Violation["promise"], string, string][] = [
    ["G1", "missing (lsn 3, 20 bytes) [first boot]", "I1"],
    ["G2", "one of 2 in flight, neither all before nor all after", "I2"],
    ["G1", "removed, yet shown [first boot]", "I3"],
    ["G1", "missing (lsn 3, 20 bytes) [later boot]", "I4"],
    ["G1", "differs from the boot before: lsn 4 instead of 3", "I4"],
    ["G3", "never put, yet shown [first boot]", "I5"],
    ["G1", "other bytes (lsn 3, 20 for 20) [first boot]", "I6"],
    ["bound", "a mount asked for 9 reads, 8 are promised at most", "I7"],
    ["live", "never ends: 200000 programs", "I7"],
    ["live", "Unusable: FULL", "I8"],
    ["bound", "a block was erased 90 times, the mean is 3.0", "I9"],
    ["G3", "verify corrects 1 records although nothing rotted", "I12"],
  ];
  for (const [promise, text, id] of expected) assert.is(invariantOf({ promise, key: "k", text }), id, text);
});

test.run();

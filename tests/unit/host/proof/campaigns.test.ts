/* Every campaign says what it may break, has work in every size, and more of it in the larger ones. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Gathering } from "../../../../host/proof/campaign-report.js";
import { CAMPAIGNS, missedFloors, SHARED_PHASES } from "../../../../host/proof/campaigns.js";
import { partNames } from "../../../../host/proof/geometries.js";
import { PHASES } from "../../../../host/proof/phase.js";
import { parseReplay, printSubject } from "../../../../host/proof/replay.js";
import { nameOfWork, subjectOf } from "../../../../host/proof/work.js";

const test = suite("host/proof/campaigns");

test("a name, a budget in words, work in each size, none of it twice", () => {
  for (const [key, make] of Object.entries(CAMPAIGNS)) {
    for (const size of ["slice", "daily", "full"] as const) {
      const { name, budget, work } = make(size);
      assert.ok(name.length > 0 && budget.length > 10, key);
      assert.ok(work.length > 0, `${key} ${size}`);
      assert.is(new Set(work.map((one) => JSON.stringify(one))).size, work.length, `${key} ${size}`);
    }
    const [slice, full] = [make("slice").work.length, make("full").work.length];
    assert.ok(slice <= full, key);
  }
});

test("every script can be named on a replay line: nothing of it is lost in print", () => {
  for (const make of Object.values(CAMPAIGNS)) {
    for (const one of make("full").work) {
      const subject = subjectOf(one);
      const { cut: _, further: __, ...read } = parseReplay(`${printSubject(subject)}:cut1=bits`);
      assert.equal(read, {
        preset: subject.preset,
        blockCount: subject.blockCount,
        script: subject.script,
        ...(subject.outerParity && { outerParity: subject.outerParity }),
      });
    }
  }
});

test("the floors of the long campaign are those that were promised", () => {
  assert.is(CAMPAIGNS.single!("full").floor.images, 1_000_000);
  assert.is(CAMPAIGNS.single!("full").floor.share, 0.05);
  assert.ok(CAMPAIGNS["nested-1"]!("full").floor.scripts! >= 20);
  assert.ok(CAMPAIGNS["nested-2"]!("full").floor.scripts! >= 5);
  assert.ok(CAMPAIGNS["nested-3"]!("full").floor.nested3! >= 50_000);
  assert.ok(CAMPAIGNS.storms!("full").floor.storms! >= 500);
  for (const phase of SHARED_PHASES) assert.ok(PHASES.includes(phase));
});

test("a floor that is not reached is told, one that is reached is not", () => {
  const report = new Gathering("some", "any").report();
  assert.equal(missedFloors(report, {}), []);
  assert.match(missedFloors(report, { cuts: 1, storms: 0 }).join(), /^some: 0 cuts, 1 are asked for$/);
  const half = { ...report, byPhase: { compaction: 10, checkpoint: 10, erase: 1, recovery: 10 } };
  assert.match(missedFloors(half, { share: 0.05 }).join(), /^some: only 3.2 % of the cuts in erase$/);
});

test("breadth runs on every preset", () => {
  for (const size of ["slice", "daily", "full"] as const) {
    const names = CAMPAIGNS.single!(size).work.map(nameOfWork);
    for (const preset of partNames)
      assert.ok(
        names.some((name) => name.startsWith(`${preset}:`)),
        preset,
      );
  }
});

test.run();

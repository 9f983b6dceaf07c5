/* Exhaustive means every one; what is judged once was equal; nothing is hidden by it. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { explore, type Plan } from "../../../../host/proof/explore.js";
import { scaled } from "../../../../host/proof/geometries.js";
import { makeScript, WEIGHTS } from "../../../../host/proof/script.js";
import { holdfast } from "../../../../host/proof/store.js";
import { toyStore } from "../../../harness/toy.js";

const test = suite("host/proof/explore");
const geometry = scaled("spi-nor-8m", 12);
const options = { seed: 5, weights: 3, fill: 0.1, partFulls: 0.3 };
const steps = makeScript(geometry, options);
const plan: Plan = {
  store: holdfast,
  geometry,
  seed: 5,
  weights: WEIGHTS[3]!,
  steps,
  share: 1,
  nested1: 0,
  nested2: 0,
  shard: { index: 0, of: 1 },
};

test("every operation of the window is cut with every fitting tear, and no other", async () => {
  const { tally, evidence } = await explore({ ...plan, window: { first: 30, count: 7 } });
  assert.equal(tally.findings, []);
  assert.is(tally.cuts, 7 * 6);
  assert.match(evidence.seen().map.phases, /^\.{30}[^.]{7}$/);
});

test("only the phases asked for are cut", async () => {
  const { tally } = await explore({ ...plan, phases: ["first boot"] });
  assert.equal(Object.keys(tally.byPhase), ["first boot"]);
  assert.ok(tally.cuts >= 5 * 6);
});

test("one deep, exhaustive: each fitting tear of each operation of each life after", async () => {
  const first = await explore({ ...plan, window: { first: 30, count: 1 } });
  const { tally } = await explore({ ...plan, window: { first: 30, count: 1 }, depth: 1 });
  assert.equal(tally.findings, []);
  assert.is(tally.cuts, first.tally.cuts);
  assert.is(tally.nested1 % 6, 0);
  assert.ok(tally.nested1 > 5 * 6 * 6, `${tally.nested1} further cuts`);
  assert.is(tally.nested2, 0);
  const drawn = await explore({ ...plan, window: { first: 30, count: 1 }, nested1: 2, nested2: 1, nested3: 1 });
  assert.ok(drawn.tally.nested3 > 0 && drawn.tally.nested3 <= drawn.tally.nested2 && drawn.tally.nested2 <= drawn.tally.nested1);
  assert.ok(tally.nested1 > drawn.tally.nested1);
});

test("equal images are judged once, and are equal: fewer lives, the same distinct images", async () => {
  const { tally, evidence } = await explore({ ...plan, window: { first: 24, count: 40 } });
  assert.ok(tally.equal > 0 && tally.equal < tally.cuts / 2, `${tally.equal} of ${tally.cuts}`);
  assert.ok(evidence.seen().images.length <= tally.cuts - tally.equal + 1);
  assert.ok(evidence.seen().images.length > tally.cuts / 2);
});

test("a store that breaks on some cuts is found out whether or not they left equal images", async () => {
  for (const fault of ["tears batches", "does not settle"] as const) {
    const script = { seed: 3, weights: 1, fill: 0.06, partFulls: 0.4 };
    const toy: Plan = { ...plan, store: toyStore(fault), seed: 3, weights: WEIGHTS[1]!, steps: makeScript(geometry, script) };
    const { tally } = await explore({ ...toy, share: 0.5 });
    assert.ok(tally.findings.length > 0, fault);
  }
});

test("a storm is so many cuts in a row, and the invariants are counted", async () => {
  const { tally } = await explore({ ...plan, window: { first: 40, count: 2 }, storm: 3 });
  assert.equal(tally.findings, []);
  assert.ok(tally.storms >= 10 && tally.stormCuts >= tally.storms && tally.stormCuts <= 3 * tally.storms);
  const { I1, I2, I4, I7, I8, I9, I10 } = tally.checks;
  assert.ok(I1 >= tally.storms && I1 === I7 && I4 > 0 && I8 > 0 && I2 <= I1);
  assert.equal([I9, I10], [1, 0]);
});

test.run();

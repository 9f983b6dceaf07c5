/*
 * Outer parity: any one sealed erase block that is lost costs nothing, also after a cut; of two in one stripe what is lost is reported.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { presetNames } from "../../host/proof/geometries.js";
import { runJob } from "../../host/proof/job.js";
import { parseReplay, printReplay, runReplay, type Subject } from "../../host/proof/replay.js";
import { defaultOptions } from "../../host/proof/script.js";
import { holdfast } from "../../host/proof/store.js";
import { Chance } from "../support/probe-chance.js";
import { NOTE, Store, status } from "../support/probe-store.js";
import {
  blockLetters,
  coveredBlocks,
  DAMAGES,
  type Damage,
  damageBlock,
  grow,
  lettersOf,
  stripesOf,
  TornPart,
} from "../support/stripes.js";

const test = suite("harness/parity");

const parts = [
  { outerParity: 4, blockCount: 40 },
  { outerParity: 8, blockCount: 48 },
] as const;
const fills = { full: 0.9, "half-full": 0.45 };

for (const { outerParity, blockCount } of parts)
  for (const [name, fill] of Object.entries(fills)) {
    const title = `parity ${outerParity}, ${name}`;

    test(`${title}: any block but the open ones may be lost, however, and after compaction another one`, () => {
      const chance = new Chance(outerParity * 10 + fill);
      const { store, model } = grow(outerParity, blockCount, fill, chance);
      store.must(store.close());
      const image = store.part.clone();
      const closed = new Store(store.flash.geometry, { part: image.clone() });
      assert.is(closed.mount(true), 0);
      const letters = blockLetters(closed);
      assert.ok(!letters.includes(lettersOf.adopted), letters);
      const used = [...letters].flatMap((letter, block) => (letter === lettersOf.sealed || letter === lettersOf.parity ? [block] : []));
      assert.ok(used.length > blockCount * fill * 0.6, letters);
      assert.equal(coveredBlocks(closed), used);

      for (const block of used)
        for (const damage of DAMAGES) {
          const what = `block ${block} ${damage}`;
          const hurt = new Store(store.flash.geometry, { part: damageBlock(image.clone(), block, damage, chance) });
          assert.is(hurt.mount(), 0, what);
          model.mustBeIn(hurt, what);
          hurt.rest();
          model.mustBeIn(hurt, `${what}, compacted`);
          const covered = coveredBlocks(hurt);
          const next = covered[chance.below(covered.length)]!;
          hurt.must(hurt.close());
          const again = new Store(store.flash.geometry, { part: damageBlock(hurt.part.clone(), next, damage, chance) });
          assert.is(again.mount(), 0, what);
          model.mustBeIn(again, `${what}, then block ${next}`);
        }
    });

    test(`${title}: of two blocks of one stripe every record is there, or told as damaged, or counted`, () => {
      const chance = new Chance(outerParity * 10 + fill + 1);
      const { store, model } = grow(outerParity, blockCount, fill, chance);
      store.must(store.close());
      let reported = 0;
      for (const { parity, members } of stripesOf(store))
        for (let i = 0; i + 1 < members.length; i += 2) {
          const part = damageBlock(store.part.clone(), members[i]!, "garbage", chance);
          const hurt = new Store(store.flash.geometry, { part: damageBlock(part, members[i + 1]!, "blank", chance) });
          assert.is(hurt.mount(), 0);
          const { missing, damaged } = model.compare(hurt);
          const stat = hurt.stat();
          if (missing.length > 0) {
            reported++;
            assert.is(stat.damagedUnknown, 2, `stripe of ${parity}`);
            for (const key of missing)
              assert.ok(model.lsn(key) >= stat.damagedFirstLsn && model.lsn(key) <= stat.damagedLastLsn, `${key} is in the range told`);
          }
          assert.equal(damaged, []);
          hurt.rest();
          const after = model.compare(hurt);
          assert.equal(after.missing, missing, "nothing more is lost later");
        }
      assert.ok(reported > 0);
    });

    test(`${title}: after a cut, a sealed block is lost as well`, () => {
      const chance = new Chance(outerParity * 10 + fill + 2);
      const { store, model } = grow(outerParity, blockCount, fill, chance);
      store.must(store.close());
      for (let round = 0; round < 25; round++) {
        const life = model.clone();
        const torn = new TornPart(store.part.clone(), chance.between(1, 160), chance);
        life.liveUntilCut(torn, chance);
        const seen = new Store(store.flash.geometry, { part: torn.part.clone() });
        assert.is(seen.mount(true), 0);
        const covered = coveredBlocks(seen);
        const block = covered[chance.below(covered.length)]!;
        const damage = DAMAGES[round % DAMAGES.length] as Damage;
        const hurt = new Store(store.flash.geometry, { part: damageBlock(torn.part, block, damage, chance) });
        assert.is(hurt.mount(), 0);
        life.mustBeIn(hurt, `round ${round}, block ${block} ${damage}`);
        hurt.rest();
        life.mustBeIn(hurt, `round ${round}, block ${block} ${damage}, compacted`);
      }
    });
  }

test("a key that a checkpoint knows is CORRUPT when two of its stripe are lost", () => {
  const chance = new Chance(77);
  const { store, model } = grow(8, 256, 0.3, chance);
  for (const key of model.keys()) model.put(store, key, chance); // enough for a checkpoint
  store.must(store.close());
  const { members } = stripesOf(store)[0]!;
  const part = damageBlock(store.part.clone(), members[0]!, "garbage", chance);
  const hurt = new Store(store.flash.geometry, { part: damageBlock(part, members[1]!, "garbage", chance) });
  assert.is(hurt.mount(), 0);
  const { missing, damaged } = model.compare(hurt);
  assert.equal(missing, []);
  assert.ok(damaged.length > 0);
  for (const key of damaged) assert.is(hurt.get(key, NOTE), status("CORRUPT"));
});

for (const [index, preset] of presetNames.entries()) {
  const outerParity = index % 2 === 0 ? 4 : 8;
  const blockCount = outerParity === 4 ? 32 : 48;
  const subject: Subject = {
    preset,
    blockCount,
    outerParity,
    script: { ...defaultOptions, seed: 41 + index, weights: index % 3, fill: 0.3 },
  };

  test(`${preset} with parity ${outerParity}: one cut in a hundred and fifty of a script, every tear, some cut again`, async () => {
    const job = { subject, share: 0.0066, nested1: 0.5, nested2: 0.5, shard: { index: 0, of: 1 }, shrinkBudget: 0 };
    const report = await runJob(job, holdfast);
    assert.equal(report.failures, []);
    assert.ok(report.tally.cuts >= 20 && report.tally.victims >= 10, JSON.stringify(report.tally));
  });
}

test("a replay line names the outer parity, and plays a cut of such a store", async () => {
  const line = "spi-nor-8m:b32:seed41:w0:f20:p2:o4:cut40=bits";
  const replay = parseReplay(line);
  assert.is(replay.outerParity, 4);
  assert.is(printReplay(replay), line);
  const tally = await runReplay(holdfast, replay);
  assert.equal([tally.cuts, tally.findings], [1, []]);
  assert.throws(() => parseReplay("spi-nor-8m:b32:o5:cut40=bits"), /4 or 8/);
});

test.run();

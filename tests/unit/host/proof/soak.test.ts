/* Parts written until they are worn out. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runSoak, runYears } from "../../../../host/proof/soak.js";
import { holdfast, type Store } from "../../../../host/proof/store.js";

const test = suite("host/proof/soak");
const script = { seed: 1, weights: 3, fill: 0.24, partFulls: 1 };
const years = { preset: "spi-nor-8m" as const, blockCount: 32, script: { seed: 5, weights: 5, fill: 0.3, partFulls: 3 } };

test("a soak of a script that is too short says so", async () => {
  const { faults } = await runSoak(holdfast, { preset: "spi-nor-8m", blockCount: 16, script }, 0);
  assert.match(faults.join(), /too short/);
});

test("the years of a phone end with the part worn out, level, and nothing lost", async () => {
  const { counts, worst, faults } = await runYears(holdfast, years, 0);
  assert.equal(faults, []);
  assert.ok(counts["worn out"]! > 0 && counts.days! > 0);
  assert.ok(worst!["wear when the first block failed, % of the mean"]! > 100);
});

/** A store that keeps away from the first blocks: they are told as bad. */
const narrow: Store = {
  ...holdfast,
  open: (flash, options) => holdfast.open(narrowed(flash), options),
  format: (flash, options) => holdfast.format(narrowed(flash), options),
};
function narrowed(flash: Parameters<Store["open"]>[0]) {
  const isAvoided = (block: number) => block < 7;
  return new Proxy(flash, {
    get(target, name) {
      if (name === "erase") return (block: number) => (isAvoided(block) ? -1 : target.erase(block));
      const door = target[name as keyof typeof target];
      return typeof door === "function" ? (door as () => unknown).bind(target) : door;
    },
  });
}

test("a store that leaves blocks alone is found out by the wear, and by what is left", async () => {
  const { faults } = await runYears(narrow, years, 0);
  assert.match(faults.join("\n"), /% of the mean when the first one failed[\s\S]*% of the erases were used/);
});

test.run();

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CONFIGURATIONS, type Configuration } from "../../../../host/bench/configurations.js";
import type { Doors } from "../../../../host/bench/doors.js";
import { measure } from "../../../../host/bench/measure.js";
import { fill, pimTexts, repeated, wear } from "../../../../host/bench/space.js";
import { presets } from "../../../../host/flash/index.js";
import { toyDoors } from "./toy-store.js";

const bench = suite("host/bench/measure");
const small: Configuration = {
  name: "small",
  says: "",
  geometry: { ...presets["spi-nor-8m"], blockCount: 512 },
  scale: 10,
  operations: 1000,
};
const options = { seed: 1, retention: "0" as const };
const setup = { seed: 1, retention: "0" as const };

bench("a log that never cleans has the write amplification of its 13 bytes a record", async () => {
  const figures = await measure(small, options, toyDoors);
  assert.is(figures.stopped, undefined);
  assert.is(figures.operationsDone, 1000);
  assert.is(figures.erases, 0);
  assert.equal(figures.wear, { max: 0, mean: 0, sd: 0 });
  assert.ok(figures.loadWriteAmplification > 1.04 && figures.loadWriteAmplification < 1.06, String(figures.loadWriteAmplification));
  assert.is(figures.write.whole.p50, 0.7);
  assert.equal(figures.write.whole, figures.write.beyondErase);
  assert.ok(figures.writeAll.whole.max > 100, "a photo takes 160 pages");
  assert.ok(figures.readBytesPerGet > 100 && figures.readBytesPerGet < 300);
  assert.is(figures.mountAfterCut.cuts, 20);
  assert.ok(figures.mountClean.readBytes > 0 && figures.mountClean.ms > 0);
  assert.is(figures.ram.bytesPerRecord, 16);
});

bench("the same seed gives the same figures, another one others", async () => {
  const { hostOperationsPerSecond: _, ...first } = await measure(small, options, toyDoors);
  const { hostOperationsPerSecond: __, ...second } = await measure(small, options, toyDoors);
  const { hostOperationsPerSecond: ___, ...other } = await measure(small, { ...options, seed: 2 }, toyDoors);
  assert.equal(second, first);
  assert.not.equal(other, first);
});

bench("a store that fills up is reported as stopped, not as done", async () => {
  const tight = { ...small, geometry: { ...small.geometry, blockCount: 80 } };
  const figures = await measure(tight, options, toyDoors);
  assert.match(figures.stopped ?? "", /^FULL at operation \d+$/);
  assert.ok(figures.operationsDone < 1000);
});

bench("a wrong byte ends the run", async () => {
  const lying: Doors = {
    ...toyDoors,
    async open(flash, how) {
      const agent = await toyDoors.open(flash, how);
      return {
        ...agent,
        get(kind, id) {
          const record = agent.get(kind, id);
          if (record) record.body[0] ^= 1;
          return record;
        },
      };
    },
  };
  let thrown: unknown;
  await measure(small, options, lying).catch((error) => {
    thrown = error;
  });
  assert.match(String(thrown), /reads wrong/);
});

bench("a record lost to a cut ends the run", async () => {
  let opened = 0;
  const forgetful: Doors = {
    ...toyDoors,
    open: async (flash, how) =>
      opened++ === 1 ? { ...(await toyDoors.open(flash, how)), get: () => undefined } : toyDoors.open(flash, how),
  };
  let thrown: unknown;
  await measure(small, options, forgetful).catch((error) => {
    thrown = error;
  });
  assert.match(String(thrown), /reads wrong/);
});

bench("fill stops at the first FULL and tries the full part", async () => {
  const figures = await fill({ source: "pim", judgedByBar: true }, pimTexts(1), { ...small.geometry, blockCount: 16 }, setup, toyDoors);
  assert.ok(figures.payloadShare > 0.85 && figures.payloadShare < 0.95, String(figures.payloadShare));
  assert.ok(figures.updatesWhenFull < 50);
  assert.is(
    (await fill({ source: "none", judgedByBar: true }, repeated([]), { ...small.geometry, blockCount: 16 }, setup, toyDoors)).records,
    0,
  );
});

bench("wear counts erases of the churn alone", async () => {
  const figures = await wear(0.05, small.geometry, setup, toyDoors, 10);
  assert.is(figures.max, 0);
  assert.ok(figures.operations > 100);
});

bench("the configurations are those of the study", () => {
  const bytes = CONFIGURATIONS.map(({ name, geometry, operations }) => [
    name,
    (geometry.blockBytes * geometry.blockCount) >> 20,
    operations,
  ]);
  assert.equal(bytes, [
    ["A50", 8, 20_000],
    ["A100", 8, 20_000],
    ["A4", 4, 40_000],
    ["B", 16, 20_000],
    ["B4", 4, 40_000],
  ]);
});

bench.run();

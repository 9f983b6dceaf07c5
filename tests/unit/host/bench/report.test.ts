import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ConfigurationFigures } from "../../../../host/bench/measure.js";
import { PEERS } from "../../../../host/bench/peers.js";
import { completed, reportJson, reportLines, table } from "../../../../host/bench/report.js";

const report = suite("host/bench/report");
const spread = { p50: 0.7, p99: 2.8, max: 59, mean: 1 };

function figures(changes: Partial<ConfigurationFigures> = {}): ConfigurationFigures {
  return {
    name: "A50",
    retention: "0",
    packed: false,
    parityBytes: 16,
    operationsDone: 20_000,
    utilisation: 0.157,
    loadWriteAmplification: 1.2,
    churnWriteAmplification: 1.3,
    erases: 4,
    wear: { max: 1, mean: 0.1, sd: 0.2 },
    write: { whole: spread, beyondErase: spread },
    writeAll: { whole: spread, beyondErase: spread },
    mountClean: { ms: 5, readBytes: 4000 },
    mountAfterCut: { ms: 80, readBytes: 90_000, cuts: 20 },
    firstWriteMs: 0.7,
    readBytesPerGet: 200,
    get: { p50: 0.01, p99: 0.1, max: 0.2, mean: 0.02 },
    enumerateMs: 90,
    ram: { fixedBytes: 40_000, indexBytes: 1200, capacity: 100, bytesPerRecord: 12 },
    hostOperationsPerSecond: 5,
    ...changes,
  };
}

const base = { seed: 1, space: [], skipped: [], recordsIn384KiB: 20_000, wasmBytes: 30_000 };

report("a bar is reached at its figure and missed beyond it", () => {
  const reached = completed({ ...base, configurations: [figures({ readBytesPerGet: 260 })] });
  assert.equal(reached.missed, []);
  const missed = completed({ ...base, configurations: [figures({ readBytesPerGet: 260.1 })], recordsIn384KiB: 19_999 });
  assert.equal(missed.missed, ["A50 bytes read per get", "records in 384 KiB of memory"]);
});

report("every bar can be missed, and the worse of two retentions counts", () => {
  const bad = { whole: { ...spread, p50: 1e6, p99: 1e6, max: 1e6 }, beyondErase: { ...spread, max: 1e6 } };
  const worse = ["A50", "A100", "A4", "B", "B4"].flatMap((name) => [
    figures({ name }),
    figures({
      name,
      retention: "default",
      operationsDone: 39_999,
      churnWriteAmplification: 9,
      write: bad,
      readBytesPerGet: 1e6,
      get: { ...spread, p99: 1 },
      mountClean: { ms: 1e6, readBytes: 1 },
      mountAfterCut: { ms: 1e6, readBytes: 1, cuts: 20 },
      ram: { fixedBytes: 1e6, indexBytes: 1, capacity: 1, bytesPerRecord: 99 },
    }),
  ]);
  worse.push(figures({ name: "A4", packed: true, churnWriteAmplification: 1.96 }));
  const full = { source: "x", judgedByBar: true, records: 1, meanBodyBytes: 1, updatesWhenFull: 0, removalsWhenFull: 0 };
  const space = [
    { ...full, packed: false, payloadShare: 0.71 },
    { ...full, packed: true, payloadShare: 1.14 },
  ];
  const text = { records: 1, batches: 1, textBytes: 1, packedShare: 0.5, programmedPerByte: 0.86, withMeta: 1 };
  const wear = { partFulls: 10, operations: 1, max: 4, mean: 2, sd: 1, maxOverMean: 2 };
  const { bars, missed } = completed({ ...base, configurations: worse, space, wear, text, recordsIn384KiB: 1, wasmBytes: 90_000 });
  const unjudged = space.map((one) => ({ ...one, source: "y", judgedByBar: false }));
  assert.is(completed({ ...base, configurations: [], space: unjudged }).bars.length, 2);
  assert.is(bars.length, 22);
  assert.equal(
    missed,
    bars.map(({ bar }) => bar),
  );
});

report("a packed figure is judged by the bar for packed figures, and by no other", () => {
  const packed = figures({ name: "A4", packed: true, churnWriteAmplification: 1.95, operationsDone: 1 });
  const { bars, missed } = completed({ ...base, configurations: [packed] });
  assert.equal(missed, []);
  assert.equal(
    bars.filter(({ bar }) => bar.startsWith("A4")).map(({ bar }) => bar),
    ["A4 packed, churn write amplification"],
  );
});

report("distance is 1 at the floor, in both directions", () => {
  const { bars } = completed({ ...base, configurations: [figures({ readBytesPerGet: 184 })], recordsIn384KiB: 48_000 });
  const distance = (name: string) => bars.find(({ bar }) => bar === name)?.distance;
  assert.is(distance("A50 bytes read per get"), 1);
  assert.is(distance("records in 384 KiB of memory"), 2);
});

report("lines hold our figures beside the peers', and the bars", () => {
  const lines = reportLines(
    completed({ ...base, configurations: [figures({ stopped: "FULL at operation 7" })], skipped: ["x: y is absent"] }),
  );
  const text = lines.join("\n");
  for (const { peer } of PEERS.A50) assert.ok(text.includes(`| ${peer}`), peer);
  assert.ok(text.includes("Holdfast, retention 0 (FULL at operation 7)"));
  assert.match(text, /\| A50 bytes read per get +\| <= 260 B +\| 200 B +\| ok/);
  assert.ok(text.includes("not measured: x: y is absent"));
  assert.match(lines.at(-1) ?? "", /all \d+ bars reached$/);
  const { missed } = completed({ ...base, configurations: [], wasmBytes: 82_000 });
  assert.equal(missed, ["device.wasm, store and sync"]);
});

report("the JSON holds nothing of this machine", () => {
  const made = completed({ ...base, configurations: [figures()] });
  assert.not.ok(JSON.stringify(reportJson(made)).includes("hostOperationsPerSecond"));
  assert.is((reportJson(made).configurations as unknown[]).length, 1);
});

report("a table has as many cells in each row", () => {
  assert.equal(
    table([
      ["a", "bb"],
      ["ccc", "d"],
    ]),
    ["| a   | bb |", "|-----|----|", "| ccc | d  |"],
  );
});

report.run();

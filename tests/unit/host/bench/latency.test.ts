import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Stopwatch, spreadOf } from "../../../../host/bench/latency.js";
import { presets, RamFlash, TraceFlash } from "../../../../host/flash/index.js";

const latency = suite("host/bench/latency");

latency("percentiles are values that occurred", () => {
  const values = Array.from({ length: 100 }, (_, i) => 100 - i);
  assert.equal(spreadOf(values), { p50: 50, p99: 99, max: 100, mean: 50.5 });
  assert.equal(spreadOf([3]), { p50: 3, p99: 3, max: 3, mean: 3 });
  assert.equal(spreadOf([]), { p50: 0, p99: 0, max: 0, mean: 0 });
});

latency("time beyond the erase leaves out only the erase", () => {
  const trace = new TraceFlash(new RamFlash(presets["spi-nor-8m"]));
  const watch = new Stopwatch(trace);
  watch.time(() => {
    trace.erase(3);
    trace.program(3, 0, new Uint8Array(257));
  });
  watch.time(() => trace.program(3, 512, new Uint8Array(10)));
  const { whole, beyondErase } = Stopwatch.spread(watch);
  assert.equal([whole.p50, whole.max], [0.7, 46.4]);
  assert.equal([beyondErase.p50, beyondErase.max], [0.7, 1.4]);
});

latency("an operation that throws is not counted", () => {
  const trace = new TraceFlash(new RamFlash(presets["spi-nor-8m"]));
  const watch = new Stopwatch(trace);
  assert.throws(() =>
    watch.time(() => {
      throw new Error("no");
    }),
  );
  assert.equal(watch.wholeMs, []);
});

latency.run();

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { NandFlash, NorFlash, presets, RamFlash, TraceFlash, timeModelOf, timeModels } from "../../../../host/flash/index.js";

const test = suite("host/flash/trace");
const spi = { ...presets["spi-nor-8m"], blockCount: 4 };

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);
}

test("calls, bytes, pages and erases are counted, and passed on", () => {
  const ram = new RamFlash(spi);
  const trace = new TraceFlash(ram);
  assert.is(trace.program(1, 250, new Uint8Array(10)), 0);
  assert.is(trace.program(1, 512, new Uint8Array(256)), 0);
  const target = new Uint8Array(20);
  assert.is(trace.read(1, 245, target), 0);
  assert.equal([...target.subarray(4, 6)], [0xff, 0]);
  assert.is(trace.erase(2), 0);
  assert.is(trace.erase(2), 0);
  assert.is(trace.read(9, 0, target), -1, "the answer of the part");
  const { modelledMs, fineMs, ...counts } = trace.mark();
  assert.equal(counts, { readCalls: 2, readBytes: 40, pagesRead: 3, programCalls: 2, programBytes: 266, pagesProgrammed: 3, erases: 2 });
  assert.equal([...trace.eraseCounts], [0, 0, 2, 0]);
  assert.ok(modelledMs > fineMs);
  assert.is(trace.sync(), 0);
});

test("time of a serial NOR, coarse: 0.7 ms a page, 45 ms an erase, 1 us a read and 50 ns a byte", () => {
  const trace = new TraceFlash(new RamFlash(spi));
  trace.program(0, 250, new Uint8Array(10));
  near(trace.modelledMs, 1.4);
  trace.erase(0);
  near(trace.modelledMs, 46.4);
  trace.read(0, 0, new Uint8Array(180));
  near(trace.modelledMs, 46.41);
});

test("time fine: small programs by the byte, large ones never above the coarse price", () => {
  const trace = new TraceFlash(new RamFlash(spi));
  trace.program(0, 0, new Uint8Array(10));
  near(trace.fineMs, 0.03 + 0.025);
  const mark = trace.mark();
  trace.program(1, 0, new Uint8Array(256));
  near(trace.since(mark).fineMs, 0.67);
  const parallel = new TraceFlash(new RamFlash({ ...presets["cfi-nor-16m"], blockCount: 2 }));
  parallel.program(0, 0, new Uint8Array(128));
  near(parallel.fineMs, 0.596);
  parallel.program(0, 128, new Uint8Array(64));
  near(parallel.fineMs, 0.596 + 0.298);
});

test("time of a parallel NOR: 0.3 ms a 64 B buffer, 500 ms an erase", () => {
  const trace = new TraceFlash(new RamFlash({ ...presets["cfi-nor-16m"], blockCount: 2 }));
  trace.program(0, 60, new Uint8Array(70));
  trace.erase(1);
  trace.read(0, 0, new Uint8Array(100));
  near(trace.modelledMs, 3 * 0.3 + 500 + 0.0001 + 0.005);
});

test("NAND reads pay for the page", () => {
  const trace = new TraceFlash(new NandFlash({ ...presets["slc-nand-64m"], blockCount: 2 }));
  trace.read(0, 2040, new Uint8Array(16));
  near(trace.modelledMs, 0.001 + 16 * 25e-6 + 2 * 0.025);
});

test("each preset gets its own model, and a part between them the nearest", () => {
  for (const [name, geometry] of Object.entries(presets)) assert.is(timeModelOf(geometry), timeModels[name as keyof typeof timeModels]);
  assert.is(timeModelOf({ ...spi, blockBytes: 65536 }), timeModels["spi-nor-8m"]);
  const free = { ...timeModels["spi-nor-8m"], eraseMs: 0 };
  const trace = new TraceFlash(new RamFlash(spi), free);
  trace.erase(0);
  assert.is(trace.modelledMs, 0);
});

test("since a mark only what came after it counts", () => {
  const trace = new TraceFlash(new RamFlash(spi));
  trace.erase(0);
  const mark = trace.mark();
  trace.program(0, 0, new Uint8Array(4));
  trace.program(0, 4, new Uint8Array(4));
  const { programCalls, programBytes, erases, modelledMs } = trace.since(mark);
  assert.equal([programCalls, programBytes, erases], [2, 8, 0]);
  near(modelledMs, 1.4);
  near(trace.msSince(mark), 1.4);
  assert.is(mark.erases, 1);
  assert.is(mark.programCalls, 0, "a mark does not move");
});

test("bad blocks pass through where the part knows them, and are absent where not", () => {
  assert.is(new TraceFlash(new NorFlash(spi)).isBad, undefined);
  const trace = new TraceFlash(new NandFlash({ ...presets["slc-nand-64m"], blockCount: 3 }, { badBlocks: [1] }));
  assert.ok(trace.isBad!(1));
  assert.is(trace.markBad!(2), 0);
  assert.ok(trace.isBad!(2));
});

test.run();

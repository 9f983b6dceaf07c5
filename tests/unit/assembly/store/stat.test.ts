/* The stat structure. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parts, Store } from "../../../support/probe-store.js";

const test = suite("assembly/store/stat");

test("an empty store says so, and what part it lies on", () => {
  for (const geometry of Object.values(parts)) {
    const store = Store.make(geometry);
    const stat = store.stat();
    assert.equal([stat.records, stat.tombstones, stat.liveBytes, stat.badBlocks, stat.damagedUnknown], [0, 0, 0, 0, 0]);
    assert.is(stat.flashBytes, geometry.blockBytes * geometry.blockCount);
    assert.ok(stat.freeBytes > 0 && stat.freeBytes < stat.flashBytes);
    assert.equal([stat.storeIdHigh, stat.storeIdLow, stat.parityBytes], [0, 7, 16]);
    assert.is(stat.formatVersion >> 8, 1);
  }
});

test("records are counted by kind, deletions apart", () => {
  const store = Store.make(parts.nor);
  for (let id = 0; id < 20; id++) store.must(store.put(id, "x", { kind: id % 3 }));
  store.must(store.remove(0, 0));
  store.must(store.put(1, "again", { kind: 1 }));
  const { records, counts, tombstones } = store.stat();
  assert.equal([records, tombstones], [19, 1]);
  assert.equal(counts, [6, 7, 6, 0, 0, 0, 0, 0]);
});

test("wear is what was erased, on every block the same after a format", () => {
  const store = Store.make(parts.nor);
  const { eraseMax, eraseMean } = store.stat();
  const worn = [...store.part.eraseCounts];
  assert.is(eraseMax, Math.max(...worn));
  assert.ok(Math.abs(eraseMean - worn.reduce((sum, one) => sum + one, 0) / worn.length) < 0.01);
});

test("the fixed part and the index add up to no more than the memory that was given", () => {
  for (const memoryBytes of [65536, 131072, 1048576]) {
    const store = Store.make(parts.nor, { memoryBytes });
    const { fixedBytes, indexBytes, capacity } = store.stat();
    assert.ok(fixedBytes + indexBytes <= memoryBytes);
    assert.ok(fixedBytes + indexBytes > memoryBytes - 64, "and nothing is left lying about");
    assert.ok(indexBytes / capacity < 12 || memoryBytes === 65536, `${indexBytes / capacity} bytes a record`);
  }
});

test("corrected codewords are counted from the mount on", () => {
  const store = Store.make(parts.nor);
  store.must(store.put(1, "x".repeat(100)));
  const [block] = store.probe.blocksIn("STATE_OPEN");
  store.damage(block!, Number(store.probe.scan(block!).at(-1)!.offset) + 6, 3);
  assert.is(store.text(1), "x".repeat(100));
  assert.is(store.stat().corrected, 1);
});

test("the next LSN is above every one that was told", () => {
  const store = Store.make(parts.nor);
  store.must(store.put(1, "x"));
  assert.ok(store.stat().nextLsn > store.result().lsn);
});

test.run();

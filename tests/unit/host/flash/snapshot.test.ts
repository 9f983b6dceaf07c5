/* Flash snapshots: whole, small, and the same every time. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { presets, RamFlash } from "../../../../host/flash/index.js";
import { packSnapshot, unpackSnapshot } from "../../../../host/flash/snapshot.js";

const test = suite("host/flash/snapshot");
const corrupt = (error: Error & { code?: string }) => error.code === "CORRUPT";

function part(): RamFlash {
  const flash = new RamFlash({ ...presets["slc-nand-64m"], blockCount: 12 });
  flash.bytes.set(new TextEncoder().encode("records"), 4096);
  return flash;
}

test("geometry and bytes come back", () => {
  const flash = part();
  const { geometry, bytes } = unpackSnapshot(packSnapshot(flash));
  assert.equal(geometry, flash.geometry);
  assert.equal(bytes, flash.bytes);
});

test("a blank part is packed small, and equal parts equally", () => {
  const packed = packSnapshot(part());
  assert.ok(packed.length < 8192, `${packed.length} bytes`);
  assert.equal(packSnapshot(part()), packed);
});

test("what is no snapshot, or not a whole one, is refused", () => {
  const packed = packSnapshot(part());
  assert.throws(() => unpackSnapshot(new Uint8Array(0)), corrupt);
  assert.throws(() => unpackSnapshot(new Uint8Array(100).fill(7)), corrupt);
  assert.throws(() => unpackSnapshot(packed.subarray(0, packed.length - 30)), corrupt);
  const { geometry, bytes } = unpackSnapshot(packed);
  assert.throws(() => unpackSnapshot(packSnapshot({ geometry: { ...geometry, blockCount: 13 }, bytes })), corrupt);
  assert.throws(() => unpackSnapshot(packSnapshot({ geometry: { ...geometry, blockBytes: 100 }, bytes })), corrupt);
});

test.run();

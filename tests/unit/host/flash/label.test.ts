import { suite } from "uvu";
import * as assert from "uvu/assert";
import { presets } from "../../../../host/flash/index.js";
import { findLabel } from "../../../../host/flash/label.js";
import { labelledImage, putLabel } from "./labelled-image.js";

const test = suite("host/flash/label");

function find(image: Uint8Array): { label: ReturnType<typeof findLabel>; reads: number } {
  let reads = 0;
  const label = findLabel(image.length, (offset, target) => {
    reads++;
    target.set(image.subarray(offset, offset + target.length));
  });
  return { label, reads };
}

const spi = { ...presets["spi-nor-8m"], blockCount: 16 };

test("the geometry of every preset is found again", () => {
  for (const preset of Object.values(presets)) {
    const geometry = { ...preset, blockCount: 13 };
    assert.equal(find(labelledImage(geometry)).label, { versionMajor: 1, geometry });
  }
});

test("a well image costs one read a block", () => {
  const { reads } = find(labelledImage({ ...presets["cfi-nor-16m"], blockCount: 16 }));
  assert.ok(reads <= 16 + 2, `${reads}`);
});

test("blocks without a label do not matter, block 0 among them, as long as one is left", () => {
  const image = labelledImage(spi);
  for (let block = 0; block < 15; block++) image.fill(0xff, block * 4096, (block + 1) * 4096);
  assert.equal(find(image).label?.geometry, spi);
  image.fill(0xff);
  assert.is(find(image).label, undefined);
});

test("one rotten label does not decide, whichever of its bytes rotted and in block 0 above all", () => {
  for (const at of [0, 4, 6, 7, 8, 9, 10, 11]) {
    for (let bit = 0; bit < 8; bit++) {
      const image = labelledImage(spi);
      image[at] ^= 1 << bit;
      assert.equal(find(image).label, { versionMajor: 1, geometry: spi }, `byte ${at} bit ${bit}`);
    }
  }
});

test("bytes that look like labels in the middle of blocks are not counted", () => {
  const geometry = { ...presets["cfi-nor-16m"], blockCount: 12 };
  const image = labelledImage(geometry);
  for (let at = 4096; at < 100_000; at += 4096) putLabel(image, at, { ...geometry, blockCount: 99 });
  image.fill(0xff, 0, 64);
  assert.equal(find(image).label?.geometry, geometry);
});

test("no image, empty or too short for a label, is one", () => {
  for (const length of [0, 3, 11]) assert.is(find(new Uint8Array(length)).label, undefined);
  const noise = Uint8Array.from({ length: 65536 }, (_, i) => (i * 31) & 0xff);
  assert.is(find(noise).label, undefined);
});

test("a truncated image still says what it was", () => {
  assert.equal(find(labelledImage(spi).subarray(0, 3 * 4096 + 5)).label?.geometry, spi);
});

test("a later version is told, whatever its geometry means", () => {
  const image = labelledImage(spi);
  for (let block = 0; block < 16; block++) image[block * 4096 + 4] = 2;
  assert.is(find(image).label?.versionMajor, 2);
});

test.run();

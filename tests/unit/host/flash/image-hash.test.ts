import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ImageHash } from "../../../../host/flash/image-hash.js";

const test = suite("host/flash/image-hash");

function hashOf(bytes: Uint8Array): bigint {
  const hash = new ImageHash();
  hash.addBytes(bytes);
  return hash.value;
}

test("equal bytes have equal hashes, wherever they lie in memory", () => {
  const memory = Uint8Array.from({ length: 100 }, (_, i) => i % 23);
  for (const length of [0, 1, 3, 4, 17]) {
    for (const shift of [23, 46]) assert.is(hashOf(memory.subarray(0, length)), hashOf(memory.subarray(shift, shift + length)));
  }
});

test("each single bit changes the hash, and so does the length", () => {
  const seen = new Set<bigint>();
  const bytes = new Uint8Array(513).fill(0xff);
  seen.add(hashOf(bytes));
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    bytes[bit >> 3] ^= 1 << (bit & 7);
    seen.add(hashOf(bytes));
    bytes[bit >> 3] ^= 1 << (bit & 7);
  }
  for (let length = 0; length < 513; length++) seen.add(hashOf(bytes.subarray(0, length)));
  assert.is(seen.size, 1 + 513 * 8 + 513);
});

test("neither lane alone meets the same value again among 100 000 images that differ in two words", () => {
  for (const lane of [0n, 32n]) {
    const seen = new Set<bigint>();
    const words = new Uint32Array(4);
    for (let n = 0; n < 100_000; n++) {
      words.set([n % 317, 0, Math.floor(n / 317), 5]);
      seen.add((hashOf(new Uint8Array(words.buffer)) >> lane) & 0xffffffffn);
    }
    // Chance alone lets 1.2 pairs of 100 000 meet in 32 bits.
    assert.ok(seen.size > 99_990, `${seen.size}`);
  }
});

test("the order counts", () => {
  const [a, b] = [new ImageHash(), new ImageHash()];
  for (const word of [1, 2]) a.add(word);
  for (const word of [2, 1]) b.add(word);
  assert.not.equal(a.value, b.value);
});

test.run();

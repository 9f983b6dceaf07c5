import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Cells } from "../../../../host/flash/cells.js";
import { ImageHash } from "../../../../host/flash/image-hash.js";
import { mix } from "../../../../host/flash/mix.js";

const test = suite("host/flash/cells");
const BLOCKS = 5;
const BYTES = 64;

function make(backing?: Uint8Array): Cells {
  return new Cells(BLOCKS, BYTES, BYTES / 2, backing);
}

function hashOf(cells: Cells): bigint {
  const hash = new ImageHash();
  for (let block = 0; block < BLOCKS; block++) cells.hashBlock(block, hash);
  return hash.value;
}

/** All content, without asking for `flat`. */
function contentOf(cells: Cells): number[][] {
  return Array.from({ length: BLOCKS }, (_, block) => [...cells.bytesOf(block), ...cells.programmedOf(block)]);
}

function write(cells: Cells, block: number, at: number, value: number): void {
  const { bytes, programmed } = cells.own(block);
  bytes[at] = value;
  programmed[at >> 4] |= 1 << ((at >> 1) & 7);
}

test("a new one is blank, and holds one block", () => {
  const cells = make();
  assert.ok(contentOf(cells).every((block) => block.slice(0, BYTES).every((byte) => byte === 0xff)));
  assert.is(cells.bytesOf(0), cells.bytesOf(4));
  assert.is(cells.copiedBytes, 0);
});

test("sharing copies nothing; the first write to a block copies that block, the second nothing", () => {
  const [original, copy] = [make(), make()];
  write(original, 1, 3, 7);
  const before = [original.copiedBytes, copy.copiedBytes];
  original.shareInto(copy);
  assert.equal([original.copiedBytes, copy.copiedBytes], before);
  assert.is(copy.bytesOf(1), original.bytesOf(1));
  write(copy, 1, 4, 8);
  write(copy, 1, 5, 9);
  assert.is(copy.copiedBytes - before[1], BYTES);
  assert.equal([...original.bytesOf(1).subarray(3, 6)], [7, 0xff, 0xff]);
  assert.equal([...copy.bytesOf(1).subarray(3, 6)], [7, 8, 9]);
});

test("the one that was copied does not write to what it shares either", () => {
  const [original, copy] = [make(), make()];
  write(original, 1, 3, 7);
  original.shareInto(copy);
  write(original, 1, 3, 1);
  assert.is(copy.bytesOf(1)[3], 7);
  assert.equal([original.bytesOf(1)[3], original.programmedOf(1)[0]], [1, 2]);
});

test("an erase copies nothing, shared or not", () => {
  const [original, copy] = [make(), make()];
  write(original, 1, 3, 7);
  original.shareInto(copy);
  copy.erase(1);
  write(original, 2, 0, 0);
  const before = original.copiedBytes;
  original.erase(2);
  assert.is(original.copiedBytes, before);
  assert.equal([copy.bytesOf(1)[3], copy.programmedOf(1)[0], original.bytesOf(1)[3]], [0xff, 0, 7]);
  assert.is(copy.copiedBytes, 0);
});

test("a loop of clones uses the same memory again", () => {
  const [original, spare] = [make(), make()];
  write(original, 1, 3, 7);
  const seen = new Set<Uint8Array>();
  for (let n = 0; n < 20; n++) {
    original.shareInto(spare);
    write(spare, 1, 0, n);
    write(spare, 2, 0, n);
    for (const block of [1, 2]) seen.add(spare.bytesOf(block));
    assert.equal([...spare.bytesOf(1).subarray(0, 4)], [n, 0xff, 0xff, 7]);
    assert.equal([...spare.bytesOf(2).subarray(0, 2)], [n, 0xff]);
  }
  assert.is(seen.size, 2);
});

test("the flat array is live both ways, also after clones and erases", () => {
  const [original, copy] = [make(), make()];
  write(original, 1, 3, 7);
  original.shareInto(copy);
  const { flat } = copy;
  assert.is(copy.flat, flat);
  assert.is(flat[BYTES + 3], 7);
  flat[BYTES + 3] = 6;
  write(copy, 2, 0, 5);
  assert.equal([copy.bytesOf(1)[3], flat[2 * BYTES], original.bytesOf(1)[3], original.bytesOf(2)[0]], [6, 5, 7, 0xff]);
  assert.is(copy.programmedOf(1)[0], 2, "what was programmed is not forgotten");
  copy.erase(1);
  assert.is(flat[BYTES + 3], 0xff);
  original.shareInto(copy);
  assert.equal([flat[BYTES + 3], flat[2 * BYTES]], [7, 0xff]);
  write(original, 1, 3, 0);
  assert.is(flat[BYTES + 3], 7);
});

test("from one with a flat array, everything is copied: who holds it may write at any time", () => {
  const backing = new Uint8Array(BLOCKS * BYTES).fill(0xff);
  const [original, copy] = [make(backing), make()];
  assert.is(original.flat, backing);
  original.shareInto(copy);
  assert.is(copy.copiedBytes, BLOCKS * BYTES);
  backing[0] = 0;
  assert.equal([original.bytesOf(0)[0], copy.bytesOf(0)[0]], [0, 0xff]);
});

test("only equal shapes can be made equal", () => {
  assert.throws(() => make().shareInto(new Cells(BLOCKS + 1, BYTES, BYTES / 2)), /same geometry/);
  assert.throws(() => make().shareInto(new Cells(BLOCKS, BYTES, BYTES)), /same geometry/);
});

test("the hash is of the content alone, whatever led to it", () => {
  const cells = make();
  const blank = hashOf(cells);
  write(cells, 1, 3, 7);
  const written = hashOf(cells);
  assert.not.equal(written, blank);
  cells.erase(1);
  assert.is(hashOf(cells), blank);
  write(cells, 2, 3, 7);
  assert.not.equal(hashOf(cells), written, "the same block in another place");
  cells.erase(2);
  cells.own(1).programmed[0] = 2;
  assert.not.equal(hashOf(cells), blank, "programmed with 0xFF is not blank");
  const other = make(new Uint8Array(BLOCKS * BYTES).fill(0xff));
  other.flat[BYTES + 3] = 7;
  other.own(1).programmed[0] = 2;
  assert.is(hashOf(other), written);
  other.flat[BYTES + 3] = 6;
  assert.not.equal(hashOf(other), written, "a write to the flat array is seen");
});

test("only blocks written to are hashed again, by clones too", () => {
  const [original, copy] = [new Cells(BLOCKS, BYTES, BYTES), new Cells(BLOCKS, BYTES, BYTES)];
  hashOf(original);
  assert.is(original.hashedBytes, BYTES, "all blank blocks are one");
  write(original, 1, 3, 7);
  hashOf(original);
  original.shareInto(copy);
  assert.is(hashOf(copy), hashOf(original));
  write(copy, 1, 4, 7);
  hashOf(copy);
  assert.equal([original.hashedBytes, copy.hashedBytes], [2 * BYTES, BYTES]);
});

test("no clone ever sees what another does: 3000 random steps against plain copies", () => {
  const parts = [make(), make(), make()];
  const plain = parts.map(contentOf);
  const hashes = new Map<string, bigint>();
  for (let n = 0; n < 3000; n++) {
    const [who, block, at] = [mix(1, n) % 3, mix(2, n) % BLOCKS, mix(3, n) % BYTES];
    const step = mix(4, n) % 10;
    if (step < 6) {
      write(parts[who], block, at, n & 0xff);
      plain[who][block][at] = n & 0xff;
      plain[who][block][BYTES + (at >> 4)] |= 1 << ((at >> 1) & 7);
    } else if (step < 8) {
      parts[who].erase(block);
      plain[who][block] = contentOf(make())[0];
    } else if (n > 2500 && step === 8) {
      parts[who].flat[block * BYTES + at] = 1;
      plain[who][block][at] = 1;
    } else {
      const to = (who + 1) % 3;
      parts[who].shareInto(parts[to]);
      plain[to] = plain[who].map((bytes) => bytes.slice());
    }
    assert.equal(parts.map(contentOf), plain, `step ${n}`);
    for (const [i, cells] of parts.entries()) {
      const key = `${plain[i]}`;
      const known = hashes.get(key);
      if (known === undefined) hashes.set(key, hashOf(cells));
      else assert.is(hashOf(cells), known, `step ${n}`);
    }
  }
  assert.is(new Set(hashes.values()).size, hashes.size);
});

test.run();

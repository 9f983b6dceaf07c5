import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ImageHash } from "../../../../host/flash/image-hash.js";
import { NandFlash, NorFlash } from "../../../../host/flash/index.js";
import { Medium } from "../../../../host/flash/medium.js";
import { blank, bytes, NAND, NOR } from "./fault-parts.js";

const test = suite("host/flash/medium");

function read(medium: Medium, block: number, offset: number, length: number): number[] {
  const target = new Uint8Array(length);
  assert.is(medium.read(block, offset, target), 0);
  return [...target];
}

test("an action happens where it was asked, in pieces elsewhere, or nowhere", () => {
  const medium = new Medium(new NorFlash(NOR), 1);
  const action = { kind: "program", block: 1, offset: 0, source: bytes(8, 0x21) } as const;
  medium.perform(action);
  assert.equal(read(medium, 1, 0, 9), [...bytes(8, 0x21), 0xff]);
  medium.perform({ ...action, offset: 8, pieces: [] });
  assert.equal(read(medium, 1, 8, 8), blank(8));
  assert.ok(medium.inner.isProgrammed(1, 8), "its user was told");
  const pieces = [
    { from: 0, lengthBytes: 3, block: 2, offset: 5 },
    { from: 3, lengthBytes: 5, block: 3, offset: 0 },
  ];
  medium.perform({ ...action, offset: 16, source: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), pieces });
  assert.equal(
    [read(medium, 2, 5, 3), read(medium, 3, 0, 6)],
    [
      [1, 2, 3],
      [4, 5, 6, 7, 8, 0xff],
    ],
  );
  medium.perform({ kind: "erase", block: 1, offset: 0, source: bytes(0), pieces: [{ from: 0, lengthBytes: 1024, block: 3, offset: 0 }] });
  assert.equal([read(medium, 1, 0, 1), read(medium, 3, 0, 1)], [[0x21], [0xff]]);
  assert.not(medium.inner.isProgrammed(1, 0));
});

test("rules are judged by what was asked, wherever it would have happened", () => {
  const medium = new Medium(new NandFlash(NAND), 1);
  const action = { kind: "program", block: 1, offset: 512, source: bytes(512), pieces: [] } as const;
  medium.perform(action);
  assert.throws(() => medium.perform(action), /once/);
  assert.throws(() => medium.perform({ ...action, offset: 0 }), /order/);
  assert.throws(() => medium.perform({ ...action, block: 9 }), /area/);
});

test("damage on a block goes with an erase nobody asked for, and is healed by a program nobody asked for", () => {
  const medium = new Medium(new NorFlash(NOR), 1);
  for (const block of [1, 2]) medium.lay(block, { first: 0, mask: Uint8Array.of(0x0f), steadiness: 0, goodReads: 0 });
  medium.clearCells(1, 0, Uint8Array.of(0xf3));
  assert.equal(read(medium, 1, 0, 1), [0xf3 ^ 0x03]);
  medium.blankCells(2);
  assert.equal(read(medium, 2, 0, 1), [0xff]);
});

test("a copy holds the damage and the weak blocks, and the hash tells both", () => {
  const medium = new Medium(new NorFlash(NOR), 1);
  const copy = new Medium(new NorFlash(NOR), 1);
  const hash = (): bigint[] => [medium, copy].map(hashOf);
  assert.is(hash()[0], hash()[1]);
  medium.weak.set(3, 0.5);
  assert.is.not(hash()[0], hash()[1]);
  medium.copyInto(copy);
  assert.is(hash()[0], hash()[1]);
  assert.equal([...copy.weak], [[3, 0.5]]);
  copy.program(3, 0, bytes(64));
  assert.is.not(hash()[0], hash()[1]);
  assert.ok(
    Array.from({ length: 20 }, () => read(copy, 3, 0, 64)).some((now) => now.some((byte) => byte !== 0)),
    "it does not hold",
  );
});

function hashOf(medium: Medium): bigint {
  const hash = new ImageHash();
  medium.hashInto(hash);
  return hash.value;
}

test.run();

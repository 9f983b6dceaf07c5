import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ImageHash } from "../../../../host/flash/image-hash.js";
import { Overlay } from "../../../../host/flash/overlay.js";

const test = suite("host/flash/overlay");

function read(overlay: Overlay, block: number, offset: number, length: number, stored = 0xff): number[] {
  const target = new Uint8Array(length).fill(stored);
  overlay.distort(block, offset, target);
  return [...target];
}

test("rot reads wrong every time, in its own cell only", () => {
  const overlay = new Overlay(1);
  assert.ok(overlay.isEmpty);
  overlay.lay(2, { first: 10, mask: Uint8Array.of(0x81), steadiness: 0, goodReads: 0 });
  assert.not(overlay.isEmpty);
  for (let n = 0; n < 3; n++) assert.equal(read(overlay, 2, 9, 3), [0xff, 0x7e, 0xff]);
  assert.equal(read(overlay, 2, 11, 2), [0xff, 0xff]);
  assert.equal(read(overlay, 1, 9, 3), [0xff, 0xff, 0xff]);
});

test("unstable bits read wrong as often as their steadiness says, and no other bit does", () => {
  for (const steadiness of [0.5, 0.9]) {
    const overlay = new Overlay(1);
    overlay.lay(0, { first: 0, mask: Uint8Array.of(0x0f), steadiness, goodReads: 0 });
    let wrong = 0;
    for (let n = 0; n < 2000; n++) {
      const [byte] = read(overlay, 0, 0, 1);
      assert.is(byte & 0xf0, 0xf0);
      for (let bits = byte ^ 0xff; bits !== 0; bits &= bits - 1) wrong++;
    }
    assert.ok(Math.abs(wrong / 8000 - (1 - steadiness)) < 0.03, `${wrong / 8000}`);
  }
});

test("the damage waits for the good reads that touch it", () => {
  const overlay = new Overlay(1);
  overlay.lay(0, { first: 8, mask: Uint8Array.of(1), steadiness: 0, goodReads: 2 });
  assert.equal(read(overlay, 0, 0, 8), new Array(8).fill(0xff), "not touching");
  assert.equal(read(overlay, 0, 8, 1), [0xff]);
  assert.equal(read(overlay, 0, 0, 9)[8], 0xff);
  assert.equal(read(overlay, 0, 8, 1), [0xfe]);
});

test("reads of other blocks do not change what a block gives", () => {
  const sequence = (disturb: boolean): number[] => {
    const overlay = new Overlay(5);
    for (const block of [0, 1]) overlay.lay(block, { first: 0, mask: Uint8Array.of(0xff), steadiness: 0.5, goodReads: 0 });
    return Array.from({ length: 20 }, () => {
      if (disturb) read(overlay, 1, 0, 1);
      return read(overlay, 0, 0, 1)[0];
    });
  };
  assert.equal(sequence(true), sequence(false));
  assert.ok(new Set(sequence(false)).size > 5, "and they do differ from read to read");
});

test("the seed decides", () => {
  const once = (seed: number): number[] => {
    const overlay = new Overlay(seed);
    overlay.lay(0, { first: 0, mask: new Uint8Array(16).fill(0xff), steadiness: 0.5, goodReads: 0 });
    return read(overlay, 0, 0, 16);
  };
  assert.equal(once(1), once(1));
  assert.not.equal(once(1), once(2));
});

test("programming a weak blank cell to 0 heals it; to 1 does not", () => {
  const overlay = new Overlay(1);
  overlay.lay(0, { first: 4, mask: Uint8Array.of(0x03), steadiness: 0, goodReads: 0 });
  overlay.heal(0, 0, Uint8Array.of(0, 0, 0, 0));
  assert.equal(read(overlay, 0, 4, 1), [0xfc], "a span beside it changes nothing");
  overlay.heal(0, 3, Uint8Array.of(0, 0x01, 0));
  assert.equal(read(overlay, 0, 4, 1, 0x01), [0x00]);
});

test("an erase takes all damage of the block, clearRot the flips of all", () => {
  const overlay = new Overlay(1);
  overlay.lay(0, { first: 0, mask: Uint8Array.of(1), steadiness: 0, goodReads: 0 });
  overlay.lay(1, { first: 0, mask: Uint8Array.of(1), steadiness: 0, goodReads: 0 });
  overlay.lay(1, { first: 1, mask: Uint8Array.of(0xff), steadiness: 0.5, goodReads: 0 });
  overlay.clear(0);
  assert.equal(read(overlay, 0, 0, 1), [0xff]);
  assert.equal(read(overlay, 1, 0, 1), [0xfe]);
  overlay.clearRot();
  assert.equal(read(overlay, 1, 0, 1), [0xff]);
  assert.not(overlay.isEmpty, "the unstable byte stays");
  overlay.clear(1);
  assert.ok(overlay.isEmpty);
});

test("a copy goes on by itself from the same point", () => {
  const original = new Overlay(1);
  original.lay(0, { first: 0, mask: Uint8Array.of(0xff), steadiness: 0.5, goodReads: 1 });
  const early = new Overlay(1);
  original.copyInto(early);
  assert.equal(read(original, 0, 0, 1), [0xff]);
  const copy = new Overlay(1);
  copy.lay(7, { first: 0, mask: Uint8Array.of(1), steadiness: 0, goodReads: 0 });
  original.copyInto(copy);
  assert.equal(read(copy, 7, 0, 1), [0xff], "what the target held is gone");
  const next = read(original, 0, 0, 1);
  assert.equal(read(copy, 0, 0, 1), next);
  assert.equal(read(early, 0, 0, 1), [0xff], "a good read of one is not taken from the other");
  copy.heal(0, 0, Uint8Array.of(0));
  assert.ok(
    [1, 2, 3, 4].some(() => read(original, 0, 0, 1)[0] !== 0xff),
    "the masks are not shared",
  );
});

test("rot laid earlier does not move the dice of unstable bits; of those with bornAt, nothing does", () => {
  const afterRot = (rotten: boolean): string => {
    const overlay = new Overlay(5);
    if (rotten) overlay.lay(0, { first: 9, mask: Uint8Array.of(1), steadiness: 0, goodReads: 0 });
    for (let n = 0; n < 3; n++) read(overlay, 0, 0, 1);
    overlay.lay(0, { first: 0, mask: Uint8Array.of(0xff), steadiness: 0.5, goodReads: 0 });
    return `${Array.from({ length: 20 }, () => read(overlay, 0, 0, 1)[0])}`;
  };
  assert.is(afterRot(true), afterRot(false));
  const sequence = (rotten: boolean, shaky: boolean): string => {
    const overlay = new Overlay(5);
    if (rotten) overlay.lay(0, { first: 9, mask: Uint8Array.of(1), steadiness: 0, goodReads: 0 });
    if (shaky) overlay.lay(0, { first: 8, mask: Uint8Array.of(0xff), steadiness: 0.5, goodReads: 0, bornAt: 0 });
    for (let n = 0; n < 3; n++) read(overlay, 0, 0, 1);
    overlay.lay(0, { first: 0, mask: Uint8Array.of(0xff), steadiness: 0.5, goodReads: 0, bornAt: 0 });
    return `${Array.from({ length: 20 }, () => read(overlay, 0, 0, 1)[0])}`;
  };
  const alone = sequence(false, false);
  assert.is(sequence(true, false), alone);
  assert.is(sequence(false, true), alone);
  assert.is(sequence(true, true), alone);
});

test("days count only for cells that have a number of them", () => {
  const overlay = new Overlay(1);
  overlay.lay(0, { first: 0, mask: Uint8Array.of(1), steadiness: 0, goodReads: 100, goodDays: 10 });
  overlay.lay(0, { first: 1, mask: Uint8Array.of(1), steadiness: 0, goodReads: 100 });
  overlay.age(9);
  assert.equal(read(overlay, 0, 0, 2), [0xff, 0xff]);
  overlay.age(1);
  assert.equal(read(overlay, 0, 0, 2), [0xfe, 0xff]);
});

function hashOf(overlay: Overlay): bigint {
  const hash = new ImageHash();
  overlay.hashInto(hash);
  return hash.value;
}

test("the hash is of the damage left, in whatever order its blocks were hit", () => {
  const lay = (...blocks: number[]): Overlay => {
    const overlay = new Overlay(1);
    for (const block of blocks) overlay.lay(block, { first: 4, mask: Uint8Array.of(0x03), steadiness: 0, goodReads: 0 });
    return overlay;
  };
  assert.is(hashOf(lay(1, 2)), hashOf(lay(2, 1)));
  assert.not.equal(hashOf(lay(1)), hashOf(lay(2)));
  const healed = lay(1);
  read(healed, 1, 0, 8);
  assert.is(hashOf(healed), hashOf(lay(1)), "reads change nothing where nothing is unstable");
  healed.heal(1, 4, Uint8Array.of(0));
  assert.is(hashOf(healed), hashOf(lay()));
});

test.run();

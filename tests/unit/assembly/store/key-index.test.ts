/* The record index, against a Map. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Probe } from "../../../support/probe.js";
import { Chance } from "../../../support/probe-chance.js";

const test = suite("assembly/store/key-index");
const probe = new Probe();
const { call, long, word } = probe;
const TOMBSTONE = probe.wide("KEY_TOMBSTONE");
const CHUNK = probe.wide("KEY_CHUNK");
const identity = (key: bigint): bigint => key & ~TOMBSTONE;
/** Lays the index out over `slots` slots behind the block table; returns its capacity. */
const lay = (slots: number): number => call.placeIndex!(probe.spare - (20 * 65536) / 4, slots * probe.value("SLOT_BYTES"));

function walkAll(): [bigint, number][] {
  const all: [bigint, number][] = [];
  for (let key = 0n; call.walk!(key) === 1; key = long.walkKey!() + 1n) all.push([long.walkKey!(), word.walkAddress!()]);
  return all;
}

test("50 000 random operations leave in it what a Map holds, in key order", () => {
  const capacity = lay(1500);
  const chance = new Chance(1);
  const model = new Map<bigint, [bigint, number]>();
  const keys = Array.from({ length: 1100 }, (_, i) =>
    i % 5 === 0 ? long.chunkKeyOf!(i % 8, i, 7, BigInt(i), i) : long.keyOf!(i % 8, chance.u32(), i),
  );
  for (let round = 0; round < 50_000; round++) {
    const key = chance.pick(keys);
    const known = model.get(key);
    if (chance.below(5) < (round % 10_000 < 5000 ? 1 : 3)) {
      call.indexRemove!(key);
      model.delete(key);
    } else if (known !== undefined || model.size < capacity) {
      const stored = (key & CHUNK) === 0n && chance.below(6) === 0 ? key | TOMBSTONE : key;
      const address = chance.below(0xffffff);
      assert.is(call.indexPut!(stored, address), 1);
      model.set(key, [stored, address]);
    }
    const asked = chance.pick(keys);
    const held = model.get(asked);
    assert.is(call.find!(asked), held ? 1 : 0);
    if (held) assert.equal([word.foundAddress!(), call.foundTombstone!()], [held[1], held[0] === asked ? 0 : 1]);
    if (round % 5000 !== 0) continue;
    const expected = [...model.values()].sort(([a], [b]) => (a < b ? -1 : 1));
    assert.equal(walkAll(), expected);
    const plain = expected.filter(([stored]) => (stored & (TOMBSTONE | CHUNK)) === 0n);
    assert.is(probe.value("used"), model.size);
    assert.is(call.recordCount!(), plain.length);
    assert.is(probe.value("chunks"), expected.filter(([stored]) => stored & CHUNK).length);
    for (let kind = 0; kind < 8; kind++) assert.is(call.countOf!(kind), plain.filter(([stored]) => call.keyKind!(stored) === kind).length);
  }
});

test("an index whose last cluster reaches its end takes keys there as elsewhere, down to the last slot, and finds none that is not there", () => {
  lay(1200);
  const top = (n: number): bigint => (1n << 56n) - 4n * BigInt(1500 - n);
  const places = new Map<number, number>();
  const chance = new Chance(4);
  const order = Array.from({ length: 1200 }, (_, n) => [chance.u32(), n] as const)
    .sort(([a], [b]) => a - b)
    .map(([, n]) => n);
  for (const [address, n] of order.entries()) {
    assert.is(call.find!(top(n)), 0, `key ${n} is not there yet`);
    assert.is(call.indexPut!(top(n), address), 1, `the ${address}th`);
    places.set(n, address);
  }
  assert.is(call.indexPut!(top(1200), 7), 0, "every slot is taken");
  assert.is(call.find!(top(1200)), 0);
  for (const n of order.slice(0, 500)) {
    call.indexRemove!(top(n));
    places.delete(n);
  }
  assert.is(call.indexPut!(1n << 40n, 7), 1, "elsewhere there is room again");
  call.indexRemove!(1n << 40n);
  for (const n of order) {
    assert.is(call.find!(top(n)), places.has(n) ? 1 : 0, `key ${n}`);
    if (places.has(n)) assert.is(word.foundAddress!(), places.get(n));
  }
  assert.equal(
    walkAll(),
    [...places].sort(([a], [b]) => a - b).map(([n, address]) => [top(n), address]),
  );
  assert.is(probe.value("used"), 700);
});

test("keys that come and go where the last cluster reaches beyond its end leave in it what a Map holds", () => {
  const capacity = lay(1200);
  const chance = new Chance(5);
  const model = new Map<bigint, number>();
  const keys = Array.from({ length: 1100 }, (_, i) => (i % 2 ? (1n << 56n) - 4n * BigInt(i + 1) : long.keyOf!(3, 5, i)));
  for (let round = 0; round < 20_000; round++) {
    const key = chance.pick(keys);
    if (chance.below(5) < (round % 8000 < 5000 ? 1 : 4)) {
      call.indexRemove!(key);
      model.delete(key);
    } else if (model.has(key) || model.size < capacity) {
      assert.is(call.indexPut!(key, round), 1);
      model.set(key, round);
    }
    const asked = chance.pick(keys);
    assert.is(call.find!(asked), model.has(asked) ? 1 : 0);
    if (model.has(asked)) assert.is(word.foundAddress!(), model.get(asked));
    if (round % 2000 === 0)
      assert.equal(
        walkAll(),
        [...model].sort(([a], [b]) => (a < b ? -1 : 1)),
      );
  }
  assert.ok(model.size > 600, `${model.size}`);
});

test("it takes as many keys as it says, whatever they are, and forgets them all", () => {
  for (const spread of ["mixed", "close together", "at the very end"]) {
    const capacity = lay(1200);
    const chance = new Chance(2);
    const top = (1n << 56n) - 4n;
    const keys = Array.from({ length: capacity }, (_, i) =>
      spread === "mixed"
        ? long.keyOf!(i & 7, chance.u32(), i)
        : spread === "close together"
          ? (1n << 50n) + BigInt(4 * i)
          : top - BigInt(4 * i),
    );
    assert.is(new Set(keys).size, keys.length);
    keys.forEach((key, i) => {
      assert.is(call.indexPut!(key, i), 1, `${spread}: key ${i} of ${keys.length}`);
    });
    keys.forEach((key, i) => {
      assert.is(call.find!(key), 1);
      assert.is(word.foundAddress!(), i);
    });
    for (const key of keys) call.indexRemove!(key);
    assert.equal(walkAll(), []);
    assert.is(probe.value("used"), 0);
  }
});

test("a cursor meets exactly once what is there throughout, whatever comes and goes meanwhile", () => {
  lay(1500);
  const chance = new Chance(3);
  const stay = Array.from({ length: 400 }, (_, i) => long.keyOf!(3, 1, i));
  const come = Array.from({ length: 400 }, (_, i) => long.keyOf!(3, 2, i));
  stay.forEach((key, i) => {
    call.indexPut!(key, i);
  });
  for (let round = 0; round < 5; round++) {
    const met: bigint[] = [];
    for (let key = 0n; call.walk!(key) === 1; ) {
      const walked = long.walkKey!();
      met.push(identity(walked));
      key = walked + 1n;
      for (let i = 0; i < 3; i++) {
        const other = chance.pick(come);
        if (chance.below(2)) call.indexPut!(chance.below(3) ? other : other | TOMBSTONE, 7);
        else call.indexRemove!(other);
        const replaced = chance.pick(stay);
        call.indexPut!(replaced, chance.below(1000));
      }
    }
    assert.is(new Set(met).size, met.length, "nothing twice");
    assert.equal(
      stay.filter((key) => !met.includes(key)),
      [],
      "nothing missed",
    );
  }
});

test("a key and its tombstone are one place", () => {
  lay(1200);
  const key = long.keyOf!(3, 1, 2);
  call.indexPut!(key, 10);
  call.indexPut!(key | TOMBSTONE, 20);
  assert.is(probe.value("used"), 1);
  assert.is(probe.value("tombstones"), 1);
  assert.is(call.find!(key), 1);
  assert.equal([call.foundTombstone!(), word.foundAddress!()], [1, 20]);
  call.indexPut!(key, 30);
  assert.equal([probe.value("tombstones"), call.recordCount!()], [0, 1]);
});

test("kinds, ids, versions and chunks all make different keys, and a key tells its kind", () => {
  const keys = new Set<bigint>();
  let made = 0;
  for (let kind = 0; kind < 8; kind++) {
    for (let id = 0; id < 200; id++) {
      const key = long.keyOf!(kind, 0, id);
      assert.is(call.keyKind!(key), kind);
      assert.is(key & (TOMBSTONE | CHUNK), 0n);
      assert.ok(key < 1n << 56n);
      keys.add(key).add(long.keyOf!(kind, id, 0xffffffff));
      made += 2;
      for (const version of [1n, 2n]) {
        for (let chunk = 0; chunk < 3; chunk++) {
          const part = long.chunkKeyOf!(kind, 0, id, version, chunk);
          assert.is(call.keyKind!(part), kind);
          assert.is.not(part & CHUNK, 0n);
          keys.add(part);
          made++;
        }
      }
    }
  }
  assert.is(keys.size, made);
});

test("a full index refuses the next key and still takes the ones it knows", () => {
  const capacity = lay(600);
  for (let i = 0; i < capacity; i++) assert.is(call.indexPut!(long.keyOf!(1, i, i), i), 1);
  assert.is(call.hasRoom!(0), 1);
  assert.is(call.hasRoom!(1), 0);
  assert.is(call.indexPut!(long.keyOf!(1, 3, 3), 99), 1);
  assert.is(probe.value("used"), capacity);
});

test("nothing is written beyond the memory it was given, however little that is: too little is no capacity", () => {
  for (let slots = 410; slots < 1400; slots += 90) {
    const bytes = slots * probe.value("SLOT_BYTES");
    const at = probe.spare - 65536;
    probe.bytes(at, bytes + 4096).fill(0x77);
    const capacity = call.placeIndex!(at, bytes);
    const chance = new Chance(slots);
    for (let i = 0; i < capacity; i++) call.indexPut!(long.keyOf!(chance.below(8), chance.u32(), i), i);
    assert.ok(
      probe.bytes(at + bytes, 4096).every((byte) => byte === 0x77),
      `${slots} slots`,
    );
    if (capacity > 0) assert.ok(call.indexBytes!() <= bytes);
  }
});

test.run();

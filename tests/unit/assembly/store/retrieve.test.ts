/* Reading back: get, read, list, changes, verify. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { FlashDevice, PhysicsFlash } from "../../../../host/flash/index.js";
import { FailingPart, failingCopy } from "../../../support/failing-part.js";
import { Chance } from "../../../support/probe-chance.js";
import { type Listed, NOTE, parts, Store, status } from "../../../support/probe-store.js";

const test = suite("assembly/store/retrieve");
const DAMAGED = 2;
const CORRECTED = 4;
const REMOVED = 1;
const UNJUDGED = 64;

function filled(count = 80): Store {
  const store = Store.make(parts.nor);
  for (let id = 0; id < count; id++) store.must(store.put(id, new Chance(id).bytes(id % 20 === 3 ? 2500 : 90), { kind: id % 8 }));
  return store;
}

test("a small record is got with three reads at most", () => {
  const store = filled();
  store.must(store.reopen());
  for (let id = 0; id < 80; id++) {
    if (id % 20 === 3) continue;
    const mark = store.flash.mark();
    store.must(store.probe.call.hf_get!(id % 8, 0, id));
    assert.ok(store.flash.since(mark).readCalls <= 3, `${store.flash.since(mark).readCalls} reads`);
  }
});

test("what is not there is NOT_FOUND, under the same id in another kind too", () => {
  const store = filled();
  assert.is(store.get(3, 4), status("NOT_FOUND"));
  assert.is(store.get(1000, 0), status("NOT_FOUND"));
  assert.is(store.probe.call.hf_get!(8, 0, 1), status("INVALID"));
});

test("without a get before it there is nothing to read from, and after a failed one neither", () => {
  const store = filled();
  assert.is(store.probe.call.hf_read!(0, 10), status("NOT_FOUND"));
  store.get(1, 1);
  assert.ok(store.probe.call.hf_read!(0, 10) > 0);
  store.get(1000);
  assert.is(store.probe.call.hf_read!(0, 10), status("NOT_FOUND"));
});

test("the body of a get can be read though other records were told, written and compacted in between", () => {
  const store = filled();
  store.must(store.probe.call.hf_get!(1, 0, 1));
  const body = new Chance(1).bytes(90);
  store.must(store.put(500, new Uint8Array(300)));
  assert.is(store.probe.call.hf_read!(0, 200), 90);
  assert.equal(store.probe.doorstep.take(90), body);
});

test("the first bytes of a body stand in the window behind meta and ext, as many as there are up to eight; none of a body in chunks", () => {
  const store = Store.make(parts.nor);
  const [meta, ext] = [new Uint8Array(480).fill(0xaa), new Uint8Array(64).fill(0xbb)];
  const bodies = [0, 1, 7, 8, 9, 900].map((length) => new Chance(length).bytes(length));
  bodies.forEach((body, id) => {
    store.must(store.put(id, body, { meta, ext }));
  });
  store.must(store.put(90, new Chance(9).bytes(5000), { meta, ext }));
  const told = (next: (high: number, low: number) => number) => {
    for (let high = 0, low = 0; store.must(next(high, low)) === 1; ) {
      const { idLow, bodyHeadBytes, cursorHigh, cursorLow } = store.result();
      const expected = idLow === 90 ? new Uint8Array(0) : bodies[idLow]!.subarray(0, 8);
      assert.is(bodyHeadBytes, expected.length);
      assert.equal(store.probe.doorstep.take(bodyHeadBytes, meta.length + ext.length), Uint8Array.from(expected));
      [high, low] = [cursorHigh, cursorLow];
    }
  };
  const { call } = store.probe;
  told((high, low) => call.hf_list_next!(-1, high, low));
  told((high, low) => call.hf_changes_next!(0, 0, high, low));
  store.must(store.remove(5));
  store.must(call.hf_changes_next!(0, store.stat().nextLsn > 0n ? Number(store.stat().nextLsn) - 2 : 0, 0, 0));
  assert.equal([store.result().flags & REMOVED, store.result().bodyHeadBytes], [REMOVED, 0]);
});

test("a list is every record once, of all kinds or of one, in an order that does not change", () => {
  const store = filled();
  const all = store.list().map((one) => one.key);
  assert.is(new Set(all).size, 80);
  assert.equal(
    store.list().map((one) => one.key),
    all,
  );
  for (let kind = 0; kind < 8; kind++) {
    assert.equal(
      store.list(kind).map((one) => one.key),
      all.filter((key) => key.startsWith(`${kind}/`)),
    );
  }
  store.must(store.pull());
  assert.equal(
    store.list().map((one) => one.key),
    all,
  );
});

test("a list goes on where it was while records come and go, and what is there throughout comes once", () => {
  const store = filled();
  const { call } = store.probe;
  const chance = new Chance(4);
  const met: number[] = [];
  for (let high = 0, low = 0; store.must(call.hf_list_next!(-1, high, low)) === 1; ) {
    const { idLow, cursorHigh, cursorLow } = store.result();
    met.push(idLow);
    [high, low] = [cursorHigh, cursorLow];
    store.must(store.put(1000 + chance.below(40), "comes"));
    store.remove(1000 + chance.below(40));
    const id = chance.below(80);
    store.must(store.put(id, "replaced", { kind: id % 8 }));
  }
  const stayed = met.filter((id) => id < 80);
  assert.equal(
    stayed.sort((a, b) => a - b),
    Array.from({ length: 80 }, (_, id) => id),
  );
});

test("changes are what was put or removed after an LSN, each once, deletions marked", () => {
  const store = filled();
  const after = store.result().lsn;
  assert.equal(store.changes(after), []);
  store.must(store.put(5, "changed", { kind: 5 }));
  store.must(store.put(5, "changed again", { kind: 5 }));
  store.must(store.put(900, new Uint8Array(2500)));
  store.must(store.remove(6, 6));
  const expected = [`5/0-5 0`, `${NOTE}/0-900 0`, `6/0-6 ${REMOVED}`];
  const told = (): string[] =>
    store
      .changes(after)
      .map((one) => `${one.key} ${one.flags}`)
      .sort();
  assert.equal(told(), expected.sort());
  store.must(store.pull());
  assert.equal(told(), expected.sort(), "after a pull");
  assert.is(store.changes().filter((one) => !(one.flags & REMOVED)).length, 80);
});

test("verify reads everything back and says of each how it is: right, corrected, or damaged", () => {
  const store = filled();
  store.must(store.reopen());
  const where = (id: number): [number, number] => {
    for (const block of store.probe.blocksIn("STATE_SEALED")) {
      const entry = store.probe.scan(block).find((one) => Number(one.idLow) === id && !Number(one.flags));
      if (entry) return [block, Number(entry.offset)];
    }
    throw new Error(`record ${id} is nowhere`);
  };
  store.damage(...where(10), 4);
  store.damage(...where(20), 60);
  const told = store.verify();
  assert.is(told.length, 80);
  assert.equal(
    told.filter((one) => one.flags & CORRECTED).map((one) => one.idLow),
    [10],
  );
  assert.equal(
    told.filter((one) => one.flags & DAMAGED).map((one) => one.idLow),
    [20],
  );
  assert.equal(store.get(10, 2), new Chance(10).bytes(90));
  assert.is(store.get(20, 4), status("CORRUPT"));
});

test("a chunk that has rotted makes its record damaged, and a read beyond it CORRUPT", () => {
  const store = filled();
  store.must(store.reopen());
  for (const block of store.probe.blocksIn("STATE_SEALED")) {
    const entry = store.probe.scan(block).find((one) => Number(one.idLow) === 23 && Number(one.chunk) === 1);
    if (entry) store.damage(block, Number(entry.offset) + 100, 80);
  }
  assert.equal(
    store
      .verify()
      .filter((one) => one.flags & DAMAGED)
      .map((one) => one.idLow),
    [23],
  );
  assert.is(store.get(23, 7), status("CORRUPT"));
  assert.equal(store.get(43, 3), new Chance(43).bytes(2500));
});

test("a damaged record is listed with its key, by all that tell of it", () => {
  const store = filled();
  store.must(store.reopen());
  const block = store.probe.blocksIn("STATE_SEALED").find((one) => store.probe.scan(one).length > 10)!;
  const entry = store.probe.scan(block).find((one) => Number(one.dataBytes) > 80 && !Number(one.flags))!;
  store.damage(block, Number(entry.offset), 50);
  for (const told of [store.list(), store.verify(), store.changes()]) {
    const one = told.find((item) => item.flags & DAMAGED);
    assert.equal([one?.kind, one?.idLow, one?.lsn], [Number(entry.kind), Number(entry.idLow), entry.lsn]);
    assert.is(told.length, 80);
  }
});

test("two ids that share a key are never taken for each other", () => {
  // 51 bits decide; no two of these collide, but get compares the id it finds all the same.
  const store = filled();
  const { probe } = store;
  probe.call.find!(probe.long.keyOf!(1, 0, 1));
  const address = probe.word.foundAddress!();
  probe.call.indexPut!(probe.long.keyOf!(NOTE, 7, 7), address);
  assert.is(store.get(7, NOTE, 7), status("NOT_FOUND"));
  assert.is(store.put(7, "x", { idHigh: 7 }), status("INVALID"), "and a put under it is refused");
});

test("a body that cannot be brought again is IO, and the record is still the one that was got", () => {
  const origin = filled();
  origin.must(origin.close());
  const { store, flash } = failingCopy(origin);
  store.must(store.mount());
  const { call, doorstep } = store.probe;
  store.must(call.hf_get!(1, 0, 1));
  store.must(store.put(2, "replaced", { kind: 2 })); // another record lies where it lay
  flash.failAt("read", 0);
  assert.is(call.hf_read!(0, 90), status("IO"));
  assert.is(call.hf_read!(0, 90), 90);
  assert.equal(doorstep.take(90), new Chance(1).bytes(90));
});

test("what an index calls a chunk and is none, or another version's, or too short for its place, is CORRUPT", () => {
  const store = filled();
  const { call, word, long } = store.probe;
  const { lsn } = store.list().find((one) => one.idLow === 43)!;
  const chunk = (number: number): bigint => long.chunkKeyOf!(3, 0, 43, lsn, number);
  const addressOf = (key: bigint): number => {
    assert.ok(call.find!(key));
    return word.foundAddress!();
  };
  const other = store.list().find((one) => one.idLow === 3)!;
  const good = addressOf(chunk(0));
  const addresses = {
    "a record": addressOf(long.keyOf!(1, 0, 1)),
    "a chunk of another record": addressOf(long.chunkKeyOf!(3, 0, 3, other.lsn, 0)),
    "the last chunk, which is shorter": addressOf(chunk(1)),
  };
  const chunkBytes = store.probe.value("chunkBytes");
  for (const [words, address] of Object.entries(addresses)) {
    call.indexPut!(chunk(0), address);
    store.must(call.hf_get!(3, 0, 43));
    assert.is(call.hf_read!(chunkBytes - 10, 20), status("CORRUPT"), words);
  }
  call.indexPut!(chunk(0), good);
  store.must(call.hf_get!(3, 0, 43));
  assert.is(call.hf_read!(chunkBytes - 10, 20), 20, "a read may go over the end of a chunk");
  assert.equal(store.probe.doorstep.take(20), new Chance(43).bytes(2500).slice(chunkBytes - 10, chunkBytes + 10));
});

/** Records of which each has meta, with a long id and with a short one, one in chunks among them. */
function named(wrap?: (part: PhysicsFlash) => FlashDevice): Store {
  const store = Store.make(parts.nor, wrap ? { wrap } : {});
  for (let id = 0; id < 40; id++) {
    const meta = new Chance(1000 + id).bytes(10 + 4 * id);
    store.must(store.put(id, new Chance(id).bytes(id === 13 ? 3000 : 400), { kind: id % 2, idHigh: id % 3 === 0 ? 0x1234 + id : 0, meta }));
  }
  return store;
}
/** Where the head of a record lies. */
function placeOf(store: Store, kind: number, idHigh: number, idLow: number): { block: number; offset: number } {
  const { call, long, word } = store.probe;
  assert.ok(call.find!(long.keyOf!(kind, idHigh, idLow)));
  const address = word.foundAddress!();
  return { block: word.addressBlock!(address), offset: word.addressOffset!(address) };
}

test("a glance tells kind, id and meta of what a list tells, in its order, and reads no more than that takes", () => {
  const store = named();
  store.must(store.remove(4, 0));
  for (const kind of [-1, 0, 1]) {
    const mark = store.flash.mark();
    const glances = store.glances(kind);
    const { readBytes } = store.flash.since(mark);
    const told = ({ key, kind, metaBytes, cursorHigh, cursorLow }: Listed) => [key, kind, metaBytes, cursorHigh, cursorLow];
    assert.equal(glances.map(told), store.list(kind).map(told));
    for (const glance of glances) assert.equal([glance.flags, glance.lsn, glance.bodyBytes, glance.extBytes], [UNJUDGED, 0n, 0, 0]);
    const most = glances.reduce((sum, { metaBytes }) => sum + Math.max(48, metaBytes + 24) + 28, 0);
    assert.ok(readBytes <= most, `${readBytes} bytes for ${glances.length} records`);
  }
  for (let id = 0; id < 40; id++) {
    if (id === 4) continue;
    const before = store.glances().findIndex((one) => one.idLow === id);
    const { cursorHigh, cursorLow } = before === 0 ? { cursorHigh: 0, cursorLow: 0 } : store.glances()[before - 1]!;
    store.must(store.probe.call.hf_glance_next!(-1, cursorHigh, cursorLow));
    assert.equal(store.probe.doorstep.take(10 + 4 * id), new Chance(1000 + id).bytes(10 + 4 * id));
  }
  store.probe.call.hf_glance_next!(0, 0, 0);
  assert.is(store.probe.call.hf_read!(0, 10), status("NOT_FOUND"), "no record was got");
  assert.is(store.probe.call.hf_glance_next!(0, 0xffffffff, 0xffffffff), 0);
  store.must(store.close());
  assert.is(store.probe.call.hf_glance_next!(0, 0, 0), status("CLOSED"));
});

test("a head that does not read like the one that was asked for is judged, and told as a list tells it", () => {
  const spoilt: [words: string, at: number, mask: number][] = [
    ["no type", 0, 0x20],
    ["a tombstone", 0, 0x60],
    ["a record whose bytes were lost", 1, 0xe0],
    ["another kind", 1, 0x01],
    ["a short id", 1, 0x10],
    ["no length", 2, 0xff],
    ["another id", 4, 0x01],
  ];
  for (const [words, at, mask] of spoilt) {
    const store = named();
    const { block, offset } = placeOf(store, 1, 0x1234 + 3, 3);
    const before = store.list(1);
    store.damage(block, offset + at, 1, mask);
    const glances = store.glances(1);
    assert.equal(
      glances.map((one) => one.key),
      before.map((one) => one.key),
      words,
    );
    const flags = glances.filter((one) => one.flags !== UNJUDGED).map(({ idLow, flags, lsn }) => [idLow, flags, lsn]);
    assert.equal(flags, [[3, 0, before.find((one) => one.idLow === 3)!.lsn]], words);
  }
});

test("a glance at a record beyond correction, in whatever way, is what a list says of it", () => {
  const store = named();
  const { block, offset } = placeOf(store, 1, 0, 5);
  store.damage(block, offset, 60, 0xff);
  assert.equal(
    store
      .glances(1)
      .filter((one) => one.flags & DAMAGED)
      .map((one) => one.key),
    ["1/0-5"],
  );
  store.damage(block, store.probe.call.headerOffset!(), 30, 0xff); // ids that are short have their other half there
  store.probe.call.forgetFacts!();
  const damaged = store.list().filter((one) => one.flags & DAMAGED);
  assert.equal(
    store
      .glances()
      .filter((one) => one.flags & DAMAGED)
      .map((one) => one.key),
    damaged.map((one) => one.key),
  );
});

test("a length that would reach beyond the block is none", () => {
  const store = named();
  const heads = store.probe.blocksIn("STATE_SEALED").flatMap((block) =>
    store.probe
      .scan(block)
      .filter((entry) => Number(entry.flags) === 0)
      .map((entry) => ({ block, offset: Number(entry.offset) })),
  );
  const { block, offset } = heads.find((one) => one.offset + 700 > parts.nor.blockBytes)!;
  const n = store.part.bytes.subarray(block * parts.nor.blockBytes + offset + 2);
  const list = store.list().map((one) => one.key);
  const kept = [n[0]!, n[1]!];
  for (const [low, high] of [
    [0x8b, 0x05], // 651 bytes
    [0, kept[1]!], // none
  ]) {
    [n[0], n[1]] = [low!, high!];
    assert.is(store.probe.call.glance!(block, offset), 0);
    assert.equal(
      store.glances().map((one) => one.key),
      list,
    );
  }
});

test("where a read fails a glance is not answered by it, and a failure that lasts is IO", () => {
  let part: FailingPart | undefined;
  const store = named((physics) => (part = new FailingPart(physics)));
  const whole = store.glances();
  for (let index = 0; index < 4; index++) {
    part!.failAt("read", index);
    const told = store.glances();
    part!.heal();
    assert.equal(
      told.map((one) => one.key),
      whole.map((one) => one.key),
      `read ${index}`,
    );
  }
  part!.failAt("read", 0, true);
  assert.is(store.probe.call.hf_glance_next!(0, 0, 0), status("IO"));
});

test("changes after any LSN are those a walk over everything tells, whatever compaction, removals and pulls have moved; few are cheap", () => {
  const store = Store.make(parts.nor);
  const chance = new Chance(77);
  for (let i = 0; i < 1200; i++) {
    const id = chance.below(60);
    if (chance.below(6) === 0) store.remove(id);
    else store.must(store.put(id, chance.bytes(id % 13 === 0 ? 2500 : 40 + chance.below(300))));
    if (i % 97 === 0) store.must(store.pull());
    if (i % 151 === 0) store.must(store.reopen());
    if (i % 40 !== 0) continue;
    const all = store.changes();
    const newest = store.stat().nextLsn - 1n;
    for (const after of [1n, newest / 3n, newest / 2n, newest - 40n, newest - 3n, newest].filter((lsn) => lsn > 0n)) {
      const key = ({ key, lsn }: Listed) => `${key} ${lsn}`;
      assert.equal(store.changes(after).map(key), all.filter(({ lsn }) => lsn > after).map(key), `change ${i}, after ${after}`);
    }
  }
  const { nextLsn } = store.stat();
  const read = (after: bigint) => {
    const mark = store.flash.mark();
    store.changes(after);
    return store.flash.since(mark).readBytes;
  };
  assert.ok(read(nextLsn - 2n) * 5 < read(1n), `${read(nextLsn - 2n)} of ${read(1n)} bytes`);
});

test.run();

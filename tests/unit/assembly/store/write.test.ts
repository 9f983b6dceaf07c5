/* Put, remove and batch: what each refuses, what each costs, and what a half-done one leaves. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { failing, failingInCompaction } from "../../../support/failing-part.js";
import { bytesAt } from "../../../support/forge.js";
import { Chance } from "../../../support/probe-chance.js";
import { NOTE, parts, Store, status } from "../../../support/probe-store.js";

const test = suite("assembly/store/write");

test("a put into an open segment is one program and no erase", () => {
  for (const [name, geometry] of Object.entries(parts)) {
    const store = Store.make(geometry);
    store.must(store.put(0, "opens the segment"));
    const counts = new Map<string, number>();
    for (let id = 1; id < 60; id++) {
      const mark = store.flash.mark();
      store.must(store.put(id, "a small note"));
      const { programCalls, erases } = store.flash.since(mark);
      const cost = `${programCalls} programs, ${erases} erases`;
      counts.set(cost, (counts.get(cost) ?? 0) + 1);
    }
    const usual = counts.get("1 programs, 0 erases") ?? 0;
    assert.ok(usual >= (geometry.blockBytes / geometry.programBytes <= 16 ? 45 : 54), `${name}: ${[...counts].join("; ")}`);
  }
});

test("a removal is one program too, and a batch is one for all of it", () => {
  const store = Store.make(parts.large);
  for (let id = 0; id < 10; id++) store.must(store.put(id, "x"));
  let mark = store.flash.mark();
  store.must(store.remove(3));
  assert.is(store.flash.since(mark).programCalls, 1);
  mark = store.flash.mark();
  store.must(
    store.batch([
      [1, "one"],
      [2, "two"],
      [4, undefined],
      [11, "eleven"],
    ]),
  );
  assert.is(store.flash.since(mark).programCalls, 1);
});

test("what is put is read back with every field it was given", () => {
  const store = Store.make(parts.nor);
  const chance = new Chance(1);
  const meta = chance.bytes(300);
  const ext = chance.bytes(64);
  store.wallMs = 1_300_000_000_123;
  for (const kind of [0, 7]) {
    store.must(store.put(0xfedcba98, chance.bytes(90), { kind, meta, ext, idHigh: 0x89abcdef }));
    assert.is(store.probe.call.hf_get!(kind, 0x89abcdef, 0xfedcba98), 0);
    const { idHigh, idLow, metaBytes, extBytes, bodyBytes, flags } = store.result();
    assert.equal(
      [idHigh, idLow, store.result().kind, metaBytes, extBytes, bodyBytes, flags],
      [0x89abcdef, 0xfedcba98, kind, 300, 64, 90, 0],
    );
    assert.equal([...store.probe.doorstep.take(364)], [...meta, ...ext]);
  }
});

test("a wall clock comes back as it was, now and after a restart; one that no segment can hold is INVALID", () => {
  for (const wallMs of [0, 1, 4_102_444_800_000, 2 ** 47 - 1]) {
    const store = Store.make(parts.nor);
    store.wallMs = wallMs;
    store.must(store.put(1, "x"));
    store.wallMs = 1_300_000_000_000;
    store.must(store.put(2, "y"));
    for (const round of ["now", "after a pull"]) {
      store.must(store.probe.call.hf_get!(NOTE, 0, 1));
      assert.is(store.result().wallMs, wallMs, round);
      store.must(store.pull());
    }
  }
  const { call } = Store.make(parts.nor).probe;
  for (const wallMs of [2 ** 48, 1e300, Number.NaN, Number.POSITIVE_INFINITY])
    assert.is(call.hf_put_begin!(NOTE, 0, 1, 0, 0, 0, 1, wallMs), status("INVALID"), `${wallMs}`);
});

test("bodies of every length up to several chunks come back, through windows of every size", () => {
  for (const geometry of [parts.nor, parts.once, parts.pages]) {
    const store = Store.make(geometry);
    const chunk = store.probe.value("chunkBytes");
    for (const length of [0, 1, chunk - 50, chunk, chunk + 1, 2 * chunk - 1, 2 * chunk, 3 * chunk + 17]) {
      const body = new Chance(length).bytes(length);
      store.must(store.put(1, body));
      assert.equal(store.get(1), body, `${length} bytes`);
      const { call, doorstep } = store.probe;
      for (const offset of [0, chunk - 3, length - 2, length, length + 100].filter((one) => one >= 0)) {
        const got = call.hf_read!(offset, 7);
        assert.equal(doorstep.take(got), body.slice(offset, offset + 7), `7 bytes at ${offset} of ${length}`);
      }
    }
    store.must(store.pull());
    assert.equal(store.get(1), new Chance(3 * chunk + 17).bytes(3 * chunk + 17));
  }
});

test("a body may come in pieces of any size, down to a byte", () => {
  const store = Store.make(parts.nor);
  const chance = new Chance(2);
  const body = chance.bytes(6000);
  const { call, doorstep } = store.probe;
  store.must(call.hf_put_begin!(NOTE, 0, 1, 0, 0, 0, body.length, 0));
  for (let at = 0; at < body.length; ) {
    const piece = body.subarray(at, at + chance.between(1, 1200));
    doorstep.fill(piece);
    store.must(call.hf_put_write!(piece.length));
    at += piece.length;
  }
  store.must(call.hf_put_commit!());
  assert.equal(store.get(1), body);
});

test("what is not acceptable is refused by its name, and changes nothing", () => {
  const store = Store.make(parts.nor);
  store.must(store.put(1, "one"));
  const { call } = store.probe;
  const value = (name: string): number => store.probe.value(name);
  const begin = (kind: number, codec: number, meta: number, ext: number, body: number): number =>
    call.hf_put_begin!(kind, 0, 1, codec, meta, ext, body, 0);
  const mark = store.flash.mark();
  assert.is(begin(8, 0, 0, 0, 1), status("INVALID"), "kind");
  assert.is(begin(NOTE, value("CODEC_LOST"), 0, 0, 1), status("INVALID"), "codec");
  assert.is(begin(NOTE, 0, value("META_MAX_BYTES") + 1, 0, 1), status("TOO_BIG"), "meta");
  assert.is(begin(NOTE, 0, 0, value("EXT_MAX_BYTES") + 1, 1), status("TOO_BIG"), "ext");
  assert.is(begin(NOTE, 0, 0, 0, value("BODY_MAX_BYTES") + 1), status("TOO_BIG"), "body");
  assert.is(begin(NOTE, 0, 0, 0, 5_000_000), status("FULL"), "more than the part");
  assert.is(call.hf_remove!(NOTE, 0, 99, 0), status("NOT_FOUND"));
  assert.is(call.hf_remove!(8, 0, 1, 0), status("INVALID"));
  assert.is(call.hf_batch_begin!(value("BATCH_MAX_RECORDS") + 1, 1), status("TOO_BIG"));
  assert.is(call.hf_batch_begin!(1, value("BATCH_MAX_BYTES") + 1000), status("TOO_BIG"));
  assert.is(store.flash.since(mark).programCalls, 0);
  assert.is(store.text(1), "one");
});

test("a removal whose share of compaction fails is IO, not FULL; nothing is removed, and it may be asked for again", () => {
  const { store, flash } = failingInCompaction(parts.nor);
  flash.failAt("program", 0);
  assert.is(store.remove(1), status("IO"));
  assert.is(flash.failures, 1);
  assert.is(store.text(1), "x".repeat(150));
  store.must(store.remove(1));
  assert.is(store.text(1), status("NOT_FOUND"));
  for (let id = 3; id < 60; id += 2) assert.is(store.text(id), "x".repeat(150));
  store.must(store.pull());
  assert.is(store.stat().records, 59);
  assert.is(store.stat().damagedUnknown, 0);
});

test("calls out of order are refused", () => {
  const store = Store.make(parts.nor);
  const { call } = store.probe;
  assert.is(call.hf_put_write!(1), status("BUSY"), "no put is open");
  assert.is(call.hf_put_commit!(), status("BUSY"));
  assert.is(call.hf_batch_commit!(), status("BUSY"));
  store.must(call.hf_put_begin!(NOTE, 0, 1, 0, 0, 0, 10, 0));
  for (const [name, answer] of Object.entries({
    put: call.hf_put_begin!(NOTE, 0, 2, 0, 0, 0, 1, 0),
    remove: call.hf_remove!(NOTE, 0, 1, 0),
    batch: call.hf_batch_begin!(1, 1),
    tick: call.hf_tick!(1),
  }))
    assert.is(answer, status("BUSY"), name);
  assert.is(call.hf_put_write!(11), status("TOO_BIG"), "more than was announced");
  assert.is(call.hf_put_commit!(), status("INVALID"), "less than was announced");
  store.must(call.hf_put_write!(10));
  store.must(call.hf_put_commit!());
  store.must(call.hf_batch_begin!(2, 10));
  store.must(store.put(5, "x"));
  assert.is(call.hf_batch_commit!(), status("INVALID"), "one of two");
  assert.is(call.hf_batch_abandon!(), status("BUSY"), "something is staged");
  store.must(store.put(6, "y"));
  assert.is(store.put(7, "z"), status("BUSY"), "three of two");
  store.must(call.hf_batch_commit!());
});

test("a put that is abandoned leaves the old version, and gives its room back", () => {
  const store = Store.make(parts.nor);
  store.must(store.put(1, "old"));
  for (const length of [100, 9000]) {
    const before = store.stat();
    const { call, doorstep } = store.probe;
    store.must(call.hf_put_begin!(NOTE, 0, 1, 0, 0, 0, length, 0));
    doorstep.fill(new Uint8Array(doorstep.windowBytes));
    for (let left = length; left > 0; left -= doorstep.windowBytes) store.must(call.hf_put_write!(Math.min(left, doorstep.windowBytes)));
    store.must(call.hf_put_abandon!());
    assert.is(store.text(1), "old");
    const { records, liveBytes } = store.stat();
    assert.equal([records, liveBytes], [before.records, before.liveBytes], `${length} bytes`);
    store.must(store.pull());
    assert.is(store.text(1), "old");
    assert.is(store.list().length, 1);
  }
});

test("inside a batch nothing is visible before the commit, and all of it after", () => {
  const store = Store.make(parts.nor);
  store.must(store.put(1, "old"));
  store.must(store.put(2, "goes"));
  store.must(store.probe.call.hf_batch_begin!(4, 5000));
  store.must(store.put(1, "new"));
  store.must(store.put(1, "newer"));
  store.must(store.remove(2));
  store.must(store.put(3, new Uint8Array(4000).fill(3)));
  assert.equal([store.text(1), store.text(2), store.get(3)], ["old", "goes", status("NOT_FOUND")]);
  store.must(store.probe.call.hf_batch_commit!());
  assert.equal([store.text(1), store.text(2), store.get(3)], ["newer", status("NOT_FOUND"), new Uint8Array(4000).fill(3)]);
  store.must(store.pull());
  assert.equal([store.text(1), store.text(2), store.get(3)], ["newer", status("NOT_FOUND"), new Uint8Array(4000).fill(3)]);
});

test("the largest batch commits, on every part that has room for it", () => {
  for (const geometry of [parts.large, { ...parts.nor, blockCount: 64 }, { ...parts.nand, blockCount: 64 }]) {
    const store = new Store(geometry);
    store.must(store.format());
    store.must(store.mount());
    const body = new Uint8Array(256).fill(9);
    const changes = Array.from({ length: 256 }, (_, id) => [id, body] as const);
    store.must(store.batch(changes));
    store.must(store.pull());
    assert.is(store.list().length, 256);
  }
});

test("every change has an LSN above all before it, and tells it", () => {
  const store = Store.make(parts.nor);
  let last = 0n;
  for (let id = 0; id < 100; id++) {
    store.must(id % 5 === 4 ? store.remove(id - 1) : store.put(id, id % 9 ? "x" : new Uint8Array(3000)));
    assert.ok(store.result().lsn > last);
    last = store.result().lsn;
  }
  store.must(store.reopen());
  store.must(store.put(1, "x"));
  assert.ok(store.result().lsn > last);
});

test("with a full index a new record is INDEX_FULL; an old one can still be removed", () => {
  const geometry = { ...parts.nor, blockCount: 400 };
  const store = new Store(geometry, { memoryBytes: 65536 });
  store.must(store.format());
  store.must(store.mount());
  const { capacity } = store.stat();
  for (let id = 0; id < capacity; id++) store.must(store.put(id, ""));
  assert.is(store.put(capacity, ""), status("INDEX_FULL"));
  assert.is(store.batch([[capacity, ""]]), status("INDEX_FULL"));
  assert.is(store.remove(0), 0);
  store.must(store.pull());
  assert.is(store.stat().records, capacity - 1);
});

test("a key that the deletion of another id holds may be taken over", () => {
  const store = Store.make(parts.nor);
  store.must(store.put(1, "one"));
  store.must(store.remove(1));
  const { call, long, word } = store.probe;
  call.find!(long.keyOf!(NOTE, 0, 1));
  const tombstone = word.foundAddress!();
  // 51 bits decide; no two of these ids collide, so they are made to.
  call.indexPut!(long.keyOf!(NOTE, 7, 7) | 1n, tombstone);
  assert.is(store.put(7, "seven", { idHigh: 7 }), 0);
  assert.equal(store.get(7, NOTE, 7), new TextEncoder().encode("seven"));
  assert.is(store.stat().records, 1);
});

/** A put of which one chunk, and the header of the cold segment, wait for their program, and that was given up. */
function giveUp(store: Store, id: number): number {
  const { call, doorstep } = store.probe;
  store.must(call.hf_put_begin!(NOTE, 0, id, 0, 0, 0, 6000, 1));
  doorstep.fill(new Uint8Array(2000).fill(7));
  store.must(call.hf_put_write!(2000));
  assert.is(call.hf_put_abandon!(), 0);
  return store.probe.call.streamBlock!(1);
}
for (const [words, next] of [
  ["a change", (store: Store) => store.put(3, "three")],
  ["a removal", (store: Store) => store.remove(1)],
  ["a batch", (store: Store) => store.batch([[3, "three"]])],
  ["idle work", (store: Store) => store.probe.call.hf_tick!(1)],
] as const)
  test(`what a put leaves that was given up is programmed before ${words} erases a block, whose label is made where it waits; its failure is IO`, () => {
    const { store, flash } = failing(parts.nor);
    store.must(store.format());
    store.must(store.mount());
    store.must(store.put(1, "one"));
    giveUp(store, 2);
    flash.failAt("program", 0);
    assert.is(next(store), words === "idle work" ? 1 : status("IO"));
    flash.heal();
    assert.is(store.text(1), "one", "the store has mounted again");
    const cold = giveUp(store, 2);
    assert.ok(bytesAt(store, cold, 64, 24).every((byte) => byte === 255));
    const [last] = store.probe.blocksIn("STATE_BLANK").slice(-1);
    store.probe.call.setState!(last!, store.probe.value("STATE_DIRTY"));
    store.must(next(store));
    store.rest();
    const header = bytesAt(store, cold, 64, 24);
    assert.ok(header.some((byte) => byte !== 255));
    const body = new Chance(9).bytes(1840);
    store.must(store.put(4, body));
    assert.equal(bytesAt(store, cold, 64, 24), header);
    store.must(store.pull());
    assert.equal([store.get(2), store.get(4)], [status("NOT_FOUND"), body]);
    assert.is(store.stat().damagedUnknown, 0);
  });

test("what a put leaves that was given up is programmed before the index is made room in, and its failure is IO", () => {
  const { store, flash } = failing({ ...parts.nor, blockCount: 128 }, { memoryBytes: 65536 });
  store.must(store.format());
  store.must(store.mount());
  const capacity = store.probe.value("capacity");
  for (let id = 0; id < capacity - 20; id++) store.must(store.put(1000 + id, ""));
  giveUp(store, 2);
  flash.failAt("program", 0);
  const chunks = 30;
  assert.is(store.probe.call.hf_put_begin!(NOTE, 0, 3, 0, 0, 0, chunks * 1900, 1), status("IO"));
  assert.is(store.probe.call.hf_put_begin!(NOTE, 0, 3, 0, 0, 0, chunks * 1900, 1), status("INDEX_FULL"));
  assert.is(store.stat().records, capacity - 20);
});

test("a chunk for which the index has no slot is INDEX_FULL, and the put leaves nothing behind", () => {
  const store = Store.make(parts.nor, { memoryBytes: 65536 });
  store.must(store.put(1, "one"));
  const { call, long, word } = store.probe;
  call.find!(long.keyOf!(NOTE, 0, 1));
  const address = word.foundAddress!();
  const { doorstep } = store.probe;
  const before = store.probe.value("chunks");
  assert.is(call.hf_put_begin!(NOTE, 0, 10, 0, 0, 0, 6000, 1), 0);
  doorstep.fill(new Uint8Array(4096));
  // Strangers take every slot meanwhile.
  for (let id = 0; call.indexPut!(long.keyOf!(NOTE, 9, id), address) === 1; id++);
  assert.is(call.hf_put_write!(4096), status("INDEX_FULL"));
  call.hf_put_abandon!();
  assert.is(store.probe.value("chunks"), before);
  store.must(store.pull());
  assert.is(store.text(1), "one");
  assert.is(store.list().length, 1);
});

test("a batch that changes a key twice is IO where what it put first cannot be programmed, or read back; nothing of it is done", () => {
  for (const kind of ["program", "read"] as const) {
    const { store, flash } = failing(parts.nor);
    store.must(store.format());
    store.must(store.mount());
    store.must(store.put(1, "before"));
    store.must(store.probe.call.hf_batch_begin!(2, 20));
    store.must(store.put(1, "first"));
    if (kind === "program") flash.failAt("program", 0);
    else {
      let reads = -1; // the first behind the program is its read-back
      flash.fails = (operation) => {
        if (operation === "program") reads = 0;
        return operation === "read" && reads >= 0 && ++reads > 1;
      };
    }
    assert.is(store.put(1, "second"), status("IO"), kind);
    flash.heal();
    store.must(store.pull());
    assert.is(store.text(1), "before", kind);
    assert.is(store.stat().damagedUnknown, 0, kind);
  }
});

test.run();

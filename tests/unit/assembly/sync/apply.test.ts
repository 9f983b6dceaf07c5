/* A record that came by air, judged against ours: the six cases. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CHUNK_BYTES, FRAME } from "../../../../host/relay/frame.js";
import { failingCopy } from "../../../support/failing-part.js";
import { AirProbe, OTHER, OWN } from "../../../support/probe-air.js";
import { Chance } from "../../../support/probe-chance.js";
import { NOTE, parts, Store, status } from "../../../support/probe-store.js";

const test = suite("assembly/sync/apply");
const bytes = (text: string) => new TextEncoder().encode(text);

function pulling(store = Store.make(parts.nor)) {
  const air = new AirProbe(store);
  return { store, air, pull: air.greet({ seq: 99n })! };
}
function lsnOf(store: Store, id: number): number {
  store.must(store.probe.call.hf_get!(NOTE, 0, id));
  return Number(store.result().lsn);
}

test("nothing here: a record is taken, a deletion is nothing", () => {
  const { store, air, pull } = pulling();
  air.hear(air.rec(pull, 0, 1n, new Map([[OTHER, 1]]), bytes("theirs")));
  air.hear(air.rec(pull, 1, 2n, new Map([[OTHER, 2]]), undefined));
  assert.is(store.text(1), "theirs");
  assert.is(store.get(2), status("NOT_FOUND"));
  assert.equal([air.state().pulled, air.state().removed], [1, 0]);
});

test("ours has seen theirs: passed over, a deletion too", () => {
  const store = Store.make(parts.nor);
  store.must(store.put(1, "ours"));
  const { air, pull } = pulling(store);
  air.hear(air.rec(pull, 0, 1n, new Map([[OWN, lsnOf(store, 1)]]), bytes("theirs")));
  air.hear(air.rec(pull, 1, 1n, new Map([[OWN, 1]]), undefined));
  assert.is(store.text(1), "ours");
});

test("theirs has seen ours: taken, a deletion too", () => {
  const store = Store.make(parts.nor);
  for (const id of [1, 2]) store.must(store.put(id, "ours"));
  const { air, pull } = pulling(store);
  air.hear(
    air.rec(
      pull,
      0,
      1n,
      new Map([
        [OTHER, 5],
        [OWN, lsnOf(store, 1)],
      ]),
      bytes("theirs"),
    ),
  );
  air.hear(
    air.rec(
      pull,
      1,
      2n,
      new Map([
        [OTHER, 6],
        [OWN, lsnOf(store, 2)],
      ]),
      undefined,
    ),
  );
  assert.is(store.text(1), "theirs");
  assert.is(store.get(2), status("NOT_FOUND"));
  assert.equal([air.state().pulled, air.state().removed], [1, 1]);
});

test("neither has seen the other: an edit beats a deletion, on either side", () => {
  const store = Store.make(parts.nor);
  for (const id of [1, 2]) store.must(store.put(id, "ours"));
  store.must(store.remove(2));
  const { air, pull } = pulling(store);
  air.hear(air.rec(pull, 0, 1n, new Map([[OTHER, 5]]), undefined));
  air.hear(air.rec(pull, 1, 2n, new Map([[OTHER, 6]]), bytes("theirs")));
  assert.is(store.text(1), "ours");
  assert.is(store.text(2), "theirs");
});

test("neither has seen the other, both records: ours is kept under a new id before theirs is taken, long bodies too", () => {
  for (const length of [40, 3000, 30_000]) {
    const store = Store.make(parts.nor);
    const ours = new Chance(length).bytes(length);
    store.must(store.put(1, ours, { meta: Uint8Array.of(0xa0) }));
    const { air, pull } = pulling(store);
    const theirs = air.rec(pull, 0, 1n, new Map([[OTHER, 5]]), bytes("theirs"));
    air.hear(theirs);
    assert.equal(store.get(1), ours); // the copy first
    air.done(pull, 1, 1);
    const again = air.say()!;
    air.hear({ ...theirs, message: again.message });
    assert.is(store.text(1), "theirs");
    const copy = store.list().find((one) => one.idLow !== 1)!;
    assert.equal(store.get(copy.idLow, NOTE, copy.idHigh), ours);
    assert.is(copy.metaBytes, 1);
    assert.is(store.list().length, 2);
    assert.is(air.state().conflicts, 1);
  }
});

test("a damaged record is healed by what comes", () => {
  const store = Store.make(parts.nor);
  store.must(store.put(1, bytes("first, and long enough to be found in the flash")));
  store.must(store.reopen());
  const at = Buffer.from(store.part.bytes).indexOf("first, and long");
  store.damage(Math.floor(at / 4096), (at % 4096) - 20, 60);
  store.must(store.pull());
  assert.is(store.get(1), status("CORRUPT"));
  const { air, pull } = pulling(store);
  air.hear(air.rec(pull, 0, 1n, new Map([[OTHER, 5]]), undefined));
  assert.is(store.get(1), status("CORRUPT")); // a deletion of what cannot be compared is not taken
  air.hear(air.rec(pull, 1, 1n, new Map([[OTHER, 5]]), bytes("whole")));
  assert.is(store.text(1), "whole");
});

test("a body in pieces is taken whole or not at all, and a local change goes first", () => {
  const body = new Chance(4).bytes(9000);
  for (const interrupted of [false, true]) {
    const { store, air, pull } = pulling();
    const rec = air.rec(pull, 0, 1n, new Map([[OTHER, 5]]), body);
    air.hear(rec);
    assert.is(store.get(1), status("NOT_FOUND"));
    if (interrupted) store.must(store.put(2, "local"));
    const first = rec.payload.length - 20 - 7;
    for (let at = first; at < body.length; at += CHUNK_BYTES)
      air.hear({
        type: FRAME.CHUNK,
        kind: NOTE,
        message: pull.message,
        id: 1n,
        version: rec.version,
        place: at,
        payload: body.subarray(at, at + CHUNK_BYTES),
      });
    if (interrupted) {
      assert.is(store.get(1), status("NOT_FOUND"));
      assert.is(store.text(2), "local");
      air.done(pull, 1, 1);
      assert.is(air.say()!.type, FRAME.PULL); // asked for again
    } else assert.equal(store.get(1), body);
  }
});

test("frames that contradict themselves change nothing", () => {
  const { store, air, pull } = pulling();
  const good = air.rec(pull, 0, 1n, new Map([[OTHER, 5]]), bytes("theirs"));
  const forge = (change: (payload: Uint8Array) => void, fields = {}) => {
    const payload = good.payload.slice();
    change(payload);
    return air.hear({ ...good, payload, ...fields });
  };
  const none = () => {};
  const invalid = status("INVALID");
  assert.is(forge(none, { kind: 8 }), invalid);
  assert.is(forge(none, { version: 1n }), invalid);
  assert.is(
    forge((p) => (p[0] = 7)),
    invalid,
  ); // the codec of a lost record
  assert.is(
    forge((p) => (p[1] = 0)),
    invalid,
  );
  assert.is(
    forge((p) => (p[1] = 200)),
    invalid,
  );
  assert.is(
    forge((p) => (p[2] = 0xff)),
    invalid,
  );
  assert.is(
    forge((p) => (p[4] = 1)),
    invalid,
  ); // more body than it says
  assert.is(
    forge((p) => (p[7] = 0xff)),
    invalid,
  );
  assert.is(forge(none, { payload: good.payload.subarray(0, 19) }), invalid);
  const wall = (high: number) => forge((p) => new DataView(p.buffer).setUint16(12, high, true));
  assert.is(wall(0x8000), invalid); // a wall clock that no segment can hold
  const reserved = (BigInt(store.probe.value("RESERVED_HIGH")) << 32n) | BigInt(store.probe.value("RESERVED_LOW"));
  assert.is(air.hear(air.rec(pull, 0, reserved, new Map([[OTHER, 5]]), bytes("ledger"), { kind: 7 })), invalid);
  assert.is(store.stat().records, 0);
  assert.is(store.get(1), status("NOT_FOUND"));
});

test("both deleted it, and neither saw the other: one deletion is enough", () => {
  const store = Store.make(parts.nor);
  store.must(store.put(1, "ours"));
  store.must(store.remove(1));
  const { nextLsn } = store.stat();
  const { air, pull } = pulling(store);
  air.hear(air.rec(pull, 0, 1n, new Map([[OTHER, 5]]), undefined));
  assert.equal([air.state().removed, air.state().cursor], [0, 1n]);
  assert.is(store.get(1), status("NOT_FOUND"));
  assert.ok(store.stat().nextLsn - nextLsn < 4n, "nothing but the ledger was written");
});

test("ours cannot be read to be kept: it stays, and theirs is passed over", () => {
  const store = Store.make(parts.nor);
  const body = new Chance(5).bytes(1500);
  store.must(store.put(1, body));
  store.must(store.reopen());
  const { call, long, word } = store.probe;
  call.find!(long.keyOf!(NOTE, 0, 1));
  const address = word.foundAddress!();
  store.damage(word.addressBlock!(address), word.addressOffset!(address) + 800, 60); // its head reads, its second unit does not
  const { air, pull } = pulling(store);
  air.hear(air.rec(pull, 0, 1n, new Map([[OTHER, 5]]), bytes("theirs")));
  assert.is(store.get(1), status("CORRUPT"));
  assert.equal([air.state().pulled, air.state().conflicts, store.list().length], [0, 0, 1]);
});

test("an id that shares its key with another: taken where that one is deleted, refused where it lives", () => {
  for (const buried of [false, true]) {
    const store = Store.make(parts.nor);
    store.must(store.put(1, "ours"));
    if (buried) store.must(store.remove(1));
    const { call, long, word } = store.probe;
    call.find!(long.keyOf!(NOTE, 0, 1));
    const address = word.foundAddress!();
    // 51 bits decide; no two of these ids collide, so they are made to.
    call.indexPut!(long.keyOf!(NOTE, 0, 9) | BigInt(buried), address);
    const { air, pull } = pulling(store);
    air.hear(air.rec(pull, 0, 9n, new Map([[OTHER, 5]]), bytes("theirs")));
    assert.equal([air.state().pulled, air.state().detail], buried ? [1, 0] : [0, status("INVALID")]);
    if (buried) assert.is(store.text(9), "theirs");
    else assert.is(store.text(1), "ours");
  }
});

test("any read or program may fail while a record comes: IO, and it is as it was, or as it came", () => {
  const long = new Chance(3).bytes(9000);
  const mine = (id: number): Uint8Array => new Chance(50 + id).bytes(id === 2 ? 3000 : 200);
  const origin = Store.make(parts.nor);
  for (const id of [1, 2, 3]) origin.must(origin.put(id, mine(id)));
  const lsn = lsnOf(origin, 3);
  origin.must(origin.close());
  const seen = new Map([
    [OTHER, 6],
    [OWN, lsn],
  ]);
  const concurrent = new Map([[OTHER, 5]]);
  const scenes = {
    "a record that is not here": { id: 8, version: concurrent, body: bytes("theirs") },
    "a long record that is not here": { id: 8, version: concurrent, body: long },
    "a record changed here too": { id: 1, version: concurrent, body: bytes("theirs") },
    "a long record changed here too": { id: 2, version: concurrent, body: bytes("theirs") },
    "a deletion that has seen ours": { id: 3, version: seen, body: undefined },
  };
  for (const [words, { id, version, body }] of Object.entries(scenes))
    for (const kind of ["read", "program"] as const) {
      let told = 0;
      for (let at = 0; ; at++) {
        const { store, flash } = failingCopy(origin);
        store.must(store.mount());
        const { air, pull } = pulling(store);
        flash.failAt(kind, at);
        const rec = air.rec(pull, 0, BigInt(id), version, body);
        let answer = air.hear(rec);
        for (let place = rec.payload.length - 20 - 7; body && place < body.length && answer >= 0; place += CHUNK_BYTES)
          answer = air.hear({ ...rec, type: FRAME.CHUNK, place, payload: body.subarray(place, place + CHUNK_BYTES) });
        const failed = flash.failures > 0;
        flash.heal();
        if (answer === status("IO")) told++;
        assert.ok(answer >= 0 || (failed && answer === status("IO")), `${words}: ${answer} when ${kind} ${at} failed`);
        store.must(store.pull());
        for (const one of [1, 2, 3, 8]) {
          const got = store.get(one);
          const was = one === 8 ? status("NOT_FOUND") : mine(one);
          const came = one === id ? (body ?? status("NOT_FOUND")) : was;
          const same = (a: Uint8Array | number, b: Uint8Array | number): boolean =>
            typeof a === "number" || typeof b === "number" ? a === b : Buffer.compare(a, b) === 0;
          assert.ok(same(got, was) || same(got, came), `${words}: record ${one} when ${kind} ${at} failed`);
        }
        for (const copy of store.list().filter((one) => ![1, 2, 3, 8].includes(one.idLow)))
          assert.equal(store.get(copy.idLow, NOTE, copy.idHigh), mine(id), "what was put aside is ours, whole");
        if (!failed) break;
      }
      assert.ok(told > 0, `${words}: ${kind}`);
    }
});

test.run();

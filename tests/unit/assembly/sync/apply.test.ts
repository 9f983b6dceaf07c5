/* A record that came by air, judged against ours: the six cases. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CHUNK_BYTES, FRAME } from "../../../../host/relay/frame.js";
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
  assert.is(store.stat().records, 0);
  assert.is(store.get(1), status("NOT_FOUND"));
});

test.run();

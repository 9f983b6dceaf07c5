/* What is no longer the newest and still stands: told newest first, read whole, chunks too, and never taken for the record itself. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { failing } from "../../../support/failing-part.js";
import { NOTE, parts, Store, status } from "../../../support/probe-store.js";

const test = suite("assembly/store/past");
const REMOVED = 1;
const DAMAGED = 2;
const halves = (lsn: bigint) => [Number(lsn >> 32n), Number(lsn & 0xffffffffn)] as const;

/** Versions of note `id`, newest first: LSN, flags, body. */
function history(store: Store, id: number): { lsn: bigint; flags: number; body: string }[] {
  const found: { lsn: bigint; flags: number; body: string }[] = [];
  const { call, doorstep } = store.probe;
  for (let before = 1n << 48n; store.must(call.hf_history_next!(NOTE, 0, id, ...halves(before))) > 0; ) {
    const { lsn, flags, bodyBytes } = doorstep.result();
    before = lsn;
    found.push({ lsn, flags, body: flags === 0 ? read(store, bodyBytes) : "" });
  }
  return found;
}
function read(store: Store, bodyBytes: number): string {
  const body = new Uint8Array(bodyBytes);
  for (let at = 0; at < bodyBytes; ) {
    const got = store.probe.call.hf_read!(at, 4096);
    if (got === status("NOT_FOUND")) return "gone";
    store.must(got);
    body.set(store.probe.doorstep.take(got), at);
    at += got;
  }
  return new TextDecoder().decode(body);
}

for (const [name, geometry] of Object.entries(parts)) {
  test(`on part "${name}" all versions of a record are there, newest first, in order after a pull too`, () => {
    const store = Store.make(geometry);
    store.must(store.put(1, "one"));
    store.must(store.put(2, "another"));
    store.must(store.put(1, "two ".repeat(700)));
    store.must(store.remove(1));
    store.must(store.put(1, "four"));
    for (let pulled = 0; pulled < 2; pulled++) {
      const versions = history(store, 1);
      assert.equal(
        versions.map(({ flags, body }) => [flags, body]),
        [
          [0, "four"],
          [REMOVED, ""],
          [0, "two ".repeat(700)],
          [0, "one"],
        ],
        `pulled ${pulled}`,
      );
      for (const { lsn, flags, body } of versions) {
        assert.is(store.probe.call.hf_change!(...halves(lsn)), 1);
        assert.is(store.probe.doorstep.result().lsn, lsn);
        if (flags === 0) assert.is(read(store, store.probe.doorstep.result().bodyBytes), body);
      }
      assert.is(store.text(1), "four");
      if (pulled === 0) assert.is(store.pull(), 0);
    }
  });
}

test("what compaction has given up is not told any more, and what is told reads", () => {
  const store = Store.make(parts.nor);
  for (let round = 0; round < 400; round++) store.must(store.put(round % 20, `${round}`.padEnd(300, ".")));
  const versions = history(store, 3);
  assert.ok(versions.length >= 1 && versions.length < 20, `${versions.length}`);
  assert.is(versions[0]!.body, store.text(3));
  const rounds = versions.map(({ body }) => Number.parseInt(body, 10));
  assert.equal(
    rounds,
    [...new Set(rounds)].sort((a, b) => b - a),
  );
  assert.ok(rounds.every((round) => round % 20 === 3));
});

test("nothing is told of what is not there, of a kind that is none, or to a store that is closed", () => {
  const store = Store.make(parts.nor);
  store.must(store.put(1, "one"));
  const { call } = store.probe;
  assert.equal(history(store, 2), []);
  assert.is(call.hf_change!(0, 9999), 0);
  assert.is(call.hf_history_next!(8, 0, 1, 1, 0), status("INVALID"));
  assert.is(call.hf_read!(0, 10), status("NOT_FOUND"));
  assert.is(call.hf_history_next!(7, 0xb7a51c0e, 0x93d2f846, 0xffff, 0), 0, "what the core keeps for itself");
  store.must(store.close());
  assert.is(call.hf_history_next!(NOTE, 0, 1, 1, 0), status("CLOSED"));
  assert.is(call.hf_change!(0, 1), status("CLOSED"));
});

test("a version that cannot be read is told as damaged, the others as they are; a lost chunk is missed", () => {
  const store = Store.make(parts.nor);
  store.must(store.put(1, "first"));
  store.must(store.put(1, "x".repeat(5000)));
  store.must(store.put(1, "third"));
  store.must(store.close());
  const place = (text: string) => {
    for (let block = 0; block < parts.nor.blockCount; block++) {
      const bytes = new Uint8Array(parts.nor.blockBytes);
      store.part.read(block, 0, bytes);
      const at = Buffer.from(bytes).indexOf(text);
      if (at >= 0) return [block, at] as const;
    }
    throw new Error(`no ${text}`);
  };
  const spoil = (text: string) => {
    const [block, at] = place(text);
    store.part.bytes.fill(0, block * parts.nor.blockBytes + at - 12, block * parts.nor.blockBytes + at + text.length + 12);
  };
  spoil("first");
  assert.is(store.pull(), 0);
  const [newest, long, first] = history(store, 1);
  assert.equal([newest!.body, first!.flags], ["third", DAMAGED]);
  assert.is(long!.body, "x".repeat(5000));
  const [high, low] = halves(first!.lsn);
  assert.is(store.probe.call.hf_change!(high, low), 1);
  assert.is(store.probe.doorstep.result().flags, DAMAGED);
  spoil("x".repeat(200));
  assert.is(store.pull(), 0);
  assert.is(store.probe.call.hf_change!(...halves(long!.lsn)), 1);
  const answers = [0, 1000, 2000, 3000, 4000].map((at) => store.probe.call.hf_read!(at, 1000));
  assert.ok(
    answers.some((answer) => answer === status("CORRUPT") || answer === status("NOT_FOUND")),
    answers.join(),
  );
  assert.is(store.text(1), "third");
});

test("of a segment in which nothing lives only one that was sealed is believed", () => {
  const store = Store.make(parts.nor);
  store.must(store.put(1, "one"));
  const open = store.probe.word.streamBlock!(0);
  assert.is(history(store, 1).length, 1);
  store.probe.call.setState!(open, store.probe.value("STATE_DIRTY"));
  assert.is(history(store, 1).length, 0);
});

test("another kind, another id and a version that was mended are told apart", () => {
  const store = Store.make(parts.nor);
  store.must(store.put(1, "mended body of a note"));
  store.must(store.put(1, "other kind", { kind: 0 }));
  store.must(store.put(1, "other id", { idHigh: 5 }));
  store.must(store.put(1, "now"));
  for (let block = 0; block < parts.nor.blockCount; block++) {
    const first = block * parts.nor.blockBytes;
    const at = Buffer.from(store.part.bytes.subarray(first, first + parts.nor.blockBytes)).indexOf("mended body");
    if (at >= 0) store.part.bytes[first + at]! ^= 4;
  }
  assert.is(store.must(store.probe.call.hf_history_next!(NOTE, 0, 1, 0xffff, 0)), 1);
  const { lsn } = store.probe.doorstep.result();
  assert.is(store.must(store.probe.call.hf_history_next!(NOTE, 0, 1, ...halves(lsn))), 1);
  const { flags, bodyBytes } = store.probe.doorstep.result();
  assert.equal([flags, read(store, bodyBytes)], [4, "mended body of a note"]);
});

test("a driver that fails in the search is IO, and nothing is told", () => {
  for (let failed = 0; failed < 40; failed++) {
    const { store, flash } = failing(parts.nor);
    store.must(store.format());
    store.must(store.mount());
    store.must(store.put(1, "y".repeat(3000)));
    store.must(store.put(1, "now"));
    store.must(store.close());
    assert.is(store.pull(), 0);
    const [, before] = history(store, 1);
    if (failed % 2) flash.failAt("read", failed >> 1);
    const answer = store.probe.call.hf_change!(...halves(before!.lsn));
    if (failed % 2 === 0) flash.failAt("read", failed >> 1);
    const bytes = answer === 1 ? store.probe.call.hf_read!(0, 3000) : 0;
    assert.ok(answer === status("IO") || answer === 1, `${answer}`);
    assert.ok(bytes >= 0 || bytes === status("IO") || bytes === status("CORRUPT"), `${bytes}`);
    flash.heal();
    assert.is(store.text(1), "now");
  }
});

test.run();

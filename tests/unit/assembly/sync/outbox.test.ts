/* The log is the outbox: what was changed here above the acknowledged LSN, and nothing else. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeRecord, FRAME } from "../../../../host/relay/frame.js";
import { decodeVersion, versionHash } from "../../../../host/relay/version.js";
import { failing } from "../../../support/failing-part.js";
import { AirProbe, OTHER, OWN } from "../../../support/probe-air.js";
import { Chance } from "../../../support/probe-chance.js";
import { NOTE, parts, Store, status } from "../../../support/probe-store.js";

const test = suite("assembly/sync/outbox");

test("records and deletions go out with their version, once", () => {
  const store = Store.make(parts.nor);
  store.must(store.put(1, "one", { meta: Uint8Array.of(0xa0) }));
  store.must(store.put(2, "two"));
  store.must(store.remove(2));
  const air = new AirProbe(store);
  const puts = air.pushAll();
  assert.equal(puts.map((frame) => [frame.type, frame.id]).sort(), [
    [FRAME.PUT, 1n],
    [FRAME.TOMB, 2n],
  ]);
  const fields = decodeRecord(puts.find((frame) => frame.id === 1n)!.payload)!;
  assert.is(new TextDecoder().decode(fields.body), "one");
  assert.equal([...fields.meta], [0xa0]);
  assert.is([...decodeVersion(fields.entries)!.keys()][0], OWN);
  store.must(store.put(3, "three"));
  const pull = air.greet({ seq: 2n });
  air.done(pull!, 0, 2);
  assert.equal(
    air.sayAll().map((frame) => frame.id),
    [3n],
  );
});

test("a body longer than a frame goes out in pieces, in order", () => {
  const store = Store.make(parts.nor);
  const body = new Chance(1).bytes(20_000);
  store.must(store.put(9, body));
  const air = new AirProbe(store);
  const pull = air.greet();
  air.done(pull!, 0, 0);
  const frames = air.sayAll();
  const pieces = frames.map((frame) => (frame.type === FRAME.CHUNK ? frame.payload : decodeRecord(frame.payload)!.body));
  assert.equal(Buffer.concat(pieces), Buffer.from(body));
  assert.equal([...new Set(frames.map((frame) => frame.message))].length, 1);
});

test("a body of which a piece cannot be read ends there, once, and what comes after it goes out", () => {
  const store = Store.make(parts.nor);
  store.must(store.put(9, new Chance(1).bytes(20_000)));
  for (let id = 10; id < 20; id++) store.must(store.put(id, "short"));
  for (const block of [...store.probe.blocksIn("STATE_SEALED"), store.probe.call.streamBlock!(1)])
    for (const entry of store.probe.scan(block).filter(({ chunk }) => Number(chunk) > 4)) store.damage(block, Number(entry.offset), 600);
  const air = new AirProbe(store);
  air.done(air.greet()!, 0, 0);
  const frames = air.sayAll();
  const said = frames.filter((frame) => frame.type === FRAME.CHUNK).reduce((sum, frame) => sum + frame.payload.length, 0);
  assert.ok(said > 0 && said < 20_000, `${said}`);
  const puts = frames.filter((frame) => frame.type === FRAME.PUT);
  assert.equal(
    puts.map((frame) => Number(frame.id)).sort((a, b) => a - b),
    [9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
  );
  assert.is.not(puts.at(-1)!.id, 9n, "something comes after it");
  for (const put of puts) if (put.id !== 9n) air.ack(put); // nobody answers what was not said whole
  air.done(air.say()!, 0, 0);
  assert.is(air.say()!.type, FRAME.BYE, "the next pass has nothing to say");
});

test("a record changed while its pieces go out is sent anew", () => {
  const store = Store.make(parts.nor);
  store.must(store.put(9, new Uint8Array(20_000)));
  const air = new AirProbe(store);
  const pull = air.greet();
  air.done(pull!, 0, 0);
  air.say();
  air.say();
  store.must(store.put(9, "short"));
  const rest = air.sayAll();
  assert.is(rest.filter((frame) => frame.type === FRAME.CHUNK).length, 0);
});

test("what came by air does not go out again, what was changed after that does, and says what it saw", () => {
  const store = Store.make(parts.nor);
  const air = new AirProbe(store);
  const pull = air.greet({ seq: 2n });
  const version = new Map([[OTHER, 40]]);
  for (const id of [5n, 6n]) air.hear(air.rec(pull!, Number(id) - 5, id, version, new Uint8Array(10)));
  air.done(pull!, 2, 2);
  air.bye(air.say()!, 2n);
  assert.is(air.state().phase, 5);
  store.must(store.put(6, "changed here"));
  store.must(store.remove(5));
  const next = air.greet({ seq: 2n });
  air.done(next!, 0, 2);
  for (const frame of air.sayAll()) assert.is(decodeVersion(decodeRecord(frame.payload)!.entries)!.get(OTHER), 40, `record ${frame.id}`);
});

test("the digest is the sum over all records, deletions not counted", () => {
  const store = Store.make(parts.nor);
  for (let id = 0; id < 9; id++) store.must(store.put(id, "x"));
  store.must(store.remove(4));
  store.must(store.probe.call.computeDigest!());
  const sum = store.list().reduce((total, one) => total + versionHash(NOTE, BigInt(one.idLow), new Map([[OWN, Number(one.lsn)]])), 0n);
  assert.is(store.probe.wide("digest"), BigInt.asUintN(64, sum));
  assert.is(store.probe.value("digestCount"), 8);
});

test("a record removed while its pieces go out: no more of it goes, and its deletion goes in the next pass", () => {
  const store = Store.make(parts.nor);
  store.must(store.put(9, new Uint8Array(20_000)));
  const air = new AirProbe(store);
  air.done(air.greet()!, 0, 0);
  assert.is(air.say()!.type, FRAME.PUT);
  store.must(store.remove(9));
  air.done(air.say()!, 0, 0); // the next pass: nobody answers what was not said whole
  assert.equal(
    air.sayAll().map((frame) => [frame.type, frame.id]),
    [[FRAME.TOMB, 9n]],
  );
});

test("a read that fails while pieces go out is IO, and a second conversation says all of it", () => {
  const body = new Chance(1).bytes(20_000);
  let told = 0;
  for (let at = 0; ; at++) {
    const { store, flash } = failing(parts.nor);
    store.must(store.format());
    store.must(store.mount());
    store.must(store.put(9, body));
    const air = new AirProbe(store);
    air.done(air.greet()!, 0, 0);
    assert.is(air.say()!.type, FRAME.PUT);
    flash.failAt("read", at);
    let answer = 1;
    while (answer > 0) answer = store.probe.call.hf_sync_next!(0);
    const failed = flash.failures > 0;
    flash.heal();
    assert.ok(answer === 0 || (failed && answer === status("IO")), `${answer} when read ${at} failed`);
    if (answer < 0) told++;
    air.done(air.greet()!, 0, 0);
    const pieces = air.sayAll().map((frame) => (frame.type === FRAME.CHUNK ? frame.payload : decodeRecord(frame.payload)!.body));
    assert.equal(Buffer.concat(pieces), Buffer.from(body), `read ${at} failed`);
    if (!failed) break;
  }
  assert.ok(told > 2, `${told}`);
});

test("a record that is damaged behind its head is passed over, and those after it go out", () => {
  const store = Store.make(parts.nor);
  for (const id of [1, 2, 3]) store.must(store.put(id, new Chance(id).bytes(1500)));
  store.must(store.reopen());
  const { call, long, word } = store.probe;
  call.find!(long.keyOf!(NOTE, 0, 2));
  const address = word.foundAddress!();
  store.damage(word.addressBlock!(address), word.addressOffset!(address) + 800, 60);
  assert.is(store.get(2), status("CORRUPT"));
  const air = new AirProbe(store);
  assert.equal(
    air
      .pushAll()
      .map((frame) => frame.id)
      .sort(),
    [1n, 3n],
  );
});

test.run();

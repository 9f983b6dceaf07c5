/* The conversation: who asks what when, what the guard stops, and that any frame at any time is harmless. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeFrame, FRAME, type Frame } from "../../../../host/relay/frame.js";
import { failing } from "../../../support/failing-part.js";
import { AirProbe, EPOCH, OTHER, welcome } from "../../../support/probe-air.js";
import { Chance } from "../../../support/probe-chance.js";
import { parts, Store, status } from "../../../support/probe-store.js";

const test = suite("assembly/sync/conversation");
const EQUAL = 5;
const GUARD = 6;
const REFUSED = 7;
const UNEQUAL = 8;
const FAILED = 9;

function known(records = 3): { store: Store; air: AirProbe } {
  const store = Store.make(parts.nor);
  for (let id = 0; id < records; id++) store.must(store.put(id, `note ${id}`));
  const air = new AirProbe(store);
  air.pushAll();
  assert.is(air.state().phase, EQUAL);
  return { store, air };
}

test("hello, pull, put, pull, bye: and both have the same", () => {
  const { air } = known();
  assert.equal([air.state().pushed, air.state().records, air.state().relayRecords], [3, 3, 3]);
});

test("another relay: the guard stops before anything is said of records", () => {
  const { store, air } = known();
  assert.is(air.greet({ epoch: new Uint8Array(16).fill(9) }), undefined);
  assert.equal([air.state().phase, air.state().detail], [GUARD, 1]);
  assert.is(store.stat().records, 3);
});

test("an older relay: the same", () => {
  const { air } = known();
  assert.is(air.greet({ seq: 2n }), undefined);
  assert.equal([air.state().phase, air.state().detail], [GUARD, 2]);
});

test("a re-seed says everything again, also what came by air", () => {
  const { store, air } = known();
  const pull = air.greet({ epoch: new Uint8Array(16).fill(9), asked: 1 });
  assert.is(pull!.payload[12], 1);
  air.done(pull!, 0, 0);
  assert.is(air.sayAll().length, 3);
  store.must(store.pull()); // cut off: the new relay is known already, and goes on being filled without a question
  assert.is(air.greet({ epoch: new Uint8Array(16).fill(9) })?.type, FRAME.PULL);
});

test("after twenty deletions by air the guard asks", () => {
  const store = Store.make(parts.nor);
  const air = new AirProbe(store);
  const first = air.greet({ seq: 40n })!;
  for (let i = 0; i < 40; i++) air.hear(air.rec(first, i, BigInt(i), new Map([[OTHER, i + 1]]), new Uint8Array(8)));
  air.done(first, 40, 40);
  air.bye(air.say()!, 40n);
  const pull = air.greet({ seq: 80n })!;
  for (let i = 0; i < 40; i++) air.hear(air.rec(pull, i, BigInt(i), new Map([[OTHER, 100 + i]]), undefined, { seq: 41 + i }));
  assert.equal([air.state().phase, air.state().detail, store.stat().records], [GUARD, 3, 20]);
  const accepted = air.greet({ seq: 80n, asked: 2 })!;
  for (let i = 20; i < 40; i++) air.hear(air.rec(accepted, i - 20, BigInt(i), new Map([[OTHER, 100 + i]]), undefined, { seq: 41 + i }));
  assert.is(store.stat().records, 0);
});

test("what is not answered is asked again, and a burst until all of it is answered", () => {
  const store = Store.make(parts.nor);
  for (let id = 0; id < 5; id++) store.must(store.put(id, "x"));
  const air = new AirProbe(store);
  air.begin();
  assert.is(air.say()!.type, FRAME.HELLO);
  assert.is(air.say(), undefined);
  const again = air.say(true)!;
  assert.is(again.type, FRAME.HELLO);
  air.hear({ type: FRAME.WELCOME, message: again.message, payload: welcome(EPOCH, 0n, 0, 0n) });
  air.done(air.say()!, 0, 0);
  const puts = air.sayAll();
  assert.is(puts.length, 5);
  for (const put of puts.slice(1)) air.ack(put);
  assert.is(air.say(), undefined);
  const repeated = [air.say(true)!, ...air.sayAll()];
  assert.equal(repeated.map((frame) => frame.id).sort(), puts.map((frame) => frame.id).sort());
  for (const put of repeated) air.ack(put);
  assert.is(air.say()!.type, FRAME.PULL);
});

test("a frame missing in a burst: what came before it stays, the rest is asked for again from there", () => {
  const store = Store.make(parts.nor);
  const air = new AirProbe(store);
  const pull = air.greet({ seq: 3n })!;
  for (const place of [0, 2]) air.hear(air.rec(pull, place, BigInt(place), new Map([[OTHER, place + 1]]), new Uint8Array(4)));
  air.done(pull, 3, 3);
  const again = air.say()!;
  assert.is(again.type, FRAME.PULL);
  assert.is(new DataView(again.payload.buffer, again.payload.byteOffset).getBigUint64(0, true), 1n);
  assert.is(store.stat().records, 1);
});

test("a relay that refuses says why", () => {
  const air = new AirProbe(Store.make(parts.nor));
  air.begin();
  air.bye(air.say()!, 0n, 1);
  assert.equal([air.state().phase, air.state().detail], [REFUSED, 1]);
});

test("digests that differ: once everything is compared, then it is said", () => {
  const { air } = known();
  const pull = air.greet({ seq: 3n, records: 2 })!;
  air.done(pull, 0, 3);
  const differ = (own: ReturnType<AirProbe["say"]>) => {
    const payload = own!.payload.slice();
    payload[8]! ^= 1;
    air.hear({ type: FRAME.BYE, message: own!.message, payload });
  };
  differ(air.say());
  const all = air.say()!;
  assert.equal([all.type, all.payload[12]], [FRAME.PULL, 1]);
  air.done(all, 0, 3);
  for (const put of air.sayAll()) air.ack(put);
  air.done(air.say()!, 0, 3);
  for (let frame = air.say(); frame !== undefined; frame = air.say()) {
    if (frame.type === FRAME.PULL) air.done(frame, 0, 3);
    else if (frame.type === FRAME.BYE) differ(frame);
    else air.ack(frame);
  }
  assert.is(air.state().phase, UNEQUAL);
});

test("a handset that is full says so and keeps what it has", () => {
  const store = Store.make(parts.nor);
  const air = new AirProbe(store);
  const pull = air.greet({ seq: 99n })!;
  for (let i = 0; i < 400 && air.state().phase !== FAILED; i++)
    air.hear(air.rec(pull, i, BigInt(i), new Map([[OTHER, i + 1]]), new Uint8Array(900)));
  assert.equal([air.state().phase, air.state().detail], [FAILED, status("FULL")]);
  assert.is(store.verify().filter((one) => one.flags !== 0).length, 0);
});

test("read-only and closed stores do not begin", () => {
  const store = Store.make(parts.nor);
  store.must(store.close());
  assert.is(new AirProbe(store).begin(), status("CLOSED"));
  store.restart();
  store.must(store.mount(true));
  assert.is(new AirProbe(store).begin(), status("READ_ONLY"));
});

test("noise and forged frames at any moment: a status, nothing lost, nothing deleted", () => {
  const chance = new Chance(11);
  const { store, air } = known(6);
  for (let round = 0; round < 400; round++) {
    if (round % 10 === 0) air.greet({ seq: 3n + BigInt(round), records: round % 5 });
    const request = air.say(chance.below(3) === 0);
    const type = [FRAME.WELCOME, FRAME.ACK, FRAME.REC, FRAME.TOMB, FRAME.CHUNK, FRAME.BYE, 8, 99][chance.below(8)]!;
    const message = chance.below(2) ? (request?.message ?? round) : chance.below(3000);
    const bytes = encodeFrame({
      type,
      kind: chance.below(9),
      message,
      id: BigInt(chance.below(6)),
      place: chance.below(4),
      payload: chance.bytes(chance.below(120)),
    });
    if (chance.below(4) === 0) bytes[chance.below(bytes.length)]! ^= 1 << chance.below(8);
    const answer = air.hearBytes(bytes);
    assert.ok(answer >= 0 || answer === status("INVALID"), `round ${round}: ${answer}`);
  }
  assert.is(store.stat().records, 6);
  for (let id = 0; id < 6; id++) assert.is(store.text(id), `note ${id}`);
});

test("of many records a twentieth may be deleted by air without a question", () => {
  const store = Store.make({ ...parts.nor, blockCount: 48 });
  const air = new AirProbe(store);
  const count = 460;
  const first = air.greet({ seq: 500n })!;
  for (let i = 0; i < count; i++) air.hear(air.rec(first, i, BigInt(i), new Map([[OTHER, i + 1]]), new Uint8Array(8)));
  air.done(first, count, 500);
  air.bye(air.say()!, 500n);
  assert.is(store.stat().records, count);
  const pull = air.greet({ seq: 600n })!;
  for (let i = 0; i < 40; i++) air.hear(air.rec(pull, i, BigInt(i), new Map([[OTHER, 1000 + i]]), undefined, { seq: 501 + i }));
  assert.equal([air.state().phase, air.state().detail, store.stat().records], [GUARD, 3, count - count / 20]);
});

/** Holds a conversation in which one record is said, up to the goodbye that ends it. Returns that, unanswered. */
function upToGoodbye(air: AirProbe): Frame {
  air.done(air.greet({ seq: 1n })!, 0, 1);
  for (;;) {
    const frame = air.say()!;
    if (frame.type === FRAME.BYE) return frame;
    if (frame.type === FRAME.PULL) air.done(frame, 0, 2);
    else air.ack(frame);
  }
}

test("a part that fails as what was learnt is written down: IO, and the store is open and goes on", () => {
  const { store, flash } = failing(parts.nor);
  store.must(store.format());
  store.must(store.mount());
  const air = new AirProbe(store);
  store.must(store.put(0, "note 0"));
  air.pushAll();
  store.must(store.put(1, "note 1"));
  const bye = upToGoodbye(air);
  flash.failAt("program", 0);
  assert.is(air.bye(bye, 2n), status("IO"));
  assert.is(flash.failures, 1);
  assert.equal([air.state().phase, air.state().detail], [FAILED, status("IO")]);
  assert.is(air.say(), undefined);
  assert.is(store.text(1), "note 1");
  store.must(store.put(2, "note 2"));
  air.bye(upToGoodbye(air), 2n);
  assert.is(air.state().phase, EQUAL);
  store.must(store.pull());
  assert.is(store.probe.wide("cursorSeq"), 2n);
});

test("a put that is open as a conversation ends goes on, and the conversation has failed as BUSY", () => {
  const { store, air } = known(1);
  store.must(store.put(1, "note 1"));
  const bye = upToGoodbye(air);
  const { call, doorstep } = store.probe;
  store.must(call.hf_put_begin!(3, 0, 2, 0, 0, 0, 3, 1));
  assert.is(air.bye(bye, 2n), 0);
  assert.equal([air.state().phase, air.state().detail], [FAILED, status("BUSY")]);
  doorstep.fill(new TextEncoder().encode("two"));
  store.must(call.hf_put_write!(3));
  store.must(call.hf_put_commit!());
  assert.is(store.text(2), "two");
});

test("a relay that has news at every goodbye is given up after as many rounds", () => {
  const { air } = known();
  air.done(air.greet({ seq: 4n })!, 0, 4);
  let goodbyes = 0;
  for (let seq = 5; air.state().phase < EQUAL; seq++) {
    const frame = air.say()!;
    if (frame.type === FRAME.BYE) {
      goodbyes++;
      air.bye(frame, BigInt(seq));
    } else air.done(frame, 0, seq);
    assert.ok(seq < 1000, "a conversation that does not end");
  }
  assert.is(air.state().phase, UNEQUAL);
  assert.is(goodbyes, 65);
});

test("a frame for a store that was closed meanwhile is CLOSED, and so is asking for one", () => {
  const { store, air } = known();
  const pull = air.greet({ seq: 4n })!;
  store.must(store.close());
  assert.is(air.hear(air.rec(pull, 0, 9n, new Map([[OTHER, 5]]), new Uint8Array(4))), status("CLOSED"));
  for (const again of [0, 1]) assert.is(store.probe.call.hf_sync_next!(again), status("CLOSED"));
  store.must(store.mount());
  assert.is(store.stat().records, 3);
});

test.run();

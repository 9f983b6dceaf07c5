/* The version of a record: what ext holds, and how two compare. The relay's half must agree on every byte. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { handsetOf } from "../../../../host/relay/conversation.js";
import { covers, decodeVersion, encodeVersion, join, type Version, versionHash } from "../../../../host/relay/version.js";
import { Probe } from "../../../support/probe.js";
import { Chance } from "../../../support/probe-chance.js";

const test = suite("assembly/format/stamp");
const probe = new Probe();
const { call, long, spare } = probe;
const chance = new Chance(5);
const LOCAL = probe.value("VERSION_LOCAL");
const FOREIGN = probe.value("VERSION_FOREIGN");

function anyVersion(most = 8): Version {
  return new Map(Array.from({ length: 1 + chance.below(most) }, () => [chance.below(20), 1 + chance.below(5)]));
}
/** The whole version that the core makes of an ext. */
function whole(tag: number, entries: Uint8Array, lsn: bigint, handset: number): Version | undefined {
  probe.write(spare, [tag, ...entries]);
  const count = call.writeVersion!(spare + 100, spare, entries.length + 1, lsn, handset);
  return decodeVersion(probe.bytes(spare + 100, count * 7).slice());
}

test("without ext a version is this handset's own change", () => {
  const count = call.writeVersion!(spare + 100, spare, 0, 0x1234567890n, 0xbeef);
  assert.is(count, 1);
  assert.equal([...probe.bytes(spare + 100, 7)], [0xef, 0xbe, 0x90, 0x78, 0x56, 0x34, 0x12]);
});

test("a version from the air stays as it came; changed here, it has this handset's change too", () => {
  for (let i = 0; i < 300; i++) {
    const version = anyVersion();
    const entries = encodeVersion(version);
    const handset = chance.below(20);
    assert.equal(encodeVersion(whole(FOREIGN, entries, 99n, handset)!), entries);
    assert.equal(encodeVersion(whole(LOCAL, entries, 99n, handset)!), encodeVersion(new Map([...version, [handset, 99]])));
  }
});

test("a version that nine other handsets fill has this one's change all the same, and nothing behind its 63 bytes is touched", () => {
  for (const handset of [0, 11, 95]) {
    const others = Array.from({ length: 9 }, (_, i) => [10 * (i + 1), i + 1] as const);
    probe.bytes(spare + 100, 80).fill(0x77);
    const version = whole(LOCAL, encodeVersion(new Map(others)), 99n, handset)!;
    assert.equal(encodeVersion(version), encodeVersion(new Map([...others.slice(0, 8), [handset, 99]])), `handset ${handset}`);
    assert.ok(probe.bytes(spare + 100 + 63, 17).every((byte) => byte === 0x77));
  }
  const known = Array.from({ length: 9 }, (_, i) => [10 * (i + 1), i + 1] as const);
  assert.equal(
    encodeVersion(whole(LOCAL, encodeVersion(new Map(known)), 99n, 90)!),
    encodeVersion(new Map([...known, [90, 99]])),
    "its own change is among the nine",
  );
});

test("an ext of another make is no version", () => {
  probe.write(spare, [0x20, 1, 2, 3, 4, 5, 6, 7]);
  assert.is(call.storedEntries!(spare, 8), 0);
  assert.is(call.isForeign!(spare, 8), 0);
});

test("the core and the relay compare versions alike, and make the same hash of them", () => {
  for (let i = 0; i < 500; i++) {
    const [a, b] = [anyVersion(), i % 3 === 0 ? anyVersion() : join(anyVersion(2), anyVersion(2))];
    probe.write(spare, encodeVersion(a));
    probe.write(spare + 100, encodeVersion(b));
    assert.is(call.covers!(spare, a.size, spare + 100, b.size) !== 0, covers(a, b));
    assert.is(long.versionHash!(i % 8, 0x01234567, 0x89abcdef, spare, a.size), versionHash(i % 8, 0x0123456789abcdefn, a));
  }
});

test("entries out of order, twice the same, none, or too many are no version", () => {
  const entry = (handset: number) => [handset, 0, 1, 0, 0, 0, 0];
  const judge = (...handsets: number[]) => {
    probe.write(spare, handsets.flatMap(entry));
    return call.isVersion!(spare, handsets.length);
  };
  assert.is(judge(1, 2, 9), 1);
  assert.is(judge(2, 1), 0);
  assert.is(judge(2, 2), 0);
  assert.is(judge(), 0);
  assert.is(judge(1, 2, 3, 4, 5, 6, 7, 8, 9), 1);
  assert.is(judge(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), 0);
});

test("a handset's number is the same on both ends", () => {
  for (const id of [0n, 7n, 0xffffffffffffffffn, 0x0123456789abcdefn]) assert.is(call.handsetOf!(id), handsetOf(id));
});

test.run();

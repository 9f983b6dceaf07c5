/* The one rule by which a relay takes a record. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { judge, type RelayRecord } from "../../../../host/relay/store.js";
import { covers, type Version } from "../../../../host/relay/version.js";

const test = suite("host/relay/store");

function record(version: Record<number, number>, removed = false): RelayRecord {
  const entries: Version = new Map(Object.entries(version).map(([handset, counter]) => [Number(handset), counter]));
  return { kind: 3, id: 1n, removed, codec: 0, wallMs: 0, version: entries, meta: new Uint8Array(0), body: new Uint8Array(0) };
}

test("what nobody has yet is stored; what is known or older changes nothing; what has seen ours replaces it", () => {
  assert.is(judge(undefined, record({ 1: 1 })).verdict, "stored");
  assert.is(judge(record({ 1: 1 }), record({ 1: 1 })).verdict, "known");
  assert.is(judge(record({ 1: 2 }), record({ 1: 1 })).verdict, "known");
  assert.is(judge(record({ 1: 1 }), record({ 1: 1, 2: 1 })).verdict, "stored");
  assert.is(judge(record({ 1: 1 }), record({ 1: 1, 2: 1 }, true)).verdict, "stored");
});

test("two records of which neither has seen the other: a conflict, nothing is stored", () => {
  assert.is(judge(record({ 1: 1 }), record({ 2: 1 })).verdict, "conflict");
  assert.is(judge(record({ 1: 1 }), record({ 2: 1 }, true)).verdict, "conflict");
});

test("a record beats a deletion it has not seen, and has seen both from then on", () => {
  const stored = record({ 1: 5 }, true);
  const incoming = record({ 2: 3 });
  const { verdict, version } = judge(stored, incoming);
  assert.is(verdict, "stored");
  assert.ok(covers(version, stored.version) && covers(version, incoming.version));
});

test.run();

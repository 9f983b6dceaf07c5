import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Copy, type Evidence, type HandsetRecord, safetyOf } from "../../../../host/backup/safety.js";
import { Chance } from "../../../support/probe-chance.js";

const test = suite("host/backup/safety");
const STORE = "00112233445566aa";
const record = (n: number, lsn: number, damaged = false): HandsetRecord => ({
  kind: n % 2 ? "contact" : "note",
  id: String(n),
  lsn: String(lsn),
  damaged,
});
const copy = (records: readonly HandsetRecord[], readMs: number | undefined = 1, storeId = STORE): Copy => {
  return { name: "b.zip", storeId, readMs, holds: new Map(records.map(({ kind, id, lsn }) => [`${kind} ${id}`, lsn])) };
};
const evidence = (records: HandsetRecord[], copies: Copy[] = [], more: Partial<Evidence> = {}): Evidence => {
  return { storeId: STORE, records, damagedUnknown: 0, refusal: undefined, copies, ...more };
};
const stateOf = (...args: Parameters<typeof evidence>) => safetyOf(evidence(...args)).state;

test("the four states of one record", () => {
  const [fine, rotten] = [record(1, 7), record(1, 7, true)];
  assert.is(stateOf([fine], [copy([fine])]), "SAFE");
  assert.is(stateOf([fine]), "ONE COPY");
  assert.is(stateOf([rotten], [copy([fine])]), "AT RISK");
  assert.is(stateOf([rotten]), "LOST");
});

test("a copy that is older, of another store, or was not read back, is no copy", () => {
  const now = record(1, 8);
  for (const no of [copy([record(1, 7)]), copy([now], 1, "another"), { ...copy([now]), readMs: undefined }, copy([])]) {
    assert.is(stateOf([now], [no]), "ONE COPY");
    assert.is(stateOf([{ ...now, damaged: true }], [no]), "LOST");
  }
});

test("the whole is as bad as its worst, what nobody can name included, and says what to do", () => {
  const all = [record(1, 1), record(2, 2), record(3, 3, true), record(5, 5)];
  const { state, kinds, next } = safetyOf(evidence(all, [copy(all.slice(0, 3))]));
  assert.is(state, "AT RISK");
  assert.equal(
    kinds.map(({ kind, state: each, safe, oneCopy, atRisk }) => [kind, each, safe, oneCopy, atRisk]),
    [
      ["contact", "AT RISK", 1, 1, 1],
      ["note", "SAFE", 1, 0, 0],
    ],
  );
  assert.match(next, /^`holdfast restore b\.zip` puts back 1 /);
  assert.is(stateOf([], [], { damagedUnknown: 1 }), "LOST");
  assert.is(stateOf([], [], { refusal: "WORN_OUT" }), "AT RISK");
  assert.is(safetyOf(evidence([])).next, "nothing is stored yet");
});

test("no evidence says SAFE of a record that is not in two places, and no words hedge", () => {
  for (let seed = 1; seed <= 3000; seed++) {
    const chance = new Chance(seed);
    const records = Array.from({ length: chance.below(6) }, (_, n) => record(n, 1 + chance.below(4), chance.below(5) === 0));
    const copies = Array.from({ length: chance.below(3) }, () => {
      const held = records.filter(() => chance.below(3) > 0).map((each) => ({ ...each, lsn: String(1 + chance.below(4)) }));
      return { ...copy(held, 1, chance.below(4) === 0 ? "another" : STORE), readMs: chance.below(4) === 0 ? undefined : seed };
    });
    const given = evidence(records, copies, { damagedUnknown: chance.below(8) === 0 ? 1 : 0 });
    const { state, kinds, next } = safetyOf(given);
    const isTwice = ({ kind, id, lsn, damaged }: HandsetRecord) =>
      !damaged && copies.some((each) => each.storeId === STORE && each.readMs !== undefined && each.holds.get(`${kind} ${id}`) === lsn);
    const label = `seed ${seed}`;
    assert.is(state === "SAFE", records.every(isTwice) && given.damagedUnknown === 0, label);
    for (const { kind, safe, records: count } of kinds) {
      assert.is(safe, records.filter((each) => each.kind === kind && isTwice(each)).length, label);
      assert.is(count, records.filter((each) => each.kind === kind).length, label);
    }
    assert.not.match(next, /almost|may|some\b/, label);
  }
});

test.run();

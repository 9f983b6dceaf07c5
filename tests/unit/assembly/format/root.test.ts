/* The root: what a recovery decided. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Probe } from "../../../support/probe.js";
import { Chance } from "../../../support/probe-chance.js";

const test = suite("assembly/format/root");
const probe = new Probe();
const { call, word, spare } = probe;
const [FIXED, ENTRY, ADOPT_MAX] = [probe.value("ROOT_FIXED"), probe.value("ROOT_ENTRY"), probe.value("ADOPT_MAX")];

test("a root tells marker, sessions and its list of adopted segments, from none to the most there can be", () => {
  const chance = new Chance(1);
  for (let round = 0; round < 300; round++) {
    const count = round < 2 ? round * ADOPT_MAX : chance.below(ADOPT_MAX + 1);
    const list = chance.bytes(count * ENTRY);
    const [session, tail] = round === 1 ? [0xffffff, 0xffffff] : [Number(chance.ofBits(24)), Number(chance.ofBits(24))];
    const marker = 1 + (round % 2);
    probe.write(spare + 2048, list);
    const length = call.encodeRoot!(spare, marker, session, tail, spare + 2048, count);
    assert.is(length, FIXED + count * ENTRY);
    assert.is(call.unitType!(probe.bytes(spare, 1)[0]!), probe.value("UNIT_ROOT"));
    assert.equal([call.rootMarker!(spare), call.rootDataBytes!(spare), call.rootCount!(spare)], [marker, length, count]);
    assert.equal([word.rootSession!(spare), word.rootTailSession!(spare)], [session, tail]);
    assert.equal(probe.bytes(spare + FIXED, list.length).slice(), list);
  }
});

test("the two copies differ in nothing but the marker", () => {
  probe.write(spare + 2048, new Chance(2).bytes(5 * ENTRY));
  const copies = [1, 2].map((marker) => {
    const length = call.encodeRoot!(spare, marker, 70, 69, spare + 2048, 5);
    return probe.bytes(spare, length).slice();
  });
  assert.equal(
    [...copies[0]!].flatMap((byte, i) => (byte === copies[1]![i] ? [] : [i])),
    [1],
  );
});

test.run();

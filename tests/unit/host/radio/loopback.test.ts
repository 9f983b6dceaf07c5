/* A link whose losses are a function of its seed. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Loopback, type Losses } from "../../../../host/radio/loopback.js";

const test = suite("host/radio/loopback");

function heard(seed: number, losses: Losses, count = 400): string[] {
  const loopback = new Loopback(seed, losses);
  const told: string[] = [];
  for (let i = 0; i < count; i++) {
    loopback.send("out", Uint8Array.of(i & 255, i >> 8));
    if (i % 3 === 2) for (let next = loopback.next(); next !== undefined; next = loopback.next()) told.push(next.message.join("."));
  }
  return told;
}

test("without losses everything arrives, in order, once", () => {
  assert.equal(
    heard(1, {}),
    Array.from({ length: 399 }, (_, i) => `${i & 255}.${i >> 8}`),
  );
});

test("the same seed loses the same; another one another", () => {
  const losses = { lost: 0.2, doubled: 0.1, late: 0.1, garbled: 0.1 };
  assert.equal(heard(1, losses), heard(1, losses));
  assert.not.equal(heard(1, losses), heard(2, losses));
});

test("each loss happens about as often as asked, and switching one off does not move the others", () => {
  const tally = (losses: Losses) => {
    const loopback = new Loopback(5, losses);
    for (let i = 0; i < 4000; i++) loopback.send("out", new Uint8Array(8));
    return loopback.tally;
  };
  const all = tally({ lost: 0.1, doubled: 0.2, late: 0.1, garbled: 0.05 });
  assert.ok(Math.abs(all.lost - 400) < 80 && Math.abs(all.doubled - 720) < 120, JSON.stringify(all));
  assert.is(tally({ lost: 0.1 }).lost, all.lost);
});

test("what was on its way when the link broke is gone", () => {
  const loopback = new Loopback(1);
  loopback.send("back", new Uint8Array(3));
  loopback.clear();
  assert.is(loopback.next(), undefined);
});

test.run();

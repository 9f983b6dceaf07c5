import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Active, chosen, Dice, isDue, isOn } from "../../../../host/flash/dice.js";
import type { Fault } from "../../../../host/flash/faults.js";
import { mix } from "../../../../host/flash/mix.js";

const test = suite("host/flash/dice");
const active = (fault: Fault, seed = 1): Active => ({ fault, dice: new Dice(seed, fault) });
const due = (fault: Fault, seed = 1): string =>
  Array.from({ length: 4000 }, (_, op) => (isDue(active(fault, seed), { boot: op >> 11, op: op & 2047 }) ? op : "")).join(" ");

test("a draw depends on seed, fault, salt, boot, operation, unit and counter, and on nothing else", () => {
  const draw = (seed: number, fault: Fault, boot: number, op: number, unit: number, counter: number): number =>
    new Dice(seed, fault).draw({ boot, op }, unit, counter);
  const base = draw(1, { id: "A1" }, 0, 0, 0, 0);
  assert.is(draw(1, { id: "A1", rate: 0.5, at: 3 }, 0, 0, 0, 0), base, "parameters do not move the dice");
  const others = [
    draw(2, { id: "A1" }, 0, 0, 0, 0),
    draw(1, { id: "A2" }, 0, 0, 0, 0),
    draw(1, { id: "A1", salt: 1 }, 0, 0, 0, 0),
    draw(1, { id: "A1" }, 1, 0, 0, 0),
    draw(1, { id: "A1" }, 0, 1, 0, 0),
    draw(1, { id: "A1" }, 0, 0, 1, 0),
    draw(1, { id: "A1" }, 0, 0, 0, 1),
  ];
  assert.is(new Set([base, ...others]).size, 8);
});

test("at names one operation of one boot: before the first reboot where no boot is named", () => {
  assert.ok(isDue(active({ id: "L1", at: 5 }), { boot: 0, op: 5 }));
  assert.not(isDue(active({ id: "L1", at: 5 }), { boot: 0, op: 4 }));
  assert.not(isDue(active({ id: "L1", at: 5 }), { boot: 1, op: 5 }));
  assert.ok(isDue(active({ id: "L1", at: 5, boot: 1 }), { boot: 1, op: 5 }));
  assert.not(isDue(active({ id: "L1", at: 5, boot: 1 }), { boot: 0, op: 5 }));
});

test("a rate holds in all boots, or in the one named, as often as it says", () => {
  const count = (fault: Fault): number => due(fault).split(" ").filter(Boolean).length;
  assert.ok(Math.abs(count({ id: "L1", rate: 0.1 }) - 400) < 60, `${count({ id: "L1", rate: 0.1 })}`);
  assert.ok(Math.abs(count({ id: "L1", rate: 0.1, boot: 1 }) - 195) < 45);
  assert.is(count({ id: "L1", rate: 0 }), 0);
  assert.is(count({ id: "L1", rate: 1 }), 4000);
});

test("who is hit at a low rate is hit at a higher one too", () => {
  const low = due({ id: "L1", rate: 0.01 }).split(" ");
  const high = due({ id: "L1", rate: 0.05 }).split(" ");
  assert.ok(low.every((op, i) => op === "" || high[i] === op));
});

test("isOn asks for the moment only, not for chance", () => {
  assert.ok(isOn({ id: "P8", rate: 1e-9 }, { boot: 4, op: 9 }));
  assert.ok(isOn({ id: "P8", at: 9 }, { boot: 0, op: 9 }));
  assert.not(isOn({ id: "P8", at: 9 }, { boot: 0, op: 8 }));
  assert.not(isOn({ id: "P8", boot: 1 }, { boot: 0, op: 8 }));
});

test("between and pick stay in their range and reach its ends", () => {
  const dice = new Dice(1, { id: "L3" });
  const drawn = Array.from({ length: 200 }, (_, op) => dice.between(2, 5, { boot: 0, op }, 0));
  assert.equal([...new Set(drawn)].sort(), [2, 3, 4, 5]);
  assert.equal([...new Set(drawn.map((_, op) => dice.pick(["a", "b"], { boot: 0, op }, 1)))].sort(), ["a", "b"]);
});

test("chosen takes each with the chance given, ascending, and is cheap where few are", () => {
  for (const chance of [1e-4, 0.01, 0.5, 1]) {
    let draws = 0;
    const taken = [
      ...chosen(100_000, chance, (n) => {
        draws = n + 1;
        return mix(3, n);
      }),
    ];
    assert.ok(Math.abs(taken.length - 100_000 * chance) <= 4 * Math.sqrt(100_000 * chance), `${chance}: ${taken.length}`);
    assert.ok(taken.every((at, i) => at >= 0 && at < 100_000 && (i === 0 || at > taken[i - 1])));
    assert.is(draws, taken.length + 1);
  }
  assert.equal([...chosen(10, 0, () => 0)], []);
  const places = new Set(Array.from({ length: 400 }, (_, seed) => [...chosen(8, 0.2, (n) => mix(seed, n))]).flat());
  assert.is(places.size, 8, "first and last are within reach");
});

test.run();

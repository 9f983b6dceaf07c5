/* Places that wait for their commit. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Probe } from "../../../support/probe.js";
import { Chance } from "../../../support/probe-chance.js";

const test = suite("assembly/store/pending");
const probe = new Probe();
const { call, long, word } = probe;
const MAX = probe.value("PENDING_PLACES_MAX");

test("keys and places come back in order, up to the last one there is room for", () => {
  const chance = new Chance(1);
  const held = Array.from({ length: MAX }, () => [chance.u64() >> 8n, chance.below(0x1000000)] as const);
  call.clearPlaces!();
  for (const [key, address] of held) call.holdPlace!(key, address);
  held.forEach(([key, address], i) => {
    assert.is(long.heldKey!(i), key);
    assert.is(word.heldAddress!(i), address);
  });
  assert.is(probe.value("pendingPlaces"), MAX);
});

test("one more than there is room for traps", () => {
  call.clearPlaces!();
  for (let i = 0; i < MAX; i++) call.holdPlace!(1n, 1);
  assert.throws(
    () => call.holdPlace!(1n, 1),
    (error: unknown) => error instanceof WebAssembly.RuntimeError,
  );
});

test("cleared, none is held", () => {
  call.clearPlaces!();
  assert.is(probe.value("pendingPlaces"), 0);
});

test.run();

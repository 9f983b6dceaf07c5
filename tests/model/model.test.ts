import { suite } from "uvu";
import * as assert from "uvu/assert";
import { hasCommand, skip } from "../support/skip.js";
import { cases, check, type ModelCase, verdict } from "./spin.js";

const model = suite("model");
const proof: ModelCase = { model: "root.pml", says: "", macros: [], holds: true };
const twin: ModelCase = { ...proof, holds: false };
const clean = "State-vector 84 byte, depth reached 9, errors: 0\n  120 states, stored\n";
const broken =
  "pan:1: assertion violated (shown==truth) (at depth 9)\nState-vector 84 byte, depth reached 9, errors: 1\n  12 states, stored\n";

model("a proof needs a whole search without an error", () => {
  assert.is(verdict(proof, clean, 0, "").asExpected, true);
  assert.is(verdict(proof, broken, 0, "").asExpected, false);
  assert.is(verdict(proof, `error: max search depth too small\n${clean}`, 0, "").asExpected, false);
  assert.is(verdict(proof, `pan: reached -DMEMLIM bound\n${clean}`, 0, "").asExpected, false);
  assert.is(verdict(proof, "", 0, "").asExpected, false);
  assert.is(verdict(proof, clean, 0, "pan ran out of time").asExpected, false);
});

model("a twin has to violate an assertion, not merely to stop", () => {
  assert.is(verdict(twin, broken, 0, "").asExpected, true);
  assert.is(verdict(twin, clean, 0, "").asExpected, false);
  assert.is(verdict(twin, broken.replace("assertion violated", "invalid end state"), 0, "").asExpected, false);
});

for (const one of cases) {
  const name = `${one.model}: ${one.says}: ${one.holds ? "holds" : "fails"}`;
  if (!hasCommand("spin") || !hasCommand("gcc")) skip(model, name, "spin or gcc is absent", "apt-get install -y spin gcc");
  else
    model(name, () => {
      const outcome = check(one, 300);
      assert.ok(outcome.asExpected, JSON.stringify(outcome));
    });
}

model.run();

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { letterOf } from "../../../../host/core/block-letters.js";

const test = suite("host/core/block-letters");
const STATES = ["blank", "ready", "torn", "hot", "cold", "recovery", "checkpoint", "parity", "newer", "other part"];

test("every state has a letter of its own; an open segment has it in upper case", () => {
  const letters = [...STATES, "open hot", "open cold", "open recovery", "open checkpoint", "open parity"].map(letterOf);
  assert.is(new Set(letters).size, letters.length, letters.join(""));
  assert.is(letterOf("open hot"), letterOf("hot").toUpperCase());
  for (const odd of ["foreign", "segment type 9", "open segment type 9"]) assert.is(letterOf(odd), "?");
});

test.run();

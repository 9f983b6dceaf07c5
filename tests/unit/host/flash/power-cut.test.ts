import { suite } from "uvu";
import * as assert from "uvu/assert";
import { PowerCut } from "../../../../host/flash/power-cut.js";

const test = suite("host/flash/power-cut");

test("it says in one line where power went, and is told apart by its name", () => {
  const cut = new PowerCut(12, "erase", "erase-b", 3, 0);
  assert.ok(cut instanceof Error);
  assert.is(cut.name, "PowerCut");
  assert.is(cut.message, "power cut at operation 12: erase of block 3 offset 0, erase-b");
});

test.run();

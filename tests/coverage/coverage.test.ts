/*
 * No branch of the core becomes unreached unnoticed, and the shipped build does what the counted one does.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { skip } from "../support/skip.js";
import { canCover, REMEDY } from "./build.js";
import { compare, listed, measure } from "./campaign.js";

const EXCEPTIONS_MAX = 40;
const test = suite("coverage");

if (canCover()) {
  test("every branch of the core that is not reached is on the list, and build/device.wasm plays the same logs alike", async () => {
    const { branches, unreached, deployedBytes } = await measure();
    const list = listed();
    const { fresh, reached } = compare(unreached, list);
    const reachable = branches - list.exceptions.length;
    const share = (100 * (branches - unreached.length)) / reachable;
    console.log(`${branches - unreached.length} of ${reachable} branches reached: ${share.toFixed(2)} %; ${list.open.length} are open`);
    for (const branch of reached) console.log(`reached now, take it off the list: ${branch}`);
    assert.equal(fresh, []);
    assert.ok(branches > 2500 && deployedBytes > 1e6);
  });
} else skip(test, "branch coverage of the core", "wasm2c or gcc is absent", REMEDY);

test("at most 40 exceptions, each with a reason", () => {
  const { exceptions } = listed();
  assert.ok(exceptions.length <= EXCEPTIONS_MAX);
  for (const { branch, reason } of exceptions) assert.ok(reason.length > 10, branch);
});

test("a branch that is newly unreached is seen, and one that stands twice is counted twice", () => {
  const list = { exceptions: [{ branch: "a", reason: "" }], open: ["b", "b"] };
  assert.equal(compare(["a", "b", "b"], list), { fresh: [], reached: [] });
  assert.equal(compare(["a", "b", "b", "b", "c"], list), { fresh: ["b", "c"], reached: [] });
  assert.equal(compare(["b"], list), { fresh: [], reached: ["a", "b"] });
});

test.run();

/*
 * powercut: a small campaign, a replay, and its usage.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { holdfast } from "./command-line.js";

const test = suite("host/cli/powercut");

test("a small sample loses nothing and says what it tried", async () => {
  const { exitCode, json } = await holdfast(["powercut", "--sample", "200", "--seed", "3", "--nested", "1", "--json"]);
  assert.is(exitCode, 0);
  assert.is(json.lost, 0);
  assert.ok(json.cuts > 50 && json.cuts < 800, `${json.cuts} cuts`);
  assert.ok(json.nested1 > 0);
  assert.is(
    Object.values(json.byTear as Record<string, number>).reduce((sum, count) => sum + count),
    json.cuts,
  );
});

test("a replay line is one cut", async () => {
  const { exitCode, json } = await holdfast(["powercut", "--replay", "spi-nor-8m:b24:seed7:w2:f40:p15:cut300=bits", "--json"]);
  assert.is(exitCode, 0);
  assert.is(json.cuts, 1);
  assert.match(json.logHash, /^[0-9a-f]{64}$/);
  const told = await holdfast(["powercut", "--replay", "spi-nor-8m:b24:seed7:w2:f40:p15:cut300=bits"]);
  assert.match(told.stdout, new RegExp(`log ${json.logHash} of \\d+ entries`));
});

test("usage", async () => {
  for (const words of [
    ["--preset", "spi"],
    ["--seed", "x"],
    ["--all", "--sample", "5"],
    ["--nested", "3"],
    ["--sample", "0"],
    ["--replay", "nonsense"],
    ["--replay", "spi-nor-8m:b24:seed7"],
    ["--replay", "spi-nor-8m:b24:seed7:cut99999999=bits"],
  ]) {
    const { exitCode, stderr } = await holdfast(["powercut", ...words]);
    assert.is(exitCode, 2, `${words.join(" ")}: ${stderr}`);
  }
});

test.run();

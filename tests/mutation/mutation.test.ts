/*
 * A few mutants of the shipped wasm in every test run; `npm run mutate` has 200. And that sites are found and changed as they should be.
 */
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { commit, nameOf, score } from "./campaign.js";
import { draw, mutated, sitesOf } from "./sites.js";

const MUTANTS = process.env.HOLDFAST_REQUIRE_ALL === "1" ? 24 : 6;
/** Of so few mutants a share says little: the bar of 85 % is that of `npm run mutate`. */
const LEAST_SHARE = 0.5;
const test = suite("mutation");
const wat = readFileSync("build/device.wat", "utf8");

test("sites are found in journal, format and store, of every kind, and nowhere else", () => {
  const sites = sitesOf(wat);
  assert.ok(sites.length > 1000, `${sites.length} sites`);
  assert.equal([...new Set(sites.map(({ kind }) => kind))].sort(), [
    "arithmetic",
    "branch",
    "compare",
    "condition",
    "constant",
    "global",
    "store",
  ]);
  assert.ok(sites.every(({ functionName }) => /^assembly\/(journal|format|store)\//.test(functionName)));
});

test("the same commit draws the same sites, another one others; kinds come in turn", () => {
  const sites = sitesOf(wat);
  assert.equal(draw(sites, 50, "a").map(nameOf), draw(sites, 50, "a").map(nameOf));
  assert.not.equal(draw(sites, 50, "a").map(nameOf), draw(sites, 50, "b").map(nameOf));
  assert.is(new Set(draw(sites, 7, "a").map(({ kind }) => kind)).size, 7);
});

test("a mutant differs in one line", () => {
  const site = draw(sitesOf(wat), 1, "a")[0]!;
  const [before, after] = [wat.split("\n"), mutated(wat, { ...site, to: "x" }).split("\n")];
  assert.equal(
    after.filter((line, i) => line !== before[i]),
    ["x"],
  );
});

test(`of ${MUTANTS} mutants most are killed`, async () => {
  const { verdicts, share } = await score(MUTANTS, commit(), ({ site, killed }) => {
    if (killed === undefined) console.log(`survived: ${nameOf(site)}`);
  });
  console.log(`${verdicts.length} mutants, ${(100 * share).toFixed(0)} % killed`);
  assert.is(verdicts.length, MUTANTS);
  assert.ok(share >= LEAST_SHARE, `${share}`);
});

test.run();

/*
 * Hostile images and frames in a number that fits a test run; with HOLDFAST_REQUIRE_ALL=1 a million. `npm run fuzz` does the same by hand.
 */
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { skip } from "../support/skip.js";
import { canFuzz, REMEDY } from "./build.js";
import { echoes, runFuzzers, searchLine } from "./campaign.js";
import { buffers } from "./gaps.js";
import { KNOWN } from "./known.js";

const EXECUTIONS = process.env.HOLDFAST_REQUIRE_ALL === "1" ? 1_000_000 : 50_000;
/** Edges of the core that a search must pass, or it does not get behind the checksums. */
const LEAST_EDGES = { image: 1300, air: 900 };
const test = suite("fuzz");

if (canFuzz()) {
  test(`${EXECUTIONS} hostile images and conversations: no trap, no hang, nothing written between the buffers`, async () => {
    for (const { name, what } of KNOWN) console.log(`known, and mended in the fuzz build only: ${name} ${what}`);
    const searches = await runFuzzers(EXECUTIONS, 1);
    console.log(searches.map(searchLine).join("\n"));
    assert.equal(
      searches.flatMap((search) => search.failures),
      [],
    );
    const executions = (form: string): number => searches.filter((s) => s.form === form).reduce((sum, s) => sum + s.executions, 0);
    assert.ok(executions("raw") + executions("sealed") >= EXECUTIONS);
    assert.ok(executions("sealed") >= EXECUTIONS / 2);
    for (const search of searches.filter((s) => s.form === "sealed"))
      assert.ok(search.edges >= LEAST_EDGES[search.target], `${search.target}: only ${search.edges} edges`);
  });

  for (const target of ["image", "air"] as const)
    test(`the quick arithmetic of the fast build changes nothing: ${target}`, async () => {
      const fast = await echoes(target, "fast");
      assert.ok(fast.length > 50);
      assert.equal(fast, await echoes(target, "strict"));
    });
} else skip(test, "hostile images and conversations", "wasm2c, clang-14 or its runtime is absent", REMEDY);

test("every static buffer of the core has a gap behind it in the fuzz build", () => {
  assert.ok(buffers().length > 30); // buffers() throws for one it cannot read
});

test("no known fault is listed that the core does not have", () => {
  for (const { name, file, text } of KNOWN)
    assert.ok(readFileSync(file, "utf8").includes(text), `${name} is mended: take it out of known.ts`);
});

test.run();

/*
 * Hostile images and hostile frames, against the device build as C.
 *
 *   npm run fuzz -- [--runs N] [--seed N]    a million executions
 *   npm run fuzz:full                        twenty million
 *   npm run fuzz -- --replay FILE            one input, under the sanitizers
 */
import { parseArgs } from "node:util";
import { canFuzz, REMEDY } from "./build.js";
import { replay, runFuzzers } from "./campaign.js";

const { values } = parseArgs({
  options: { runs: { type: "string" }, seed: { type: "string", default: "1" }, full: { type: "boolean" }, replay: { type: "string" } },
});
if (!canFuzz()) {
  console.error(`the fuzzers need a compiler: ${REMEDY}`);
  process.exitCode = 1;
} else if (values.replay !== undefined) process.exitCode = (await replay(values.replay)) ? 0 : 1;
else {
  const executions = Number(values.runs ?? (values.full ? 20e6 : 1e6));
  const searches = await runFuzzers(executions, Number(values.seed), console.log);
  const total = searches.reduce((sum, search) => sum + search.executions, 0);
  const failed = searches.flatMap((search) => search.failures);
  console.log(`${total} executions, ${failed.length} failed`);
  process.exitCode = failed.length === 0 && total >= executions ? 0 : 1;
}

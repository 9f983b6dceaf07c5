/*
 * Branch coverage of the core.
 *
 *   npm run coverage               measures, compares with tests/coverage/unreached.json, prints what is not reached
 *   npm run coverage -- --write    takes what is not reached now as the list; reasons are kept
 */
import { writeFileSync } from "node:fs";
import { canCover, REMEDY } from "./build.js";
import { compare, LIST, listed, measure } from "./campaign.js";

if (!canCover()) {
  console.error(`coverage needs wasm2c and gcc: ${REMEDY}`);
  process.exitCode = 1;
} else {
  const { branches, unreached, deployed, deployedBytes } = await measure(console.log);
  const list = listed();
  const { fresh, reached } = compare(unreached, list);
  const share = (100 * (branches - unreached.length)) / (branches - list.exceptions.length);
  for (const branch of unreached) console.log(`${fresh.includes(branch) ? "NEW " : "    "}${branch}`);
  for (const branch of reached) console.log(`reached now: ${branch}`);
  console.log(
    `${branches - unreached.length} of ${branches} branches, ${list.exceptions.length} of the others are exceptions: ${share.toFixed(2)} %`,
  );
  console.log(`as deployed: ${deployed} logs, ${deployedBytes} bytes, played alike by build/device.wasm`);
  if (process.argv.includes("--write")) {
    const exceptions = list.exceptions.filter(({ branch }) => unreached.includes(branch));
    const named = exceptions.map(({ branch }) => branch);
    const rest = compare(unreached, { exceptions: [], open: named }).fresh;
    writeFileSync(LIST, `${JSON.stringify({ exceptions, open: rest }, undefined, 2)}\n`);
  } else if (fresh.length > 0) process.exitCode = 1;
}

/*
 * `npm run model`: checks the models of what replaces its predecessor on flash, and that each known-bad twin fails.
 *
 *   node --import tsx tests/model/main.ts [--full]
 *
 * Exit: 0 every proof holds and every twin fails; 1 not so; 2 spin or gcc is absent.
 */
import { hasCommand } from "../support/skip.js";
import { cases, check, fullCases } from "./spin.js";

const absent = ["spin", "gcc"].filter((command) => !hasCommand(command));
if (absent.length > 0) {
  console.error(`The models need ${absent.join(" and ")}: apt-get install -y ${absent.join(" ")}`);
  process.exit(2);
}

const chosen = process.argv.includes("--full") ? fullCases : cases;
let wrong = 0;
console.log("states      errors  seconds  model");
for (const one of chosen) {
  const outcome = check(one, 180);
  if (!outcome.asExpected) wrong++;
  const wanted = one.holds ? "holds" : "known-bad twin fails";
  const answer = outcome.asExpected ? wanted : `NOT AS EXPECTED (${wanted}) ${outcome.trouble}`;
  const figures = [String(outcome.states).padEnd(10), String(outcome.errors).padStart(7), outcome.elapsedSeconds.toFixed(1).padStart(8)];
  console.log(`${figures.join(" ")}  ${one.model}: ${one.says}: ${answer}`);
}
console.log(wrong === 0 ? `${chosen.length} of ${chosen.length} as expected` : `${wrong} of ${chosen.length} NOT as expected`);
process.exitCode = wrong === 0 ? 0 : 1;

/*
 * How many mutants of the shipped wasm the tests kill.
 *
 *   npm run mutate [-- --count N] [--lot TEXT]     200 sites in journal, format and store, drawn by the commit's hash
 */
import { parseArgs } from "node:util";
import { commit, nameOf, reasonFor, score } from "./campaign.js";

const { values } = parseArgs({ options: { count: { type: "string", default: "200" }, lot: { type: "string", default: commit() } } });
const { verdicts, share, lot } = await score(Number(values.count), values.lot, ({ site, killed, reached, played }) =>
  console.log(
    killed === undefined
      ? `SURVIVED ${nameOf(site)} (${played} of ${reached} lives that reach it)${reasonFor(site) ? `: ${reasonFor(site)}` : ""}`
      : `killed   ${nameOf(site)} by life ${played} of ${reached}: ${killed.slice(0, 100)}`,
  ),
);
const survivors = verdicts.filter(({ killed }) => killed === undefined);
console.log(`${verdicts.length} mutants, lot ${lot}: ${survivors.length} survived, score ${(100 * share).toFixed(1)} %`);
const kinds = new Map<string, { all: number; survived: number }>();
for (const { site, killed } of verdicts) {
  const kind = kinds.get(site.kind) ?? { all: 0, survived: 0 };
  kind.all++;
  if (killed === undefined) kind.survived++;
  kinds.set(site.kind, kind);
}
for (const [kind, { all, survived }] of kinds) console.log(`  ${kind.padEnd(10)} ${all - survived} of ${all}`);
process.exitCode = share >= 0.85 ? 0 : 1;

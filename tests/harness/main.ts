/*
 * The proof, at a size for every day: every campaign of host/proof/campaigns.ts, one table each.
 *
 *   npm run harness              a few minutes on two processors
 *   npm run harness:full         a million images, exhaustive further cuts: within the hour
 *   ... -- single storms         only the campaigns of these names
 *   ... --trial LINE             the one trial a line names (host/proof/trial.ts), with its counts; `holdfast powercut --replay` plays it, too
 *   ... --json FILE              the reports, for whoever draws them
 *
 * Exit 1 on any violation, and on a floor that was not reached.
 */
import { writeFileSync } from "node:fs";
import { runCampaign } from "../../host/proof/campaign.js";
import { type CampaignReport, cutsOf, livesOf } from "../../host/proof/campaign-report.js";
import { CAMPAIGNS, missedFloors, type Size } from "../../host/proof/campaigns.js";
import { INVARIANT_IDS, INVARIANTS, noChecks } from "../../host/proof/invariants.js";
import { holdfast } from "../../host/proof/store.js";
import { parseTrial, runTrial } from "../../host/proof/trial.js";

const arguments_ = process.argv.slice(2);
const size: Size = arguments_.includes("--full") ? "full" : arguments_.includes("--slice") ? "slice" : "daily";
const jsonAt = arguments_.indexOf("--json");
const names = arguments_.filter((argument, index) => !argument.startsWith("--") && (jsonAt < 0 || index !== jsonAt + 1));
const trialAt = arguments_.indexOf("--trial");
if (trialAt >= 0) {
  const { failures, ...told } = await runTrial(parseTrial(arguments_[trialAt + 1] ?? ""), holdfast);
  console.log(JSON.stringify(told), failures.map(({ text }) => `\nPROBLEM ${text}`).join(""));
  process.exit(failures.length === 0 ? 0 : 1);
}
const checks = noChecks();
const reports: CampaignReport[] = [];
const startMs = performance.now();
let problemCount = 0;

for (const [name, make] of Object.entries(CAMPAIGNS)) {
  if (names.length > 0 && !names.includes(name)) continue;
  const campaign = make(size);
  const report = await runCampaign(campaign, { onProgress: progress });
  reports.push(report);
  const problems = [...violationsOf(report), ...missedFloors(report, campaign.floor)];
  printReport(name, report);
  printProblems(problems);
  problemCount += problems.length;
}
printInvariants();
if (jsonAt >= 0) writeFileSync(arguments_[jsonAt + 1]!, JSON.stringify(reports));
const cuts = reports.reduce((sum, report) => sum + cutsOf(report), 0);
console.log(`${cuts} cuts in all, ${problemCount} problems, ${seconds(performance.now() - startMs)}`);
process.exitCode = problemCount === 0 ? 0 : 1;

function printReport(name: string, report: CampaignReport): void {
  console.log(`\n── ${name}: ${report.name} ──\n   ${report.budget}\n`);
  if (Object.keys(report.trials).length > 0) table([Object.keys(report.trials), Object.values(report.trials)]);
  if (report.cuts > 0) printCuts(report);
  const lives = livesOf(report);
  const rate = report.cpuMs > 0 ? `, ${Math.round((cutsOf(report) / report.cpuMs) * 1000)} cuts a second of processor` : "";
  console.log(`   ${seconds(report.elapsedMs)}, ${seconds(report.cpuMs)} of processor${lives > 0 ? rate : ""}`);
}

function printCuts(report: CampaignReport): void {
  const { cuts, equal, images, nested1, nested2, nested3, scripts, storms, byTear, byPhase, mounts } = report;
  const more = storms > 0 ? { storms } : { "once more": nested1, "twice more": nested2, "thrice more": nested3 };
  const refused = scripts.reduce((sum, { tally }) => sum + tally.refused, 0);
  const told = { scripts: scripts.length, cuts, ...more, "distinct images": images, "equal, judged once": equal, refused };
  table([Object.keys(told), Object.values(told)]);
  table([
    ["tear", ...Object.keys(byTear)],
    ["cuts", ...Object.values(byTear)],
  ]);
  const total = Object.values(byPhase).reduce((sum, count) => sum + count, 0);
  const shares = Object.values(byPhase).map((count) => `${((100 * count) / total).toFixed(1)} %`);
  table([
    ["phase", ...Object.keys(byPhase)],
    ["operations cut", ...Object.values(byPhase)],
    ["share", ...shares],
  ]);
  const nearest = Object.entries(mounts).map(([what, share]) => `${what} ${Math.ceil(100 * share)} %`);
  console.log(`   mounts after a cut came to these shares of their bounds at most: ${nearest.join(", ")}`);
}

function violationsOf(report: CampaignReport): string[] {
  return report.violations.map(({ replay, text }) => `${text}\n        holdfast powercut --replay '${replay}'`);
}

/** Problems that differ in names and numbers only are told once, with their count. */
function printProblems(problems: readonly string[]): void {
  const groups = new Map<string, string[]>();
  for (const problem of problems) {
    const way = problem.replace(/[0-9a-f]{16}|\d+/g, "N").slice(0, 60);
    groups.set(way, [...(groups.get(way) ?? []), problem]);
  }
  for (const alike of groups.values()) {
    const shortest = alike.reduce((best, one) => (one.length < best.length ? one : best));
    console.log(`PROBLEM ${alike.length} x ${shortest}`);
  }
}

function printInvariants(): void {
  for (const { checks: some } of reports) for (const id of INVARIANT_IDS) checks[id] += some[id];
  console.log();
  table([
    ["invariant", "", "held", "where"],
    ...INVARIANT_IDS.map((id) => [id, INVARIANTS[id].says, checks[id], INVARIANTS[id].where || INVARIANTS[id].when]),
  ]);
}

function progress(done: number, total: number, last: string): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(`\r${done}/${total} ${last}      ${done === total ? "\n" : ""}`);
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

function table(rows: readonly (readonly (string | number)[])[]): void {
  const lines = rows.map((row) => row.map(String));
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const isNumber = (cell: string) => /^[\d.]+( %)?$/.test(cell);
  for (const line of lines) {
    console.log(
      `   ${line.map((cell, column) => (isNumber(cell) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))).join("  ")}`,
    );
  }
  console.log();
}

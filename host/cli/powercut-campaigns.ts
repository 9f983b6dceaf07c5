/*
 * `holdfast powercut --campaign NAME`: campaigns by name, on every kind of part or on one.
 */
import { runCampaign } from "../proof/campaign.js";
import { type CampaignReport, cutsOf } from "../proof/campaign-report.js";
import { CAMPAIGNS, missedFloors, type Size } from "../proof/campaigns.js";
import { partNames } from "../proof/geometries.js";
import type { Finished } from "../proof/report-page.js";
import { subjectOf, type Work } from "../proof/work.js";
import type { Call, Outcome } from "./command.js";
import { EXIT, usage } from "./exit.js";
import { tellFailure, writeReport } from "./powercut-report.js";
import { asOneOf, table } from "./words.js";

export const SIZES: readonly Size[] = ["slice", "daily", "full"];

export async function runCampaigns(call: Call): Promise<Outcome> {
  const size = asOneOf(call.text("size") ?? "slice", "--size", SIZES);
  const preset = call.text("preset");
  if (preset !== undefined) asOneOf(preset, "--preset", partNames);
  const finished: Finished[] = [];
  for (const name of namesOf(call.text("campaign")!, size, preset)) finished.push(await runOne(call, name, size, preset));
  for (const { report } of finished) for (const failure of report.violations) tellFailure(call, failure);
  return outcomeOf(call, finished, size, preset ?? "all");
}

/** In the order of CAMPAIGNS, each once; of all, those that have work. Errors: usage failure for a name that is none, or that has none. */
function namesOf(words: string, size: Size, preset: string | undefined): string[] {
  const known = Object.keys(CAMPAIGNS);
  const asked = words.split(",").map((word) => asOneOf(word, "--campaign", ["all", ...known]));
  if (asked.includes("all")) return known.filter((name) => workOf(name, size, preset).length > 0);
  const idle = asked.find((name) => workOf(name, size, preset).length === 0);
  if (idle !== undefined)
    throw usage(`the campaign ${idle} has no work on this part in this size`, preset ?? size, "give another --preset or --size");
  return known.filter((name) => asked.includes(name));
}

function workOf(name: string, size: Size, preset: string | undefined): readonly Work[] {
  return CAMPAIGNS[name]!(size).work.filter((one) => preset === undefined || subjectOf(one).preset === preset);
}

async function runOne(call: Call, name: string, size: Size, preset: string | undefined): Promise<Finished> {
  const campaign = CAMPAIGNS[name]!(size);
  const work = workOf(name, size, preset);
  const startMs = performance.now();
  const onProgress = (done: number, total: number) => {
    const left = ((performance.now() - startMs) / done) * (total - done);
    call.terminal.progress(`${name}, about ${Math.ceil(left / 1000)} s left:`, done, total);
  };
  const report = await call.terminal.orStopped(runCampaign({ ...campaign, work }, { onProgress }));
  // The floors are those of all parts together.
  return { name, report, missed: preset === undefined ? missedFloors(report, campaign.floor) : [] };
}

function outcomeOf(call: Call, finished: readonly Finished[], size: Size, preset: string): Outcome {
  const violations = finished.flatMap(({ report }) => report.violations);
  const missed = finished.flatMap((one) => one.missed);
  const written = writeReport(call, finished, preset === "all" ? "every kind of part" : preset);
  const json = { preset, size, campaigns: finished.map(campaignAsJson), missed, violations, lost: violations.length, ...written.json };
  const rows = finished.map(({ name, report }) => [name, ...countsOf(report), String(report.violations.length)]);
  const lines = table([["campaign", "cuts", "images", "other trials", "violations"], ...rows], [1, 2, 3, 4]);
  const exitCode = violations.length > 0 ? EXIT.CUT_LOST : missed.length > 0 ? EXIT.INCOMPLETE : EXIT.OK;
  return { exitCode, json, lines: [...lines, "", ...missed, ...written.lines, `lost: ${violations.length}`] };
}

function countsOf(report: CampaignReport): string[] {
  const { trials } = report;
  return [cutsOf(report), report.images, trials.flips ?? trials.bursts ?? trials.trials ?? 0].map(String);
}

function campaignAsJson({ name, report, missed }: Finished) {
  const { name: title, budget, cuts, images, equal, nested1, nested2, nested3, storms, trials, checks, violations, elapsedMs } = report;
  const counts = { cuts, images, equal, nested1, nested2, nested3, storms };
  return { name, title, budget, ...counts, trials, checks, violations, missed, elapsedMs: Math.round(elapsedMs) };
}

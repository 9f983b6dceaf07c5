/*
 * Reports of campaigns as one HTML page: no script, nothing loaded from elsewhere, the same bytes for the same reports.
 *
 * Every picture has a table that says the same.
 */
import { type CampaignReport, cutsOf } from "./campaign-report.js";
import { INVARIANT_IDS, INVARIANTS, noChecks } from "./invariants.js";
import { cutPointMap, escaped, latencies, STYLE, table, wearHistogram } from "./report-pictures.js";

export interface Finished {
  /** What --campaign calls it. */
  readonly name: string;
  readonly report: CampaignReport;
  /** What was asked for and not shown, in words. */
  readonly missed: readonly string[];
}

export interface About {
  /** What it ran on, in words. */
  readonly part: string;
  /** The command that takes a replay line. */
  readonly replayWith: string;
}

/** Violations of one campaign printed in full; the others are counted. */
const SHOWN_MAX = 50;

export function reportPage(finished: readonly Finished[], about: About): string {
  const sections = [
    verdict(finished),
    campaignTable(finished),
    violationList(finished, about.replayWith),
    ...finished.map(evidence),
    invariantTable(finished),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Holdfast powercut: ${escaped(headline(finished))}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Power cuts on ${escaped(about.part)}</h1>
${sections.filter((section) => section !== "").join("\n")}
</main>
</body>
</html>
`;
}

function violationsOf(finished: readonly Finished[]): number {
  return finished.reduce((sum, { report }) => sum + report.violations.length, 0);
}

function trialsOf({ trials }: CampaignReport): number {
  return (trials.flips ?? 0) + (trials.bursts ?? 0);
}

function headline(finished: readonly Finished[]): string {
  const lost = violationsOf(finished);
  if (lost > 0) return `${number(lost)} violation${lost === 1 ? "" : "s"}`;
  return finished.some(({ missed }) => missed.length > 0) ? "nothing lost, but not all was shown" : "nothing lost";
}

function verdict(finished: readonly Finished[]): string {
  const lost = violationsOf(finished);
  const missed = finished.flatMap((one) => one.missed);
  const cuts = finished.reduce((sum, { report }) => sum + cutsOf(report), 0);
  const trials = finished.reduce((sum, { report }) => sum + trialsOf(report), 0);
  const tried = `${number(cuts)} cuts of the power${trials > 0 ? ` and ${number(trials)} damaged images` : ""} were tried`;
  const held = "after every one the store came back with all it had acknowledged, and showed nothing that nobody put";
  const broken = `${number(lost)} time${lost === 1 ? "" : "s"} a promise was broken: each is listed below, with the line that replays it`;
  const left = missed.length === 0 ? "" : `<p>Not shown:</p><ul>${missed.map((text) => `<li>${escaped(text)}</li>`).join("")}</ul>`;
  return `<section class="${lost > 0 ? "bad" : "good"}"><h2>Verdict: ${escaped(headline(finished))}</h2><p>${tried}; ${lost > 0 ? broken : held}.</p>${left}</section>`;
}

function campaignTable(finished: readonly Finished[]): string {
  const rows = finished.map(({ name, report }) => [
    name,
    report.budget,
    number(cutsOf(report)),
    number(report.images),
    number(trialsOf(report)),
    number(report.violations.length),
  ]);
  const heads = ["Campaign", "Faults it injects", "Cuts", "Distinct images", "Damaged images", "Violations"];
  return `<section><h2>Campaigns</h2>${table("What each campaign tried", heads, rows)}</section>`;
}

function violationList(finished: readonly Finished[], replayWith: string): string {
  const lists = finished.filter(({ report }) => report.violations.length > 0).map((one) => violationsIn(one, replayWith));
  return lists.length === 0 ? "" : `<section><h2>Violations</h2>${lists.join("")}</section>`;
}

function violationsIn({ name, report }: Finished, replayWith: string): string {
  const { violations } = report;
  const items = violations
    .slice(0, SHOWN_MAX)
    .map(
      ({ replay, text, invariant }) => `<li>${invariant === undefined ? "" : `${invariant}: `}${escaped(text)}<br>${lineOf(replay)}</li>`,
    );
  const more = violations.length > SHOWN_MAX ? `<p>and ${number(violations.length - SHOWN_MAX)} more</p>` : "";
  return `<h3>${escaped(name)}</h3><ol>${items.join("")}</ol>${more}`;

  /** What other work than cuts names is no line for --replay. */
  function lineOf(replay: string): string {
    const isLine = /:cut\d+=/.test(replay);
    return `<code>${escaped(isLine ? `${replayWith} '${replay}'` : replay)}</code>`;
  }
}

function evidence({ name, report }: Finished): string {
  const parts = [cutPointMap(report), wearHistogram(report), latencies(report)].filter((part) => part !== "");
  return parts.length === 0
    ? ""
    : `<section><h2>Evidence: ${escaped(name)}</h2><p>${escaped(report.budget)}</p>${parts.join("")}</section>`;
}

function invariantTable(finished: readonly Finished[]): string {
  const checks = noChecks();
  for (const { report } of finished) for (const id of INVARIANT_IDS) checks[id] += report.checks[id];
  const broken = finished.flatMap(({ report }) => report.violations.map(({ invariant }) => invariant));
  const rows = INVARIANT_IDS.map((id) => [
    id,
    INVARIANTS[id].says,
    INVARIANTS[id].when,
    number(checks[id]),
    number(broken.filter((one) => one === id).length),
  ]);
  return `<section><h2>Invariants</h2>${table("What was held, and how often", ["Id", "It says", "Held at", "Checks", "Broken"], rows)}</section>`;
}

function number(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, " ");
}

/*
 * `holdfast powercut`: the proof, for whoever wants to see it: cut the power at every write, or at a sample of them.
 */

import { availableParallelism } from "node:os";
import type { FlashGeometry } from "../flash/index.js";
import { cutting, runCampaign } from "../proof/campaign.js";
import type { CampaignReport } from "../proof/campaign-report.js";
import { CAMPAIGNS } from "../proof/campaigns.js";
import type { Driver } from "../proof/driver.js";
import { type PresetName, presetNames, scaled } from "../proof/geometries.js";
import { jobsOf } from "../proof/job.js";
import { type Deed, parseDeed, playDeed } from "../proof/line.js";
import { parseReplay, type Replay, runReplay, type Subject } from "../proof/replay.js";
import { DAILY_WEIGHTS, defaultOptions, WEIGHTS } from "../proof/script.js";
import { holdfast } from "../proof/store.js";
import type { Call, Command, Outcome } from "./command.js";
import { EXIT, usage } from "./exit.js";
import { runCampaigns, SIZES } from "./powercut-campaigns.js";
import { loadDriver } from "./powercut-driver.js";
import { tellFailure, writeReport } from "./powercut-report.js";
import { asCount, asOneOf, plural, table } from "./words.js";

const BLOCK_COUNT = 24;
const DEFAULT_SAMPLE = 2000;
const SHARDS_PER_PROCESSOR = 4;
/** A driver runs in one thread, and each shard plays the script once more. */
const DRIVEN_SHARDS = 2;
/** Tear kinds tried at one operation. */
const TEARS = 6;
const BUDGET = "cuts of the power at any program or erase";
/** With three cuts in a row, this share of the second cuts gets a third. */
const THIRD_SHARE = 1;

export const powercut: Command = {
  name: "powercut",
  group: "proof",
  summary: "cut the power inside writes, boot, and compare everything with a model",
  usage:
    "[--preset P] [--seed S] [--all | --sample N] [--nested D] [--driver FILE] [--replay LINE] | --campaign NAME [--size S] [--preset P]; [--report FILE.html]",
  example: "holdfast powercut --preset spi-nor-8m --seed 7 --sample 5000 --nested 1",
  details: `Runs scripts of puts, removals, batches and compaction on a small part with the rules of preset P (${presetNames.join(", ")}), and at each chosen program or erase tries every way a write can tear. Exit 23 when anything acknowledged was lost or anything came back wrong; each such failure is printed as one line for --replay.

Campaigns, by name: ${Object.keys(CAMPAIGNS).join(", ")}; all is every one. They bring their own seeds and run on every kind of part, or on those of --preset. Exit 3 when nothing was lost and a campaign on every part has not shown what is asked of it.

--driver FILE is a JavaScript module whose default export, or export named makeFlash, is a function (geometry?) => FlashDevice: each call a part of its own, of the geometry given or of another. First the driver is held to its contract; then every cut is made on it, and each boot after a cut has a fresh device, erased and programmed to what the cut left.`,
  keys: {
    preset: "the part",
    seed: "the seed of the scripts",
    operations: "programs and erases of the scripts",
    cuts: "first cuts tried",
    nested1: "of these with one more cut in the life after it",
    nested2: "with two more",
    byTear: "cuts per way of tearing",
    byPhase: "cuts per phase",
    logHash: "with --replay: SHA-256 of every flash operation, call and result",
    violations: "array of {replay, text}",
    lost: "how many violations",
    campaigns:
      "with --campaign, in the place of seed to byPhase: array of {name, title, budget, cuts, images, equal, nested1, nested2, nested3, storms, trials, checks, violations, missed, elapsedMs}",
    size: "with --campaign: the size it ran in",
    missed: "with --campaign: what was asked for and not shown, in words",
    driver: "with --driver: the file, and geometry: that of its device",
    report: "with --report: the file written",
  },
  options: {
    preset: { type: "string", value: "P", words: "rules of the part (default: spi-nor-8m)" },
    seed: { type: "string", value: "S", words: "seed of the scripts (default: 1)" },
    all: { type: "boolean", words: "cut at every program and erase" },
    sample: { type: "string", value: "N", words: `about so many cuts, spread evenly by hash (default: ${DEFAULT_SAMPLE})` },
    nested: { type: "string", value: "D", words: "further cuts after each, in recovery above all: 0, 1 or 2 (default: 0)" },
    campaign: { type: "string", value: "NAME", many: true, words: `run a campaign, or several: ${Object.keys(CAMPAIGNS).join(", ")}, all` },
    size: { type: "string", value: "S", words: `of the campaigns: ${SIZES.join(", ")} (default: slice)` },
    driver: { type: "string", value: "FILE", words: "a module that makes your own flash device, to be cut in the place of ours" },
    report: { type: "string", value: "FILE", words: "write what was found as one HTML page" },
    replay: { type: "string", value: "LINE", words: "run the one case a failure line names, a cut, a trial, a flip or a burst" },
  },
  arity: [0, 0],
  writes: false,
  run,
};

async function run(call: Call): Promise<Outcome> {
  checkTogether(call);
  if (call.text("campaign") !== undefined) return runCampaigns(call);
  const preset = asOneOf(call.text("preset") ?? "spi-nor-8m", "--preset", presetNames);
  const line = call.text("replay");
  const deed = line === undefined ? undefined : parse(line, parseDeed);
  if (deed !== undefined) return replayDeed(call, line!, deed);
  const named = line === undefined ? undefined : parse(line, parseReplay);
  const asked = scaled(named?.preset ?? preset, named?.blockCount ?? BLOCK_COUNT);
  const file = call.text("driver");
  const driver = file === undefined ? undefined : await loadDriver(file, asked);
  return named === undefined ? sample(call, preset, driver) : replay(call, line!, named, driver);
}

/** Errors: usage failure for options that mean nothing beside each other. */
function checkTogether(call: Call): void {
  const isGiven = (name: string) => call.given(name) || call.text(name) !== undefined;
  const exclude = (one: string, others: readonly string[]) => {
    const other = isGiven(one) ? others.find(isGiven) : undefined;
    if (other !== undefined) throw usage(`--${one} and --${other} exclude each other`, "powercut", "give one of them");
  };
  exclude("all", ["sample"]);
  exclude("campaign", ["all", "sample", "nested", "seed", "driver", "replay"]);
  exclude("replay", ["report"]);
  if (isGiven("size") && !isGiven("campaign")) throw usage("--size is the size of a campaign", "powercut", "name one with --campaign");
}

async function sample(call: Call, preset: PresetName, driver: Driver | undefined): Promise<Outcome> {
  const seed = asCount(call.text("seed") ?? "1", "--seed", 0, 0xffffffff);
  const nested = asCount(call.text("nested") ?? "0", "--nested", 0, 2);
  const wanted = asCount(call.text("sample") ?? String(DEFAULT_SAMPLE), "--sample", 1);
  const subjects = subjectsOf(preset, seed, driver);
  const dry = await playOnce(call, subjects, driver);
  const operations = dry.scripts.reduce((sum, { tally }) => sum + tally.ops, 0);
  // A script that fails without any cut needs no cuts to be proven wrong.
  if (dry.violations.length > 0) return outcomeOf(call, preset, seed, operations, dry, driver);
  const share = call.given("all") ? 1 : Math.min(1, wanted / (operations * TEARS));

  const intensity = { share, nested1: nested > 0 ? 1 : 0, nested2: nested > 1 ? THIRD_SHARE : 0 };
  const jobs = jobsOf(subjects, intensity, driver === undefined ? SHARDS_PER_PROCESSOR * availableParallelism() : DRIVEN_SHARDS);
  const onProgress = (done: number, total: number) => call.terminal.progress("job", done, total);
  const campaign = { name: "power cuts", budget: BUDGET, work: cutting(jobs) };
  const options = { onProgress, breathe: () => call.terminal.breathe(), ...(driver && { driver }) };
  const report = await call.terminal.orStopped(runCampaign(campaign, options));
  return outcomeOf(call, preset, seed, operations, report, driver);
}

/** A driver's part may be larger than ours: no more is written to it than these bytes alive, and churned. */
const DRIVEN_FILL_BYTES = 80 * 1024;
const DRIVEN_CHURN_BYTES = 400 * 1024;

function subjectsOf(preset: PresetName, seed: number, driver: Driver | undefined): Subject[] {
  const { fill, partFulls } = defaultOptions;
  const sizeBytes = driver === undefined ? 0 : driver.geometry.blockBytes * driver.geometry.blockCount;
  // In whole percents and tenths, as a replay line has them.
  const amount = {
    fill: Math.min(fill, Math.ceil((100 * DRIVEN_FILL_BYTES) / sizeBytes) / 100),
    partFulls: Math.min(partFulls, Math.ceil((10 * DRIVEN_CHURN_BYTES) / sizeBytes) / 10),
  };
  return WEIGHTS.slice(0, DAILY_WEIGHTS).map((_, weights) => ({
    preset,
    blockCount: BLOCK_COUNT,
    script: { ...amount, seed, weights },
  }));
}

/** Plays the scripts once without a cut: how many operations there are, and that they go well. */
async function playOnce(call: Call, subjects: readonly Subject[], driver: Driver | undefined): Promise<CampaignReport> {
  const jobs = jobsOf(subjects, { share: 0, nested1: 0, nested2: 0 }, 1, 0);
  const report = await runCampaign(
    { name: "no cuts", budget: "nothing", work: cutting(jobs) },
    { store: holdfast, ...(driver && { driver }) },
  );
  await call.terminal.breathe();
  return report;
}

function outcomeOf(
  call: Call,
  preset: PresetName,
  seed: number,
  operations: number,
  report: CampaignReport,
  driver: Driver | undefined,
): Outcome {
  const { cuts, nested1, nested2, byTear, byPhase, violations } = report;
  for (const failure of violations) tellFailure(call, failure);
  const part = driver === undefined ? `${preset}, ${BLOCK_COUNT} blocks` : geometryInWords(driver.geometry);
  const rows = [
    ...(driver === undefined
      ? [["preset", part]]
      : [
          ["driver", call.text("driver")!],
          ["part", part],
        ]),
    ["seed", String(seed)],
    ["operations", String(operations)],
    ["cuts", `${cuts} (${countsInWords(byTear)})`],
    ["where", countsInWords(byPhase)],
    ["cut again", `${nested1} once more, ${nested2} twice more`],
  ];
  const json = { preset, seed, operations, cuts, nested1, nested2, byTear, byPhase, violations, lost: violations.length };
  const told = driver === undefined ? {} : { driver: { file: call.text("driver"), geometry: driver.geometry } };
  const written = writeReport(call, [{ name: "powercut", report, missed: [] }], part);
  const exitCode = violations.length > 0 ? EXIT.CUT_LOST : EXIT.OK;
  return {
    exitCode,
    json: { ...json, ...told, ...written.json },
    lines: [...table(rows), "", ...written.lines, `lost: ${violations.length}`],
  };
}

async function replay(call: Call, line: string, named: Replay, driver: Driver | undefined): Promise<Outcome> {
  const tally = await runReplay(holdfast, named, driver);
  if (tally.cuts === 0)
    throw usage("the script never comes to this operation", line, "the line belongs to another version of Holdfast or of the scripts");
  const violations = tally.findings.flatMap((finding) =>
    finding.violations.map(({ promise, key, text }) => ({ replay: line, text: `${promise} ${key} ${text}` })),
  );
  for (const failure of violations) tellFailure(call, failure);
  const json = {
    preset: named.preset,
    seed: named.script.seed,
    operations: tally.ops,
    cuts: tally.cuts,
    nested1: tally.nested1,
    nested2: tally.nested2,
    byTear: tally.byTear,
    byPhase: tally.byPhase,
    logHash: tally.logHash,
    violations,
    lost: violations.length,
  };
  return {
    exitCode: violations.length > 0 ? EXIT.CUT_LOST : EXIT.OK,
    json,
    lines: [`replayed ${plural(tally.cuts, "cut")}`, `log ${tally.logHash} of ${tally.logEntries} entries`, `lost: ${violations.length}`],
  };
}

/** A trial, a flip or a burst: everything but a cut. */
async function replayDeed(call: Call, line: string, deed: Deed): Promise<Outcome> {
  if (call.text("driver") !== undefined) throw usage("only cuts are made on a driver", line, "leave out --driver");
  const { failures, logHash, logEntries } = await playDeed(deed, holdfast);
  const violations = failures.map(({ text }) => ({ replay: line, text }));
  for (const failure of violations) tellFailure(call, failure);
  return {
    exitCode: violations.length > 0 ? EXIT.CUT_LOST : EXIT.OK,
    json: { logHash, violations, lost: violations.length },
    lines: ["replayed", `log ${logHash} of ${logEntries} entries`, `lost: ${violations.length}`],
  };
}

function parse<Named>(line: string, how: (line: string) => Named): Named {
  try {
    return how(line);
  } catch (error) {
    throw usage((error as Error).message, line, "give the line as powercut printed it, in quotes");
  }
}

function countsInWords(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}

function geometryInWords({ kind, blockCount, blockBytes, programBytes }: FlashGeometry): string {
  return `${kind.toUpperCase()}, ${plural(blockCount, "block")} of ${blockBytes} B, programmed in units of ${programBytes} B`;
}

/*
 * `holdfast powercut`: the proof, for whoever wants to see it: cut the power at every write, or at a sample of them.
 */

import { availableParallelism } from "node:os";
import { cutting, runCampaign } from "../proof/campaign.js";
import type { CampaignReport } from "../proof/campaign-report.js";
import { type PresetName, presetNames } from "../proof/geometries.js";
import { type Failure, jobsOf } from "../proof/job.js";
import { parseReplay, type Replay, runReplay, type Subject } from "../proof/replay.js";
import { DAILY_WEIGHTS, defaultOptions, WEIGHTS } from "../proof/script.js";
import { holdfast } from "../proof/store.js";
import type { Call, Command, Outcome } from "./command.js";
import { EXIT, usage } from "./exit.js";
import { asCount, asOneOf, plural, table } from "./words.js";

const BLOCK_COUNT = 24;
const DEFAULT_SAMPLE = 2000;
const SHARDS_PER_PROCESSOR = 4;
/** Tear kinds tried at one operation. */
const TEARS = 6;
const BUDGET = "cuts of the power at any program or erase";
/** With three cuts in a row, this share of the second cuts gets a third. */
const THIRD_SHARE = 1;

export const powercut: Command = {
  name: "powercut",
  group: "proof",
  summary: "cut the power inside writes, boot, and compare everything with a model",
  usage: "[--preset P] [--seed S] [--all | --sample N] [--nested D] [--replay LINE]",
  example: "holdfast powercut --preset spi-nor-8m --seed 7 --sample 5000 --nested 1",
  details: `Runs scripts of puts, removals, batches and compaction on a small part with the rules of preset P (${presetNames.join(", ")}), and at each chosen program or erase tries every way a write can tear. Exit 23 when anything acknowledged was lost or anything came back wrong; each such failure is printed as one line for --replay.`,
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
  },
  options: {
    preset: { type: "string", value: "P", words: "rules of the part (default: spi-nor-8m)" },
    seed: { type: "string", value: "S", words: "seed of the scripts (default: 1)" },
    all: { type: "boolean", words: "cut at every program and erase" },
    sample: { type: "string", value: "N", words: `about so many cuts, spread evenly by hash (default: ${DEFAULT_SAMPLE})` },
    nested: { type: "string", value: "D", words: "further cuts after each, in recovery above all: 0, 1 or 2 (default: 0)" },
    replay: { type: "string", value: "LINE", words: "run the one case a failure line names" },
  },
  arity: [0, 0],
  writes: false,
  run,
};

async function run(call: Call): Promise<Outcome> {
  const line = call.text("replay");
  if (line !== undefined) return replay(call, line);
  const preset = asOneOf(call.text("preset") ?? "spi-nor-8m", "--preset", presetNames);
  const seed = asCount(call.text("seed") ?? "1", "--seed", 0, 0xffffffff);
  const nested = asCount(call.text("nested") ?? "0", "--nested", 0, 2);
  if (call.given("all") && call.given("sample")) throw usage("--all and --sample exclude each other", "powercut", "give one of them");
  const sample = asCount(call.text("sample") ?? String(DEFAULT_SAMPLE), "--sample", 1);
  const subjects = subjectsOf(preset, seed);
  const dry = await playOnce(call, subjects);
  const operations = dry.scripts.reduce((sum, { tally }) => sum + tally.ops, 0);
  // A script that fails without any cut needs no cuts to be proven wrong.
  if (dry.violations.length > 0) return outcomeOf(call, preset, seed, operations, dry);
  const share = call.given("all") ? 1 : Math.min(1, sample / (operations * TEARS));

  const intensity = { share, nested1: nested > 0 ? 1 : 0, nested2: nested > 1 ? THIRD_SHARE : 0 };
  const jobs = jobsOf(subjects, intensity, SHARDS_PER_PROCESSOR * availableParallelism());
  const onProgress = (done: number, total: number) => call.terminal.progress("job", done, total);
  const campaign = { name: "power cuts", budget: BUDGET, work: cutting(jobs) };
  const report = await call.terminal.orStopped(runCampaign(campaign, { onProgress }));
  return outcomeOf(call, preset, seed, operations, report);
}

function subjectsOf(preset: PresetName, seed: number): Subject[] {
  return WEIGHTS.slice(0, DAILY_WEIGHTS).map((_, weights) => ({
    preset,
    blockCount: BLOCK_COUNT,
    script: { ...defaultOptions, seed, weights },
  }));
}

/** Plays the scripts once without a cut: how many operations there are, and that they go well. */
async function playOnce(call: Call, subjects: readonly Subject[]): Promise<CampaignReport> {
  const jobs = jobsOf(subjects, { share: 0, nested1: 0, nested2: 0 }, 1, 0);
  const report = await runCampaign({ name: "no cuts", budget: "nothing", work: cutting(jobs) }, { store: holdfast });
  await call.terminal.breathe();
  return report;
}

function outcomeOf(call: Call, preset: PresetName, seed: number, operations: number, report: CampaignReport): Outcome {
  const { cuts, nested1, nested2, byTear, byPhase, violations } = report;
  for (const failure of violations) tellFailure(call, failure);
  const rows = [
    ["preset", `${preset}, ${BLOCK_COUNT} blocks`],
    ["seed", String(seed)],
    ["operations", String(operations)],
    ["cuts", `${cuts} (${countsInWords(byTear)})`],
    ["where", countsInWords(byPhase)],
    ["cut again", `${nested1} once more, ${nested2} twice more`],
  ];
  const json = { preset, seed, operations, cuts, nested1, nested2, byTear, byPhase, violations, lost: violations.length };
  const exitCode = violations.length > 0 ? EXIT.CUT_LOST : EXIT.OK;
  return { exitCode, json, lines: [...table(rows), "", `lost: ${violations.length}`] };
}

async function replay(call: Call, line: string): Promise<Outcome> {
  const named = parse(line);
  const tally = await runReplay(holdfast, named);
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

function parse(line: string): Replay {
  try {
    return parseReplay(line);
  } catch (error) {
    throw usage((error as Error).message, line, "give the line as powercut printed it, in quotes");
  }
}

function tellFailure(call: Call, { replay: line, text }: Failure): void {
  call.terminal.say(call.terminal.alarm(text));
  call.terminal.say(`  holdfast powercut --replay '${line}'`);
}

function countsInWords(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}

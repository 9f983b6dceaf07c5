/*
 * Trials: a script on a part with faults other than cuts, each named by the fault and a number.
 *
 *   slc-nand-64m:b24:seed7:w2:f20:p10:o8:A2=812
 *
 * The fields before the last are the script's (replay.ts). The number draws everything: which fault, where, when.
 */
import { runBadBlocks } from "./bad-blocks.js";
import type { Failure, Outcome } from "./job.js";
import { Lives, MISHAPS, runMishap } from "./mishap.js";
import { parseSubject, printSubject, type Subject } from "./replay.js";
import { Rotting } from "./rot.js";
import { runSoak, runYears } from "./soak.js";
import { type Store, striped } from "./store.js";

export const TRIAL_KINDS = ["bad-blocks", "soak", "years", "rot", "rot-beyond", ...MISHAPS] as const;
export type TrialKind = (typeof TRIAL_KINDS)[number];

export interface Trial {
  readonly subject: Subject;
  readonly kind: TrialKind;
  readonly number: number;
}

/** Trials `first` to `first + count - 1` of one kind on one script. */
export interface TrialJob {
  readonly subject: Subject;
  readonly kind: TrialKind;
  readonly first: number;
  readonly count: number;
}

export interface TrialReport {
  readonly counts: Record<string, number>;
  readonly worst: Record<string, number>;
  readonly failures: Failure[];
}

/** So many are written down of a job; all are counted. */
const FAILURES_MAX = 10;

export async function runTrialJob({ subject, kind, first, count }: TrialJob, store: Store): Promise<TrialReport> {
  const report: TrialReport = { counts: { trials: 0 }, worst: {}, failures: [] };
  const run = runnerOf(kind, subject, striped(store, subject.outerParity));
  for (let number = first; number < first + count; number++) {
    const { counts, worst = {}, faults } = await run(number);
    report.counts.trials!++;
    for (const [name, value] of Object.entries(counts)) report.counts[name] = (report.counts[name] ?? 0) + value;
    for (const [name, value] of Object.entries(worst)) report.worst[name] = Math.max(report.worst[name] ?? 0, value);
    const replay = printTrial({ subject, kind, number });
    if (faults.length === 0) continue;
    report.counts["trials failed"] = (report.counts["trials failed"] ?? 0) + 1;
    const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : "";
    if (report.failures.length < FAILURES_MAX) report.failures.push({ replay, text: `${faults[0]}${more}` });
  }
  return report;
}

/** Performs the one trial a line names. */
export function runTrial({ subject, kind, number }: Trial, store: Store): Promise<TrialReport> {
  return runTrialJob({ subject, kind, first: number, count: 1 }, store);
}

export function printTrial({ subject, kind, number }: Trial): string {
  return `${printSubject(subject)}:${kind}=${number}`;
}

/** Is it the line of a trial, not of a cut? */
export function isTrial(line: string): boolean {
  const name = line.trim().split(":").at(-1)!.split("=")[0];
  return TRIAL_KINDS.some((one) => one === name);
}

/** Throws RangeError with what is wrong. */
export function parseTrial(line: string): Trial {
  const last = line.trim().split(":").at(-1)!;
  const [name, number] = last.split("=");
  const kind = TRIAL_KINDS.find((one) => one === name);
  if (kind === undefined || !/^\d+$/.test(number ?? "")) throw new RangeError(`not a trial: ${last}; there are ${TRIAL_KINDS.join(", ")}`);
  return { subject: parseSubject(line), kind, number: Number(number) };
}

function runnerOf(kind: TrialKind, subject: Subject, store: Store): (number: number) => Promise<Outcome> {
  if (kind === "bad-blocks") return (number) => runBadBlocks(store, subject, number);
  if (kind === "soak") return (number) => runSoak(store, subject, number);
  if (kind === "years") return (number) => runYears(store, subject, number);
  if (kind === "rot" || kind === "rot-beyond") {
    const rotting = new Rotting(store, subject, kind);
    return (number) => rotting.run(number);
  }
  const lives = new Lives(store, subject);
  return (number) => runMishap(lives, kind, number);
}

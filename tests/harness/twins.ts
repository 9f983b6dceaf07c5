/*
 * The broken twins against campaigns: small general ones, of the kinds that `npm run harness` runs large.
 *
 * No campaign knows of a twin. Each twin has one that is tried first, so that CI need not wait for the others.
 */
import { BURST_LIMITS, runDamageJob } from "../../host/proof/damage.js";
import type { Intensity } from "../../host/proof/explore.js";
import { explore } from "../../host/proof/explore.js";
import { runFlipJob } from "../../host/proof/flips.js";
import { scaled } from "../../host/proof/geometries.js";
import { PHASES } from "../../host/proof/phase.js";
import { printReplay, type Subject, stepsOf } from "../../host/proof/replay.js";
import { WEIGHTS } from "../../host/proof/script.js";
import type { Store } from "../../host/proof/store.js";
import { runTrialJob, type TrialKind } from "../../host/proof/trial.js";

export interface Verdict {
  /** Cuts, flips, bursts or lives until the first violation, or all there were. */
  readonly tried: number;
  /** What was violated first, or "" when nothing was. */
  readonly found: string;
  readonly replay: string;
}

export interface Campaign {
  readonly name: string;
  readonly unit: "cuts" | "flips" | "bursts" | "lives";
  run(store: Store): Promise<Verdict>;
}

const whole = { index: 0, of: 1 };
const subjectOf = (
  preset: Subject["preset"],
  blockCount: number,
  seed: number,
  weights: number,
  fill: number,
  partFulls: number,
): Subject => ({
  preset,
  blockCount,
  script: { seed, weights, fill, partFulls },
});
const small = subjectOf("spi-nor-8m", 12, 5, 1, 0.3, 1);
const full = subjectOf("spi-nor-8m", 12, 2, 0, 0.7, 1);
const otherFull = subjectOf("spi-nor-8m", 12, 1, 0, 0.7, 1);
const long = subjectOf("spi-nor-8m", 24, 7, 1, 0.3, 2);
const stormy = subjectOf("spi-nor-8m", 12, 27, 1, 0.3, 1);
const otherStormy = subjectOf("spi-nor-8m", 12, 71, 1, 0.3, 1);
const other = subjectOf("spi-nor-8m", 12, 1, 0, 0.3, 1);
const third = subjectOf("spi-nor-8m", 12, 16, 0, 0.3, 1);
const astray = subjectOf("ecc-nor-16m", 16, 42, 2, 0.24, 1);
const anchored = subjectOf("spi-nor-8m", 256, 1, 0, 0.03, 0.04);

export const CAMPAIGNS: readonly Campaign[] = [
  cuts("cuts", small, { share: 0.06, nested1: 0.5, nested2: 0.5 }),
  cuts("cuts in a format", small, { share: 0.6, nested1: 0.5, nested2: 0.5, phases: ["format", "first boot"] }),
  cuts("cuts in a compaction", small, { share: 0.3, nested1: 0.5, nested2: 0.5, phases: ["compaction", "erase"] }),
  cuts("cuts in a recovery", other, { share: 0.03, nested1: 3, nested2: 1, nested3: 1 }),
  cuts("cuts in another recovery", third, { share: 0.03, nested1: 3, nested2: 1, nested3: 1 }),
  cuts("cuts in the compaction of a full part", full, { share: 0.5, nested1: 0.5, nested2: 0.5, phases: ["compaction", "erase"] }),
  cuts("cuts of another full part", otherFull, { share: 0.05, nested1: 1, nested2: 1, nested3: 1 }),
  cuts("a long life", long, { share: 0.005, nested1: 1, nested2: 1 }),
  cuts("a storm of cuts", stormy, { share: 0.15, nested1: 0, nested2: 0, storm: 16 }),
  cuts("another storm of cuts", otherStormy, { share: 0.15, nested1: 0, nested2: 0, storm: 16 }),
  cuts("cuts with a checkpoint", anchored, {
    share: 0.08,
    nested1: 0.3,
    nested2: 0.3,
    phases: PHASES.filter((phase) => phase !== "format"),
  }),
  flips("flipped bits", small, { samples: 200 }),
  flips("flipped bits of a checkpoint", anchored, { samples: 0, shard: { index: 7, of: 499 } }),
  damage("bursts in a closed store", small, { lengthBytes: 40, samples: 150 }),
  damage("bursts after a cut", small, { lengthBytes: 40, samples: 450, pull: { at: 0.7, tear: "bits" } }),
  lives("erases that go astray", astray, "A2", 60),
  damage("bytes of elsewhere", small, { lengthBytes: 1024, samples: 150, misplaced: true, maxAffected: 40 }),
];

function cuts(name: string, subject: Subject, intensity: Intensity): Campaign {
  const run = async (store: Store): Promise<Verdict> => {
    const { script } = subject;
    const plan = { ...intensity, store, seed: script.seed, weights: WEIGHTS[script.weights]!, steps: stepsOf(subject), shard: whole };
    const { tally } = await explore({ ...plan, geometry: scaled(subject.preset, subject.blockCount), stopAfter: 1 });
    const tried = tally.cuts + tally.nested1 + tally.nested2 + tally.nested3 + tally.storms;
    const finding = tally.findings[0];
    if (finding === undefined) return { tried, found: "", replay: "" };
    const found = finding.violations.map(({ promise, key, text }) => `${promise} ${key} ${text}`).join("; ");
    return { tried, found, replay: printReplay({ ...subject, cut: { op: finding.op, tear: finding.tear }, further: finding.further }) };
  };
  return { name, unit: "cuts", run };
}

function flips(
  name: string,
  subject: Subject,
  how: Omit<Parameters<typeof runFlipJob>[0], "subject" | "shard"> & { shard?: typeof whole },
): Campaign {
  const run = async (store: Store): Promise<Verdict> => {
    const report = await runFlipJob({ subject, shard: whole, ...how }, store);
    return { tried: report.flips, found: report.failures[0]?.text ?? "", replay: report.failures[0]?.replay ?? "" };
  };
  return { name, unit: "flips", run };
}

function damage(
  name: string,
  subject: Subject,
  how: Pick<Parameters<typeof runDamageJob>[0], "lengthBytes" | "samples" | "misplaced" | "pull"> & { maxAffected?: number },
): Campaign {
  const run = async (store: Store): Promise<Verdict> => {
    const report = await runDamageJob({ subject, ...BURST_LIMITS, shard: whole, ...how }, store);
    return { tried: report.bursts, found: report.failures[0]?.text ?? "", replay: report.failures[0]?.replay ?? "" };
  };
  return { name, unit: "bursts", run };
}

function lives(name: string, subject: Subject, kind: TrialKind, count: number): Campaign {
  const run = async (store: Store): Promise<Verdict> => {
    const report = await runTrialJob({ subject, kind, first: 0, count }, store);
    return { tried: report.counts.trials!, found: report.failures[0]?.text ?? "", replay: report.failures[0]?.replay ?? "" };
  };
  return { name, unit: "lives", run };
}

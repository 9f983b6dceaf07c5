/*
 * The campaigns there are, by name: what each may break, and the work it is made of, in three sizes.
 *
 * "slice" is what `npm test` runs, "daily" is `npm run harness`, "full" is `npm run harness:full`. A further campaign is
 * one more function in CAMPAIGNS; a new kind of work is declared in work.ts.
 */
import type { Campaign } from "./campaign.js";
import { cutting } from "./campaign.js";
import type { CampaignReport } from "./campaign-report.js";
import { BURST_LIMITS, type DamageJob } from "./damage.js";
import type { FlipJob } from "./flips.js";
import { ANCHORED_BLOCKS, type PartName, partNames } from "./geometries.js";
import type { Pull } from "./image.js";
import { type Job, jobsOf } from "./job.js";
import { PHASES, type Phase } from "./phase.js";
import type { Subject } from "./replay.js";
import { DAILY_WEIGHTS, defaultOptions, TRIAL_WEIGHTS, YEARS } from "./script.js";
import type { TrialKind } from "./trial.js";
import type { Work } from "./work.js";

export type Size = "slice" | "daily" | "full";

/** What a campaign must have shown to count; 0 = nothing is asked. */
export interface Floor {
  readonly cuts?: number;
  readonly images?: number;
  readonly nested1?: number;
  readonly nested2?: number;
  readonly nested3?: number;
  readonly storms?: number;
  readonly scripts?: number;
  /** Least share of the cut operations in each of SHARED_PHASES. */
  readonly share?: number;
}

export interface Sized extends Campaign {
  readonly floor: Floor;
}

/** Phases of which the report prints the share, and which every breadth campaign must reach. */
export const SHARED_PHASES: readonly Phase[] = ["compaction", "checkpoint", "erase", "recovery"];

const RESTLESS = 3;
const CLOSING = 4;
/** A NAND block of 16 pages is eight NOR blocks large: the same share of it would be eight times the records. */
const isLarge = (preset: PartName) => preset.includes("nand");
const one = { index: 0, of: 1 };

export const CAMPAIGNS: Record<string, (size: Size) => Sized> = {
  single: singleCuts,
  rich: richScripts,
  procedures,
  "nested-1": nestedOnce,
  "nested-2": nestedTwice,
  "nested-3": nestedThrice,
  storms,
  liveness,
  flips,
  bursts,
  "bad-blocks": badBlocks,
  rot,
  misplaced,
  "brown-out": brownOut,
  cache,
  soak,
};

/** What of `floor` was not reached, in words. */
export function missedFloors(report: CampaignReport, floor: Floor): string[] {
  const counts: Required<Omit<Floor, "share">> = { ...report, scripts: report.scripts.length };
  const missed = Object.entries(floor)
    .filter(([name, least]) => name !== "share" && counts[name as keyof typeof counts] < least)
    .map(([name, least]) => `${report.name}: ${counts[name as keyof typeof counts]} ${name}, ${least} are asked for`);
  const total = Object.values(report.byPhase).reduce((sum, count) => sum + count, 0);
  for (const phase of floor.share === undefined ? [] : SHARED_PHASES) {
    const share = (report.byPhase[phase] ?? 0) / total;
    if (share < floor.share!) missed.push(`${report.name}: only ${(100 * share).toFixed(1)} % of the cuts in ${phase}`);
  }
  return missed;
}

function by<T>(size: Size, slice: T, daily: T, full: T): T {
  return size === "slice" ? slice : size === "daily" ? daily : full;
}

function seeds(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

/** Many small parts: breadth. Some have 256 blocks, where the checkpoint is. The full size adds the smallest parts there are, with short lives. */
function singleCuts(size: Size): Sized {
  const small = partNames.flatMap((preset) =>
    seeds(1001, isLarge(preset) ? by(size, 1, 2, 4) : by(size, 1, 3, 8)).map((seed): Subject => {
      if (size === "slice") return { preset, blockCount: 20, script: { ...half(preset), seed, weights: seed % DAILY_WEIGHTS } };
      const script = { seed, weights: RESTLESS, fill: isLarge(preset) ? 0.08 : 0.24, partFulls: isLarge(preset) ? 0.5 : 2 };
      return { preset, blockCount: 16 + (seed % 3), script };
    }),
  );
  const smallest = partNames.flatMap((preset) =>
    seeds(2001, isLarge(preset) ? by(size, 0, 0, 8) : by(size, 0, 0, 26)).map((seed): Subject => {
      const script = { seed, weights: RESTLESS, fill: isLarge(preset) ? 0.06 : 0.2, partFulls: isLarge(preset) ? 0.8 : 2.5 };
      return { preset, blockCount: 12 + (seed % 3), script };
    }),
  );
  const anchored = partNames.flatMap((preset) =>
    seeds(5001 + partNames.indexOf(preset), isLarge(preset) ? by(size, 0, 1, 2) : by(size, 1, 1, 6)).map((seed): Subject => {
      const script = {
        seed,
        weights: CLOSING,
        fill: isLarge(preset) ? 0.01 : 0.02,
        partFulls: isLarge(preset) ? 0.1 : by(size, 0.1, 0.15, 0.2),
      };
      return { preset, blockCount: ANCHORED_BLOCKS, script };
    }),
  );
  const share = { share: 1, nested1: 0, nested2: 0 };
  const rest = PHASES.filter((phase) => phase !== "format");
  const some = (preset: PartName) => ({ ...share, share: size === "slice" && isLarge(preset) ? 0.3 : 1 });
  const brief = size === "full" ? { length: "short" as const } : {};
  const whole = small.flatMap((subject) => jobsOf([subject], some(subject.preset), 1));
  const work = cutting([
    ...jobsOf(anchored, { ...share, ...brief, phases: rest }, by(size, 1, 1, 2)),
    ...whole,
    ...jobsOf(smallest, { ...share, ...brief }, 1),
  ]);
  const floor = by<Floor>(size, { cuts: 20_000 }, { cuts: 100_000, share: 0.05 }, { images: 1_000_000, share: 0.05 });
  return { name: "single cuts", budget: "one cut of the power, at any program or erase, torn in any way", work, floor };
}

/** A store that is half full in the end, and has compacted. */
const half = (preset: PartName) => (isLarge(preset) ? { fill: 0.15, partFulls: 0.4 } : { fill: 0.4, partFulls: 0.4 });

/** Rich stores: every mixture, 16 to 24 blocks half full, each cut followed by others now and then. */
function richScripts(size: Size): Sized {
  const subjects = partNames.flatMap((preset) =>
    seeds(1, by(size, 1, DAILY_WEIGHTS, DAILY_WEIGHTS)).map((seed): Subject => {
      return { preset, blockCount: [24, 16, 20][seed % 3]!, script: { ...half(preset), seed, weights: seed % DAILY_WEIGHTS } };
    }),
  );
  const intensity = by(
    size,
    { share: 0.02, nested1: 0.5, nested2: 0.5 },
    { share: 1, nested1: 0.63, nested2: 0.27 },
    { share: 0.45, nested1: 1, nested2: 0.45 },
  );
  const work = cutting(jobsOf(subjects, intensity, by(size, 1, 8, 8)));
  const floor = by<Floor>(size, { cuts: 200 }, { nested1: 20_000, nested2: 5000 }, { nested1: 18_000, nested2: 6000 });
  return { name: "rich scripts", budget: "up to three cuts in a row, the further ones in the recovery or after it", work, floor };
}

/** Every operation of each procedure, by itself: the end state is the one before or the one after. */
function procedures(size: Size): Sized {
  const subjectsOf = (blockCount: number, weights: number, count: number, share: number) =>
    partNames.flatMap((preset) =>
      seeds(300, isLarge(preset) ? 1 : count).map((seed): Subject => {
        const amount = {
          fill: isLarge(preset) ? Math.ceil(25 * share) / 100 : share,
          partFulls: blockCount === ANCHORED_BLOCKS ? 0.1 : 0.5,
        };
        return { preset, blockCount, script: { ...amount, seed, weights } };
      }),
    );
  const phases: Phase[] = ["format", "first boot", "recovery", "compaction", "erase", "seal", "checkpoint"];
  const small = jobsOf(
    subjectsOf(16, by(size, 1, RESTLESS, RESTLESS), by(size, 1, 2, 4), 0.24),
    { share: 1, nested1: 0, nested2: 0, phases },
    1,
  );
  const wide = subjectsOf(ANCHORED_BLOCKS, CLOSING, 1, 0.01);
  const anchored = jobsOf(
    wide,
    { share: by(size, 0.05, 0.3, 1), nested1: 0, nested2: 0, phases: ["format", "first boot", "checkpoint"] },
    1,
  );
  const budget = "one cut inside format, first boot, recovery, compaction, erase, seal or checkpoint";
  return {
    name: "procedures",
    budget,
    work: cutting([...small, ...anchored]),
    floor: by<Floor>(size, { cuts: 1500 }, { cuts: 5000 }, { cuts: 20_000 }),
  };
}

/** Where in a script the exhaustive searches look: the first boot, filling, compaction, late. Operations behind the format. */
const PLACES = [0, 70, 190, 330];

function windowed(preset: PartName, seed: number, place: number, count: number): Pick<Job, "subject" | "window"> {
  const blockCount = 14;
  const script = { seed, weights: RESTLESS, fill: isLarge(preset) ? 0.06 : 0.16, partFulls: isLarge(preset) ? 0.8 : 2 };
  return { subject: { preset, blockCount, script }, window: { first: 2 * blockCount + place, count } };
}

function nestedOnce(size: Size): Sized {
  const [shards, count] = by<[number, number]>(size, [1, 3], [2, 8], [4, 8]);
  const places = size === "slice" ? PLACES.slice(2, 3) : PLACES;
  const parts = partNames.filter((preset) => size !== "slice" || !isLarge(preset));
  const jobs = parts.flatMap((preset, index) =>
    places.flatMap((place, turn) =>
      seeds(0, shards).map((shard): Job => {
        const window = windowed(preset, 600 + index * PLACES.length + turn, place, count);
        return { ...window, share: 1, nested1: 0, nested2: 0, depth: 1, shard: { index: shard, of: shards }, shrinkBudget: 60 };
      }),
    ),
  );
  const budget = `two cuts: the first at each of up to ${count} operations of a script, the second at every operation of the life after`;
  const floor = by<Floor>(size, { nested1: 4000, scripts: 4 }, { nested1: 50_000, scripts: 20 }, { nested1: 80_000, scripts: 20 });
  return { name: "nested, one deep, exhaustive", budget, work: cutting(jobs), floor };
}

function nestedTwice(size: Size): Sized {
  const shards = by(size, 1, 1, 6);
  const jobs = partNames.slice(0, by(size, 1, 2, 5)).flatMap((preset, index) =>
    seeds(0, shards).map((shard): Job => {
      const place = size === "slice" ? 0 : PLACES[(index + 2) % PLACES.length]!;
      const { subject, window } = windowed(preset, 700 + index, place, 1);
      const exhaustive = { share: 1, nested1: 0, nested2: 0, depth: 2, length: "short" as const, shard: { index: shard, of: shards } };
      const tears = size === "slice" ? { tears: ["bits", "erase-a", "erase-b", "erase-c"] as const } : {};
      return { subject, window: window!, ...exhaustive, ...tears, shrinkBudget: 60 };
    }),
  );
  const budget = "three cuts: the first at one operation of a script, the others at every operation of the lives after";
  const floor = by<Floor>(size, { nested2: 10_000 }, { nested2: 20_000 }, { nested2: 100_000, scripts: 5 });
  return { name: "nested, two deep, exhaustive", budget, work: cutting(jobs), floor };
}

function nestedThrice(size: Size): Sized {
  const jobs = partNames.flatMap((preset, index) => {
    const { subject } = windowed(preset, 800 + index, 0, 0);
    return jobsOf([subject], { share: by(size, 0.01, 0.1, 0.8), nested1: by(size, 1, 1, 2), nested2: 1, nested3: 1 }, by(size, 1, 1, 8));
  });
  const floor = by<Floor>(size, { nested3: 100 }, { nested3: 1000 }, { nested3: 50_000 });
  return { name: "nested, three deep, sampled", budget: "four cuts in a row, the further ones drawn", work: cutting(jobs), floor };
}

/** Cuts of a storm of the study (N2). */
const STORM_CUTS = 50;

/** The battery's contacts bounce: cuts, each within the first operations of its boot. */
function storms(size: Size): Sized {
  const count = by(size, 6, STORM_CUTS, STORM_CUTS);
  const jobs = partNames.flatMap((preset, index) => {
    const { subject } = windowed(preset, 900 + index, 0, 0);
    return jobsOf([subject], { share: by(size, 0.02, 0.01, 0.05), nested1: 0, nested2: 0, storm: count }, by(size, 1, 1, 4));
  });
  const budget = `${count + 1} cuts in a row, ${count} of them in the first operations of consecutive boots`;
  const floor = by<Floor>(size, { storms: 100 }, { storms: 100 }, { storms: 500 });
  return {
    name: "cut storms",
    budget,
    work: cutting(jobs),
    floor,
  };
}

/** Faults have stopped: whatever the last cut left, the store comes back to what it was and goes on. */
function liveness(size: Size): Sized {
  const jobs = partNames.flatMap((preset, index) => {
    const { subject } = windowed(preset, 950 + index, 0, 0);
    return jobsOf(
      [subject],
      { share: by(size, 0.01, 0.1, 0.4), nested1: by(size, 1, 1, 2), nested2: 0.5, length: "long" },
      by(size, 1, 2, 4),
    );
  });
  const budget = "one to three cuts, then none: background work comes to its end and twelve changes in a row succeed";
  const floor = by<Floor>(size, { cuts: 200 }, { cuts: 2000 }, { cuts: 8000 });
  return { name: "liveness", budget, work: cutting(jobs), floor };
}

function flipSubject(preset: PartName, index: number): Subject {
  return { preset, blockCount: 16 + 4 * index, script: { ...half(preset), seed: 11 + index, weights: index } };
}

function flips(size: Size): Sized {
  const pulls: (Pull | undefined)[] = [undefined, { at: 0.5, tear: "bits" }, { at: 0.9, tear: "prefix" }];
  const small: Subject = { ...flipSubject("spi-nor-8m", 0), script: { ...defaultOptions, fill: 0.4, partFulls: 0.4, seed: 5, weights: 1 } };
  const jobs: FlipJob[] = [];
  if (size !== "slice") for (const index of seeds(0, 8)) jobs.push({ subject: small, samples: 0, shard: { index, of: 8 } });
  if (size === "daily") jobs.push({ subject: small, samples: 4000, shard: one });
  const noises = by(size, 10_000, 100_000, 1_000_000);
  for (const index of seeds(0, 8)) jobs.push({ subject: small, noise: true, samples: noises, shard: { index, of: 8 } });
  for (const preset of partNames) {
    for (const [index, pull] of pulls.entries()) {
      const samples = by(size, 100, 1675, 2000);
      jobs.push({ subject: flipSubject(preset, index), samples, shard: one, ...(pull === undefined ? {} : { pull }) });
    }
  }
  const budget = "one flipped bit, on an image closed in order or left by a cut; noise in what a mounted store reads";
  return { name: "single flipped bits", budget, work: jobs.map((flips) => ({ flips })), floor: {} };
}

function bursts(size: Size): Sized {
  const jobs: DamageJob[] = [];
  for (const preset of partNames) {
    for (const lengthBytes of [2, 8, 40]) {
      for (const pull of [undefined, { at: 0.7, tear: "bits" } as Pull]) {
        const limits = { ...BURST_LIMITS, samples: by(size, 30, 1000, 1000), shard: one };
        jobs.push({ subject: flipSubject(preset, lengthBytes % 3), lengthBytes, ...limits, ...(pull === undefined ? {} : { pull }) });
      }
    }
  }
  const budget = "one burst: up to 8 bytes are mended, of 40 bytes at most four records are lost, and told";
  return { name: "bursts of damage", budget, work: jobs.map((damage) => ({ damage })), floor: {} };
}

/** Trials of each kind on each subject, in pieces of at most `most`. */
function trialsOf(subjects: readonly Subject[], kinds: readonly TrialKind[], count: number, most = 250): Work[] {
  const firsts = Array.from({ length: Math.ceil(count / most) }, (_, i) => i * most);
  return subjects.flatMap((subject) =>
    kinds.flatMap((kind) => firsts.map((first): Work => ({ trials: { subject, kind, first, count: Math.min(most, count - first) } }))),
  );
}

const trialSubject = (preset: PartName, blockCount: number, seed: number, amount: { fill: number; partFulls: number }): Subject => {
  return { preset, blockCount, script: { seed, weights: seed % TRIAL_WEIGHTS, ...amount } };
};

function badBlocks(size: Size): Sized {
  const subjects = partNames.flatMap((preset, index) =>
    [40, 24].map((blockCount, turn) => {
      const amount = isLarge(preset) ? { fill: 0.1, partFulls: 0.5 } : { fill: turn === 0 ? 0.3 : 0.45, partFulls: 2 };
      return trialSubject(preset, blockCount, (size === "slice" ? 90 : 30) + 2 * index + turn, amount);
    }),
  );
  const budget = "one block in fifty bad from the factory, one in five in the end: programs and erases that fail, told or not";
  const work = trialsOf(subjects, ["bad-blocks"], by(size, 1, 20, 25), by(size, 1, 10, 5));
  return { name: "bad blocks", budget, work, floor: {} };
}

/** The slice stops where mending does: beyond it, segments vanish whole and are not missed yet. */
function rot(size: Size): Sized {
  const subjects = partNames.map((preset, index) => flipSubject(preset, index % DAILY_WEIGHTS));
  const budget = "bits that rot at 1e-5 and 1e-4: nothing is lost; at 1e-3 to 1e-2 what is lost is told";
  const kinds: TrialKind[] = size === "slice" ? ["rot"] : ["rot", "rot-beyond"];
  return { name: "rot", budget, work: trialsOf(subjects, kinds, by(size, 60, 500, 600)), floor: {} };
}

function lifeSubjects(): Subject[] {
  return partNames.map((preset, index) =>
    trialSubject(preset, 16, 40 + index, isLarge(preset) ? { fill: 0.06, partFulls: 0.8 } : { fill: 0.24, partFulls: 1 }),
  );
}

/** With outer parity 8, which needs more blocks. */
function stripedSubjects(): Subject[] {
  const parts = partNames.filter((preset) => preset !== "mlc-nand-64m");
  const amount = (preset: PartName) => (isLarge(preset) ? { fill: 0.08, partFulls: 0.4 } : { fill: 0.3, partFulls: 0.8 });
  return parts.map((preset, index) => ({ ...trialSubject(preset, 48, 50 + index, amount(preset)), outerParity: 8 }));
}

function misplaced(size: Size): Sized {
  const kinds: TrialKind[] = ["A1", "A2", "A3", "L1", "L2", "L3"];
  const budget = "one program, erase or read that goes astray, is lost or is stale: what it costs is told";
  // With parity a life takes three times as long.
  const work = [...trialsOf(stripedSubjects(), kinds, by(size, 12, 50, 60)), ...trialsOf(lifeSubjects(), kinds, by(size, 12, 100, 1400))];
  return { name: "misplaced", budget, work, floor: {} };
}

/** Nor has it garbage written in a brown-out (V1). */
function brownOut(size: Size): Sized {
  const kinds: TrialKind[] = size === "slice" ? ["V2"] : ["V1", "V2"];
  const budget = "a supply that falls slowly: garbage is written, or the configuration is lost for a boot";
  return { name: "brown-out", budget, work: trialsOf(lifeSubjects(), kinds, by(size, 12, 100, 500)), floor: {} };
}

function cache(size: Size): Sized {
  const budget = "a cache that reorders between barriers: nothing is lost; one that lies about them: the newest changes, and none else";
  return { name: "cache", budget, work: trialsOf(lifeSubjects(), ["R1", "R2"], by(size, 20, 300, 500)), floor: {} };
}

/** Parts of which a block endures some thirty erases, each at another time; and a phone's years, on parts that endure what real ones do. */
function soak(size: Size): Sized {
  const subjects = partNames.map((preset, index) =>
    trialSubject(preset, 16, 60 + index * TRIAL_WEIGHTS, isLarge(preset) ? { fill: 0.08, partFulls: 16 } : { fill: 0.24, partFulls: 30 }),
  );
  // The longest comes first: eleven years, on blocks that endure 10 000 erases.
  const years = by<[PartName, number, number][]>(
    size,
    [["spi-nor-8m", 32, 0]],
    [
      ["spi-nor-8m", 64, 1],
      ["slc-nand-64m", 64, 0],
    ],
    [
      ["spi-nor-8m", 48, 2],
      ["slc-nand-64m", 64, 1],
    ],
  ).map(([preset, blockCount, first]): Work => {
    const script = { seed: 5, weights: YEARS, fill: isLarge(preset) ? 0.15 : 0.3, partFulls: 3 };
    return { trials: { subject: { preset, blockCount, script }, kind: "years", first, count: 1 } };
  });
  const budget = "blocks that fail for good once they are worn, until the part is worn out; then it is read";
  return {
    name: "soak",
    budget,
    work: [...years, ...trialsOf(subjects, ["soak"], by(size, 1, 4, 40), by(size, 1, 2, 4))],
    floor: {},
  };
}

/*
 * Parts that are written until they are worn out: nothing acknowledged may be lost on the way, at the end, or in boots after it.
 *
 * "soak": blocks fail after some two dozen erases, each at another time, so that most of a life is spent among blocks that fail. "years": blocks
 * last 100, 1 000 or 10 000 erases, by the number of the trial, and the load is a phone's, a thousand changes a day
 * (reference/reliability.md R18); what is held is that wear is level when the first block fails, and that little of the endurance is left unused.
 */
import type { Fault } from "../flash/index.js";
import { ABOUT, mix, pick } from "./chance.js";
import type { Outcome } from "./job.js";
import type { Subject } from "./replay.js";
import type { Store } from "./store.js";
import { Wearing } from "./wearing.js";

/** Erases after which blocks begin to fail in a soak, and how far they differ. */
const ENDURANCE = 24;
const ENDURANCE_SPREAD = 8;
/** Bars of R18, in percent. */
const WEAR_MAX = 120;
const USED_MIN = 90;
const CHANGES_A_DAY = 1000;
const JUDGED_EVERY = 500;

export async function runSoak(store: Store, subject: Subject, number: number): Promise<Outcome> {
  const seed = mix(subject.script.seed, ABOUT.trial, number);
  const life = new Wearing(store, subject, seed, wornOut(subject.blockCount, seed, ENDURANCE, ENDURANCE_SPREAD));
  await life.run(() => {});
  const alive = life.counts["worn out"] === 0 ? ["the part did not wear out: the script is too short"] : [];
  return {
    counts: life.counts,
    worst: { "wear at the end, % of the mean": life.wear, ...programmed(life) },
    faults: [...life.faults, ...alive],
  };
}

export async function runYears(store: Store, subject: Subject, number: number): Promise<Outcome> {
  const seed = mix(subject.script.seed, ABOUT.trial, number);
  const endurance = 100 * 10 ** number;
  const spread = endurance / 10;
  const life = new Wearing(store, subject, seed, wornOut(subject.blockCount, seed, endurance, spread), JUDGED_EVERY);
  let level = 0;
  await life.run(() => {
    if (life.physical.eraseCounts.every((count) => count <= endurance)) level = life.wear;
  }, true);
  const { counts, faults, physical } = life;
  const erases = physical.eraseCounts.reduce((sum, count) => sum + count, 0);
  const used = Math.round((100 * erases) / (subject.blockCount * (endurance + spread / 2)));
  if (level > WEAR_MAX)
    faults.push(`the most worn block was erased ${level} % of the mean when the first one failed; the bar is ${WEAR_MAX} %`);
  if (used < USED_MIN) faults.push(`${used} % of the erases were used that the blocks had; the bar is ${USED_MIN} %`);
  const worst = { "wear when the first block failed, % of the mean": level, "erases left, % of the endurance": Math.max(0, 100 - used) };
  return { counts: { ...counts, days: Math.round(counts.steps / CHANGES_A_DAY) }, worst: { ...worst, ...programmed(life) }, faults };
}

function programmed({ part, writtenBytes }: Wearing) {
  return { "programmed, % of what was put": Math.round((100 * part.programmedBytes) / writtenBytes) };
}

/** Each block fails for good some erases after `endurance`. */
function wornOut(blockCount: number, seed: number, endurance: number, spread: number): Fault[] {
  return Array.from({ length: blockCount }, (_, block): Fault => {
    return { id: "B2", block, rate: 0, endurance: endurance + pick(spread, seed, ABOUT.trial, block, 1), salt: block };
  });
}

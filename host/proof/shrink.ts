/*
 * Makes a failure small: leaves out what further cuts it can spare; then ends the script at the step that was cut and
 * leaves out as many of the steps before as it can.
 *
 * A smaller script has other operation numbers, so each candidate is searched anew: every cut of its last
 * step, with the tears of the failure.
 */
import type { LifeLength } from "./cut.js";
import { explore, type Finding, type Plan } from "./explore.js";
import { scaled } from "./geometries.js";
import { type Replay, type Subject, stepsOf } from "./replay.js";
import { WEIGHTS } from "./script.js";
import type { Store } from "./store.js";

/** The same failure with as few of its further cuts as can be: each is left out in turn, as long as it still fails in the same way. */
export async function fewerCuts(store: Store, subject: Subject, finding: Finding, budget: number, length?: LifeLength): Promise<Finding> {
  let best = finding;
  for (let index = finding.further.length - 1; index >= 0 && budget > 0; index--, budget--) {
    const further = best.further.filter((_, i) => i !== index);
    const { tally } = await explore({
      ...planOf(store, subject, length),
      only: { op: finding.op, tear: finding.tear, further },
    });
    const found = tally.findings.find((one) => wayOf(one) === wayOf(finding));
    if (found !== undefined) best = { ...found, further };
  }
  return best;
}

function planOf(store: Store, subject: Subject, length: LifeLength | undefined): Omit<Plan, "only"> {
  return {
    store,
    geometry: scaled(subject.preset, subject.blockCount),
    seed: subject.script.seed,
    weights: WEIGHTS[subject.script.weights]!,
    steps: stepsOf(subject),
    share: 1,
    nested1: 0,
    nested2: 0,
    ...(length && { length }),
    shard: { index: 0, of: 1 },
  };
}

/** Returns the smallest replay found within `budget` candidates; the original one if nothing smaller fails. */
export async function shrink(store: Store, subject: Subject, finding: Finding, budget = 150, length?: LifeLength): Promise<Replay> {
  const all = subject.keep ?? stepsOf(subject).map((_, index) => index);
  const cut = { op: finding.op, tear: finding.tear };
  let best: Replay = { ...subject, ...(length && { length }), cut, further: finding.further, keep: all.slice(0, finding.step + 1) };
  let keep = best.keep!;
  for (let size = Math.ceil(keep.length / 2); size >= 1 && budget > 0; ) {
    let dropped = false;
    for (let first = 1; first < keep.length - 1 && budget > 0; first += size) {
      const candidate = [...keep.slice(0, first), ...keep.slice(Math.min(first + size, keep.length - 1))];
      if (candidate.length === keep.length) continue;
      budget--;
      const smaller = await search(store, { ...subject, keep: candidate }, finding, length);
      if (smaller === undefined) continue;
      best = smaller;
      keep = candidate;
      dropped = true;
      first -= size;
    }
    if (!dropped) size = size === 1 ? 0 : Math.ceil(size / 2);
  }
  return best;
}

/** The first cut in the last step of `subject` that fails in the same way. */
async function search(store: Store, subject: Subject, original: Finding, length: LifeLength | undefined): Promise<Replay | undefined> {
  const steps = stepsOf(subject);
  const { tear, further } = original;
  const { tally } = await explore({
    ...planOf(store, subject, length),
    onlyStep: steps.length - 1,
    only: { tear, further },
    stopAfter: 10,
  });
  const found = tally.findings.find((one) => wayOf(one) === wayOf(original));
  return found && { ...subject, ...(length && { length }), cut: { op: found.op, tear: found.tear }, further: found.further };
}

/** What went wrong, without the names and numbers: two failures of one way have, most likely, one cause. */
export function wayOf(finding: Finding): string {
  const { promise, text } = finding.violations[0]!;
  return `${promise} ${text.replace(/[0-9]+/g, "N").slice(0, 48)}`;
}

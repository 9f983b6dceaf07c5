/*
 * What is recorded beside the unit tests and the lives of tests/coverage: work of the proof on every kind of part, some of each.
 *
 *   HOLDFAST_RECORD=FOLDER node --import tsx --import ./tests/coverage/recorder.ts tests/mutation/repertoire.ts
 */
import { BURST_LIMITS, runDamageJob } from "../../host/proof/damage.js";
import type { PartName } from "../../host/proof/geometries.js";
import { runJob } from "../../host/proof/job.js";
import type { Subject } from "../../host/proof/replay.js";
import { holdfastAfresh as holdfast } from "../../host/proof/store.js";
import { runTrialJob, TRIAL_KINDS } from "../../host/proof/trial.js";

const whole = { index: 0, of: 1 };

function subject(preset: PartName, seed: number, script: Partial<Subject["script"]> = {}, more: Partial<Subject> = {}): Subject {
  return { preset, blockCount: 14, script: { seed, weights: seed % 5, fill: 0.4, partFulls: 0.8, ...script }, ...more };
}
async function cuts(of: Subject, share: number): Promise<void> {
  await runJob({ subject: of, share, nested1: share > 0 ? 0.4 : 0, nested2: 0.3, shard: whole, shrinkBudget: 0 }, holdfast);
}

/** One of each way a part can be. */
const PARTS: readonly PartName[] = ["spi-nor-8m", "ecc-nor-16m", "slc-nand-64m"];

for (const [i, preset] of PARTS.entries()) {
  for (const weights of [1, 3]) await cuts(subject(preset, i + 7 * weights, { weights, partFulls: 0.2 }), 0);
  await cuts(subject(preset, i, { fill: 0.6, partFulls: 0.1 }), 0.001);
  await cuts(subject(preset, i, { weights: 3, fill: 0.3, partFulls: 0.1 }, { blockCount: 48, outerParity: 8 }), 0);
  for (const lengthBytes of [8, 40])
    await runDamageJob(
      { subject: subject(preset, i, { partFulls: 0.1 }), lengthBytes, ...BURST_LIMITS, samples: 4, shard: whole },
      holdfast,
    );
  for (const kind of TRIAL_KINDS.filter((name) => name !== "soak")) {
    const job = { subject: subject(preset, i, { seed: 3, weights: 0, partFulls: 0.1 }), kind, first: i, count: 1 };
    await runTrialJob(job, holdfast);
  }
}

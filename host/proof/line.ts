/*
 * Any line that a campaign prints, played again: a cut, a trial, a flip or a burst.
 *
 *   spi-nor-8m:b24:seed7:w2:f40:p15:cut812=bits          replay.ts
 *   slc-nand-64m:b24:seed7:w2:f20:p10:A2=812             trial.ts
 *   spi-nor-8m:b20:seed12:w1:f40:p4:flip=70211.3         that bit of that byte of the image
 *   spi-nor-8m:b20:seed12:w1:f40:p4:noise=17             the 17th noise under a mounted agent
 *   spi-nor-8m:b20:seed12:w1:f40:p4:pulled-at-0.7=bits:burst8=17   the 17th burst of 8 bytes; "misplaced" as in damage.ts
 */
import { TEAR_KINDS } from "../flash/index.js";
import { BURST_LIMITS, type DamageJob, runDamageJob } from "./damage.js";
import { type FlipJob, runFlipJob } from "./flips.js";
import { scaled } from "./geometries.js";
import type { Pull } from "./image.js";
import type { Failure } from "./job.js";
import { RunLog } from "./log.js";
import { logged } from "./logged.js";
import { parseSubject, type Subject } from "./replay.js";
import type { Store } from "./store.js";
import { isTrial, parseTrial, runTrial, type Trial } from "./trial.js";

/** What is no cut. */
export type Deed = { readonly trial: Trial } | { readonly flips: FlipJob } | { readonly damage: DamageJob };

/** The same line, on the same build, gives the same `logHash` every time. */
export interface Played {
  readonly failures: readonly Failure[];
  readonly logHash: string;
  readonly logEntries: number;
}

/** undefined: it is the line of a cut. Throws RangeError with what is wrong. */
export function parseDeed(line: string): Deed | undefined {
  if (isTrial(line)) return { trial: parseTrial(line) };
  const last = line.trim().split(":").at(-1)!;
  const flip = /^flip=(\d+)\.([0-7])$/.exec(last);
  if (flip !== null) return { flips: flipJob(line, Number(flip[1]), Number(flip[2])) };
  const noise = /^noise=(\d+)$/.exec(last);
  if (noise !== null) return { flips: { ...imageOf(line), noise: true, samples: Number(noise[1]) + 1, shard: only(Number(noise[1])) } };
  const burst = /^(burst|misplaced)([1-9]\d*)=(\d+)$/.exec(last);
  if (burst === null) return undefined;
  const [lengthBytes, sample] = [Number(burst[2]), Number(burst[3])];
  const misplaced = burst[1] === "misplaced" ? { misplaced: true } : {};
  return { damage: { ...imageOf(line), lengthBytes, ...misplaced, ...BURST_LIMITS, samples: sample + 1, shard: only(sample) } };
}
const only = (sample: number) => ({ index: sample, of: sample + 1 });

function flipJob(line: string, address: number, bit: number): FlipJob {
  const image = imageOf(line);
  const { blockBytes, blockCount } = scaled(image.subject.preset, image.subject.blockCount);
  if (address >= blockBytes * blockCount) throw new RangeError(`the part has ${blockBytes * blockCount} bytes`);
  return { ...image, samples: 0, shard: { index: 0, of: 1 }, only: { address, bit } };
}

function imageOf(line: string): { subject: Subject; pull?: Pull } {
  const field = /:pulled-at-(0\.\d+)=([a-z-]+)(?=:)/.exec(line);
  const tear = TEAR_KINDS.find((kind) => kind === field?.[2]);
  if (field !== null && tear === undefined) throw new RangeError(`not a tear: ${field[2]}; tears are ${TEAR_KINDS.join(", ")}`);
  const subject = parseSubject(line);
  return tear === undefined ? { subject } : { subject, pull: { at: Number(field![1]), tear } };
}

/** Performs the one deed. */
export async function playDeed(deed: Deed, store: Store): Promise<Played> {
  const log = new RunLog();
  const watched = logged(store, log);
  const report =
    "trial" in deed
      ? await runTrial(deed.trial, watched)
      : "flips" in deed
        ? await runFlipJob(deed.flips, watched)
        : await runDamageJob(deed.damage, watched);
  log.note(JSON.stringify(report));
  return { failures: report.failures, logHash: log.digest, logEntries: log.entries };
}

/*
 * Bursts of damage: up to 8 adjacent bytes are corrected; more costs at most the records they hit, and says so.
 *
 * After any damage a mount succeeds, and every record reads as it was put, or is CORRUPT, or is missing
 * while `damagedUnknown` counts it. Never other bytes, an older version, a removed or an invented record.
 */
import { ABOUT, mix, pick } from "./chance.js";
import { type Image, makeImage, type Pull, Scratch } from "./image.js";
import { difference, type Model, type Shown } from "./model.js";
import { printSubject, type Subject } from "./replay.js";
import { WEIGHTS } from "./script.js";
import { Session } from "./session.js";
import { readAll } from "./shown.js";
import type { Store } from "./store.js";

export interface DamageJob {
  readonly subject: Subject;
  readonly pull?: Pull;
  /** Adjacent bytes damaged. */
  readonly lengthBytes: number;
  /** Up to this many damaged bytes nothing may be lost: 8 with 16 parity bytes. */
  readonly correctable: number;
  /** Records one burst may cost at most. */
  readonly maxAffected: number;
  readonly samples: number;
  readonly shard: { readonly index: number; readonly of: number };
}

export interface DamageReport {
  readonly name: string;
  readonly lengthBytes: number;
  bursts: number;
  /** Records reported CORRUPT, and records missing but counted as damagedUnknown, over all bursts. */
  corrupt: number;
  unknown: number;
  readonly failures: string[];
}

export async function runDamageJob(job: DamageJob, store: Store): Promise<DamageReport> {
  const image = await makeImage(store, job.subject, job.pull);
  const name = `${printSubject(job.subject)}${job.pull === undefined ? "" : `:pulled-at-${job.pull.at}=${job.pull.tear}`}`;
  const report: DamageReport = { name, lengthBytes: job.lengthBytes, bursts: 0, corrupt: 0, unknown: 0, failures: [] };
  const scratch = new Scratch(image);
  for (let i = job.shard.index; i < job.samples && report.failures.length < 10; i += job.shard.of) {
    const address = damageAt(scratch, image, job, i);
    const { blockBytes } = image.geometry;
    const where = `${job.lengthBytes} bytes at block ${Math.floor(address / blockBytes)} offset ${address % blockBytes} (sample ${i})`;
    try {
      for (const text of await judgeBurst(store, job, scratch, image.model.clone(), report))
        report.failures.push(`${name} ${where}: ${text}`);
    } catch (error) {
      report.failures.push(`${name} ${where}: ${error}`);
    }
    report.bursts++;
    scratch.restore();
  }
  return report;
}

/** Damages every byte of a burst inside one block; returns its address. */
function damageAt(scratch: Scratch, image: Image, job: DamageJob, sample: number): number {
  const { seed } = job.subject.script;
  const { blockBytes, blockCount } = image.geometry;
  const block = pick(blockCount, seed, ABOUT.damage, sample, 1);
  const address = block * blockBytes + pick(blockBytes - job.lengthBytes + 1, seed, ABOUT.damage, sample, 2);
  for (let i = 0; i < job.lengthBytes; i++) scratch.flip(address + i, 1 + (mix(seed, ABOUT.damage, sample, 3 + i) % 255));
  return address;
}

async function judgeBurst(store: Store, job: DamageJob, scratch: Scratch, model: Model, report: DamageReport): Promise<string[]> {
  const { script } = job.subject;
  const session = new Session(store, scratch, model, script.seed, WEIGHTS[script.weights]!);
  session.setClock(100_000);
  const agent = await session.boot();
  const { shown, violations } = readAll(agent, model, { receipts: false, verify: false, damaged: true });
  const flying = model.inFlight;
  const unknown = agent.stat().damagedUnknown;
  const strict = job.lengthBytes <= job.correctable;
  if (strict) return [...violations, ...model.judge(shown)].map((one) => `${one.key} ${one.text}`);
  const faults = violations.map((one) => `${one.key} ${one.text}`);
  const skipped = new Set(flying.map((change) => change.key));
  let affected = 0;
  for (const [key, held] of model.held) {
    const fault = skipped.has(key) ? "" : difference(held, shown.get(key));
    if (fault === "") continue;
    affected++;
    if (isReported(shown.get(key))) report.corrupt++;
    else if (shown.get(key) === undefined && unknown > 0) report.unknown++;
    else faults.push(`${key} ${fault}, damagedUnknown ${unknown}`);
  }
  for (const key of shown.keys()) {
    if (!model.held.has(key) && !skipped.has(key) && !isReported(shown.get(key))) faults.push(`${key} shown, should be absent`);
  }
  if (affected > job.maxAffected) faults.push(`${affected} records affected by one burst`);
  return [...faults, ...verifyAgrees(agent, shown)];
}

function isReported(shown: Shown | undefined): boolean {
  return shown !== undefined && shown.body === undefined;
}

/** What get calls CORRUPT, verify must list. */
function verifyAgrees(agent: Awaited<ReturnType<Store["open"]>>, shown: ReadonlyMap<string, Shown>): string[] {
  const listed = new Set(agent.verify().damaged.map((one) => `${one.kind}/${one.id}`));
  return [...shown]
    .filter(([key, one]) => isReported(one) && !listed.has(key))
    .map(([key]) => `${key} is CORRUPT, but verify does not list it`);
}

/*
 * Bursts of damage: up to 8 adjacent bytes are corrected; more costs at most the records they hit, and says so.
 *
 * After any damage a mount succeeds, and every record reads as it was put, or is CORRUPT, or is missing or as it was
 * before its last change while `damagedUnknown` counts it. Never other bytes or an invented record.
 *
 * Only where damage looks like the write that was torn (Image.exposed) may a change go uncounted.
 */
import type { Agent } from "../index.js";
import { ABOUT, mix, pick } from "./chance.js";
import { HEADER_BYTES, type Image, makeImage, type Pull, printImage, Scratch } from "./image.js";
import type { Failure } from "./job.js";
import { difference, type Model, type Shown } from "./model.js";
import type { Subject } from "./replay.js";
import { WEIGHTS } from "./script.js";
import { Session } from "./session.js";
import { readAll } from "./shown.js";
import type { Store } from "./store.js";

export interface DamageJob {
  readonly subject: Subject;
  readonly pull?: Pull;
  /** Adjacent bytes damaged. */
  readonly lengthBytes: number;
  /** Not noise, but what stands at the same place of another block, from the first record on: a program or a read that went astray. */
  readonly misplaced?: boolean;
  /** Up to this many damaged bytes nothing may be lost: 8 with 16 parity bytes. */
  readonly correctable: number;
  /** Records one burst may cost at most. */
  readonly maxAffected: number;
  readonly samples: number;
  readonly shard: { readonly index: number; readonly of: number };
}

/** What a burst may cost, for whoever knows no better: a codeword with 16 parity bytes mends 8, and 40 bytes touch at most four records. */
export const BURST_LIMITS = { correctable: 8, maxAffected: 4 };

export interface DamageReport {
  readonly name: string;
  readonly lengthBytes: number;
  bursts: number;
  /** Records reported CORRUPT, and records missing but counted as damagedUnknown, over all bursts. */
  corrupt: number;
  unknown: number;
  /** Bursts that hit what cannot be told from a torn write, and cost something. */
  exposed: number;
  readonly failures: Failure[];
}

export async function runDamageJob(job: DamageJob, store: Store): Promise<DamageReport> {
  const image = await makeImage(store, job.subject, job.pull);
  const name = printImage(job.subject, job.pull);
  const field = `${job.misplaced === true ? "misplaced" : "burst"}${job.lengthBytes}`;
  const report: DamageReport = { name, lengthBytes: job.lengthBytes, bursts: 0, corrupt: 0, unknown: 0, exposed: 0, failures: [] };
  const scratch = new Scratch(image);
  for (let i = job.shard.index; i < job.samples && report.failures.length < 10; i += job.shard.of) {
    const address = damageAt(scratch, image, job, i);
    const { blockBytes } = image.geometry;
    const where = `${job.lengthBytes} bytes at block ${Math.floor(address / blockBytes)} offset ${address % blockBytes} (sample ${i})`;
    const failed = (text: string) => report.failures.push({ replay: `${name}:${field}=${i}`, text: `${where}: ${text}` });
    try {
      const exposed = image.exposed.some(({ first, end }) => first < address + job.lengthBytes && address < end);
      for (const text of await judgeBurst(store, job, scratch, image.model.clone(), report, exposed)) failed(text);
    } catch (error) {
      failed(String(error));
    }
    report.bursts++;
    scratch.restore();
  }
  return report;
}

/** Damages every byte of a burst inside one block, or replaces it by another's; returns its address. */
function damageAt(scratch: Scratch, image: Image, job: DamageJob, sample: number): number {
  const { seed } = job.subject.script;
  const { blockBytes, blockCount } = image.geometry;
  const block = pick(blockCount, seed, ABOUT.damage, sample, 1);
  if (job.misplaced === true) {
    const [first, other] = [Math.max(64, image.geometry.programBytes) + HEADER_BYTES, pick(blockCount, seed, ABOUT.damage, sample, 2)];
    const [target, source] = [block * blockBytes + first, other * blockBytes + first];
    for (let i = 0; i < job.lengthBytes; i++) scratch.flip(target + i, image.bytes[target + i]! ^ image.bytes[source + i]!);
    return target;
  }
  const address = block * blockBytes + pick(blockBytes - job.lengthBytes + 1, seed, ABOUT.damage, sample, 2);
  for (let i = 0; i < job.lengthBytes; i++) scratch.flip(address + i, 1 + (mix(seed, ABOUT.damage, sample, 3 + i) % 255));
  return address;
}

async function judgeBurst(
  store: Store,
  job: DamageJob,
  scratch: Scratch,
  model: Model,
  report: DamageReport,
  exposed: boolean,
): Promise<string[]> {
  const { script } = job.subject;
  const session = new Session(store, scratch, model, script.seed, WEIGHTS[script.weights]!);
  session.setClock(100_000);
  try {
    return judgeAgent(await session.boot(), job, model, report, exposed);
  } finally {
    session.powerOff();
  }
}

function judgeAgent(agent: Agent, job: DamageJob, model: Model, report: DamageReport, exposed: boolean): string[] {
  const { shown, violations } = readAll(agent, model, { receipts: false, verify: false, damaged: true });
  const flying = new Set(model.inFlight.map((change) => change.key));
  const counted = agent.stat().damagedUnknown > 0;
  const strict = job.lengthBytes <= job.correctable;
  if (strict) return [...violations, ...model.judge(shown)].map((one) => `${one.key} ${one.text}`);
  const faults = violations.map((one) => `${one.key} ${one.text}`);
  const affected = affectedBy(model, shown, flying);
  const silent = affected.filter(({ key }) => !isReported(shown.get(key)));
  report.corrupt += affected.length - silent.length;
  if (counted) report.unknown += silent.length;
  else if (exposed && silent.length > 0) report.exposed++;
  for (const { key, fault, stale } of silent)
    if (!stale || !(counted || exposed)) faults.push(`${key} ${fault}, damagedUnknown ${agent.stat().damagedUnknown}`);
  if (affected.length > job.maxAffected && !exposed) faults.push(`${affected.length} records affected by one burst`);
  return [...faults, ...verifyAgrees(agent, shown)];
}

/** Keys that do not show what was put last. `stale`: their last change is missing, nothing worse. */
export function affectedBy(model: Model, shown: ReadonlyMap<string, Shown>, flying: ReadonlySet<string>) {
  const found: { key: string; fault: string; stale: boolean }[] = [];
  for (const [key, held] of model.held) {
    const one = shown.get(key);
    const fault = flying.has(key) ? "" : difference(held, one);
    if (fault !== "") found.push({ key, fault, stale: one === undefined || one.lsn < held.lsn });
  }
  for (const [key, one] of shown) {
    if (model.held.has(key) || flying.has(key) || isReported(one)) continue;
    found.push({ key, fault: "shown, should be absent", stale: model.gone.has(key) });
  }
  return found;
}

/**
 * The end of the log is gone, with everything programmed after it: what is left is a store that once was, and nothing on the part knows better
 * (docs/recovery.md, "What is missing"). Then all that is lost is newer than all that is shown.
 */
export function rolledBackOf(model: Model, shown: ReadonlyMap<string, Shown>): (key: string) => boolean {
  const newest = [...shown.values()].reduce((lsn, one) => (one.lsn > lsn && !isReported(one) ? one.lsn : lsn), 0n);
  return (key) => (model.held.get(key)?.lsn ?? newest + 1n) > newest;
}

/** Said to be CORRUPT. */
export function isReported(shown: Shown | undefined): boolean {
  return shown !== undefined && shown.body === undefined;
}

/** What get calls CORRUPT, verify must list. */
function verifyAgrees(agent: Awaited<ReturnType<Store["open"]>>, shown: ReadonlyMap<string, Shown>): string[] {
  const listed = new Set(agent.verify().damaged.map((one) => `${one.kind}/${one.id}`));
  return [...shown]
    .filter(([key, one]) => isReported(one) && !listed.has(key))
    .map(([key]) => `${key} is CORRUPT, but verify does not list it`);
}

/*
 * Single-bit flips: mount must succeed and every read must equal the model.
 *
 * The core is a deterministic function of its calls and of the bytes it reads. So a flip in a byte that
 * mounting does not read leaves the mounted agent as it is, and only the records whose reading touches the
 * byte can notice: `exhaustive` tries those flips under one mounted agent, and mounts afresh for each flip
 * in a byte that mounting reads. A byte nothing reads cannot matter; it is counted as `unread`.
 * `sampled` takes no such short cut.
 *
 * `noise` damages 1 to 40 bytes instead of a bit, under one mounted agent: whatever is read is what was put, or is
 * said to be CORRUPT. One wrong answer in a million would be one too many (reliability study §6, I6).
 */
import type { Agent, Kind } from "../index.js";
import { ABOUT, mix, pick } from "./chance.js";
import { type Image, makeImage, type Pull, printImage, Scratch } from "./image.js";
import type { Failure } from "./job.js";
import { difference, type Key, type Model, type Shown } from "./model.js";
import type { Subject } from "./replay.js";
import { WEIGHTS } from "./script.js";
import { Session } from "./session.js";
import { readAll } from "./shown.js";
import type { Store } from "./store.js";

export interface FlipJob {
  readonly subject: Subject;
  readonly pull?: Pull;
  /** 0 = every bit of every byte. */
  readonly samples: number;
  readonly shard: { readonly index: number; readonly of: number };
  /** Not one bit, but noise of 1 to NOISE_BYTES bytes, in what a mounted agent reads. */
  readonly noise?: boolean;
  /** Nothing but this flip. */
  readonly only?: { readonly address: number; readonly bit: number };
}

const NOISE_BYTES = 40;

export interface FlipReport {
  readonly name: string;
  flips: number;
  /** Of these, in bytes nothing reads. */
  unread: number;
  /** Of these, tried with a mount of their own. */
  mounts: number;
  /** Records that noise made CORRUPT. */
  corrupt: number;
  readonly failures: Failure[];
}

export async function runFlipJob(job: FlipJob, store: Store): Promise<FlipReport> {
  const image = await makeImage(store, job.subject, job.pull);
  const name = printImage(job.subject, job.pull);
  const report: FlipReport = { name, flips: 0, unread: 0, mounts: 0, corrupt: 0, failures: [] };
  const campaign = new Flips(store, job, image, report);
  if (job.only !== undefined) await campaign.mountWith(job.only.address, job.only.bit);
  else if (job.noise === true) await campaign.noise();
  else await (job.samples > 0 ? campaign.sampled() : campaign.exhaustive());
  return report;
}

class Flips {
  private readonly store: Store;
  private readonly job: FlipJob;
  private readonly image: Image;
  private readonly report: FlipReport;
  private readonly scratch: Scratch;

  constructor(store: Store, job: FlipJob, image: Image, report: FlipReport) {
    this.store = store;
    this.job = job;
    this.image = image;
    this.report = report;
    this.scratch = new Scratch(image);
  }

  async sampled(): Promise<void> {
    const { image, job, report } = this;
    const { seed } = job.subject.script;
    for (let i = job.shard.index; i < job.samples && report.failures.length < 10; i += job.shard.of) {
      await this.mountWith(pick(image.bytes.length, seed, ABOUT.flip, i), mix(seed, ABOUT.flip, i, 1) & 7);
    }
  }

  async exhaustive(): Promise<void> {
    const { image, job, report, scratch } = this;
    const readByMount = new Uint8Array(image.bytes.length);
    const readByList = new Uint8Array(image.bytes.length);
    const model = image.model.clone();
    scratch.mask = readByMount;
    const agent = await this.session(model).boot();
    scratch.mask = readByList;
    for (const _ of agent.list());
    const readers = this.traceReaders(agent, model);
    scratch.mask = undefined;
    if (scratch.touched) throw new Error("mounting or reading a cleanly closed store programmed it");
    for (let address = job.shard.index; address < image.bytes.length; address += job.shard.of) {
      if (report.failures.length >= 10) return;
      if (readByMount[address] === 1) await this.mountWithEach(address);
      else if (readers[address] !== undefined || readByList[address] === 1)
        this.readWithEach(agent, model, address, readers[address] ?? [], readByList);
      else await this.countUnread(address);
    }
  }

  async noise(): Promise<void> {
    const { image, job, report, scratch } = this;
    const { seed } = job.subject.script;
    const model = image.model.clone();
    const agent = await this.session(model).boot();
    const readers = this.traceReaders(agent, model);
    scratch.mask = undefined;
    const read = Array.from(readers.keys()).filter((address) => readers[address] !== undefined);
    for (let i = job.shard.index; i < job.samples && report.failures.length < 10; i += job.shard.of) {
      const address = read[pick(read.length, seed, ABOUT.noise, i)]!;
      const end = Math.min(address + 1 + (mix(seed, ABOUT.noise, i, 1) % NOISE_BYTES), image.bytes.length);
      const masks = Array.from({ length: end - address }, (_, at) => 1 + (mix(seed, ABOUT.noise, i, 2 + at) % 255));
      for (const [at, mask] of masks.entries()) scratch.flip(address + at, mask);
      for (const key of new Set(readers.slice(address, end).flatMap((keys) => keys ?? []))) {
        const shown = showOne(agent, key);
        if (shown !== undefined && shown.body === undefined) report.corrupt++;
        else this.fail(`noise=${i}`, `noise of ${end - address} bytes at ${address}`, difference(model.held.get(key), shown), key);
      }
      for (const [at, mask] of masks.entries()) scratch.flip(address + at, mask);
      report.flips++;
    }
  }

  /** For every byte: the records whose get reads it. */
  private traceReaders(agent: Agent, model: Model): (Key[] | undefined)[] {
    const readers: (Key[] | undefined)[] = new Array(this.image.bytes.length);
    for (const key of model.held.keys()) {
      const mask = new Uint8Array(this.image.bytes.length);
      this.scratch.mask = mask;
      showOne(agent, key);
      for (let address = mask.indexOf(1); address >= 0; address = mask.indexOf(1, address + 1))
        readers[address] = [...(readers[address] ?? []), key];
    }
    return readers;
  }

  private async mountWithEach(address: number): Promise<void> {
    for (let bit = 0; bit < 8; bit++) await this.mountWith(address, bit);
  }

  private readWithEach(agent: Agent, model: Model, address: number, keys: readonly Key[], readByList: Uint8Array): void {
    for (let bit = 0; bit < 8; bit++) {
      this.report.flips++;
      this.scratch.flip(address, 1 << bit);
      for (const key of keys) this.note(address, bit, difference(model.held.get(key), showOne(agent, key)), key);
      if (bit === (address & 7) && readByList[address] === 1) {
        const { shown, violations } = readAll(agent, model, { receipts: false, verify: false });
        for (const violation of [...violations, ...model.judge(shown)]) this.note(address, bit, violation.text, violation.key);
      }
      this.scratch.flip(address, 1 << bit);
    }
    this.scratch.restore();
  }

  /** One bit of every eighth byte is tried all the same. */
  private async countUnread(address: number): Promise<void> {
    const tried = (address & 7) === 0;
    this.report.flips += tried ? 7 : 8;
    this.report.unread += tried ? 7 : 8;
    if (tried) await this.mountWith(address, (address >> 3) & 7);
  }

  async mountWith(address: number, bit: number): Promise<void> {
    this.report.flips++;
    this.report.mounts++;
    this.scratch.flip(address, 1 << bit);
    const model = this.image.model.clone();
    const session = this.session(model);
    try {
      const agent = await session.boot();
      const { shown, violations } = readAll(agent, model, { receipts: false, verify: false });
      for (const violation of [...violations, ...model.judge(shown)]) this.note(address, bit, violation.text, violation.key);
    } catch (error) {
      this.note(address, bit, String(error), "mount");
    }
    session.powerOff();
    this.scratch.restore();
  }

  private session(model: Model): Session {
    const { script } = this.job.subject;
    const session = new Session(this.store, this.scratch, model, script.seed, WEIGHTS[script.weights]!);
    session.setClock(100_000);
    return session;
  }

  private note(address: number, bit: number, text: string, key: Key): void {
    const { blockBytes } = this.image.geometry;
    const where = `block ${Math.floor(address / blockBytes)} offset ${address % blockBytes} bit ${bit}`;
    this.fail(`flip=${address}.${bit}`, `flip ${where}`, text, key);
  }

  private fail(field: string, what: string, text: string, key: Key): void {
    if (text !== "") this.report.failures.push({ replay: `${this.report.name}:${field}`, text: `${what}: ${key} ${text}` });
  }
}

export function showOne(agent: Agent, key: Key): Shown | undefined {
  const [kind, id] = key.split("/") as [Kind, string];
  try {
    const record = agent.get(kind, id);
    if (record === undefined) return undefined;
    return { lsn: record.lsn, wallMs: record.wallMs, label: record.meta?.label ?? "", body: record.body };
  } catch (error) {
    if ((error as { code?: string }).code !== "CORRUPT") throw error;
    return { lsn: 0n, wallMs: 0, label: "", body: undefined };
  }
}

/*
 * Workload pim-1: what the owner of a handset does to his records, from a seed (reference/storage.md §1).
 *
 * A record's bytes are a pure function of (type, id, version), so nothing has to be kept to verify a read. Whoever runs the workload may take for
 * granted that the same seed gives the same operations on every machine; `goldenProblems` says where this build would differ.
 */
import type { Kind } from "../agent/types.js";

/** Kinds by type number; the last is the photo. */
export const PIM_KINDS = ["contact", "event", "todo", "note", "message", "photo"] as const satisfies readonly Kind[];
const PHOTO = 5;
const PHOTO_BYTES = 40_960;

/** Records of each type at scale 100: 9524 puts, 2 617 435 bytes. */
const FULL_COUNTS = [2000, 3000, 500, 1000, 3000, 24];

export interface PimRecord {
  type: number;
  id: number;
  version: number;
}

export type PimVerb = "insert" | "update" | "remove" | "get";

export interface PimOperation extends PimRecord {
  verb: PimVerb;
}

/** Unsigned 32-bit draws. */
export type Draw = () => number;

export function mulberry32(seed: number): Draw {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
}

/** A whole number from 0 to below `limit`. */
export function below(draw: Draw, limit: number): number {
  return Math.floor((draw() * limit) / 2 ** 32);
}

function recordDraw({ type, id, version }: PimRecord): Draw {
  let h = Math.imul(0x9e3779b9 ^ type, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h ^ id, 0xc2b2ae35);
  h ^= h >>> 16;
  h = Math.imul(h ^ version, 0x27d4eb2f);
  return mulberry32(h ^ (h >>> 15));
}

/** Product of two 16-bit fractions. */
function scaled(a: number, b: number): number {
  return Math.floor((a * b) / 65536);
}

function drawLength(type: number, draw: Draw): number {
  const v = draw() >>> 16;
  const v2 = scaled(v, v);
  const v3 = scaled(v2, v);
  const v4 = scaled(v3, v);
  switch (type) {
    case 0:
      return 72 + scaled(540, v4);
    case 1:
      return 70 + scaled(400, v4);
    case 2:
      return 30 + scaled(200, v3);
    case 3:
      return 60 + scaled(4036, scaled(scaled(v4, v4), v3));
    case 4:
      return 40 + scaled(320, v3);
    default:
      return PHOTO_BYTES;
  }
}

export function lengthOf(record: PimRecord): number {
  return drawLength(record.type, recordDraw(record));
}

const LETTERS = new TextEncoder().encode("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .");

/** The record's bytes. */
export function bodyOf(record: PimRecord): Uint8Array {
  const draw = recordDraw(record);
  const body = new Uint8Array(drawLength(record.type, draw));
  for (let at = 0; at < body.length; at += 4) {
    let word = draw();
    for (let i = at; i < at + 4 && i < body.length; i++) {
      body[i] = record.type === PHOTO ? word : LETTERS[word & 63];
      word >>>= 8;
    }
  }
  return body;
}

/** Kind and id under which a record is stored: 8 bytes; the kind tells the types apart. */
export function keyOf({ type, id }: PimRecord): { kind: Kind; id: string } {
  return { kind: PIM_KINDS[type], id: id.toString(16).padStart(16, "0") };
}

/** One run of the workload: `load`, then `shuffle` once, then `next` as often as wanted. */
export class Pim1 {
  /** Living records that are not photos; `next` changes it in place. */
  readonly live: PimRecord[] = [];
  readonly draw: Draw;
  private readonly nextId: number[];

  /** `scale` in percent of the full load. */
  constructor(seed: number, scale = 100) {
    this.draw = mulberry32(seed);
    this.nextId = FULL_COUNTS.map((count) => Math.floor((count * scale) / 100));
  }

  get photos(): PimRecord[] {
    return Array.from({ length: this.nextId[PHOTO] }, (_, id) => ({ type: PHOTO, id, version: 0 }));
  }

  *load(): Generator<PimRecord> {
    for (const [type, count] of [...this.nextId].entries()) {
      for (let id = 0; id < count; id++) {
        const record = { type, id, version: 0 };
        if (type !== PHOTO) this.live.push(record);
        yield record;
      }
    }
  }

  shuffle(): void {
    for (let i = this.live.length; i > 1; i--) this.swap(i - 1, below(this.draw, i));
  }

  next(): PimOperation {
    const drawn = below(this.draw, 100);
    const chance = this.live.length === 0 ? 60 : drawn;
    if (chance < 55) return this.update(this.popular());
    if (chance < 70) return this.insert();
    if (chance < 85) return this.remove(below(this.draw, this.live.length));
    return { verb: "get", ...this.live[this.popular()] };
  }

  update(index: number): PimOperation {
    const record = this.live[index];
    record.version++;
    return { verb: "update", ...record };
  }

  /** Undoes the last operation: the store refused it. */
  takeBack({ verb, type, id, version }: PimOperation): void {
    const index = this.live.findIndex((record) => record.type === type && record.id === id);
    if (verb === "update") this.live[index].version--;
    if (verb === "insert") this.remove(index);
    if (verb === "remove") this.live.push({ type, id, version });
  }

  /** Any living record, each as likely. */
  anyIndex(): number {
    return below(this.draw, this.live.length);
  }

  private insert(): PimOperation {
    const chance = below(this.draw, 10);
    const type = chance < 5 ? 4 : chance < 7 ? 1 : chance < 8 ? 0 : chance < 9 ? 2 : 3;
    const record = { type, id: this.nextId[type]++, version: 0 };
    const at = below(this.draw, this.live.length + 1);
    this.live.push(record);
    this.swap(at, this.live.length - 1);
    return { verb: "insert", ...record };
  }

  private remove(index: number): PimOperation {
    const record = this.live[index];
    this.live[index] = this.live[this.live.length - 1];
    this.live.pop();
    return { verb: "remove", ...record };
  }

  /** P(rank < x) = x^(1/3): the top hundredth takes a fifth. */
  private popular(): number {
    const v = this.draw() >>> 16;
    return scaled(this.live.length, scaled(scaled(v, v), v));
  }

  private swap(a: number, b: number): void {
    [this.live[a], this.live[b]] = [this.live[b], this.live[a]];
  }
}

/** What reference/storage.md §1 and shared/bench/pim1.mjs give for seed 1, scale 100, 20 000 operations. */
export const GOLDEN = { loadPuts: 9524, loadBytes: 2_617_435, churnHash: 0x1e6ca2c4, churnBytes: 2_225_652, live: 9656 };

/** Where this generator differs from the specification; empty when it does not. Cost: 100 ms. */
export function goldenProblems(): string[] {
  const pim = new Pim1(1);
  const found = { loadPuts: 0, loadBytes: 0, churnHash: 0, churnBytes: 0, live: 0 };
  for (const record of pim.load()) {
    found.loadPuts++;
    found.loadBytes += lengthOf(record);
  }
  pim.shuffle();
  for (let i = 0; i < 20_000; i++) {
    const operation = pim.next();
    const verb = ["insert", "update", "remove", "get"].indexOf(operation.verb);
    const digest = verb * 7 + operation.type * 131 + operation.id * 17 + operation.version;
    found.churnHash = (Math.imul(found.churnHash, 31) + digest) >>> 0;
    if (verb < 2) found.churnBytes += lengthOf(operation);
  }
  found.live = pim.live.length;
  return (Object.keys(GOLDEN) as (keyof typeof GOLDEN)[])
    .filter((name) => found[name] !== GOLDEN[name])
    .map((name) => `pim-1 ${name} is ${found[name]}, not ${GOLDEN[name]}`);
}

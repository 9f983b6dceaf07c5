/*
 * A seed becomes a list of operations: what a handset does in its life, in minutes.
 *
 * It fills the part to a given share and then churns several part-fulls, so that every block is compacted
 * more than once. The list is a function of (seed, weights, geometry) alone.
 */
import type { FlashGeometry } from "../flash/index.js";
import type { Kind } from "../index.js";
import { ABOUT, bytesOf, happens, mix, pick } from "./chance.js";

export interface PutStep {
  readonly do: "put";
  readonly kind: Kind;
  readonly id: string;
  readonly body: Uint8Array;
  readonly label: string;
}
export interface RemoveStep {
  readonly do: "remove";
  readonly kind: Kind;
  readonly id: string;
}
/** "reopen" closes first; "pull" just stops using the agent, as a battery pulled between two operations. */
export type Step =
  | PutStep
  | RemoveStep
  | { readonly do: "batch"; readonly changes: readonly (PutStep | RemoveStep)[] }
  | { readonly do: "tick"; readonly budget: number }
  | { readonly do: "reopen" }
  | { readonly do: "pull" }
  | { readonly do: "format" };

/** One of the mixtures below. */
export interface Weights {
  readonly name: string;
  readonly batch: number;
  readonly remove: number;
  readonly tick: number;
  readonly reopen: number;
  readonly pull: number;
  readonly large: number;
  readonly photo: number;
  readonly pack: boolean;
  readonly versions: number;
}

export const WEIGHTS: readonly Weights[] = [
  { name: "small", batch: 0.04, remove: 0.1, tick: 0.05, reopen: 0.015, pull: 0.01, large: 0.02, photo: 0, pack: false, versions: 0 },
  { name: "history", batch: 0.1, remove: 0.12, tick: 0.12, reopen: 0.02, pull: 0.02, large: 0.08, photo: 0.01, pack: true, versions: 3 },
  { name: "photos", batch: 0.15, remove: 0.1, tick: 0, reopen: 0.03, pull: 0.02, large: 0.15, photo: 0.06, pack: false, versions: 0 },
  // Few records and little rest: most operations are compaction, recovery and, on parts that have one, the checkpoint.
  { name: "restless", batch: 0.1, remove: 0.12, tick: 0.14, reopen: 0.1, pull: 0.1, large: 0.4, photo: 0.01, pack: false, versions: 0 },
  { name: "closing", batch: 0.08, remove: 0.08, tick: 0.06, reopen: 0.3, pull: 0.08, large: 0.2, photo: 0, pack: false, versions: 0 },
  // A phone's years: a thousand changes between two boots, most of them small.
  { name: "years", batch: 0.02, remove: 0.1, tick: 0.02, reopen: 0.0007, pull: 0.0003, large: 0.02, photo: 0, pack: false, versions: 0 },
];

/** So many of the mixtures, the first ones, are taken in turn where nothing else is asked for. */
export const DAILY_WEIGHTS = 3;
/** So many where parts rot or fail. */
export const TRIAL_WEIGHTS = 5;
/** The mixture of a long life. */
export const YEARS = 5;

export interface ScriptOptions {
  readonly seed: number;
  /** Index into WEIGHTS. */
  readonly weights: number;
  /** Share of the whole part the live bodies come to, 0..1. */
  readonly fill: number;
  /** How often the size of the part is written again after that. */
  readonly partFulls: number;
}

export const defaultOptions: ScriptOptions = { seed: 1, weights: 0, fill: 0.4, partFulls: 0.8 };

const KINDS: readonly Kind[] = ["contact", "event", "todo", "note", "message", "mail"];

/** Bytes a record takes beside its body, roughly: head, check, parity. */
const OVERHEAD_BYTES = 80;

export function makeScript(geometry: FlashGeometry, options: ScriptOptions): Step[] {
  const author = new Author(geometry, options);
  while (author.liveBytes < author.fillBytes) author.add(happens(0.1, options.seed, ABOUT.step, author.steps.length) ? "batch" : "put");
  author.writtenBytes = 0;
  const end = options.partFulls * geometry.blockBytes * geometry.blockCount;
  while (author.writtenBytes < end) author.add(author.choose());
  author.add("reopen");
  author.add("format");
  return author.steps;
}

interface Entry {
  readonly kind: Kind;
  readonly id: string;
  lengthBytes: number;
}

/** Writes a script, keeping track of what would be alive. */
class Author {
  readonly steps: Step[] = [{ do: "format" }];
  readonly fillBytes: number;
  private readonly alive: Entry[] = [];
  private readonly dead: Entry[] = [];
  private readonly weights: Weights;
  private readonly seed: number;
  private readonly pageBytes: number;
  private readonly longest: number;
  private serial = 0;
  liveBytes = 0;
  writtenBytes = 0;

  constructor(geometry: FlashGeometry, options: ScriptOptions) {
    const partBytes = geometry.blockBytes * geometry.blockCount;
    this.fillBytes = options.fill * partBytes;
    this.seed = options.seed;
    this.weights = WEIGHTS[options.weights] ?? WEIGHTS[0]!;
    this.pageBytes = geometry.kind === "nand" ? geometry.pageBytes : 0;
    this.longest = partBytes / 8;
  }

  /** What comes next, by the weights. */
  choose(): Step["do"] {
    const weights = this.weights;
    let at = mix(this.seed, ABOUT.step, this.steps.length) / 0x100000000;
    for (const name of ["batch", "remove", "tick", "reopen", "pull"] as const) {
      if (at < weights[name]) return name;
      at -= weights[name];
    }
    return "put";
  }

  add(what: Step["do"]): void {
    if (what === "put") this.steps.push(this.put());
    else if (what === "remove") this.steps.push(this.remove());
    else if (what === "batch") this.steps.push(this.batch());
    else if (what === "tick") this.steps.push({ do: "tick", budget: 1 + this.pick(8) });
    else this.steps.push({ do: what });
    if (what === "put" || what === "remove" || what === "batch") this.writtenBytes += this.pageBytes / 2;
  }

  private pick(count: number): number {
    return pick(count, this.seed, ABOUT.key, this.steps.length, this.serial++);
  }

  /** A new record while there is room for it, else a new version of one. */
  private put(but?: ReadonlySet<string>): PutStep {
    const lengthBytes = but === undefined ? this.chooseLength() : 60 + this.pick(500);
    const grow = this.liveBytes + lengthBytes + OVERHEAD_BYTES < this.fillBytes;
    const free = but === undefined ? this.alive : this.alive.filter((record) => !but.has(record.id));
    const replace = free.length > 0 && (!grow || this.pick(4) === 0);
    if (!replace) return this.write(this.make(lengthBytes, but === undefined && this.pick(4) === 0), lengthBytes);
    const record = free[this.pick(free.length)]!;
    // Near its old length, so that what is alive stays what it is.
    const fitting = grow ? lengthBytes : Math.floor((record.lengthBytes * (90 + this.pick(21))) / 100);
    this.liveBytes += fitting - record.lengthBytes;
    record.lengthBytes = fitting;
    return this.write(record, fitting);
  }

  /** A key that never was, or, now and then, one that was removed. */
  private make(lengthBytes: number, again: boolean): Entry {
    const kind = lengthBytes > 4096 ? "photo" : KINDS[this.pick(KINDS.length)]!;
    const id =
      mix(this.seed, ABOUT.key, this.serial++)
        .toString(16)
        .padStart(8, "0") + this.serial.toString(16).padStart(8, "0");
    const record = (again && kind !== "photo" && this.dead.pop()) || { kind, id, lengthBytes };
    record.lengthBytes = lengthBytes;
    this.alive.push(record);
    this.liveBytes += lengthBytes + OVERHEAD_BYTES;
    return record;
  }

  private write(record: Entry, lengthBytes: number): PutStep {
    const serial = this.serial++;
    this.writtenBytes += Math.max(lengthBytes + OVERHEAD_BYTES, this.pageBytes / 2);
    const body = bytesOf(this.seed, serial, lengthBytes, lengthBytes, record.kind === "photo" || serial % 2 === 0);
    return { do: "put", kind: record.kind, id: record.id, body, label: serial % 3 === 0 ? `name ${serial}` : "" };
  }

  private remove(but?: ReadonlySet<string>): PutStep | RemoveStep {
    const free = but === undefined ? this.alive : this.alive.filter((record) => !but.has(record.id));
    if (free.length < 4) return this.put(but);
    const record = free[this.pick(free.length)]!;
    this.alive.splice(this.alive.indexOf(record), 1);
    this.dead.push(record);
    this.liveBytes -= record.lengthBytes + OVERHEAD_BYTES;
    return { do: "remove", kind: record.kind, id: record.id };
  }

  private batch(): Step {
    const changes: (PutStep | RemoveStep)[] = [];
    const touched = new Set<string>();
    for (let i = 2 + this.pick(6); i > 0; i--) {
      const change = this.pick(5) === 0 ? this.remove(touched) : this.put(touched);
      touched.add(change.id);
      changes.push(change);
    }
    return { do: "batch", changes };
  }

  private chooseLength(): number {
    const at = this.pick(1000) / 1000;
    if (at < this.weights.photo) return Math.floor(Math.min(this.longest, 5000 + this.pick(6000)));
    if (at < this.weights.photo + this.weights.large) return 600 + this.pick(2400);
    return this.pick(20) === 0 ? this.pick(20) : 60 + this.pick(700);
  }
}

/*
 * One failure on one line, and back.
 *
 *   spi-nor-8m:b24:seed7:w2:f40:p15:cut812=bits:n3=unstable:keep=0-14.18
 *
 * part, blocks, seed, weights, fill in percent, part-fulls in tenths, the cut (operation number = tear), each
 * further cut (operations after the power came back = tear), the steps of the script that are kept (all, if absent),
 * "short" or "long" where lives are not the usual ones. A store with outer parity has a field o4 or o8 behind the part-fulls.
 */
import { TEAR_KINDS, type TearKind } from "../flash/index.js";
import { type Cut, LIFE_LENGTHS, type LifeLength } from "./cut.js";
import type { Driver } from "./driver.js";
import { explore, type Tally } from "./explore.js";
import { type PartName, scaled } from "./geometries.js";
import { RunLog } from "./log.js";
import { servedGeometry } from "./lower-pages.js";
import { makeScript, type ScriptOptions, type Step, WEIGHTS } from "./script.js";
import { type Store, striped } from "./store.js";

/** A script, by name. */
export interface Subject {
  readonly preset: PartName;
  readonly blockCount: number;
  readonly script: ScriptOptions;
  readonly outerParity?: 0 | 4 | 8;
  /** Indexes of the steps kept, ascending; undefined = all. */
  readonly keep?: readonly number[];
}

export interface Replay extends Subject {
  readonly cut: Cut;
  readonly further: readonly Cut[];
  /** As in Plan. */
  readonly length?: LifeLength;
}

/** What a line did: the same line, on the same build, gives the same `logHash` every time. */
export interface Replayed extends Tally {
  readonly logHash: string;
  readonly logEntries: number;
}

/** `geometry`: of a driver, where it is not the one that the subject names. */
export function stepsOf(subject: Subject, geometry = scaled(subject.preset, subject.blockCount)): Step[] {
  const steps = makeScript(servedGeometry(geometry), subject.script);
  return subject.keep === undefined ? steps : steps.filter((_, index) => subject.keep!.includes(index));
}

export function printSubject({ preset, blockCount, script, outerParity = 0 }: Subject): string {
  const { seed, weights, fill, partFulls } = script;
  return `${preset}:b${blockCount}:seed${seed}:w${weights}:f${Math.round(fill * 100)}:p${Math.round(partFulls * 10)}${outerParity === 0 ? "" : `:o${outerParity}`}`;
}

export function printReplay(replay: Replay): string {
  const further = replay.further.map((cut) => `:n${cut.op}=${cut.tear}`).join("");
  const length = replay.length === undefined || replay.length === "usual" ? "" : `:${replay.length}`;
  const keep = replay.keep === undefined ? "" : `:keep=${printRanges(replay.keep)}`;
  return `${printSubject(replay)}:cut${replay.cut.op}=${replay.cut.tear}${further}${keep}${length}`;
}

/** Throws RangeError with what is wrong. */
export function parseReplay(line: string): Replay {
  const [, ...fields] = line.trim().split(":");
  const subject = parseSubject(line);
  const cut = fields.find((text) => text.startsWith("cut"));
  if (cut === undefined) throw new RangeError("a replay line needs a field like cut812=bits");
  const length = LIFE_LENGTHS.find((name) => fields.includes(name));
  const keep = fields.find((text) => text.startsWith("keep="));
  return {
    ...subject,
    cut: parseCut(cut.slice(3)),
    further: fields.filter((text) => /^n\d+=/.test(text)).map((text) => parseCut(text.slice(1))),
    ...(keep === undefined ? {} : { keep: parseRanges(keep.slice(5)) }),
    ...(length === undefined ? {} : { length }),
  };
}

/** What printSubject prints; further fields are left to others. Throws RangeError with what is wrong. */
export function parseSubject(line: string): Omit<Subject, "keep"> {
  const [preset, ...fields] = line.trim().split(":");
  const number = (prefix: string, fallback: number) => {
    const field = fields.find((text) => new RegExp(`^${prefix}\\d+$`).test(text));
    return field === undefined ? fallback : Number(field.slice(prefix.length));
  };
  scaled(preset as PartName, 16);
  const script = { seed: number("seed", 1), weights: number("w", 0), fill: number("f", 40) / 100, partFulls: number("p", 8) / 10 };
  if (script.weights >= WEIGHTS.length) throw new RangeError(`weights go from 0 to ${WEIGHTS.length - 1}`);
  const outerParity = number("o", 0);
  if (outerParity !== 0 && outerParity !== 4 && outerParity !== 8) throw new RangeError("outer parity is 4 or 8");
  return { preset: preset as PartName, blockCount: number("b", 24), script, ...(outerParity === 0 ? {} : { outerParity }) };
}

/** Performs the one run a line names. */
export async function runReplay(store: Store, replay: Replay, driver?: Driver): Promise<Replayed> {
  const log = new RunLog();
  const { tally } = await explore({
    store: striped(store, replay.outerParity),
    geometry: driver?.geometry ?? scaled(replay.preset, replay.blockCount),
    ...(driver && { driver }),
    seed: replay.script.seed,
    weights: WEIGHTS[replay.script.weights]!,
    steps: stepsOf(replay, driver?.geometry),
    share: 1,
    nested1: 0,
    nested2: 0,
    ...(replay.length && { length: replay.length }),
    shard: { index: 0, of: 1 },
    only: { op: replay.cut.op, tear: replay.cut.tear, further: replay.further },
    log,
  });
  return { ...tally, logHash: log.digest, logEntries: log.entries };
}

function parseCut(text: string): Cut {
  const [op, tear] = text.split("=");
  const tears: readonly string[] = TEAR_KINDS;
  if (!/^\d+$/.test(op ?? "") || !tears.includes(tear ?? "")) throw new RangeError(`not a cut: ${text}; tears are ${tears.join(", ")}`);
  return { op: Number(op), tear: tear as TearKind };
}

function printRanges(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(".");
}

function parseRanges(text: string): number[] {
  return text.split(".").flatMap((range) => {
    if (!/^\d+(-\d+)?$/.test(range)) throw new RangeError(`not a range of steps: ${range}`);
    const [first, last] = range.split("-").map(Number) as [number, number?];
    return Array.from({ length: (last ?? first) - first + 1 }, (_, i) => first + i);
  });
}

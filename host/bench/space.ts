/*
 * How much a part holds before it first says FULL, whether it can still be used then, and how evenly it wears.
 */
import type { Kind } from "../agent/types.js";
import { HoldfastError } from "../errors.js";
import { type FlashGeometry, NorFlash, TraceFlash } from "../flash/index.js";
import { flashBytes } from "./configurations.js";
import type { BenchAgent, Doors, StoreSetup } from "./doors.js";
import { rounded } from "./latency.js";
import { wearOf } from "./measure.js";
import { bodyOf, keyOf, mulberry32, Pim1 } from "./pim1.js";

export interface StoredText {
  kind: Kind;
  body: Uint8Array;
}

export interface SpaceFigures {
  source: string;
  packed: boolean;
  /** The number to reach is set for real texts; pim-1's short records are shown beside them. */
  judgedByBar: boolean;
  records: number;
  meanBodyBytes: number;
  /** Bodies as they were given, over flash, when the first insert was refused. */
  payloadShare: number;
  /** Of 50 tried on the full part. */
  updatesWhenFull: number;
  removalsWhenFull: number;
}

export interface WearFigures {
  partFulls: number;
  operations: number;
  max: number;
  mean: number;
  sd: number;
  maxOverMean: number;
}

/** Far more index than any fill needs. */
const MEMORY_BYTES = 8 * 1024 * 1024;
const TRIES_WHEN_FULL = 50;

/** Small records of pim-1 as they come in the churn: messages, events, contacts, to-dos, notes. Never ends. */
export function* pimTexts(seed: number): Generator<StoredText> {
  const draw = mulberry32(seed);
  for (let id = 0; ; id++) {
    const chance = draw() % 10;
    const type = chance < 5 ? 4 : chance < 7 ? 1 : chance < 8 ? 0 : chance < 9 ? 2 : 3;
    const record = { type, id, version: 0 };
    yield { kind: keyOf(record).kind, body: bodyOf(record) };
  }
}

/** The same texts over and over. */
export function* repeated(texts: readonly StoredText[]): Generator<StoredText> {
  for (let i = 0; texts.length > 0; i = (i + 1) % texts.length) yield texts[i];
}

/** Puts `texts`, each under an id of its own, until the part is full. */
export async function fill(
  { source, judgedByBar }: Pick<SpaceFigures, "source" | "judgedByBar">,
  texts: Iterable<StoredText>,
  geometry: FlashGeometry,
  setup: StoreSetup,
  doors: Doors,
): Promise<SpaceFigures> {
  const part = new NorFlash(geometry);
  await doors.format(part, setup);
  const agent = await doors.open(part, { ...setup, memoryBytes: MEMORY_BYTES });
  const stored: Kind[] = [];
  let payload = 0;
  for (const { kind, body } of texts) {
    if (!fits(() => agent.put(kind, body, { id: idOf(stored.length) }))) break;
    stored.push(kind);
    payload += body.length;
  }
  const whenFull = useWhenFull(agent, stored);
  agent.close();
  return {
    source,
    packed: setup.pack ?? false,
    judgedByBar,
    records: stored.length,
    meanBodyBytes: rounded(payload / Math.max(1, stored.length), 1),
    payloadShare: rounded(payload / flashBytes(geometry), 4),
    ...whenFull,
  };
}

function useWhenFull(agent: BenchAgent, stored: readonly Kind[]): Pick<SpaceFigures, "updatesWhenFull" | "removalsWhenFull"> {
  let [updatesWhenFull, removalsWhenFull] = [0, 0];
  const step = Math.max(1, Math.floor(stored.length / (2 * TRIES_WHEN_FULL)));
  for (let i = 0; i < TRIES_WHEN_FULL && (2 * i + 1) * step < stored.length; i++) {
    const [edited, removed] = [2 * i * step, (2 * i + 1) * step];
    const kind = stored[edited];
    const before = agent.get(kind, idOf(edited))?.body;
    if (before === undefined) throw new Error(`${kind} ${idOf(edited)} is gone from the full part`);
    const after = before.slice().reverse();
    if (fits(() => agent.remove(stored[removed], idOf(removed)))) removalsWhenFull++;
    if (fits(() => agent.put(kind, after, { id: idOf(edited) }))) updatesWhenFull++;
  }
  return { updatesWhenFull, removalsWhenFull };
}

/** Does `work`; false when the part is FULL for it. */
export function fits(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (thrown) {
    if (thrown instanceof HoldfastError && thrown.code === "FULL") return false;
    throw thrown;
  }
}

function idOf(number: number): string {
  return number.toString(16).padStart(16, "0");
}

/** Churns the full load of pim-1 until the part was programmed `partFulls` times over. Erases of the format are not counted. */
export async function wear(partFulls: number, geometry: FlashGeometry, setup: StoreSetup, doors: Doors, scale = 100): Promise<WearFigures> {
  const part = new NorFlash(geometry);
  const trace = new TraceFlash(part);
  await doors.format(trace, setup);
  const agent = await doors.open(trace, setup);
  const pim = new Pim1(setup.seed, scale);
  const erasedBefore = part.eraseCounts.slice();
  const put = (record: { type: number; id: number; version: number }) => {
    const { kind, id } = keyOf(record);
    agent.put(kind, bodyOf(record), { id });
  };
  for (const record of pim.load()) put(record);
  pim.shuffle();
  const churning = trace.mark();
  let operations = 0;
  while (trace.programBytes - churning.programBytes < partFulls * flashBytes(geometry)) {
    const operation = pim.next();
    operations++;
    if (operation.verb === "get") continue;
    if (operation.verb === "remove") agent.remove(keyOf(operation).kind, keyOf(operation).id);
    else put(operation);
  }
  const { max, mean, sd } = wearOf(part.eraseCounts.map((count, block) => count - erasedBefore[block]));
  agent.close();
  return { partFulls, operations, max, mean, sd, maxOverMean: rounded(max / Math.max(mean, 1e-9), 3) };
}

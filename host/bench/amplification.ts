/*
 * Write amplification of pim-1's churn on a part that is nearly as full as it may be: at four fifths of the payload that it accepts before the
 * first FULL, without and with outer parity.
 */
import { type FlashDevice, type FlashGeometry, NorFlash, TraceFlash } from "../flash/index.js";
import { flashBytes } from "./configurations.js";
import type { BenchAgent, Doors, StoreSetup } from "./doors.js";
import { rounded } from "./latency.js";
import { bodyOf, keyOf, Pim1, type PimRecord } from "./pim1.js";
import { fits } from "./space.js";

export type OuterParity = 0 | 4 | 8;

export interface AmplificationFigures {
  outerParity: OuterParity;
  /** Payload of the largest load the part takes, over flash. */
  payloadShare: number;
  operations: number;
  writeAmplification: number;
}

/** Far more index than any load needs. */
const MEMORY_BYTES = 4 * 1024 * 1024;
const FILLED = 0.8;
/** The largest load is found to so many percent of pim-1's. */
const SCALE_STEP = 2;

/** Cost: a dozen loads and `operations` changes. */
export async function amplification(
  outerParity: OuterParity,
  geometry: FlashGeometry,
  operations: number,
  setup: StoreSetup,
  doors: Doors,
): Promise<AmplificationFigures> {
  const store = (part: FlashDevice) => opened(part, { ...setup, outerParity, memoryBytes: MEMORY_BYTES }, doors);
  const largest = await largestScale(geometry, setup.seed, store);
  const trace = new TraceFlash(new NorFlash(geometry));
  const agent = await store(trace);
  const pim = new Pim1(setup.seed, largest.scale * FILLED);
  for (const record of pim.load()) put(agent, record);
  pim.shuffle();
  const mark = trace.mark();
  let payload = 0;
  for (let done = 0; done < operations; done++) {
    const operation = pim.next();
    if (operation.verb === "remove") agent.remove(keyOf(operation).kind, keyOf(operation).id);
    else if (operation.verb !== "get") payload += put(agent, operation);
  }
  const { programBytes } = trace.since(mark);
  agent.close();
  const payloadShare = rounded(largest.payload / flashBytes(geometry), 3);
  return { outerParity, payloadShare, operations, writeAmplification: rounded(programBytes / payload, 3) };
}

async function opened(part: FlashDevice, setup: StoreSetup & { outerParity: OuterParity }, doors: Doors): Promise<BenchAgent> {
  await doors.format(part, setup);
  return doors.open(part, setup);
}

/** The largest load of pim-1 that fits, by halving: scale in percent, and its bytes. */
async function largestScale(geometry: FlashGeometry, seed: number, store: (part: FlashDevice) => Promise<BenchAgent>) {
  let [scale, tooMuch, payload] = [0, (flashBytes(geometry) / 2_617_435) * 100, 0];
  while (tooMuch - scale > SCALE_STEP) {
    const middle = (scale + tooMuch) / 2;
    const agent = await store(new NorFlash(geometry));
    const taken = load(agent, new Pim1(seed, middle));
    if (taken === undefined) tooMuch = middle;
    else [scale, payload] = [middle, taken];
    agent.close();
  }
  return { scale, payload };
}

/** Bytes of the whole load, or undefined when the part was FULL first. */
function load(agent: BenchAgent, pim: Pim1): number | undefined {
  let payload = 0;
  for (const record of pim.load()) if (!fits(() => (payload += put(agent, record)))) return undefined;
  return payload;
}

function put(agent: BenchAgent, record: PimRecord): number {
  const { kind, id } = keyOf(record);
  const body = bodyOf(record);
  agent.put(kind, body, { id });
  return body.length;
}

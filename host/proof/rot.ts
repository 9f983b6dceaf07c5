/*
 * Bits that rot all over the part, at a rate: a record reads right, or is CORRUPT, or is missing and counted.
 *
 * The rates go round with the number of the trial: at 1e-5 nothing at all may be lost, at 1e-4 next to nothing; the
 * higher ones are beyond what can be mended, and there the report must be exact, but for the end of the log, of which nothing else knows.
 */
import { ABOUT, mix } from "./chance.js";
import { affectedBy, isReported, rolledBackOf } from "./damage.js";
import { type Image, makeImage, type Pull, Scratch } from "./image.js";
import type { Outcome } from "./job.js";
import type { Subject } from "./replay.js";
import { WEIGHTS } from "./script.js";
import { Session } from "./session.js";
import { readAll } from "./shown.js";
import type { Store } from "./store.js";

export const ROT_RATES = { rot: [1e-5, 1e-4], "rot-beyond": [1e-3, 3e-3, 1e-2] } as const;
export type RotKind = keyof typeof ROT_RATES;
/** Up to this rate nothing may be lost. */
const MENDED_RATE = 1e-4;
const PULLS: readonly (Pull | undefined)[] = [undefined, { at: 0.7, tear: "bits" }];
/** From here on most codewords cannot be read: what is left cannot tell what there was, but it must not be wrong. */
const ILLEGIBLE_RATE = 1e-2;
/** Bytes of a record that one codeword protects. */
const CODEWORD_BYTES = 239;

export class Rotting {
  private readonly store: Store;
  private readonly subject: Subject;
  private readonly rates: readonly number[];
  private readonly images: { image: Image; scratch: Scratch }[] = [];

  constructor(store: Store, subject: Subject, kind: RotKind) {
    this.rates = ROT_RATES[kind];
    this.store = store;
    this.subject = subject;
  }

  async run(number: number): Promise<Outcome> {
    const rate = this.rates[number % this.rates.length]!;
    const which = Math.floor(number / this.rates.length) % PULLS.length;
    this.images[which] ??= await this.prepare(PULLS[which]);
    const { image, scratch } = this.images[which];
    const addresses = decay(scratch, rate, mix(this.subject.script.seed, ABOUT.trial, number));
    try {
      return await this.judge(image, scratch, rate, addresses);
    } catch (error) {
      return { counts: {}, faults: [`at a rate of ${rate}: ${error}`] };
    } finally {
      scratch.restore();
    }
  }

  private async prepare(pull: Pull | undefined) {
    const image = await makeImage(this.store, this.subject, pull);
    return { image, scratch: new Scratch(image) };
  }

  private async judge(image: Image, scratch: Scratch, rate: number, addresses: readonly number[]): Promise<Outcome> {
    const model = image.model.clone();
    const { script } = this.subject;
    const session = new Session(this.store, scratch, model, script.seed, WEIGHTS[script.weights]!);
    session.setClock(100_000);
    const agent = await session.boot();
    const { shown, violations } = readAll(agent, model, { receipts: false, verify: false, damaged: true });
    const flying = new Set(model.inFlight.map(({ key }) => key));
    const affected = affectedBy(model, shown, flying);
    const isCounted = agent.stat().damagedUnknown > 0;
    const isExposed = image.exposed.some(({ first, end }) => addresses.some((address) => first <= address && address < end));
    const rolledBack = rolledBackOf(model, shown);
    const isAllowed = (key: string, stale: boolean) =>
      stale && (isCounted || isExposed || (rate > MENDED_RATE && rolledBack(key)) || rate >= ILLEGIBLE_RATE);
    const silent = affected.filter(({ key, stale }) => !isReported(shown.get(key)) && !isAllowed(key, stale));
    session.powerOff();
    const faults = [...violations.map(({ key, text }) => `${key} ${text}`), ...silent.map(({ key, fault }) => `${key} ${fault}`)];
    if (rate <= MENDED_RATE && (affected.length > 0 || isCounted) && !isExposed)
      faults.push(`${affected.length} records lost: ${affected[0]?.key} ${affected[0]?.fault}`);
    const codewords = [...model.held.values()].reduce((sum, { body }) => sum + Math.ceil((body.length + 1) / CODEWORD_BYTES), 0);
    const told = { flips: addresses.length, [`codewords at ${rate}`]: codewords, [`records at ${rate}`]: model.held.size };
    return {
      counts: { ...told, [`lost and told at ${rate}`]: affected.length },
      faults: faults.map((text) => `at a rate of ${rate}: ${text}`),
    };
  }
}

/** Flips each bit of the part with chance `rate`; returns the addresses of the bytes. Cost: a draw a flip. */
function decay(scratch: Scratch, rate: number, seed: number): number[] {
  const bits = scratch.bytes.length * 8;
  const addresses: number[] = [];
  for (let bit = -1, n = 0; ; n++) {
    // The gap to the next one is geometric.
    bit += 1 + Math.floor(Math.log(1 - mix(seed, ABOUT.flip, n) / 0x100000000) / Math.log(1 - rate));
    if (bit >= bits) return addresses;
    addresses.push(bit >> 3);
    scratch.flip(bit >> 3, 1 << (bit & 7));
  }
}

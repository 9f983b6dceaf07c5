/*
 * The dice of one fault of the catalogue: h = mix(seed, fault, moment, unit, counter), never a sequence.
 *
 * Each fault has its own, so taking one out of the list, or putting one in, moves no other (reference/reliability.md §2.2).
 */
import { FAULT_IDS, type Fault, usualRate } from "./faults.js";
import { mix } from "./mix.js";

/** When a decision falls: `op` counts operations, or reads where the fault is one of reading, from 0 at each boot. */
export interface Moment {
  boot: number;
  op: number;
}

export class Dice {
  private readonly key: number;

  constructor(seed: number, fault: Fault) {
    this.key = mix(seed, FAULT_IDS.indexOf(fault.id), fault.salt ?? 0, 0xd1ce);
  }

  /** 32 random bits about `unit`, a block, page or bit. */
  draw({ boot, op }: Moment, unit = 0, counter = 0): number {
    return mix(this.key ^ Math.imul(boot + 1, 0x9e3779b1), op, unit, counter);
  }

  /** True with probability `chance`; whoever is hit at a low chance is hit at a higher one too. */
  happens(chance: number, moment: Moment, unit = 0, counter = 0): boolean {
    return this.draw(moment, unit, counter) < chance * 2 ** 32;
  }

  pick<T>(choices: readonly T[], moment: Moment, counter: number): T {
    return choices[this.draw(moment, 0, counter) % choices.length];
  }

  /** A whole number from `first` to `last`. */
  between(first: number, last: number, moment: Moment, counter: number): number {
    return first + (this.draw(moment, 0, counter) % (last - first + 1));
  }
}

/** A fault of the list, with its dice. */
export interface Active<F extends Fault = Fault> {
  readonly fault: F;
  readonly dice: Dice;
}

/** Does the fault fall on this very moment, by `at` or by `rate`? */
export function isDue({ fault, dice }: Active, moment: Moment, unit = 0): boolean {
  if (!isInBoot(fault, moment.boot)) return false;
  return fault.at === undefined ? dice.happens(usualRate(fault), moment, unit) : fault.at === moment.op;
}

/** May the fault act now at all? For faults whose `rate` is a share of cells, not a chance of the moment. */
export function isOn(fault: Fault, { boot, op }: Moment): boolean {
  return isInBoot(fault, boot) && (fault.at === undefined || fault.at === op);
}

/** Without `boot`, a fault with `at` belongs to the time before the first reboot, and one without to all times. */
function isInBoot({ at, boot }: Fault, now: number): boolean {
  return boot === undefined ? at === undefined || now === 0 : boot === now;
}

/**
 * Those of 0 to `count` - 1 that are chosen, each with probability `chance`, ascending.
 *
 * Cost: one draw for each that is chosen, however many there are to choose from.
 */
export function* chosen(count: number, chance: number, draw: (counter: number) => number): Generator<number> {
  if (chance <= 0) return;
  const step = Math.log1p(-Math.min(chance, 1));
  for (let at = -1, counter = 0; ; counter++) {
    at += 1 + Math.floor(Math.log((draw(counter) + 1) / 2 ** 32) / step);
    if (at >= count) return;
    yield at;
  }
}

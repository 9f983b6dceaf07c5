/*
 * A link between two ends in one process, without a clock: messages wait until they are delivered, and a seed decides
 * which of them are lost, come twice, or change places.
 */
import { mix } from "../flash/mix.js";

export interface Losses {
  /** Shares of messages, 0 to 1. */
  lost?: number;
  doubled?: number;
  /** Overtaken by the message behind it. */
  late?: number;
  /** One byte of it changed. */
  garbled?: number;
}

type Direction = "out" | "back";

export class Loopback {
  readonly #seed: number;
  readonly #losses: Losses;
  readonly #waiting: { direction: Direction; message: Uint8Array }[] = [];
  #count = 0;
  /** What became of messages so far. */
  readonly tally = { sent: 0, lost: 0, doubled: 0, late: 0, garbled: 0 };

  constructor(seed: number, losses: Losses = {}) {
    this.#seed = seed;
    this.#losses = losses;
  }

  send(direction: Direction, message: Uint8Array): void {
    const number = this.#count++;
    this.tally.sent++;
    if (this.#happens("lost", number)) return;
    const sent = this.#happens("garbled", number) ? garble(message, mix(this.#seed, number, 9)) : message.slice();
    const at = this.#happens("late", number) && this.#waiting.length > 0 ? this.#waiting.length - 1 : this.#waiting.length;
    this.#waiting.splice(at, 0, { direction, message: sent });
    if (this.#happens("doubled", number)) this.#waiting.push({ direction, message: sent.slice() });
  }

  /** The next message to be delivered; undefined: silence. */
  next(): { direction: Direction; message: Uint8Array } | undefined {
    return this.#waiting.shift();
  }

  /** The link broke: what was on its way is gone. */
  clear(): void {
    this.#waiting.length = 0;
  }

  #happens(what: keyof Losses, number: number): boolean {
    const share = this.#losses[what] ?? 0;
    const happens = mix(this.#seed, number, ORDER.indexOf(what) + 1) < share * 0x100000000;
    if (happens) this.tally[what]++;
    return happens;
  }
}

const ORDER: (keyof Losses)[] = ["lost", "doubled", "late", "garbled"];

function garble(message: Uint8Array, dice: number): Uint8Array {
  const garbled = message.slice();
  garbled[dice % garbled.length] ^= 1 + ((dice >>> 8) % 255);
  return garbled;
}

/*
 * Every decision of the proof: a hash of what is being decided, never the next number of a sequence.
 *
 * Adding, leaving out or shrinking one decision therefore does not move the others, and a failure is
 * named completely by the numbers on its replay line.
 */

/** What a decision is about; part of the hash, so that two questions about one operation are independent. */
export const ABOUT = {
  step: 1,
  key: 2,
  length: 3,
  body: 4,
  tear: 5,
  life: 6,
  nested: 7,
  flip: 8,
  damage: 9,
  entropy: 10,
  sample: 11,
  storm: 12,
  trial: 13,
  noise: 14,
} as const;

/** A 32-bit hash of up to four numbers. */
export function mix(seed: number, about: number, a = 0, b = 0): number {
  let h = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(about + 0x7f4a7c15, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15) ^ a, 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 13) ^ b, 0x297a2d39);
  h = Math.imul(h ^ (h >>> 16), 0x45d9f3b);
  return (h ^ (h >>> 15)) >>> 0;
}

/** A number in 0..count-1. */
export function pick(count: number, seed: number, about: number, a = 0, b = 0): number {
  return Math.floor((mix(seed, about, a, b) / 0x100000000) * count);
}

/** True in `share` (0..1) of all cases. */
export function happens(share: number, seed: number, about: number, a = 0, b = 0): boolean {
  return mix(seed, about, a, b) < share * 0x100000000;
}

/** `lengthBytes` bytes that depend on both numbers: letters, which pack well, or noise, which does not. */
export function bytesOf(seed: number, a: number, b: number, lengthBytes: number, noise: boolean): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  let word = mix(seed, ABOUT.body, a, b) | 1;
  for (let i = 0; i < lengthBytes; i++) {
    word = Math.imul(word, 0x6c078965) + 0x3039;
    bytes[i] = noise ? word >>> 24 : 97 + ((word >>> 27) & 15);
  }
  return bytes;
}

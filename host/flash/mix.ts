/*
 * The dice of the fault devices: a hash of numbers, never a sequence.
 *
 * Each decision hashes what it is about (seed, operation, cell, …), so adding, removing or shrinking one fault
 * does not move the others and every failure replays (reference/reliability.md §2.2).
 */

/** Hashes four integers to an unsigned 32-bit one. Source: the rounds and the finalizer of MurmurHash3 x86_32. */
export function mix(a: number, b: number, c = 0, d = 0): number {
  let h = round(round(round(round(0x9e3779b9, a), b), c), d);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function round(state: number, value: number): number {
  let k = Math.imul(value, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const h = state ^ k;
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

/** One of `choices`, by the hash `h`. */
export function pick<T>(choices: readonly T[], h: number): T {
  return choices[h % choices.length];
}

/** Share of bits set by `randomBits`. */
export type Density = 0 | 0.0625 | 0.25 | 0.5 | 0.75 | 0.9375 | 1;

/** A random byte in which each bit is set with probability `density`, from the 32 bits of the hash `h`. */
export function randomBits(h: number, density: Density): number {
  const a = h & 0xff;
  const b = (h >>> 8) & 0xff;
  const c = (h >>> 16) & 0xff;
  const d = h >>> 24;
  switch (density) {
    case 0:
      return 0;
    case 0.0625:
      return a & b & c & d;
    case 0.25:
      return a & b;
    case 0.5:
      return a;
    case 0.75:
      return a | b;
    case 0.9375:
      return a | b | c | d;
    case 1:
      return 0xff;
  }
}

/*
 * A 64-bit hash of what lies on a part, so that equal images after a cut are judged once.
 *
 * Two lanes of 32 bits, because 64-bit integers are slow in JavaScript. Not for keeping: the value may change with
 * the byte order of the machine and with the next version of this file.
 */

export class ImageHash {
  /** The lanes, unsigned only in `value`. */
  high = 0x9e3779b9 | 0;
  low = 0x7f4a7c15 | 0;

  /** Takes in one integer of 32 bits. Each lane is a bijection of it, so one changed word always changes both. */
  add(word: number): void {
    let k = Math.imul(word, 0xcc9e2d51);
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    const high = this.high ^ k;
    this.high = (Math.imul((high << 13) | (high >>> 19), 5) + 0xe6546b64) | 0;
    const low = Math.imul(this.low ^ word, 0x9e3779b1);
    this.low = low ^ (low >>> 15);
  }

  /** Takes in bytes, and how many. Four at a step where they are aligned: this runs for each block that changed. */
  addBytes(bytes: Uint8Array): void {
    this.add(bytes.length);
    const aligned = (bytes.byteOffset & 3) === 0 ? bytes : bytes.slice();
    const wordCount = aligned.length >> 2;
    const words = new Uint32Array(aligned.buffer, aligned.byteOffset, wordCount);
    for (let i = 0; i < wordCount; i++) this.add(words[i]);
    for (let i = wordCount << 2; i < bytes.length; i++) this.add(bytes[i]);
  }

  /** The hash so far. Source of the last rounds: the finalizer of MurmurHash3 x86_32. */
  get value(): bigint {
    return (BigInt(finalized(this.high)) << 32n) | BigInt(finalized(this.low));
  }
}

function finalized(lane: number): number {
  let h = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

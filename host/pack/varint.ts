/*
 * Varints as the format has them: LEB128, seven bits a byte, low bits first. Here at most four bytes, below 2^28.
 */

export interface Varint {
  value: number;
  /** Bytes it takes. */
  bytes: number;
}

export function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Uint8Array.of(...bytes, rest);
}

/** The varint at the beginning of `source`; undefined when there is none of up to four bytes. */
export function readVarint(source: Uint8Array): Varint | undefined {
  let value = 0;
  for (let at = 0; at < Math.min(4, source.length); at++) {
    value |= (source[at] & 0x7f) << (7 * at);
    if (source[at] < 0x80) return { value, bytes: at + 1 };
  }
  return undefined;
}

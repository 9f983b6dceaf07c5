/*
 * CRC-32C (Castagnoli, 0x1EDC6F41 reflected), one table of 1 KiB: a handset's RAM is worth more than the speed of
 * four. Source: RFC 3720 §12.1; detection bounds in docs/format.md. The state is kept raw: the caller chooses the
 * initial value and inverts at the end.
 */
import { CRC_TABLE } from "./memory";

export function initCrc(): void {
  for (let i: u32 = 0; i < 256; i++) {
    let c = i;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >> 1) ^ 0x82f63b78 : c >> 1;
    store<u32>(CRC_TABLE + (i << 2), c);
  }
}

/** Advances the raw state over `length` bytes, four to a call. Cost: one table look-up per byte. */
export function crc32c(state: u32, source: usize, length: u32): u32 {
  const end = source + length;
  for (const whole = source + (length & ~3); source < whole; source += 4) state = crc32cWord(state, load<u32>(source));
  for (; source < end; source++) state = (state >> 8) ^ load<u32>(CRC_TABLE + (((state ^ load<u8>(source)) & 255) << 2));
  return state;
}

/** Advances the raw state over one little-endian 32-bit word. Written out: a call for each byte costs more than the byte. */
export function crc32cWord(state: u32, word: u32): u32 {
  state ^= word;
  state = (state >> 8) ^ load<u32>(CRC_TABLE + ((state & 255) << 2));
  state = (state >> 8) ^ load<u32>(CRC_TABLE + ((state & 255) << 2));
  state = (state >> 8) ^ load<u32>(CRC_TABLE + ((state & 255) << 2));
  return (state >> 8) ^ load<u32>(CRC_TABLE + ((state & 255) << 2));
}

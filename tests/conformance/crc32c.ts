/*
 * CRC-32C bit by bit, straight from its definition: an oracle must not share code with what it judges.
 */

/** The CRC-32C (Castagnoli, reflected 0x82F63B78) of `bytes`, unsigned. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
}

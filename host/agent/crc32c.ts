/*
 * CRC-32C (Castagnoli, reflected polynomial 0x82F63B78) of a record's original body, for receipts.
 *
 * The core has its own for what lies on flash; this one is over what the caller gave, before any codec.
 * Source: RFC 3720, appendix B.4.
 */

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  return crc;
});

/** An unsigned 32-bit number; 0 for no bytes. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = TABLE[(crc ^ bytes[i]) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

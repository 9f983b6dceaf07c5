/*
 * Every bound in the core, with its unit and its reason.
 */

/** Doorstep shared with the host, bytes. One body chunk or one meta + ext at a time. */
export const WINDOW_BYTES: u32 = 4096;
/** meta + ext must stay with the record header in the first unit. */
export const META_MAX_BYTES: u32 = 480;
export const EXT_MAX_BYTES: u32 = 64;
/** Longest record header: see format/record.ts. */
export const HEADER_MAX_BYTES: u32 = 48;
/** CRC-32C catches every pattern of up to 5 bit errors up to 655 bytes (data + CRC): reliability.md §3.1. */
export const HEAD_DATA_MAX: u32 = 651;
export const BODY_UNIT_MAX: u32 = 624;
/** Longest contiguous record, all units and parity. Longer bodies are cut into chunks. */
export const RECORD_MAX_BYTES: u32 = 2112;
/** Data bytes of the shortest record. */
export const RECORD_DATA_MIN: u32 = 8;
/** Data bytes of the longest record (RECORD_MAX_BYTES without checks). */
export const RECORD_DATA_MAX: u32 = 2048;
export const BODY_MAX_BYTES: u32 = 8 << 20;
/** One program call is at most this long; a multiple of every page size served. */
export const GROUP_BYTES: u32 = 4096;
export const BATCH_MAX_RECORDS: u32 = 256;
export const BATCH_MAX_BYTES: u32 = 64 << 10;
/** LSNs stay below: the block map keeps five bytes of them. At a thousand a second that is 34 years. */
export const LSN_LIMIT: u64 = 1 << 40;
export const KIND_COUNT: u32 = 8;
/** The one kind with a quota: store/space. */
export const KIND_PHOTO: u32 = 6;
export const MIN_BLOCKS: u32 = 12;
export const MAX_BLOCKS: u32 = 65535;
/** Segments that were open when power died and are still in use: see docs/recovery.md. */
export const ADOPT_MAX: u32 = 60;
/** Pending summary entries of one open segment, bytes. */
export const PENDING_MAX: u32 = 296;
/** Interim summary units of one segment. */
export const SUMMARY_UNITS_MAX: u32 = 64;
/** Fewest records an index is laid out for. */
export const CAPACITY_MIN: u32 = 64;

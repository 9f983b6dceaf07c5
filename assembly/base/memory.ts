/*
 * The linear-memory map: every static buffer, its bytes and its owner. The block table and the record index
 * follow at __heap_base, in that order, so that capacity follows the memory the host gives.
 */

/** CRC-32C table. Owner: base/crc32c. */
export const CRC_TABLE: usize = memory.data(1024, 8);
/** Generator multiples of the low and the high nibble, 16 bytes a row. Owner: base/reed-solomon. */
export const RS_ROWS: usize = memory.data(512, 8);
/** GF(256) exponentials (doubled) and logarithms. */
export const GF_EXP: usize = memory.data(512, 8);
export const GF_LOG: usize = memory.data(256, 8);
/** Syndromes, locator, evaluator and scratch polynomials, 32 bytes each. */
export const RS_WORK: usize = memory.data(192, 8);
/** The doorstep. */
export const WINDOW: usize = memory.data(4096, 8);
export const RESULT: usize = memory.data(64, 8);
export const STAT: usize = memory.data(192, 8);
export const FAULT: usize = memory.data(16, 8);
/** The program group being built. Owner: journal/segment-writer. */
export const GROUP: usize = memory.data(4096, 8);
/** Pending summary entries of the two streams. */
export const PENDING: usize = memory.data(640, 8);
/** The two open streams. */
export const STREAMS: usize = memory.data(192, 8);
/** A record read from flash: data of all units, contiguous (room for one unit's CRC and parity behind). */
export const LOADED: usize = memory.data(2176, 8);
/** A record on its way out: header right-aligned before byte 64, then meta, ext, body. */
export const STAGED: usize = memory.data(2176, 8);
/** One summary, root, label or checkpoint unit. Owner: whoever runs; never held across calls. */
export const UNIT: usize = memory.data(736, 8);
/** The summary unit an iterator stands in. Owner: journal/scan. */
export const SUMMARY: usize = memory.data(736, 8);
/** Four iterators: SCAN_MOUNT, SCAN_COMPACT, SCAN_ASK, SCAN_TOLD of journal/scan. */
export const ITERATORS: usize = memory.data(1504, 8);
/** Blocks in which a program failed. Owner: flash/device. */
export const FAILED: usize = memory.data(16, 8);
/** Read-back buffer. Owner: flash/device. */
export const COMPARE: usize = memory.data(256, 8);
/** Tombstones of a sweep. Owner: store/sweep; in a mount, when none is on, journal/recover: the stream as its recovery opened it. */
export const SWEPT: usize = memory.data(1120, 8);
/** Adopted segments. Owner: journal/root. */
export const ADOPTED: usize = memory.data(544, 8);
/** Recovery segments found by a survey. Owner: journal/survey. */
export const TAILS: usize = memory.data(128, 8);

/** meta and ext of the record being put. Owner: store/put. */
export const KEPT: usize = memory.data(560, 8);
/** Places that wait for a commit: 10 bytes each (key 7, address 3). Owners: store/batch, store/compact, never both. */
export const MOVES: usize = memory.data(2568, 8);

/** What hf_sync tells, then the version of the record at hand (64 bytes). Owner: floor sync. */
export const SYNC: usize = memory.data(160, 8);

/** First byte the host's memory gives to the block table. */
export function dynamicBase(): usize {
  return (__heap_base + 15) & ~15;
}

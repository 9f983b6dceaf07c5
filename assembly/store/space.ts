/*
 * Accounting: how much may live on the part, and the reserve that keeps deleting, compaction and recovery possible
 * when it is full.
 */
import { alignUp } from "../base/bytes";
import { KIND_PHOTO, PENDING_MAX, RECORD_MAX_BYTES } from "../base/limits";
import { Status } from "../base/status";
import { Build, Twin, twin } from "../base/twin";
import { blockBytes, blockCount, isNand, pageBytes, programBytes, segmentEnd } from "../flash/geometry";
import { headerOffset, LONG_CHUNKS } from "../format/label";
import { recordBytes } from "../format/record";
import { SEGMENT_DATA } from "../format/segment";
import { SUMMARY_FIXED } from "../format/summary";
import { unitBytes } from "../format/unit";
import { anchorCount, bads, features, freeCount, liveTotal, outerParity } from "../journal/block-map";
import { fault } from "../journal/progress";
import { firstRecordOffset } from "../journal/segment-reader";
import { TRAILER_BYTES } from "../journal/segment-writer";
import { chunksOf } from "./key-index";

/**
 * Free blocks an ordinary put leaves alone: one for a recovery, one to compact into, one in hand. With outer parity also what emptying a stripe
 * takes before it gives a block back: as many as it has members, one more for what does not fit evenly, and one for parity. Set once per store.
 */
export let reserveBlocks: u32 = 3;
/** Free blocks a removal leaves alone. */
export const REMOVE_RESERVE_BLOCKS: u32 = 2;

/** Bytes of a record of maximal size that fill a segment evenly; set once per geometry. */
export let recordLimitBytes: u32 = 0;
/** Data bytes of such a record; on every part served the longest header, meta and ext are within it. */
export let recordLimitData: u32 = 0;
/** Body bytes a chunk carries. */
export let chunkBytes: u32 = 0;
/** Bytes of records one segment takes, summaries allowed for. */
export let segmentBytes: u32 = 0;
/** What a chunk's header and its summary entry take when it lies beside another of its record; rarely they take more. */
const CHUNK_HEADER: u32 = 18;
const CHUNK_ENTRY: u32 = 12;

/** Derives the sizes from geometry, parity and format version; chunkBytes is a part of the format (docs/format.md §5). */
export function configureSpace(): void {
  reserveBlocks = outerParity ? outerParity + 5 : 3;
  const limit = min(RECORD_MAX_BYTES, blockBytes / 2);
  let parts: u32 = 1;
  while (roomFor(parts) / parts > limit) parts++;
  recordLimitBytes = roomFor(parts) / parts;
  if (isNand) recordLimitBytes = min(recordLimitBytes, max<u32>(pageBytes, 1024)) & ~3;
  recordLimitData = recordLimitBytes;
  while (recordBytes(recordLimitData) > recordLimitBytes) recordLimitData--;
  chunkBytes = recordLimitData - (features & LONG_CHUNKS ? CHUNK_HEADER : 44);
  segmentBytes = ((segmentEnd - firstRecordOffset() - 68) / 16) * (isNand ? 13 : 15);
}

/** Bytes of a segment that `records` records leave to themselves. */
function roomFor(records: u32): u32 {
  if (!(features & LONG_CHUNKS))
    return segmentEnd - headerOffset() - unitBytes(SEGMENT_DATA) - unitBytes(128) - 12 - (isNand ? pageBytes : 32);
  const tail = unitBytes(SUMMARY_FIXED + min(records * CHUNK_ENTRY, PENDING_MAX)) + TRAILER_BYTES;
  return segmentEnd - firstRecordOffset() - alignUp(tail, programBytes);
}

/** Blocks kept back for those that will go bad: a NAND part may lose one in fifty over its life (Samsung NAND reliability FAQ). */
function spareBlocks(): u32 {
  return isNand ? blockCount / 50 : 0;
}
/** Blocks that may hold records when `bad` ones were given up. */
function usableBlocks(bad: u32): u32 {
  return blockCount - anchorCount - max(bad, spareBlocks());
}

/** Bytes of records that may live on a part with so many blocks. */
function limitOf(blocks: u32): u64 {
  const kept = reserveBlocks + 2;
  if (blocks <= kept) return 0;
  const limit = (<u64>(blocks - kept) * segmentBytes * 31) / 32;
  return outerParity ? (limit * outerParity) / (outerParity + 1) : limit;
}
export function liveLimit(): u64 {
  return limitOf(usableBlocks(bads));
}
/** May `bytes` more live here? */
export function admits(bytes: u32): bool {
  if (Build.PROBE && twin(Twin.NO_RESERVE)) return true;
  return liveTotal + bytes <= liveLimit();
}
/** Why `bytes` more are refused: FULL, or WORN_OUT when only the blocks that went bad are missing. */
export function noRoom(bytes: u32): i32 {
  const isWorn = bads > spareBlocks() && liveTotal + bytes <= limitOf(usableBlocks(0));
  return fault(isWorn ? Status.WORN_OUT : Status.FULL, 0, 0, 0);
}

/**
 * Pictures may take three quarters of what may live, so that the last quarter is for what is no picture: a picture never costs a contact.
 * Counted by chunks, which the index knows without a read; the last one of a body counts whole.
 */
const PICTURE_QUARTERS: u64 = 3;
/** May a picture with a body of so many bytes come? One that fits into a record costs a contact as little as another contact does. */
export function admitsPicture(bodyBytes: u32): bool {
  if (bodyBytes <= chunkBytes) return true;
  const count = chunksOf(KIND_PHOTO) + (bodyBytes + chunkBytes - 1) / chunkBytes;
  return <u64>count * recordBytes(chunkBytes + CHUNK_HEADER) * 4 <= liveLimit() * PICTURE_QUARTERS;
}
/** Blocks below which every put does its share of compaction. */
export function lowWater(): u32 {
  const blocks = usableBlocks(bads);
  return reserveBlocks + (blocks >= 64 ? 4 : 1) + (blocks >= 256 ? outerParity : 0);
}
export function isShort(): bool {
  return freeCount() < lowWater();
}
export function freeBytes(): u64 {
  const limit = liveLimit();
  return limit > liveTotal ? limit - liveTotal : 0;
}

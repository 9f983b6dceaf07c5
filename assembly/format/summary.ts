/*
 * The segment summary: the second home of every record's key and LSN, and what a mount reads instead of heads. One
 * final unit ends a sealed segment; long segments carry interim units in between. docs/format.md §6.
 *
 *   0    1       2     4          10          16        19        22       26
 * ├ b0 ┼ flags ┼ n ──┼ openLsn ──┼ openWall ─┼ session ┼ eraseCt ┼ idHigh ┼ [continued 14] ┼ [root 6] ┼ entries … ┤
 *
 * continued: previous unit's offset 3 and n 2, first entry's offset 3, LSN before it 6. root: offsets of C1 and C2.
 * Entry: kind | tombstone 8 | chunk 16 | explicit LSN 32 | gap 64 | short id 128 · n varint · id 8 or 4 · [lsn - openLsn] [gap] [chunk]
 */
import { loadU24, loadU48, readVarint, storeU24, storeU48, unzigzag, varintNext, writeVarint, zigzag } from "../base/bytes";
import { LSN_LIMIT, RECORD_DATA_MAX } from "../base/limits";
import { Header, UnitType } from "./record";

export const SUMMARY_FIXED: u32 = 26;
export const SUMMARY_CONTINUED: u32 = 14;
export const SUMMARY_ROOT: u32 = 6;
/** Longest entry: 1 + 2 + 8 + 7 + 3 + 2. */
export const ENTRY_MAX: u32 = 24;

export namespace SummaryFlag {
  export const FINAL: u32 = 1;
  export const CLEAN: u32 = 2;
  export const CHUNKS: u32 = 4;
  export const ROOT: u32 = 8;
  export const CONTINUED: u32 = 16;
}
export namespace EntryFlag {
  export const TOMBSTONE: u32 = 8;
  export const CHUNK: u32 = 16;
  export const LSN: u32 = 32;
  export const GAP: u32 = 64;
  export const SHORT: u32 = 128;
}

/** One record as the summary, or a walk over heads, tells it. */
@unmanaged
export class Entry {
  lsn: u64;
  idHigh: u32;
  idLow: u32;
  kind: u32;
  /** EntryFlag.TOMBSTONE and CHUNK only. */
  flags: u32;
  chunk: u32;
  offset: u32;
  dataBytes: u32;
}

/** What a summary says of the record `h` at `offset`. */
export function describeRecord(e: Entry, h: Header, offset: u32): void {
  e.lsn = h.lsn;
  e.idHigh = h.idHigh;
  e.idLow = h.idLow;
  e.kind = h.kind;
  e.flags = h.type == UnitType.TOMBSTONE ? EntryFlag.TOMBSTONE : h.type == UnitType.CHUNK ? EntryFlag.CHUNK : 0;
  e.chunk = h.chunk;
  e.offset = offset;
  e.dataBytes = h.dataBytes;
}

export function summaryFlags(source: usize): u32 {
  return load<u8>(source, 1);
}
export function summaryType(source: usize): u32 {
  return load<u8>(source, 1) >> 5;
}
export function summaryDataBytes(source: usize): u32 {
  return load<u16>(source, 2);
}
export function summaryOpenLsn(source: usize): u64 {
  return loadU48(source + 4);
}
export function summaryOpenWall(source: usize): u64 {
  return loadU48(source + 10);
}
export function summarySession(source: usize): u32 {
  return loadU24(source + 16);
}
export function summaryIdHigh(source: usize): u32 {
  return load<u32>(source, 22);
}
export function summaryEraseCount(source: usize): u32 {
  return loadU24(source + 19);
}

/** Writes the fixed part. Returns the address of the first entry's place (after the optional parts, written by the caller). */
export function encodeSummary(
  target: usize,
  flags: u32,
  type: u32,
  openLsn: u64,
  openWall: u64,
  session: u32,
  eraseCount: u32,
  idHigh: u32,
): usize {
  store<u8>(target, <u8>(UnitType.SUMMARY << 5));
  store<u8>(target, <u8>(flags | (type << 5)), 1);
  storeU48(target + 4, openLsn);
  storeU48(target + 10, openWall);
  storeU24(target + 16, session);
  storeU24(target + 19, eraseCount);
  store<u32>(target, idHigh, 22);
  return target + SUMMARY_FIXED;
}

/** Where the optional parts lie: 0 when absent. */
export function continuedPart(source: usize): usize {
  return summaryFlags(source) & SummaryFlag.CONTINUED ? source + SUMMARY_FIXED : 0;
}
export function rootPart(source: usize): usize {
  if (!(summaryFlags(source) & SummaryFlag.ROOT)) return 0;
  return source + SUMMARY_FIXED + (continuedPart(source) ? SUMMARY_CONTINUED : 0);
}
export function firstEntry(source: usize): usize {
  const flags = summaryFlags(source);
  return source + SUMMARY_FIXED + (flags & SummaryFlag.CONTINUED ? SUMMARY_CONTINUED : 0) + (flags & SummaryFlag.ROOT ? SUMMARY_ROOT : 0);
}

/** Appends an entry. `expectedLsn` and `expectedOffset` are what a reader would assume. Returns the address after it. */
export function encodeEntry(target: usize, e: Entry, openLsn: u64, expectedLsn: u64, expectedOffset: u32, idHigh: u32): usize {
  const withLsn = e.lsn != expectedLsn;
  const gap = e.offset - expectedOffset;
  const short = e.idHigh == idHigh;
  store<u8>(target, <u8>(e.kind | e.flags | (withLsn ? EntryFlag.LSN : 0) | (gap ? EntryFlag.GAP : 0) | (short ? EntryFlag.SHORT : 0)));
  let at = writeVarint(target + 1, e.dataBytes);
  store<u32>(at, e.idLow);
  at += 4;
  if (!short) {
    store<u32>(at, e.idHigh);
    at += 4;
  }
  if (withLsn) at = writeVarint(at, zigzag(<i64>(e.lsn - openLsn)));
  if (gap) at = writeVarint(at, gap);
  if (e.flags & EntryFlag.CHUNK) at = writeVarint(at, e.chunk);
  return at;
}

/** Decodes an entry. Returns the address after it, or 0 when it is malformed. */
export function decodeEntry(source: usize, end: usize, e: Entry, openLsn: u64, expectedLsn: u64, expectedOffset: u32, idHigh: u32): usize {
  const b = <u32>load<u8>(source);
  e.kind = b & 7;
  e.flags = b & (EntryFlag.TOMBSTONE | EntryFlag.CHUNK);
  const n = readVarint(source + 1, end);
  let at = varintNext();
  if (at == 0 || at + (b & EntryFlag.SHORT ? 4 : 8) > end || n < 8 || n > RECORD_DATA_MAX) return 0;
  e.dataBytes = <u32>n;
  e.idLow = load<u32>(at);
  e.idHigh = idHigh;
  at += 4;
  if (!(b & EntryFlag.SHORT)) {
    e.idHigh = load<u32>(at);
    at += 4;
  }
  e.lsn = expectedLsn;
  if (b & EntryFlag.LSN) {
    e.lsn = openLsn + <u64>unzigzag(readVarint(at, end));
    if ((at = varintNext()) == 0 || e.lsn >= LSN_LIMIT) return 0;
  }
  e.offset = expectedOffset;
  if (b & EntryFlag.GAP) {
    e.offset += <u32>readVarint(at, end);
    if ((at = varintNext()) == 0) return 0;
  }
  e.chunk = 0;
  if (b & EntryFlag.CHUNK) {
    e.chunk = <u32>readVarint(at, end);
    if ((at = varintNext()) == 0) return 0;
  }
  return at;
}

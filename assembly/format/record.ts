/*
 * The record header: the first bytes of a record's first unit. Variable, at most 48 bytes. docs/format.md §5.
 *
 *   b0: type (3 bits) | meta 1 | ext 2 | first-of-program 4 | batch 8 | batch-end 16; batch-end without batch: no live sum
 *   b1: kind (3 bits) | foreign session 8 | short id 16 | codec << 5
 *   n varint (data bytes of the record) · id 8, low word first (short: low word only) · [live sum u16] · lsn - openLsn zigzag varint · wall - openWall zigzag varint
 *   [session varint] [meta length varint] [ext length u8] [chunk number varint] [body bytes varint]
 *   meta · ext · body
 */
import { alignUp, readVarint, unzigzag, varintBytes, varintNext, writeVarint, zigzag } from "../base/bytes";
import { BODY_MAX_BYTES, EXT_MAX_BYTES, LSN_LIMIT, META_MAX_BYTES, RECORD_DATA_MAX } from "../base/limits";
import { addressUnit } from "../flash/geometry";
import { LIVE_SUMS } from "./label";
import { recordUnitsBytes } from "./unit";

export namespace UnitType {
  export const RECORD: u32 = 1;
  export const TOMBSTONE: u32 = 2;
  export const CHUNK: u32 = 3;
  /** Head of a record whose body is in chunks. */
  export const LONG: u32 = 4;
  export const SUMMARY: u32 = 5;
  export const ROOT: u32 = 6;
}
export namespace RecordFlag {
  export const META: u32 = 1;
  export const EXT: u32 = 2;
  export const FIRST: u32 = 4;
  export const BATCH: u32 = 8;
  export const BATCH_END: u32 = 16;
  /** Without BATCH: a copy whose live sum was left out. */
  export const SUMLESS: u32 = BATCH_END;
}
/** Do records of this store carry a live sum? */
let summed: bool = false;
/** Sets how records are written, by the store's features. */
export function configureRecords(features: u32): void {
  summed = (features & LIVE_SUMS) != 0;
}
/** Is it a copy that has left its live sum out? */
export function isSumless(h: Header): bool {
  return (h.flags & (RecordFlag.BATCH | RecordFlag.SUMLESS)) == RecordFlag.SUMLESS;
}
/** The flags of a copy of `h`, which keeps its live sum only where it may be asked for. */
export function flagsOfCopy(h: Header, withSum: bool): u32 {
  return summed && (!withSum || isSumless(h)) ? RecordFlag.SUMLESS : 0;
}
/** Has it a live sum? Chunks have none: they count with their head. */
function hasSum(h: Header): bool {
  return summed && h.type != UnitType.CHUNK && !isSumless(h);
}

/** Codec of a record whose bytes were lost to rot: the key stays, reads answer CORRUPT. */
export const CODEC_LOST: u32 = 7;

/** The header last decoded, or to be encoded. */
@unmanaged
export class Header {
  lsn: u64;
  wallMs: i64;
  idHigh: u32;
  idLow: u32;
  type: u32;
  flags: u32;
  kind: u32;
  codec: u32;
  session: u32;
  metaBytes: u32;
  extBytes: u32;
  chunk: u32;
  /** Whole body, chunks included. */
  bodyBytes: u32;
  /** Data bytes of this record: header, meta, ext and the body bytes that lie in it. */
  dataBytes: u32;
  headerBytes: u32;
  /** What lives once this record does (store/live-sum); 0 where the store has none. */
  liveSum: u32;
}

/** Bytes a record takes on flash. */
export function recordBytes(dataBytes: u32): u32 {
  return alignUp(recordUnitsBytes(dataBytes), addressUnit);
}

export function unitType(first: u32): u32 {
  return first >> 5;
}

/** Bytes of the header `h` will have, its length field included. `payloadBytes` = meta + ext + body bytes behind it. */
export function headerBytesOf(h: Header, openLsn: u64, openWall: u64, segmentSession: u32, segmentIdHigh: u32, payloadBytes: u32): u32 {
  let rest: u32 = h.idHigh == segmentIdHigh ? 6 : 10;
  if (hasSum(h)) rest += 2;
  rest += varintBytes(zigzag(<i64>(h.lsn - openLsn))) + varintBytes(zigzag(h.wallMs - <i64>openWall));
  if (h.session != segmentSession) rest += varintBytes(h.session);
  if (h.metaBytes) rest += varintBytes(h.metaBytes);
  if (h.extBytes) rest += 1;
  if (h.type == UnitType.CHUNK) rest += varintBytes(h.chunk);
  if (h.type == UnitType.LONG) rest += varintBytes(h.bodyBytes);
  return rest + (rest + payloadBytes + 1 < 128 ? 1 : 2);
}

/** Encodes `h` at `target`. Sets dataBytes and headerBytes; returns the latter. */
export function encodeHeader(
  target: usize,
  h: Header,
  openLsn: u64,
  openWall: u64,
  segmentSession: u32,
  segmentIdHigh: u32,
  payloadBytes: u32,
): u32 {
  const foreign = h.session != segmentSession;
  const short = h.idHigh == segmentIdHigh;
  const flags = h.flags | (h.metaBytes ? RecordFlag.META : 0) | (h.extBytes ? RecordFlag.EXT : 0);
  h.headerBytes = headerBytesOf(h, openLsn, openWall, segmentSession, segmentIdHigh, payloadBytes);
  h.dataBytes = h.headerBytes + payloadBytes;
  store<u8>(target, <u8>((h.type << 5) | flags));
  store<u8>(target, <u8>(h.kind | (foreign ? 8 : 0) | (short ? 16 : 0) | (h.codec << 5)), 1);
  let at = writeVarint(target + 2, h.dataBytes);
  store<u32>(at, h.idLow);
  at += 4;
  if (!short) {
    store<u32>(at, h.idHigh);
    at += 4;
  }
  if (hasSum(h)) {
    store<u16>(at, <u16>h.liveSum);
    at += 2;
  }
  at = writeVarint(writeVarint(at, zigzag(<i64>(h.lsn - openLsn))), zigzag(h.wallMs - <i64>openWall));
  if (foreign) at = writeVarint(at, h.session);
  if (h.metaBytes) at = writeVarint(at, h.metaBytes);
  if (h.extBytes) store<u8>(at++, <u8>h.extBytes);
  if (h.type == UnitType.CHUNK) at = writeVarint(at, h.chunk);
  if (h.type == UnitType.LONG) at = writeVarint(at, h.bodyBytes);
  return <u32>(at - target);
}

/** The length field alone, unverified: 0 when it cannot be one. `available` bytes are at `source`. */
export function peekDataBytes(source: usize, available: u32): u32 {
  const n = readVarint(source + 2, source + min<u32>(available, 4));
  if (varintNext() == 0 || n < 8 || n > RECORD_DATA_MAX) return 0;
  return <u32>n;
}

/** Is only the low word of its id there? Then the segment has the other. */
export function hasShortId(source: usize): bool {
  return (load<u8>(source, 1) & 16) != 0;
}

/** Decodes a verified head unit. False when the fields contradict each other (hostile image). */
export function decodeHeader(
  source: usize,
  headBytes: u32,
  h: Header,
  openLsn: u64,
  openWall: u64,
  segmentSession: u32,
  segmentIdHigh: u32,
): bool {
  const end = source + headBytes;
  const b0 = <u32>load<u8>(source);
  const b1 = <u32>load<u8>(source, 1);
  h.type = b0 >> 5;
  h.flags = b0 & 31;
  h.kind = b1 & 7;
  h.codec = b1 >> 5;
  h.dataBytes = <u32>readVarint(source + 2, end);
  let at = varintNext();
  if (at == 0 || at + (b1 & 16 ? 6 : 10) + (hasSum(h) ? 2 : 0) > end || h.type < UnitType.RECORD || h.type > UnitType.LONG) return false;
  h.idLow = load<u32>(at);
  h.idHigh = segmentIdHigh;
  at += 4;
  if (!(b1 & 16)) {
    h.idHigh = load<u32>(at);
    at += 4;
  }
  h.liveSum = 0;
  if (hasSum(h)) {
    h.liveSum = load<u16>(at);
    at += 2;
  }
  h.lsn = openLsn + <u64>unzigzag(readVarint(at, end));
  if ((at = varintNext()) == 0) return false;
  h.wallMs = <i64>openWall + unzigzag(readVarint(at, end));
  if ((at = varintNext()) == 0) return false;
  h.session = segmentSession;
  if (b1 & 8) {
    h.session = <u32>readVarint(at, end);
    if ((at = varintNext()) == 0) return false;
  }
  h.metaBytes = 0;
  if (b0 & RecordFlag.META) {
    h.metaBytes = <u32>readVarint(at, end);
    if ((at = varintNext()) == 0) return false;
  }
  h.extBytes = b0 & RecordFlag.EXT && at < end ? load<u8>(at++) : 0;
  h.chunk = 0;
  h.bodyBytes = 0;
  if (h.type >= UnitType.CHUNK) {
    const value = <u32>readVarint(at, end);
    if ((at = varintNext()) == 0) return false;
    if (h.type == UnitType.CHUNK) h.chunk = value;
    else h.bodyBytes = value;
  }
  h.headerBytes = <u32>(at - source);
  const fixed = h.headerBytes + h.metaBytes + h.extBytes;
  if (
    h.lsn >= LSN_LIMIT ||
    h.metaBytes > META_MAX_BYTES ||
    h.extBytes > EXT_MAX_BYTES ||
    fixed > headBytes ||
    fixed > h.dataBytes ||
    h.bodyBytes > BODY_MAX_BYTES
  )
    return false;
  if (h.type != UnitType.LONG) h.bodyBytes = h.dataBytes - fixed;
  return true;
}

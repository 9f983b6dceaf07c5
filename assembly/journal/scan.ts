/*
 * Walks a segment's records: by its summary where it has one, by heads where not. Tells whole, blank and rotten apart
 * and resynchronises past damage.
 */
import { alignDown, alignUp, isBlank, loadU24, loadU48 } from "../base/bytes";
import { HEAD_DATA_MAX, RECORD_DATA_MAX, SUMMARY_UNITS_MAX } from "../base/limits";
import { COMPARE, ITERATORS, SUMMARY, UNIT } from "../base/memory";
import { Status } from "../base/status";
import { Build, Twin, twin } from "../base/twin";
import * as device from "../flash/device";
import { addressUnit, blockBytes, programBytes, segmentEnd } from "../flash/geometry";
import { peekDataBytes, RecordFlag, recordBytes, UnitType, unitType } from "../format/record";
import {
  continuedPart,
  decodeEntry,
  describeRecord,
  Entry,
  firstEntry,
  summaryDataBytes,
  summaryIdHigh,
  summaryOpenLsn,
} from "../format/summary";
import { recordUnitsBytes, seedFor, unitBytes, unitData, unitIntact } from "../format/unit";
import { adoptedEnd, walkLimit } from "./adopted";
import { BlockState, eraseCountOf, openLsnOf, stateOf } from "./block-map";
import { loadedHeader, loadHead, loadRest, plausibleUnit, readUnit } from "./read";
import { finalOffset, firstRecordOffset, readFacts, readFinal, readSummary } from "./segment-reader";
import { COLD, HOT, pendingOf, stream, TRAILER_BYTES } from "./segment-writer";

namespace Mode {
  export const SUMMARY: u32 = 0;
  export const WALK: u32 = 1;
}

@unmanaged
export class Scan {
  openLsn: u64;
  lastLsn: u64;
  block: u32;
  mode: u32;
  unitCount: u32;
  unitIndex: u32;
  /** Next entry, relative to the unit's start; 0: unit not entered yet. */
  at: u32;
  expected: u32;
  /** WALK: next offset, end of the valid part, and whether whole records are judged. */
  offset: u32;
  limit: u32;
  deep: u32;
  /** Open stream whose pending entries end the list, -1 for none. */
  pending: i32;
  /** WALK: what was met last: flags of the record, and whether the walk ended at damage. */
  recordFlags: u32;
  damaged: u32;
  /** WALK: offset of damage that is not judged yet, 0 for none, and how many spans. */
  doubtOffset: u32;
  doubts: u32;
  /** WALK: spans of damage that are no torn write, and the LSNs around them. */
  lost: u32;
  idHigh: u32;
  doubtLsn: u64;
  lostFirst: u64;
  lostLast: u64;
  /** WALK: a summary that was passed since the last record, 0 for none; and where the bytes of the last record's program begin, if it is the first in it. */
  passed: u32;
  programOffset: u32;
}

/** Who uses which iterator. */
export const SCAN_MOUNT: u32 = 0;
export const SCAN_COMPACT: u32 = 1;
export const SCAN_ASK: u32 = 2;
const SCAN_TOLD: u32 = 3;

const SCAN_BYTES: u32 = 112;
const entryStorage: usize = memory.data(48, 8);

export function scanner(which: u32): Scan {
  return changetype<Scan>(ITERATORS + which * 376);
}
/** The entry the last scanNext told. */
export function scanned(): Entry {
  return changetype<Entry>(entryStorage);
}
function unitSlot(s: Scan, index: u32): usize {
  return changetype<usize>(s) + SCAN_BYTES + index * 4;
}

/** Begins at the first record of `block`. `deep`: a walk over heads also judges bodies. */
export function scanOpen(s: Scan, block: u32, deep: bool): void {
  s.block = block;
  s.deep = deep ? 1 : 0;
  s.unitIndex = 0;
  s.unitCount = 0;
  s.at = 0;
  s.pending = -1;
  s.openLsn = openLsnOf(block);
  s.lastLsn = s.openLsn;
  s.expected = firstRecordOffset();
  forgetDamage(s);
  const state = stateOf(block);
  if (state == BlockState.OPEN) openChain(s, block);
  else if (state != BlockState.SEALED || adoptedEnd(block) != 0 || !sealedChain(s, block)) scanWalk(s, block, walkLimit(block), deep);
}

/** Begins a walk over heads up to `limit`. */
export function scanWalk(s: Scan, block: u32, limit: u32, deep: bool): void {
  s.block = block;
  s.deep = deep ? 1 : 0;
  s.mode = Mode.WALK;
  s.offset = firstRecordOffset();
  s.limit = limit;
  s.openLsn = openLsnOf(block);
  s.lastLsn = s.openLsn;
  rootPassed = 0;
  forgetDamage(s);
}

function forgetDamage(s: Scan): void {
  s.damaged = 0;
  s.recordFlags = 0;
  s.doubts = 0;
  s.doubtOffset = 0;
  s.lost = 0;
  s.passed = 0;
}

function openChain(s: Scan, block: u32): void {
  s.mode = Mode.SUMMARY;
  s.pending = stream(HOT).block == <i32>block ? HOT : COLD;
  const open = stream(<u32>s.pending);
  if (open.interim != 0) chain(s, block, open.interim, open.interimData);
}
function sealedChain(s: Scan, block: u32): bool {
  s.mode = Mode.SUMMARY;
  const start = readFinal(block);
  return start >= 0 && chain(s, block, <u32>start, summaryDataBytes(SUMMARY));
}

/** Collects the summary units from the last to the first, then puts them in order. False when one cannot be read. */
function chain(s: Scan, block: u32, offset: u32, n: u32): bool {
  while (true) {
    if (s.unitCount > SUMMARY_UNITS_MAX || readSummary(block, offset, n) < 0) return false;
    store<u32>(unitSlot(s, s.unitCount++), (offset << 10) | n);
    const continued = continuedPart(SUMMARY);
    if (continued == 0) break;
    const before = loadU24(continued);
    if (before >= offset) return false;
    offset = before;
    n = load<u16>(continued, 3);
    if (n > 1023) return false;
  }
  for (let i: u32 = 0; i < s.unitCount / 2; i++) {
    const other = s.unitCount - 1 - i;
    const kept = load<u32>(unitSlot(s, i));
    store<u32>(unitSlot(s, i), load<u32>(unitSlot(s, other)));
    store<u32>(unitSlot(s, other), kept);
  }
  return true;
}

/** Tells the next record in `scanned()`. Returns 1, 0 at the end, or IO. */
export function scanNext(s: Scan): i32 {
  return s.mode == Mode.WALK ? walkNext(s) : summaryNext(s);
}

function summaryNext(s: Scan): i32 {
  while (true) {
    let base: usize = 0;
    let end: usize = 0;
    if (s.unitIndex < s.unitCount) {
      const packed = load<u32>(unitSlot(s, s.unitIndex));
      if (readSummary(s.block, packed >> 10, packed & 1023) < 0) return Status.IO;
      base = SUMMARY;
      end = SUMMARY + (packed & 1023);
      if (s.at == 0) enterUnit(s);
    } else if (s.pending >= 0 && s.unitIndex == s.unitCount) {
      base = pendingOf(<u32>s.pending);
      end = base + stream(<u32>s.pending).pendingBytes;
      if (s.at == 0) {
        s.at = 1;
        s.idHigh = stream(<u32>s.pending).idHigh;
        s.lastLsn = stream(<u32>s.pending).pendingLsn;
        s.expected = stream(<u32>s.pending).pendingFirst;
      }
      base--;
    } else return 0;
    if (base + s.at < end) {
      const next = decodeEntry(base + s.at, end, scanned(), s.openLsn, s.lastLsn + 1, s.expected, s.idHigh);
      if (next != 0 && scanned().offset + recordBytes(scanned().dataBytes) <= segmentEnd) {
        s.at = <u32>(next - base);
        s.lastLsn = scanned().lsn;
        s.expected = scanned().offset + recordBytes(scanned().dataBytes);
        return 1;
      }
    }
    s.unitIndex++;
    s.at = 0;
  }
}

function enterUnit(s: Scan): void {
  s.at = <u32>(firstEntry(SUMMARY) - SUMMARY);
  s.openLsn = summaryOpenLsn(SUMMARY);
  s.idHigh = summaryIdHigh(SUMMARY);
  const continued = continuedPart(SUMMARY);
  s.lastLsn = continued ? loadU48(continued + 8) : s.openLsn;
  s.expected = continued ? loadU24(continued + 5) : firstRecordOffset();
}

function walkNext(s: Scan): i32 {
  const facts = readFacts(s.block);
  if (facts < 0) return facts == Status.IO ? facts : 0; // what could not be read is not what is not there
  const failures = device.readsFailed;
  while (s.offset + 12 <= s.limit) {
    const offset = s.offset;
    const peek = min<u32>(16, blockBytes - offset);
    const toUnit = alignUp(offset, programBytes) - offset;
    if (device.read(s.block, offset, UNIT, peek) < 0) return Status.IO;
    if (nearlyBlank(UNIT, toUnit ? min(peek, toUnit) : peek)) {
      if (offset % programBytes == 0) return walkEnds(s);
      s.offset = alignUp(offset, programBytes);
      continue;
    }
    const type = unitType(load<u8>(UNIT));
    if (type == UnitType.SUMMARY || type == UnitType.ROOT) {
      const n = <u32>load<u16>(UNIT, 2);
      if (readUnit(s.block, offset, n, UNIT) >= 0) {
        pass(s, offset, n);
        continue;
      }
    } else if (type != 0 && type <= UnitType.LONG && judgeRecord(s, offset) >= 0) {
      tell(s, offset);
      return 1;
    }
    if (Build.PROBE && twin(Twin.TRUNCATES)) return 0;
    const found = resync(s, offset);
    const end = found ? found : s.limit;
    const judged = judgeByExtent(s, offset, end);
    if (!judged && passByExtent(s, offset, end)) continue;
    const written = firstWritten(s.block, offset, end);
    if (device.readsFailed != failures) return Status.IO;
    if (judged) {
      tell(s, offset);
      return 1;
    }
    if (written < end && s.doubts++ == 0) {
      s.doubtOffset = written;
      s.doubtLsn = s.lastLsn + 1;
    }
    if (found == 0) {
      s.damaged = 1;
      break;
    }
    s.offset = found;
  }
  return walkEnds(s);
}

/** Where the walk that was begun last has passed a root, the last of them; 0: none yet. */
export let rootPassed: u32 = 0;
/** Goes on behind the root or summary of `n` bytes at `offset`, which is in UNIT. */
function pass(s: Scan, offset: u32, n: u32): void {
  const isRoot = unitType(load<u8>(UNIT)) == UnitType.ROOT;
  if (isRoot) rootPassed = offset;
  if (s.doubts != 0 && isRoot) settleDoubts(s); // a root is a program of its own
  s.passed = isRoot ? 0 : offset;
  s.offset = offset + alignUp(unitBytes(n), addressUnit);
}
/** The same where its length has rotted, and it ends where the written bytes before `next` do. No record was lost then. */
function passByExtent(s: Scan, offset: u32, next: u32): bool {
  const length = writtenEnd(s.block, offset, next) - offset;
  for (let n = length > EXTENT_UNIT_MAX ? 0 : length; n > 0; n--) {
    if (unitBytes(n) > length + EXTENT_SLACK) continue;
    if (unitBytes(n) < length) return false;
    if (readUnit(s.block, offset, n, UNIT) < 0) continue;
    const type = unitType(load<u8>(UNIT));
    if (type != UnitType.SUMMARY && type != UnitType.ROOT) return false;
    pass(s, offset, n);
    return true;
  }
  return false;
}

/** Blank but for at most one rotten byte: padding and the unused end must not look like damage. */
function nearlyBlank(source: usize, length: u32): bool {
  let written: u32 = 0;
  for (let i: u32 = 0; i < length; i++) if (load<u8>(source + i) != 255) written++;
  return written <= 1;
}

/** Damage behind the last program's start is torn when a tail is judged (deep); elsewhere it has rotted. */
function walkEnds(s: Scan): i32 {
  if (s.doubts != 0 && !s.deep && (s.damaged == 0 || s.limit < segmentEnd || reachesRecords(s))) settleDoubts(s);
  return 0;
}
/** In a sealed segment: does damage up to the end begin in front of where its final summary lies, or could lie? */
function reachesRecords(s: Scan): bool {
  if (stateOf(s.block) != BlockState.SEALED) return false;
  const told = finalOffset(s.block);
  const summary = told ? told : segmentEnd - TRAILER_BYTES - unitBytes(HEAD_DATA_MAX);
  return s.doubtOffset < summary;
}
function settleDoubts(s: Scan): void {
  if (s.lost == 0) s.lostFirst = s.doubtLsn;
  s.lost += s.doubts;
  s.lostLast = s.lastLsn + 1;
  s.doubts = 0;
  s.doubtOffset = 0;
}

function judgeRecord(s: Scan, offset: u32): i32 {
  const status = loadHead(s.block, offset, 0);
  if (status < 0 || !s.deep) return status;
  return loadRest();
}

/**
 * A record whose first bytes have rotted, its length among them: it ends where the written bytes before `next` do, or, where a torn seal stands
 * behind it, in front of a gap. Cost: a look over the blank bytes, and four judgements for each of five ends.
 */
function judgeByExtent(s: Scan, offset: u32, next: u32): bool {
  const last = writtenEnd(s.block, offset, next);
  if (endsAt(s, offset, last)) return true;
  const limit = min(last, offset + recordUnitsBytes(RECORD_DATA_MAX) + GAP_BYTES);
  let end = gapFrom(s.block, offset, limit);
  for (let gaps: u32 = 0; end < limit && gaps < GAPS_MAX; gaps++) {
    if (endsAt(s, offset, end)) return true;
    const written = firstWritten(s.block, end, limit);
    end = gapFrom(s.block, written, limit);
  }
  return false;
}
/** Does a record end at `end`, but for a few bytes that may be 0xFF themselves? */
function endsAt(s: Scan, offset: u32, end: u32): bool {
  for (let length = end - offset; end > offset && length <= end - offset + EXTENT_SLACK; length++) {
    const n = dataBytesFilling(length);
    if (n == 0 || offset + length > s.limit) continue;
    if (loadHead(s.block, offset, n) >= 0 && (!s.deep || loadRest() >= 0)) return true;
  }
  return false;
}
/** No root and no summary is longer. */
const EXTENT_UNIT_MAX: u32 = 703;
/** Ends of gaps that are tried. A torn erase leaves gaps without end. */
const GAPS_MAX: u32 = 4;
/** So many blank bytes in a row are a gap. Bytes of a body may be, too: then that end does not verify. */
const GAP_BYTES: u32 = 8;
/** Where in [offset, limit) a gap begins; `limit` when there is none. */
function gapFrom(block: u32, offset: u32, limit: u32): u32 {
  for (let at = firstBlank(block, offset, limit); at + GAP_BYTES <= limit; ) {
    const end = firstWritten(block, at, limit);
    if (end - at >= GAP_BYTES) return at;
    at = firstBlank(block, end, limit);
  }
  return limit;
}
/** Trailing parity bytes that may read as blank. */
const EXTENT_SLACK: u32 = 3;

/** The first byte in [offset, end) that is not blank; `end` when there is none. Whoever asks looks whether a read failed. A gap of few blank bytes in front of what comes next is no damage. */
function firstWritten(block: u32, offset: u32, end: u32): u32 {
  return first(block, offset, end, false);
}
/** The first blank byte, likewise. */
function firstBlank(block: u32, offset: u32, end: u32): u32 {
  return first(block, offset, end, true);
}
function first(block: u32, offset: u32, end: u32, blank: bool): u32 {
  for (let at = offset; at < end; ) {
    const length = min<u32>(256, end - at);
    device.read(block, at, COMPARE, length);
    for (let i: u32 = 0; i < length; i++) if ((load<u8>(COMPARE + i) == 255) == blank) return at + i;
    at += length;
  }
  return end;
}

/** The end of the last byte before `next` that is not blank; `offset` when there is none. */
function writtenEnd(block: u32, offset: u32, next: u32): u32 {
  for (let end = next; end > offset; ) {
    const length = min<u32>(256, end - offset);
    if (device.read(block, end - length, COMPARE, length) < 0) return offset;
    for (let i = length; i > 0; i--) if (load<u8>(COMPARE + i - 1) != 255) return end - length + i;
    end -= length;
  }
  return offset;
}

/** Data bytes of a record whose units take `length` bytes, 0 for none. */
function dataBytesFilling(length: u32): u32 {
  let low: u32 = 8;
  let high: u32 = RECORD_DATA_MAX;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (recordUnitsBytes(middle) < length) low = middle + 1;
    else high = middle;
  }
  return recordUnitsBytes(low) == length ? low : 0;
}

function tell(s: Scan, offset: u32): void {
  const h = loadedHeader();
  describeRecord(scanned(), h, offset);
  s.recordFlags = h.flags;
  s.programOffset = s.passed ? s.passed : offset; // writers before interim summaries went behind put one in front, in the same program
  s.passed = 0;
  if (s.doubts != 0 && h.flags & RecordFlag.FIRST) settleDoubts(s);
  s.lastLsn = h.lsn;
  s.offset = offset + recordBytes(h.dataBytes);
}

/** The next offset behind damage where a head, a summary or a root verifies, or 0. Cost: one pass over the rest of the block. */
function resync(s: Scan, damagedOffset: u32): u32 {
  const seedBase = eraseCountOf(s.block);
  const stride = max(alignDown(192, addressUnit), addressUnit);
  for (let start = alignDown(damagedOffset, addressUnit) + addressUnit; start + 16 < s.limit; start += stride) {
    const length = min<u32>(256, blockBytes - start);
    if (device.read(s.block, start, COMPARE, length) < 0) return 0;
    if (isBlank(COMPARE, length)) continue;
    for (let p: u32 = 0; p < stride && start + p + 16 < s.limit; p += addressUnit) {
      const n = plausibleUnit(COMPARE + p);
      if (n == 0) continue;
      const at = start + p;
      if (at + unitBytes(n) > s.limit || device.read(s.block, at, UNIT, n + 4) < 0) continue;
      if (unitIntact(UNIT, n, seedFor(s.block, at, seedBase))) return at;
    }
  }
  return 0;
}

/**
 * Records in a segment whose header is beyond mending. Only where all the rest reads without a fault and a second program
 * is there: then nothing was torn, the header has rotted. Else 0. Cost: a pass over the block.
 */
export function headlessRecords(block: u32): u32 {
  let records: u32 = 0;
  let proven = false;
  for (let offset = firstRecordOffset(); offset + 16 <= segmentEnd; ) {
    if (device.read(block, offset, UNIT, 16) < 0) return 0;
    if (isBlank(UNIT, 16)) {
      if (offset % programBytes == 0) break;
      offset = alignUp(offset, programBytes);
      continue;
    }
    const record = unitType(load<u8>(UNIT)) <= UnitType.LONG;
    const n = record ? peekDataBytes(UNIT, 4) : plausibleUnit(UNIT);
    const b0 = n == 0 ? -1 : unitsRead(block, offset, n);
    if (b0 < 0) return 0;
    if (record && b0 & RecordFlag.FIRST && offset != firstRecordOffset()) proven = true;
    if (record) records++;
    offset += recordBytes(n);
  }
  return proven ? records : 0;
}
/** The first byte of a record or summary, as it is once mended (a torn program leaves bits standing, also in flags); -1 when a unit of it does not read. */
function unitsRead(block: u32, offset: u32, dataBytes: u32): i32 {
  let b0: i32 = -1;
  for (let i: u32 = 0, n = unitData(dataBytes, 0); n > 0; n = unitData(dataBytes, ++i)) {
    if (readUnit(block, offset, n, UNIT) < 0) return -1;
    if (i == 0) b0 = load<u8>(UNIT);
    offset += unitBytes(n);
  }
  return b0;
}

/** What the summary of `block`, or a walk over its heads, says of a record's length: data bytes of the record at `offset`, 0 when it is not told. */
export function toldDataBytes(block: u32, offset: u32): u32 {
  const s = scanner(SCAN_TOLD);
  scanOpen(s, block, false);
  while (scanNext(s) > 0) if (scanned().offset == offset) return scanned().dataBytes;
  return 0;
}
/** The same of the LSN of the record at `offset`; 0 when it is not told. */
export function toldLsn(block: u32, offset: u32): u64 {
  return toldDataBytes(block, offset) != 0 ? scanned().lsn : 0;
}
export function isFirstOfProgram(s: Scan): bool {
  return (s.recordFlags & RecordFlag.FIRST) != 0;
}

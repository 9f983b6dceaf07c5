/*
 * The two open segments and the program group being built. A group is one program call; the commit point of an
 * ordinary record or batch is the line marked so in `flush`.
 */
import { alignDown, alignUp, storeU24, storeU48, varintBytes, zigzag } from "../base/bytes";
import { check } from "../base/check";
import { GROUP_BYTES, HEADER_MAX_BYTES, PENDING_MAX, RECORD_DATA_MIN, SUMMARY_UNITS_MAX } from "../base/limits";
import { GROUP, PENDING, STAGED, STREAMS, UNIT } from "../base/memory";
import { Status } from "../base/status";
import { Build, Twin, twin } from "../base/twin";
import * as device from "../flash/device";
import { addressUnit, blockBytes, programBytes, segmentEnd } from "../flash/geometry";
import { headerOffset } from "../format/label";
import { encodeHeader, Header, headerBytesOf, RecordFlag, recordBytes, UnitType } from "../format/record";
import { encodeSegment, SEGMENT_DATA, SegmentType } from "../format/segment";
import {
  describeRecord,
  ENTRY_MAX,
  Entry,
  encodeEntry,
  encodeSummary,
  SUMMARY_CONTINUED,
  SUMMARY_FIXED,
  SUMMARY_ROOT,
  SummaryFlag,
} from "../format/summary";
import { sealUnit, seedFor, unitBytes, unitData } from "../format/unit";
import { addFlags, addLive, BlockFlag, BlockState, eraseCountOf, setOpenLsn, setState, takeBlank } from "./block-map";
import { fault, session, takeLsn } from "./progress";

export const HOT: u32 = 0;
export const COLD: u32 = 1;
/** Bytes of the three copies of the final summary's length at the very end of a sealed block. */
export const TRAILER_BYTES: u32 = 6;

@unmanaged
export class Stream {
  openLsn: u64;
  openWall: u64;
  lastLsn: u64;
  /** -1: no segment open. */
  block: i32;
  /** Next offset to program. */
  offset: u32;
  type: u32;
  session: u32;
  /** High word of the ids that are written short. */
  idHigh: u32;
  pendingBytes: u32;
  /** Offset of the latest interim summary, 0 for none. */
  interim: u32;
  interimData: u32;
  interimCount: u32;
  /** Where the next entry is expected to lie, and where the pending entries begin. */
  expected: u32;
  pendingFirst: u32;
  root1: u32;
  root2: u32;
  chunks: u32;
  /** LSN before the first pending entry. */
  pendingLsn: u64;
}

let groupStream: u32 = 0;
let groupStart: u32 = 0;
let groupBytes: u32 = 0;
let groupRecords: u32 = 0;
/** Bytes handed to the part since the mount. */
export let programmedBytes: u64 = 0;

/** Bytes of parity, and of whatever else is no segment's. */
export function countProgrammed(bytes: u32): void {
  programmedBytes += bytes;
}
export function stream(which: u32): Stream {
  return changetype<Stream>(STREAMS + which * 96);
}
export function pendingOf(which: u32): usize {
  return PENDING + which * 320;
}
export function resetStreams(): void {
  memory.fill(STREAMS, 0, 192);
  stream(HOT).block = -1;
  stream(COLD).block = -1;
  discardGroup();
  programmedBytes = 0;
}

function finalBytes(s: Stream, pending: u32): u32 {
  const data =
    SUMMARY_FIXED + (s.interim ? SUMMARY_CONTINUED : 0) + (s.root1 || s.type == SegmentType.RECOVERY ? SUMMARY_ROOT : 0) + pending;
  return segmentEnd - alignDown(segmentEnd - TRAILER_BYTES - unitBytes(data), programBytes);
}
function interimBytes(pending: u32): u32 {
  return alignUp(unitBytes(SUMMARY_FIXED + SUMMARY_CONTINUED + pending), addressUnit);
}

/** Bytes of the interim summary that goes behind the record `h`, if one is due then. */
function interimAfter(s: Stream, h: Header): u32 {
  const pending = s.pendingBytes + entrySize(s, h);
  return pending + ENTRY_MAX > PENDING_MAX ? interimBytes(pending) : 0;
}

export function isGroupEmpty(): bool {
  return groupBytes == 0;
}
/** Throws away a group that was not programmed. */
export function discardGroup(): void {
  groupBytes = 0;
  groupRecords = 0;
}

/** Longest group: on small blocks a quarter of one, because a recovery copies the last group of every open segment. */
function groupLimit(): u32 {
  return min(GROUP_BYTES, max(blockBytes / 4, max(programBytes, 1024)));
}

/** Bytes a record will take in segment `s`, and its entry in the summary. */
function recordSize(s: Stream, h: Header, payloadBytes: u32): u32 {
  return recordBytes(headerBytesOf(h, s.openLsn, s.openWall, s.session, s.idHigh, payloadBytes) + payloadBytes);
}
function entrySize(s: Stream, h: Header): u32 {
  const lsn = h.lsn == s.lastLsn + 1 ? 0 : varintBytes(zigzag(<i64>(h.lsn - s.openLsn)));
  return 3 + (h.idHigh == s.idHigh ? 4 : 8) + lsn + 3 + (h.type == UnitType.CHUNK ? varintBytes(h.chunk) : 0);
}

/** Would a record of `bytes` at `offset` still fit, with every summary it will need? */
function fits(s: Stream, offset: u32, bytes: u32, entryBytes: u32): bool {
  if (s.pendingBytes + ENTRY_MAX > PENDING_MAX) return false; // there was no room for the interim summary that is due
  return alignUp(offset + bytes, programBytes) + finalBytes(s, s.pendingBytes + entryBytes) <= segmentEnd;
}

/** Does the record `h` still go into the open segment of stream `which`? */
export function fitsSegment(which: u32, h: Header, payloadBytes: u32): bool {
  const s = stream(which);
  const end = groupBytes != 0 && groupStream == which ? groupStart + groupBytes : s.offset;
  return s.block >= 0 && fits(s, end, recordSize(s, h, payloadBytes), entrySize(s, h));
}

function selectGroup(which: u32): i32 {
  if (groupBytes != 0 && groupStream != which) {
    const status = flush();
    if (status < 0) return status;
  }
  groupStream = which;
  if (groupBytes == 0) groupStart = stream(which).offset;
  return Status.OK;
}

/**
 * Makes sure the record `h` with `payloadBytes` behind its header can be placed next in stream `which`, sealing and
 * opening segments. Errors FULL no block left; IO. Cost: at most two programs and, when no blank block is ready, one
 * erase.
 */
export function reserve(which: u32, h: Header, payloadBytes: u32, type: u32): i32 {
  const s = stream(which);
  let status = selectGroup(which);
  if (status < 0) return status;
  if (groupBytes != 0 && groupBytes + recordSize(s, h, payloadBytes) + interimAfter(s, h) > groupLimit()) {
    status = flush();
    if (status < 0) return status;
    groupStart = s.offset;
  }
  if (s.block >= 0 && !fitsSegment(which, h, payloadBytes)) {
    status = sealSegment(which, 0);
    if (status < 0) return status;
  }
  if (s.block < 0) {
    status = openSegment(which, type, h.wallMs, h.idHigh);
    if (status < 0) return status;
    check(fitsSegment(which, h, payloadBytes));
  }
  return Status.OK;
}

/** Blank blocks an ordinary segment leaves for a recovery; compaction may take one of them before it gives one back. */
export const BLANKS_KEPT: u32 = 2;

/** Takes a blank block and puts the segment header into the group; it is programmed with the first record. */
export function openSegment(which: u32, type: u32, wallMs: i64, idHigh: u32): i32 {
  const status = selectGroup(which);
  if (status < 0) return status;
  let block = takeBlank(type == SegmentType.RECOVERY ? 0 : BLANKS_KEPT);
  if (block < 0 && which == COLD) block = takeBlank(1);
  if (Build.PROBE && twin(Twin.NO_RESERVE) && block < 0) block = takeBlank(0);
  if (block < 0) return fault(Status.FULL, 0, 0, 0);
  return openSegmentAt(which, type, wallMs, <u32>block, idHigh);
}

export function openSegmentAt(which: u32, type: u32, wallMs: i64, block: u32, idHigh: u32): i32 {
  const s = stream(which);
  check(groupBytes == 0);
  memory.fill(changetype<usize>(s), 0, offsetof<Stream>());
  s.block = <i32>block;
  s.type = type;
  s.session = session;
  s.idHigh = idHigh;
  s.openLsn = takeLsn();
  s.openWall = <u64>max<i64>(wallMs, 0);
  s.lastLsn = s.openLsn;
  s.pendingLsn = s.openLsn;
  s.offset = headerOffset();
  setState(block, BlockState.OPEN);
  setOpenLsn(block, s.openLsn);
  if (type == SegmentType.COLD) addFlags(block, BlockFlag.COLD);
  if (type != SegmentType.HOT) addFlags(block, BlockFlag.MIXED);
  groupStream = which;
  groupStart = s.offset;
  encodeSegment(GROUP, type, s.openLsn, s.openWall, session, eraseCountOf(block), idHigh);
  sealUnit(GROUP, SEGMENT_DATA, seedFor(block, groupStart, eraseCountOf(block)));
  groupBytes = alignUp(unitBytes(SEGMENT_DATA), addressUnit);
  s.expected = groupStart + groupBytes;
  s.pendingFirst = s.expected;
  return Status.OK;
}

/**
 * Encodes the staged record (payload at STAGED + 64) behind the group. `reserve` must have made room.
 * Returns the offset of the record in its block. Nothing is programmed yet.
 */
export function place(which: u32, h: Header, payloadBytes: u32): u32 {
  const s = stream(which);
  check(groupStream == which && s.block >= 0);
  const offset = groupStart + groupBytes;
  const header = UNIT;
  h.flags = (h.flags & (RecordFlag.BATCH | RecordFlag.BATCH_END)) | (groupRecords++ == 0 ? RecordFlag.FIRST : 0);
  const headerBytes = encodeHeader(header, h, s.openLsn, s.openWall, s.session, s.idHigh, payloadBytes);
  check(headerBytes <= HEADER_MAX_BYTES);
  const data = STAGED + 64 - headerBytes;
  memory.copy(data, header, headerBytes);
  emitUnits(<u32>s.block, offset, data, h.dataBytes);
  note(s, which, h, offset);
  if (s.pendingBytes + ENTRY_MAX > PENDING_MAX && goesOn(s)) placeInterim(s, which);
  return offset;
}

/** Is there room for another record behind an interim summary? If not, the final one is next, and tells all. */
function goesOn(s: Stream): bool {
  const end = groupStart + groupBytes + interimBytes(s.pendingBytes) + recordBytes(RECORD_DATA_MIN);
  const final = SUMMARY_FIXED + SUMMARY_CONTINUED + SUMMARY_ROOT + ENTRY_MAX;
  return s.interimCount < SUMMARY_UNITS_MAX && alignUp(end, programBytes) + unitBytes(final) + TRAILER_BYTES + programBytes <= segmentEnd;
}

/** Cuts data into units with CRC and parity, behind the group. */
function emitUnits(block: u32, offset: u32, data: usize, dataBytes: u32): void {
  const eraseCount = eraseCountOf(block);
  let target = GROUP + groupBytes;
  let at = offset;
  for (let i: u32 = 0, n = unitData(dataBytes, 0); n > 0; n = unitData(dataBytes, ++i)) {
    memory.copy(target, data, n);
    sealUnit(target, n, seedFor(block, at, eraseCount));
    const length = unitBytes(n);
    target += length;
    at += length;
    data += n;
  }
  padGroup(target, addressUnit);
}

function padGroup(end: usize, unit: u32): void {
  const used = <u32>(end - GROUP);
  const padded = alignUp(used, unit);
  memory.fill(end, 255, padded - used);
  groupBytes = padded;
  check(groupBytes <= GROUP_BYTES);
}

const noted: usize = memory.data(48, 8);

/** Remembers the record for the segment's summary. */
export function note(s: Stream, which: u32, h: Header, offset: u32): void {
  const e = changetype<Entry>(noted);
  describeRecord(e, h, offset);
  const base = pendingOf(which);
  const end = encodeEntry(base + s.pendingBytes, e, s.openLsn, s.lastLsn + 1, s.expected, s.idHigh);
  s.pendingBytes = <u32>(end - base);
  check(s.pendingBytes <= PENDING_MAX);
  s.lastLsn = h.lsn;
  s.expected = offset + recordBytes(h.dataBytes);
  if (h.type == UnitType.CHUNK) s.chunks = 1;
  addLive(<u32>s.block, recordBytes(h.dataBytes));
}

/** Writes the fixed and optional parts and the pending entries of a summary at `target`. Returns its data bytes. */
function buildSummary(target: usize, s: Stream, which: u32, flags: u32): u32 {
  const withRoot = s.root1 != 0 && flags & SummaryFlag.FINAL;
  flags |= (s.interim ? SummaryFlag.CONTINUED : 0) | (s.chunks ? SummaryFlag.CHUNKS : 0) | (withRoot ? SummaryFlag.ROOT : 0);
  let at = encodeSummary(target, flags, s.type, s.openLsn, s.openWall, s.session, eraseCountOf(<u32>s.block), s.idHigh);
  if (s.interim) {
    storeU24(at, s.interim);
    store<u16>(at, <u16>s.interimData, 3);
    storeU24(at + 5, s.pendingFirst);
    storeU48(at + 8, s.pendingLsn);
    at += SUMMARY_CONTINUED;
  }
  if (withRoot) {
    storeU24(at, s.root1);
    storeU24(at + 3, s.root2);
    at += SUMMARY_ROOT;
  }
  memory.copy(at, pendingOf(which), s.pendingBytes);
  const n = <u32>(at + s.pendingBytes - target);
  store<u16>(target, <u16>n, 2);
  return n;
}

/**
 * Puts an interim summary behind the group and starts a new list of pending entries. Never in front of a program's first record: torn, it
 * would look like rot before what is proven.
 */
function placeInterim(s: Stream, which: u32): void {
  const offset = groupStart + groupBytes;
  const target = GROUP + groupBytes;
  const n = buildSummary(target, s, which, 0);
  sealUnit(target, n, seedFor(<u32>s.block, offset, eraseCountOf(<u32>s.block)));
  padGroup(target + unitBytes(n), addressUnit);
  s.interim = offset;
  s.interimData = n;
  s.interimCount++;
  s.pendingBytes = 0;
  s.pendingLsn = s.lastLsn;
  s.expected = groupStart + groupBytes;
  s.pendingFirst = s.expected;
}

/**
 * Programs the group in one call.
 * Cut: the records in it are wholly there or not at all (each verifies by itself; a batch by its end mark).
 */
export function flush(): i32 {
  if (groupBytes == 0) return Status.OK;
  const s = stream(groupStream);
  padGroup(GROUP + groupBytes, programBytes);
  const length = groupBytes;
  groupBytes = 0;
  groupRecords = 0;
  // ● COMMIT POINT of everything in the group: program, then read back.
  if (device.program(<u32>s.block, groupStart, GROUP, length) < 0) return fault(Status.IO, <u32>s.block, groupStart, length);
  programmedBytes += length;
  s.offset = groupStart + length;
  groupStart = s.offset;
  return Status.OK;
}

/**
 * Ends the open segment with its final summary and the trailer.
 * Cut: the segment is found unsealed; its records are complete and stay.
 */
export function sealSegment(which: u32, flags: u32): i32 {
  const s = stream(which);
  let status = selectGroup(which);
  if (status >= 0) status = flush();
  if (status < 0 || s.block < 0) return status;
  const block = <u32>s.block;
  const n = buildSummary(GROUP, s, which, SummaryFlag.FINAL | flags);
  const start = alignDown(segmentEnd - TRAILER_BYTES - unitBytes(n), programBytes);
  check(start >= s.offset);
  sealUnit(GROUP, n, seedFor(block, start, eraseCountOf(block)));
  const length = segmentEnd - start;
  memory.fill(GROUP + unitBytes(n), 255, length - unitBytes(n));
  for (let i: u32 = 0; i < 3; i++) store<u16>(GROUP + length - TRAILER_BYTES + 2 * i, <u16>n);
  if (device.program(block, start, GROUP, length) < 0) return fault(Status.IO, block, start, length);
  programmedBytes += length;
  setState(block, BlockState.SEALED);
  if (s.chunks) addFlags(block, BlockFlag.CHUNKS);
  s.block = -1;
  return Status.OK;
}

/** Appends a raw unit of `dataBytes` (already at GROUP) to the hot segment in a program of its own; returns its offset or a status. */
export function programUnit(which: u32, source: usize, dataBytes: u32): i32 {
  const s = stream(which);
  let status = selectGroup(which);
  if (status >= 0) status = flush();
  if (status < 0) return status;
  groupStart = s.offset;
  memory.copy(GROUP, source, dataBytes);
  sealUnit(GROUP, dataBytes, seedFor(<u32>s.block, groupStart, eraseCountOf(<u32>s.block)));
  const offset = groupStart;
  padGroup(GROUP + unitBytes(dataBytes), addressUnit);
  status = flush();
  return status < 0 ? status : <i32>offset;
}

/** Bytes of records the open segment still takes. */
export function roomLeft(which: u32): u32 {
  const s = stream(which);
  const end = s.offset + groupBytes + finalBytes(s, s.pendingBytes + 8 * ENTRY_MAX);
  return s.block < 0 || end > segmentEnd ? 0 : segmentEnd - end;
}

/** Room for `bytes` more in the open segment without sealing it? */
export function segmentHasRoom(which: u32, bytes: u32): bool {
  const s = stream(which);
  return s.block >= 0 && alignUp(s.offset + bytes, programBytes) + finalBytes(s, s.pendingBytes + ENTRY_MAX) <= segmentEnd;
}

/*
 * The test door: the device door and the inner functions of every floor, for tests/unit/assembly. Never shipped.
 *
 * Thin on purpose. Most lines hand a function out as it is, under a second name where two floors use the same one; addresses
 * and statuses are plain numbers, 64-bit values cross as BigInt, and what a file exports as a variable is a global. Only the
 * structures that functions pass by reference need help: a Header, an Entry and a Scan are read and written field by field.
 */
export * from "./index";

import { LabelMark } from "./format/label";
import { decodeHeader, encodeHeader, Header, RecordFlag, UnitType } from "./format/record";
import { encodeSegment, SegmentType } from "./format/segment";
import { decodeEntry, Entry, EntryFlag, encodeEntry, encodeSummary, SummaryFlag } from "./format/summary";
import { BlockFlag, BlockState } from "./journal/block-map";
import { loadedHeader } from "./journal/read";
import { Scan, scanNext, scanned, scanner, scanOpen } from "./journal/scan";
import { openSegment, place, reserve, Stream, sealSegment, stream } from "./journal/segment-writer";

// ── base ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

export {
  alignDown,
  alignUp,
  isBlank,
  loadU24,
  loadU40,
  loadU48,
  readVarint,
  storeU24,
  storeU40,
  storeU48,
  unzigzag,
  varintBytes,
  varintNext,
  writeVarint,
  zigzag,
} from "./base/bytes";
export { check } from "./base/check";
export { crc32c, crc32cWord, initCrc } from "./base/crc32c";
export {
  ADOPT_MAX,
  BATCH_MAX_BYTES,
  BATCH_MAX_RECORDS,
  BODY_MAX_BYTES,
  BODY_UNIT_MAX,
  EXT_MAX_BYTES,
  GROUP_BYTES,
  HEAD_DATA_MAX,
  HEADER_MAX_BYTES,
  KIND_COUNT,
  MAX_BLOCKS,
  META_MAX_BYTES,
  MIN_BLOCKS,
  PENDING_MAX,
  RECORD_DATA_MAX,
  RECORD_MAX_BYTES,
  SUMMARY_UNITS_MAX,
  WINDOW_BYTES,
} from "./base/limits";
export {
  ADOPTED,
  COMPARE,
  CRC_TABLE,
  dynamicBase,
  FAULT,
  GF_EXP,
  GF_LOG,
  GROUP,
  ITERATORS,
  KEPT,
  LOADED,
  MOVES,
  PENDING,
  RESULT,
  RS_ROWS,
  RS_WORK,
  STAGED,
  STAT,
  STREAMS,
  SUMMARY,
  TAILS,
  UNIT,
  WINDOW,
} from "./base/memory";
export { correct, encodeParity, initReedSolomon } from "./base/reed-solomon";
export { playTwin, twin } from "./base/twin";

// ── flash ────────────────────────────────────────────────────────────────────────────────────────────────────────────

export { erase as deviceErase, isBad, markBad, program as deviceProgram, read as deviceRead, readThrough } from "./flash/device";
export {
  addressBlock,
  addressOffset,
  addressUnit,
  blockBytes,
  blockCount,
  configure as configureGeometry,
  isNand,
  liveUnit,
  pageBytes,
  programBytes,
  refusal,
  segmentEnd,
  toAddress,
} from "./flash/geometry";

export {
  beginRing,
  breakRing,
  clearRings,
  dropRings,
  inRing,
  isCovered,
  isLost,
  joinRing,
  leaveRing,
  lostBlocks,
  markLost,
  nextInRing,
  openRing,
  placeRings,
  ringBytes,
  setUnfinished,
  unmarkLost,
} from "./flash/ring";

// ── format ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export {
  encodeLabel,
  headerOffset,
  judgeLabel,
  LABEL_BYTES,
  labelEraseCount,
  labelFormatSerial,
  labelHas,
  labelOuterParity,
  labelParityBytes,
  labelStoreId,
  markLabel,
} from "./format/label";
export { CODEC_LOST, peekDataBytes, recordBytes, unitType } from "./format/record";
export {
  encodeRoot,
  ROOT_ENTRY,
  ROOT_FIXED,
  rootCount,
  rootDataBytes,
  rootMarker,
  rootSession,
  rootTailSession,
} from "./format/root";
export {
  SEGMENT_DATA,
  SEGMENT_MARK,
  segmentEraseCount,
  segmentOpenLsn,
  segmentOpenWall,
  segmentSession,
  segmentType,
} from "./format/segment";
export {
  addMember,
  descriptorBytes,
  descriptorData,
  encodeDescriptor,
  isDescriptor,
  memberBlock,
  memberCount,
  memberEraseCount,
  memberOpenLsn,
  memberType,
} from "./format/stripe";
export {
  continuedPart,
  ENTRY_MAX,
  firstEntry,
  rootPart,
  SUMMARY_CONTINUED,
  SUMMARY_FIXED,
  SUMMARY_ROOT,
  summaryDataBytes,
  summaryEraseCount,
  summaryFlags,
  summaryOpenLsn,
  summaryOpenWall,
  summarySession,
  summaryType,
} from "./format/summary";
export {
  configureUnits,
  correctUnit,
  parityBytes,
  recordUnitsBytes,
  sealUnit,
  seedFor,
  sliceCount,
  unitBytes,
  unitData,
  unitIntact,
} from "./format/unit";

// ── journal ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export {
  adopt,
  adoptedCount,
  adoptedEnd,
  adoptedList,
  clearAdopted,
  dropLastAdopted,
  outliveAdopted,
  pruneAdopted,
  restoreAdopted,
  walkLimit,
} from "./journal/adopted";
export {
  addFlags,
  addLive,
  anchorCount,
  BLOCK_ENTRY_BYTES,
  blankCount,
  clearLive,
  dirtyCount,
  discard,
  dropLive,
  eraseCountOf,
  eraseOne,
  flagsOf,
  freeCount,
  leastWorn,
  liveOf,
  liveTotal,
  liveUnitsOf,
  makeBlank,
  openLsnOf,
  resetBlockMap,
  setBlankSession,
  setEraseCount,
  setLiveUnits,
  setOpenLsn,
  setState,
  setStore,
  stateOf,
  takeBlank,
} from "./journal/block-map";
export { fetch, glance } from "./journal/fetch";
export {
  corrected,
  countCorrected,
  countUnknown,
  damagedFirstLsn,
  damagedLastLsn,
  damagedUnknown,
  fault,
  nextLsn,
  resetProgress,
  restoreProgress,
  session,
  setSession,
  takeLsn,
  witnessLsn,
} from "./journal/progress";
export {
  beginPatrol,
  endPatrol,
  factsOpenLsn,
  factsSession,
  factsType,
  forgetFacts,
  forgetLoaded,
  loadedCorrected,
  loadHead,
  loadRest,
  plausibleUnit,
  readUnit,
  weak,
} from "./journal/read";
export {
  blankVoid,
  eraseUnsure,
  isTail,
  judgeTail,
  provenEnd,
  readOnlyEnd,
  recover,
  rootBlock,
  rootedSession,
  tailSession,
} from "./journal/recover";
export { findRoot, restoreRoot, rootBytes } from "./journal/root";
export { headlessRecords, toldDataBytes } from "./journal/scan";
export { finalOffset, firstRecordOffset, forgetSummary, readFacts, readFinal, readSummary, trailerIsBlank } from "./journal/segment-reader";
export { flush, programmedBytes, programUnit, roomLeft, segmentHasRoom, TRAILER_BYTES } from "./journal/segment-writer";
export {
  descriptorOffset,
  dissolve,
  inStripe,
  parityOf,
  restoreStripes,
  stripeLive,
  stripeMembers,
  sumStripe,
  tablesEnd,
} from "./journal/stripe";
export {
  begunUnseen,
  endedCleanly,
  highestBegun,
  highestSession,
  identify,
  newestCold,
  newestHot,
  newestSession,
  ordinarySession,
  recoveryBlock,
  recoveryCount,
  recoverySession,
  survey,
  suspect,
} from "./journal/survey";

// ── store ────────────────────────────────────────────────────────────────────────────────────────────────────────────

export { dropCheckpoint, hasSwitch, restoreCheckpoint, writeCheckpoint } from "./store/checkpoint";
export { compacting, compactions, compactStep, victimLive } from "./store/compact";
export {
  capacity,
  chunkKeyOf,
  chunks,
  chunksOf,
  clearIndex,
  countOf,
  find,
  foundAddress,
  foundTombstone,
  hasRoom,
  indexBytes,
  KEY_CHUNK,
  KEY_TOMBSTONE,
  keyKind,
  keyOf,
  placeIndex,
  put as indexPut,
  recordCount,
  remove as indexRemove,
  SLOT_BYTES,
  tombstones,
  used,
  walk,
  walkAddress,
  walkKey,
} from "./store/key-index";
export { liveSum, newestKey, newestLsn } from "./store/live-sum";
export { clearPlaces, heldAddress, heldKey, holdPlace, PENDING_PLACES_MAX, pendingPlaces } from "./store/pending";
export { fetchAt, supersede } from "./store/place";
export { countLost, rebuildIndex } from "./store/rebuild";
export { failed, hasBegun, mode, readable, setMode, writable } from "./store/session";
export {
  admits,
  admitsPicture,
  chunkBytes,
  configureSpace,
  freeBytes,
  isShort,
  liveLimit,
  lowWater,
  recordLimitBytes,
  recordLimitData,
  reserveBlocks,
  segmentBytes,
} from "./store/space";
export { stripeAll, striping } from "./store/striping";
export { makeRoom, upkeep } from "./store/upkeep";
export { putBegin, putCommit, putWrite, writing } from "./store/write";

// ── names for numbers ────────────────────────────────────────────────────────────────────────────────────────────────

export const LABEL_RETIRED: u32 = LabelMark.RETIRED;
export const LABEL_FORMATTED: u32 = LabelMark.FORMATTED;
export const UNIT_RECORD: u32 = UnitType.RECORD;
export const UNIT_TOMBSTONE: u32 = UnitType.TOMBSTONE;
export const UNIT_CHUNK: u32 = UnitType.CHUNK;
export const UNIT_LONG: u32 = UnitType.LONG;
export const UNIT_SUMMARY: u32 = UnitType.SUMMARY;
export const UNIT_ROOT: u32 = UnitType.ROOT;
export const FLAG_FIRST: u32 = RecordFlag.FIRST;
export const FLAG_BATCH: u32 = RecordFlag.BATCH;
export const FLAG_BATCH_END: u32 = RecordFlag.BATCH_END;
export const SEGMENT_HOT: u32 = SegmentType.HOT;
export const SEGMENT_COLD: u32 = SegmentType.COLD;
export const SEGMENT_RECOVERY: u32 = SegmentType.RECOVERY;
export const SEGMENT_CHECKPOINT: u32 = SegmentType.CHECKPOINT;
export const SEGMENT_PARITY: u32 = SegmentType.PARITY;
export const SUMMARY_FINAL: u32 = SummaryFlag.FINAL;
export const SUMMARY_CLEAN: u32 = SummaryFlag.CLEAN;
export const SUMMARY_HAS_ROOT: u32 = SummaryFlag.ROOT;
export const SUMMARY_IS_CONTINUED: u32 = SummaryFlag.CONTINUED;
export const ENTRY_TOMBSTONE: u32 = EntryFlag.TOMBSTONE;
export const ENTRY_CHUNK: u32 = EntryFlag.CHUNK;
export const STATE_DIRTY: u32 = BlockState.DIRTY;
export const STATE_BLANK: u32 = BlockState.BLANK;
export const STATE_OPEN: u32 = BlockState.OPEN;
export const STATE_SEALED: u32 = BlockState.SEALED;
export const STATE_ADOPTED: u32 = BlockState.ADOPTED;
export const STATE_ANCHOR: u32 = BlockState.ANCHOR;
export const STATE_CHECKPOINT: u32 = BlockState.CHECKPOINT;
export const STATE_BAD: u32 = BlockState.BAD;
export const STATE_PARITY: u32 = BlockState.PARITY;
export const STATE_WITHHELD: u32 = BlockState.WITHHELD;
export const BLOCK_DEAD: u32 = BlockFlag.DEAD;
export const BLOCK_COLD: u32 = BlockFlag.COLD;
export const BLOCK_MIXED: u32 = BlockFlag.MIXED;

// ── structures, field by field ───────────────────────────────────────────────────────────────────────────────────────

/** A Header and an Entry of the tests' own. */
const HEADER: usize = memory.data(128, 8);
const ENTRY: usize = memory.data(64, 8);

function fieldOfHeader(h: Header, field: u32): i64 {
  switch (field) {
    case 0:
      return h.lsn;
    case 1:
      return h.wallMs;
    case 2:
      return h.idHigh;
    case 3:
      return h.idLow;
    case 4:
      return h.type;
    case 5:
      return h.flags;
    case 6:
      return h.kind;
    case 7:
      return h.codec;
    case 8:
      return h.session;
    case 9:
      return h.metaBytes;
    case 10:
      return h.extBytes;
    case 11:
      return h.chunk;
    case 12:
      return h.bodyBytes;
    case 13:
      return h.dataBytes;
    case 14:
      return h.headerBytes;
    default:
      return h.liveSum;
  }
}
/** Field `field` of the tests' header, numbered as HEADER_FIELDS in tests/support/probe.ts. */
export function headerField(field: u32): i64 {
  return fieldOfHeader(changetype<Header>(HEADER), field);
}
/** The same of the record last loaded from flash. */
export function loadedField(field: u32): i64 {
  return fieldOfHeader(loadedHeader(), field);
}
export function setHeaderField(field: u32, value: i64): void {
  const h = changetype<Header>(HEADER);
  switch (field) {
    case 0:
      h.lsn = value;
      break;
    case 1:
      h.wallMs = value;
      break;
    case 2:
      h.idHigh = <u32>value;
      break;
    case 3:
      h.idLow = <u32>value;
      break;
    case 4:
      h.type = <u32>value;
      break;
    case 5:
      h.flags = <u32>value;
      break;
    case 6:
      h.kind = <u32>value;
      break;
    case 7:
      h.codec = <u32>value;
      break;
    case 8:
      h.session = <u32>value;
      break;
    case 9:
      h.metaBytes = <u32>value;
      break;
    case 10:
      h.extBytes = <u32>value;
      break;
    case 11:
      h.chunk = <u32>value;
      break;
    case 12:
      h.bodyBytes = <u32>value;
      break;
    case 13:
      h.dataBytes = <u32>value;
      break;
    case 14:
      h.headerBytes = <u32>value;
      break;
    default:
      h.liveSum = <u32>value;
  }
}

function fieldOfEntry(e: Entry, field: u32): i64 {
  switch (field) {
    case 0:
      return e.lsn;
    case 1:
      return e.idHigh;
    case 2:
      return e.idLow;
    case 3:
      return e.kind;
    case 4:
      return e.flags;
    case 5:
      return e.chunk;
    case 6:
      return e.offset;
    default:
      return e.dataBytes;
  }
}
/** Field `field` of the tests' entry, numbered as ENTRY_FIELDS in tests/support/probe.ts. */
export function entryField(field: u32): i64 {
  return fieldOfEntry(changetype<Entry>(ENTRY), field);
}
/** The same of the entry a scan told last. */
export function scannedField(field: u32): i64 {
  return fieldOfEntry(scanned(), field);
}
export function setEntryField(field: u32, value: i64): void {
  const e = changetype<Entry>(ENTRY);
  switch (field) {
    case 0:
      e.lsn = value;
      break;
    case 1:
      e.idHigh = <u32>value;
      break;
    case 2:
      e.idLow = <u32>value;
      break;
    case 3:
      e.kind = <u32>value;
      break;
    case 4:
      e.flags = <u32>value;
      break;
    case 5:
      e.chunk = <u32>value;
      break;
    case 6:
      e.offset = <u32>value;
      break;
    default:
      e.dataBytes = <u32>value;
  }
}

/** Codecs on the tests' own structures. `idHigh` is the high word that most ids of the segment share. */
export function headerEncode(target: usize, openLsn: u64, openWall: u64, session: u32, idHigh: u32, payloadBytes: u32): u32 {
  return encodeHeader(target, changetype<Header>(HEADER), openLsn, openWall, session, idHigh, payloadBytes);
}
export function headerDecode(source: usize, headBytes: u32, openLsn: u64, openWall: u64, session: u32, idHigh: u32): bool {
  return decodeHeader(source, headBytes, changetype<Header>(HEADER), openLsn, openWall, session, idHigh);
}
export function entryEncode(target: usize, openLsn: u64, expectedLsn: u64, expectedOffset: u32, idHigh: u32): usize {
  return encodeEntry(target, changetype<Entry>(ENTRY), openLsn, expectedLsn, expectedOffset, idHigh);
}
export function entryDecode(source: usize, end: usize, openLsn: u64, expectedLsn: u64, expectedOffset: u32, idHigh: u32): usize {
  return decodeEntry(source, end, changetype<Entry>(ENTRY), openLsn, expectedLsn, expectedOffset, idHigh);
}
export function segmentEncode(target: usize, type: u32, openLsn: u64, openWall: u64, session: u32, eraseCount: u32, idHigh: u32): void {
  encodeSegment(target, type, openLsn, openWall, session, eraseCount, idHigh);
}
export function summaryEncode(
  target: usize,
  flags: u32,
  type: u32,
  openLsn: u64,
  openWall: u64,
  session: u32,
  eraseCount: u32,
  idHigh: u32,
): usize {
  return encodeSummary(target, flags, type, openLsn, openWall, session, eraseCount, idHigh);
}
/** Iterators, by number. */
export function scanBegin(which: u32, block: u32, deep: bool): void {
  scanOpen(scanner(which), block, deep);
}
export function scanStep(which: u32): i32 {
  return scanNext(scanner(which));
}
/** 0 when the iterator goes by summaries, 1 when it walks over heads. */
export function scanMode(which: u32): u32 {
  return scanner(which).mode;
}
export function scanDoubts(which: u32): u32 {
  return scanner(which).doubts;
}
export function scanUnits(which: u32): u32 {
  return scanner(which).unitCount;
}

/** The writer, by stream number: 0 hot, 1 cold. The payload of `streamPlace` lies at STAGED + 64, the header is the tests'. */
export function streamReserve(which: u32, payloadBytes: u32, type: u32): i32 {
  return reserve(which, changetype<Header>(HEADER), payloadBytes, type);
}
export function streamOpen(which: u32, type: u32, wallMs: i64, idHigh: u32): i32 {
  return openSegment(which, type, wallMs, idHigh);
}
export function streamPlace(which: u32, payloadBytes: u32): u32 {
  return place(which, changetype<Header>(HEADER), payloadBytes);
}
export function streamSeal(which: u32, flags: u32): i32 {
  return sealSegment(which, flags);
}
export function streamBlock(which: u32): i32 {
  return stream(which).block;
}
export function streamOffset(which: u32): u32 {
  return stream(which).offset;
}

/** Bytes of a structure: 0 Header, 1 Entry, 2 Scan, 3 Stream. */
export function structureBytes(which: u32): u32 {
  return <u32>(which == 0 ? offsetof<Header>() : which == 1 ? offsetof<Entry>() : which == 2 ? offsetof<Scan>() : offsetof<Stream>());
}
/** Bytes from one iterator, or stream, to the next. */
export function structureStride(which: u32): u32 {
  return <u32>(
    (which == 2
      ? changetype<usize>(scanner(1)) - changetype<usize>(scanner(0))
      : changetype<usize>(stream(1)) - changetype<usize>(stream(0)))
  );
}

// ── sync ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

export {
  covers,
  handsetOf,
  isForeign,
  isVersion,
  storedEntries,
  VERSION_FOREIGN,
  VERSION_LOCAL,
  versionHash,
  writeVersion,
} from "./format/stamp";
export { confirmedLsn, hasRelay, isOwed, isReserved, RESERVED_HIGH, RESERVED_KIND, RESERVED_LOW, tellRelay } from "./store/reserved";
export { isFrame, payloadBytes, sealFrame } from "./sync/frame";
export { ackedLsn, cursorSeq, joinCode, knowsRelay } from "./sync/ledger";
export { computeDigest, digest, digestCount } from "./sync/outbox";

/*
 * The workbench door: blocks in words, for the inspector and the emulator. Strings, byte arrays and a callback cross
 * it through as-bind; nothing of it goes into a handset.
 *
 * It reads a block the way the core does, with the same codecs of format/, but from an array: no part is touched, no
 * store is mounted, and a block that the core would refuse is described all the same.
 */
import "./panic";
import { alignDown, alignUp, isBlank, loadU24, loadU48 } from "./base/bytes";
import { initCrc } from "./base/crc32c";
import { UNIT } from "./base/memory";
import { Status } from "./base/status";
import { addressUnit, blockBytes, configure, endSegmentsBefore, programBytes, segmentEnd } from "./flash/geometry";
import {
  headerOffset,
  judgeLabel,
  LABEL_BYTES,
  labelEraseCount,
  labelFormatSerial,
  labelOuterParity,
  labelParityBytes,
  labelRefuse,
  labelStoreId,
} from "./format/label";
import { CODEC_LOST, configureRecords, decodeHeader, Header, peekDataBytes, RecordFlag, recordBytes, UnitType } from "./format/record";
import { rootCount, rootDataBytes, rootMarker, rootSession } from "./format/root";
import {
  SEGMENT_DATA,
  SEGMENT_MARK,
  SegmentType,
  segmentEraseCount,
  segmentIdHigh,
  segmentOpenLsn,
  segmentOpenWall,
  segmentSession,
  segmentType,
} from "./format/segment";
import { descriptorBytes, descriptorData, isDescriptor, memberBlock, memberCount, memberEraseCount } from "./format/stripe";
import {
  SummaryFlag,
  summaryDataBytes,
  summaryEraseCount,
  summaryFlags,
  summaryIdHigh,
  summaryOpenLsn,
  summaryOpenWall,
  summarySession,
} from "./format/summary";
import { configureUnits, correctUnit, seedFor, unitBytes, unitData, unitIntact } from "./format/unit";
import { TRAILER_BYTES } from "./journal/segment-writer";

/** Called once for each thing found in a block, in order of offset. */
declare function tell(offset: u32, lengthBytes: u32, what: string, detail: string): void;

/** Called once for each record, tombstone and chunk that a salvage reads whole: numbers with blanks between, then meta, ext and body in hex. */
declare function found(text: string): void;

/** First byte of the switch in an anchor, and data bytes of a unit of a checkpoint's body: as store/checkpoint.ts writes them. */
const SWITCH_MARK: u8 = 0x1b;
const CHECKPOINT_DATA: u32 = 640;

/** The block being described, and what its label and segment header say. */
let source: usize = 0;
let blockIndex: u32 = 0;
let eraseCount: u32 = 0;
let outerParity: u32 = 0;
let openLsn: u64 = 0;
let openWall: u64 = 0;
let session: u32 = 0;
let idHigh: u32 = 0;

const header = memory.data(96, 8);

/** Sets the geometry of the part the blocks come from. Errors: WRONG_GEOMETRY. */
export function usePart(kind: u32, block: u32, count: u32, page: u32, unit: u32): i32 {
  initCrc();
  return configure(kind, block, count, page, unit);
}

/** The name of a status, as in base/status.ts. */
export function statusText(status: i32): string {
  switch (status) {
    case Status.OK:
      return "OK";
    case Status.IO:
      return "IO";
    case Status.WORN_OUT:
      return "WORN_OUT";
    case Status.NOT_FORMATTED:
      return "NOT_FORMATTED";
    case Status.NEWER_FORMAT:
      return "NEWER_FORMAT";
    case Status.WRONG_GEOMETRY:
      return "WRONG_GEOMETRY";
    case Status.CORRUPT:
      return "CORRUPT";
    case Status.LOCKED:
      return "LOCKED";
    case Status.READ_ONLY:
      return "READ_ONLY";
    case Status.CLOSED:
      return "CLOSED";
    case Status.TRUNCATED:
      return "TRUNCATED";
    case Status.FULL:
      return "FULL";
    case Status.TOO_BIG:
      return "TOO_BIG";
    case Status.BUSY:
      return "BUSY";
    case Status.INDEX_FULL:
      return "INDEX_FULL";
    case Status.NOT_FOUND:
      return "NOT_FOUND";
    case Status.INVALID:
      return "INVALID";
    case Status.SEALED:
      return "SEALED";
    case Status.WRONG_KEY:
      return "WRONG_KEY";
    default:
      return "status " + status.toString();
  }
}

export function kindText(kind: u32): string {
  switch (kind) {
    case 0:
      return "contact";
    case 1:
      return "event";
    case 2:
      return "todo";
    case 3:
      return "note";
    case 4:
      return "message";
    case 5:
      return "mail";
    case 6:
      return "photo";
    case 7:
      return "vault";
    default:
      return "kind " + kind.toString();
  }
}

/**
 * Describes block `index`, whose bytes are `bytes`, through `tell`. Returns its state in a word: "blank" never labelled,
 * "foreign" no label of ours, "newer", "other part", "ready" labelled and erased, "torn" no header verifies, or the
 * type of its segment, "open" before it when it was never sealed.
 */
export function describeBlock(bytes: Uint8Array, index: u32): string {
  if (<u32>bytes.length != blockBytes) return "other part";
  source = bytes.dataStart;
  blockIndex = index;
  const refused = describeLabel();
  if (refused.length > 0) return refused;
  const start = headerOffset();
  if (isBlank(source + start, blockBytes - start)) return "ready";
  if (load<u8>(source + start) == SWITCH_MARK && describeSwitches(start)) return "checkpoint";
  if (!describeSegment(start)) return "torn";
  const type = segmentText(segmentType(UNIT));
  if (segmentType(UNIT) == SegmentType.CHECKPOINT) {
    describeBody(start + alignUp(unitBytes(SEGMENT_DATA), max(addressUnit, programBytes)));
    return type;
  }
  if (segmentType(UNIT) == SegmentType.PARITY) return describeStripe();
  const limit = finalOffset();
  describeRecords(start + alignUp(unitBytes(SEGMENT_DATA), addressUnit), limit == 0 ? segmentEnd : limit);
  if (limit == 0) return "open " + type;
  describeFinal(limit);
  return type;
}

/** Returns an empty text when the block carries a label of this part. */
function describeLabel(): string {
  if (isBlank(source, blockBytes)) return "blank";
  memory.copy(UNIT, source, LABEL_BYTES);
  const status = judgeLabel(UNIT, blockIndex, 0);
  if (status == Status.NOT_FORMATTED) {
    tell(0, LABEL_BYTES, "no label", "erase it before use");
    return "foreign";
  }
  const mended = memory.compare(UNIT, source, LABEL_BYTES) != 0;
  const version = load<u8>(UNIT, 4).toString() + "." + load<u8>(UNIT, 5).toString();
  if (status == Status.NEWER_FORMAT) {
    tell(0, LABEL_BYTES, "label", "format " + version + ", newer than this program");
    return "newer";
  }
  if (status == Status.WRONG_GEOMETRY) {
    tell(0, LABEL_BYTES, "label", "of a part with another geometry");
    return "other part";
  }
  eraseCount = labelEraseCount(UNIT);
  const id = labelStoreId(UNIT);
  useStore(<u32>(id >> 32), <u32>id, labelParityBytes(UNIT), labelRefuse(UNIT), labelOuterParity(UNIT));
  tell(
    0,
    LABEL_BYTES,
    "label",
    "format " +
      version +
      ", store " +
      idText(<u32>(id >> 32), <u32>id) +
      ", erased " +
      eraseCount.toString() +
      " times, parity " +
      labelParityBytes(UNIT).toString() +
      ", serial " +
      labelFormatSerial(UNIT).toString() +
      (mended ? ", corrected" : ""),
  );
  return "";
}

/** A parity block: what its descriptor names. */
function describeStripe(): string {
  if (outerParity == 0 || judgeUnit(segmentEnd, descriptorData(outerParity)) < 0 || !isDescriptor(UNIT, outerParity)) {
    tell(segmentEnd, blockBytes - segmentEnd, "torn", "no descriptor verifies: this parity counts for nothing");
    return "open parity";
  }
  let members = "";
  for (let i: u32 = 0; i < memberCount(UNIT); i++)
    members += (i == 0 ? "" : ", ") + memberBlock(UNIT, i).toString() + " (erased " + memberEraseCount(UNIT, i).toString() + " times)";
  tell(segmentEnd, unitBytes(descriptorData(outerParity)), "descriptor", "parity of blocks " + members);
  return "parity";
}

/** Leaves the segment header in UNIT. */
function describeSegment(offset: u32): bool {
  const judged = judgeUnit(offset, SEGMENT_DATA);
  if (judged < 0 || load<u8>(UNIT) != SEGMENT_MARK) {
    tell(offset, unitBytes(SEGMENT_DATA), "torn", "no segment header verifies: a write was cut here");
    return false;
  }
  takeSegment(segmentOpenLsn(UNIT), segmentOpenWall(UNIT), segmentSession(UNIT), segmentIdHigh(UNIT));
  tell(
    offset,
    unitBytes(SEGMENT_DATA),
    "segment",
    segmentText(segmentType(UNIT)) +
      ", opened at LSN " +
      openLsn.toString() +
      ", session " +
      session.toString() +
      ", clock " +
      openWall.toString() +
      correctedText(judged),
  );
  return true;
}

/** An anchor: both markers of the switch to a checkpoint. docs/format.md, "Checkpoint". */
function describeSwitches(start: u32): bool {
  let offset = start;
  for (let marker: u32 = 1; marker <= 2; marker++) {
    const n = <u32>load<u16>(source + offset, 2);
    const judged = load<u8>(source + offset) == SWITCH_MARK ? judgeUnit(offset, n) : -1;
    if (judged < 0) {
      if (marker == 1) return false;
      tell(offset, blockBytes - offset, "torn", "the second marker does not verify: this checkpoint does not count");
      return true;
    }
    const detail =
      "marker " + load<u8>(UNIT, 1).toString() + ", session " + loadU24(UNIT + 4).toString() + ", next LSN " + loadU48(UNIT + 7).toString();
    tell(offset, unitBytes(n), "switch", detail + ", " + load<u32>(UNIT, 13).toString() + " index entries" + correctedText(judged));
    offset += alignUp(unitBytes(n), programBytes);
  }
  return true;
}

/** Units of a checkpoint's body, as far as they go. */
function describeBody(start: u32): void {
  const stride = alignUp(unitBytes(CHECKPOINT_DATA), max(addressUnit, programBytes));
  for (let offset = start; offset + stride <= blockBytes && !isBlank(source + offset, stride); offset += stride) {
    const judged = judgeUnit(offset, CHECKPOINT_DATA);
    if (judged < 0) tell(offset, stride, "damage", "a unit of the checkpoint does not verify");
    else
      tell(
        offset,
        unitBytes(CHECKPOINT_DATA),
        "checkpoint",
        CHECKPOINT_DATA.toString() + " bytes of block map and index" + correctedText(judged),
      );
  }
}

/** Tells records, summaries and roots up to `limit`; steps over blank units and, where nothing verifies, over damage. */
function describeRecords(start: u32, limit: u32): void {
  let damage: u32 = 0;
  let offset = start;
  while (offset + 12 <= limit) {
    const blank = isBlank(source + offset, min<u32>(16, limit - offset));
    const length = blank ? 0 : describeUnit(offset, limit);
    if ((blank || length > 0) && damage != 0) {
      tell(damage, offset - damage, "damage", "nothing verifies here: torn, or rotten beyond correction");
      damage = 0;
    }
    if (blank) offset = alignUp(offset + 1, programBytes);
    else if (length > 0) offset += length;
    else {
      if (damage == 0) damage = offset;
      offset += addressUnit;
    }
  }
  if (damage != 0) tell(damage, limit - damage, "damage", "nothing verifies here: torn, or rotten beyond correction");
}

/** Tells what verifies at `offset`; returns the bytes it takes, or 0. */
function describeUnit(offset: u32, limit: u32): u32 {
  const type = <u32>load<u8>(source + offset) >> 5;
  if (type == UnitType.SUMMARY || type == UnitType.ROOT) {
    const n = <u32>load<u16>(source + offset, 2);
    const judged = judgeUnit(offset, n);
    if (judged < 0) return 0;
    if (type == UnitType.SUMMARY) tell(offset, unitBytes(n), "summary", summaryText() + correctedText(judged));
    else tell(offset, unitBytes(n), "root", rootText() + correctedText(judged));
    return alignUp(unitBytes(n), addressUnit);
  }
  return isRecord(type) ? describeRecord(offset, limit) : 0;
}

function describeRecord(offset: u32, limit: u32): u32 {
  const dataBytes = peekDataBytes(source + offset, min<u32>(4, limit - offset));
  if (dataBytes == 0 || offset + recordBytes(dataBytes) > blockBytes) return 0;
  const h = changetype<Header>(header);
  const judged = judgeUnit(offset, unitData(dataBytes, 0));
  if (judged < 0 || !decodeHeader(UNIT, unitData(dataBytes, 0), h, openLsn, 0, session, idHigh)) return 0;
  const rest = judgeRest(offset, dataBytes);
  const damaged = rest < 0 ? ", body damaged" : correctedText(judged + rest);
  tell(
    offset,
    recordBytes(dataBytes),
    recordText(h),
    kindText(h.kind) +
      " " +
      idText(h.idHigh, h.idLow) +
      ", LSN " +
      h.lsn.toString() +
      ", session " +
      h.session.toString() +
      ", meta " +
      h.metaBytes.toString() +
      ", body " +
      h.bodyBytes.toString() +
      codecText(h.codec) +
      batchText(h) +
      damaged,
  );
  return recordBytes(dataBytes);
}

/** Judges the units of a record behind its head. Returns bytes corrected, or -1. */
function judgeRest(offset: u32, dataBytes: u32): i32 {
  let corrected = 0;
  let at = offset;
  for (let i: u32 = 0, n = unitData(dataBytes, 0); n > 0; n = unitData(dataBytes, ++i)) {
    if (i > 0) {
      const judged = judgeUnit(at, n);
      if (judged < 0) return -1;
      corrected += judged;
    }
    at += unitBytes(n);
  }
  return corrected;
}

/** Where the final summary of a sealed segment begins; 0 when the segment was never sealed or its trailer is rotten. */
function finalOffset(): u32 {
  const trailer = source + segmentEnd - TRAILER_BYTES;
  const a = <u32>load<u16>(trailer);
  const b = <u32>load<u16>(trailer, 2);
  const c = <u32>load<u16>(trailer, 4);
  const n = (a & b) | (a & c) | (b & c);
  if (n == 0 || n == 0xffff || unitBytes(n) + TRAILER_BYTES > segmentEnd) return 0;
  return alignDown(segmentEnd - TRAILER_BYTES - unitBytes(n), programBytes);
}

function describeFinal(offset: u32): void {
  const n = <u32>load<u16>(source + offset, 2);
  const judged = judgeUnit(offset, n);
  if (judged < 0) tell(offset, blockBytes - offset, "damage", "the segment's final summary does not verify");
  else tell(offset, unitBytes(n), "summary", summaryText() + correctedText(judged));
}

/** Copies a unit to UNIT and judges it there, mending it where its parity reaches. Returns bytes corrected, or -1. */
function judgeUnit(offset: u32, dataBytes: u32): i32 {
  if (dataBytes == 0 || dataBytes > 651 || offset + unitBytes(dataBytes) > blockBytes) return -1;
  memory.copy(UNIT, source + offset, unitBytes(dataBytes));
  const seed = seedFor(blockIndex, offset, eraseCount);
  return unitIntact(UNIT, dataBytes, seed) ? 0 : correctUnit(UNIT, dataBytes, seed);
}

function segmentText(type: u32): string {
  if (type == SegmentType.HOT) return "hot";
  if (type == SegmentType.COLD) return "cold";
  if (type == SegmentType.RECOVERY) return "recovery";
  if (type == SegmentType.PARITY) return "parity";
  return type == SegmentType.CHECKPOINT ? "checkpoint" : "segment type " + type.toString();
}

function recordText(h: Header): string {
  if (h.type == UnitType.TOMBSTONE) return "tombstone";
  if (h.type == UnitType.CHUNK) return "chunk " + h.chunk.toString();
  return h.type == UnitType.LONG ? "long record" : "record";
}

function summaryText(): string {
  const flags = summaryFlags(UNIT);
  return (
    (flags & SummaryFlag.FINAL ? "final" : "interim") +
    (flags & SummaryFlag.CLEAN ? ", clean close" : "") +
    ", " +
    summaryDataBytes(UNIT).toString() +
    " bytes, from LSN " +
    summaryOpenLsn(UNIT).toString()
  );
}

function rootText(): string {
  return (
    "marker " +
    rootMarker(UNIT).toString() +
    ", session " +
    rootSession(UNIT).toString() +
    ", adopts " +
    rootCount(UNIT).toString() +
    " segments, " +
    rootDataBytes(UNIT).toString() +
    " bytes"
  );
}

function batchText(h: Header): string {
  return !(h.flags & RecordFlag.BATCH) ? "" : h.flags & RecordFlag.BATCH_END ? ", ends a batch" : ", in a batch";
}

/** docs/format.md §5. */
function codecText(codec: u32): string {
  if (codec == 0) return "";
  if (codec == 1) return " packed (dictionaries 1)";
  return codec == CODEC_LOST ? " lost to rot" : " of the unknown codec " + codec.toString();
}

function correctedText(bytes: i32): string {
  return bytes > 0 ? ", " + bytes.toString() + " bytes corrected" : "";
}

function idText(high: u32, low: u32): string {
  return high.toString(16).padStart(8, "0") + low.toString(16).padStart(8, "0");
}

/** What the label of a block says of its store: id high and low, parity bytes, features, outer parity; empty: it does not verify. */
export function storeText(bytes: Uint8Array, index: u32): string {
  if (<u32>bytes.length != blockBytes) return "";
  memory.copy(UNIT, bytes.dataStart, LABEL_BYTES);
  if (isBlank(UNIT, LABEL_BYTES) || judgeLabel(UNIT, index, 0) != Status.OK) return "";
  const id = labelStoreId(UNIT);
  const numbers = [<u32>(id >> 32), <u32>id, labelParityBytes(UNIT), labelRefuse(UNIT), labelOuterParity(UNIT)];
  return numbers.join(" ");
}

/** Sets the store whose blocks are salvaged: what some label said. */
export function useStore(high: u32, low: u32, parity: u32, refuse: u32, outer: u32): void {
  outerParity = outer;
  configureUnits(parity, ((<u64>high) << 32) | low);
  configureRecords(refuse);
  endSegmentsBefore(outer == 0 ? 0 : descriptorBytes(outer));
}

/**
 * Finds what reads whole in block `index` of the store, whatever of label, header and summaries is gone: a segment says the same of itself in
 * its header and in each of its summaries, and one of them is enough. Where none is left, LSNs and short ids cannot be told, and nothing is
 * found. Returns how many. Cost: a CRC for every address unit of what is damaged.
 */
export function salvageBlock(bytes: Uint8Array, index: u32): u32 {
  if (<u32>bytes.length != blockBytes) return 0;
  source = bytes.dataStart;
  blockIndex = index;
  if (!findSegment()) return 0;
  let count: u32 = 0;
  let mends = true; // behind what reads, and at the beginning, the next unit is where it must be
  for (let offset: u32 = headerOffset(); offset + 12 <= segmentEnd; ) {
    const length = unitAt(offset, mends);
    if (length == 0 && isBlank(source + offset, min<u32>(16, segmentEnd - offset))) {
      offset = alignUp(offset + 1, programBytes);
      mends = true;
      continue;
    }
    if (length > 0 && isRecord(load<u8>(source + offset) >> 5)) count += tellFound(offset);
    mends = length > 0;
    offset += mends ? length : addressUnit;
  }
  return count;
}

function isRecord(type: u32): bool {
  return type >= <u32>UnitType.RECORD && type <= <u32>UnitType.LONG;
}

/** Header first, then any summary: openLsn, openWall, session, idHigh and the erase count, which all CRCs of the block need. */
function findSegment(): bool {
  memory.copy(UNIT, source, LABEL_BYTES);
  const labelled = judgeLabel(UNIT, blockIndex, 0) == Status.OK;
  const told = labelled ? labelEraseCount(UNIT) : 0;
  const start = headerOffset();
  for (let tries = labelled ? 0 : 1; tries < 2; tries++) {
    eraseCount = tries == 0 ? told : segmentEraseCount(source + start);
    if (judgeUnit(start, SEGMENT_DATA) < 0 || load<u8>(UNIT) != SEGMENT_MARK) continue;
    takeSegment(segmentOpenLsn(UNIT), segmentOpenWall(UNIT), segmentSession(UNIT), segmentIdHigh(UNIT));
    return segmentType(UNIT) != SegmentType.CHECKPOINT && segmentType(UNIT) != SegmentType.PARITY;
  }
  for (let offset = start; offset + 32 <= segmentEnd; offset += addressUnit) {
    if (load<u8>(source + offset) >> 5 != UnitType.SUMMARY) continue;
    eraseCount = summaryEraseCount(source + offset);
    if (judgeUnit(offset, load<u16>(source + offset, 2)) < 0) continue;
    takeSegment(summaryOpenLsn(UNIT), summaryOpenWall(UNIT), summarySession(UNIT), summaryIdHigh(UNIT));
    return true;
  }
  return false;
}
function takeSegment(lsn: u64, wall: u64, ofSession: u32, high: u32): void {
  openLsn = lsn;
  openWall = wall;
  session = ofSession;
  idHigh = high;
}

/** Bytes of the record, summary, root or header at `offset` that verifies whole, 0: none does. Without `mends` only what is intact counts. */
function unitAt(offset: u32, mends: bool): u32 {
  const first = load<u8>(source + offset);
  const type = <u32>first >> 5;
  if (isRecord(type)) {
    const dataBytes = peekDataBytes(source + offset, min<u32>(4, segmentEnd - offset));
    if (dataBytes == 0 || offset + recordBytes(dataBytes) > segmentEnd) return 0;
    if (!intactOrMended(offset, unitData(dataBytes, 0), mends) || judgeRest(offset, dataBytes) < 0) return 0;
    return recordBytes(dataBytes);
  }
  const n =
    first == SEGMENT_MARK ? SEGMENT_DATA : type == UnitType.SUMMARY || type == UnitType.ROOT ? <u32>load<u16>(source + offset, 2) : 0;
  return n != 0 && intactOrMended(offset, n, mends) ? alignUp(unitBytes(n), addressUnit) : 0;
}
function intactOrMended(offset: u32, n: u32, mends: bool): bool {
  if (n > 651 || offset + unitBytes(n) > blockBytes) return false;
  return mends ? judgeUnit(offset, n) >= 0 : unitIntact(source + offset, n, seedFor(blockIndex, offset, eraseCount));
}

/** Tells the record at `offset`, which verifies. Returns 1, or 0 where its header makes no sense. */
function tellFound(offset: u32): u32 {
  const dataBytes = peekDataBytes(source + offset, min<u32>(4, segmentEnd - offset));
  const h = changetype<Header>(header);
  judgeUnit(offset, unitData(dataBytes, 0));
  if (!decodeHeader(UNIT, unitData(dataBytes, 0), h, openLsn, openWall, session, idHigh)) return 0;
  const numbers: string[] = [h.type.toString(), h.kind.toString(), idText(h.idHigh, h.idLow), h.lsn.toString(), h.wallMs.toString()];
  numbers.push(h.codec.toString());
  numbers.push(h.chunk.toString());
  numbers.push(h.metaBytes.toString());
  numbers.push(h.extBytes.toString());
  numbers.push(h.bodyBytes.toString());
  let hex = "";
  let at = offset;
  for (let i: u32 = 0, n = unitData(dataBytes, 0); n > 0; n = unitData(dataBytes, ++i)) {
    judgeUnit(at, n);
    for (let j: u32 = i == 0 ? h.headerBytes : 0; j < n; j++)
      hex += load<u8>(UNIT + j)
        .toString(16)
        .padStart(2, "0");
    at += unitBytes(n);
  }
  numbers.push(hex);
  found(numbers.join(" "));
  return 1;
}

/*
 * Reads what a segment says of itself: its header at the start and its final summary at the end. Each is the other's
 * second home.
 */
import { alignDown, alignUp } from "../base/bytes";
import { SUMMARY, UNIT } from "../base/memory";
import { Status } from "../base/status";
import * as device from "../flash/device";
import { addressUnit, programBytes, segmentEnd } from "../flash/geometry";
import { isCovered, isLost, markLost, unmarkLost } from "../flash/ring";
import { headerOffset } from "../format/label";
import { UnitType, unitType } from "../format/record";
import {
  SEGMENT_DATA,
  SEGMENT_MARK,
  segmentEraseCount,
  segmentIdHigh,
  segmentOpenLsn,
  segmentOpenWall,
  segmentSession,
  segmentType,
} from "../format/segment";
import {
  firstEntry,
  SummaryFlag,
  summaryDataBytes,
  summaryEraseCount,
  summaryFlags,
  summaryIdHigh,
  summaryOpenLsn,
  summaryOpenWall,
  summarySession,
  summaryType,
} from "../format/summary";
import { unitBytes } from "../format/unit";
import { eraseCountOf } from "./block-map";
import { factsBlock, factsEraseCount, readUnit, setFacts } from "./read";
import { TRAILER_BYTES } from "./segment-writer";

let summaryBlock: u32 = 0xffffffff;
let summaryOffset: u32 = 0;
let summaryGeneration: u32 = 0;

/** SUMMARY holds nothing worth keeping (the block was erased, or another core used the buffer). */
export function forgetSummary(): void {
  summaryBlock = 0xffffffff;
}
export function firstRecordOffset(): u32 {
  return headerOffset() + alignUp(unitBytes(SEGMENT_DATA), addressUnit);
}

/** True when the end of the block was never programmed; one rotten byte does not change that. */
export function trailerIsBlank(trailer: usize): bool {
  let blank = 0;
  for (let i: u32 = 0; i < TRAILER_BYTES; i++) if (load<u8>(trailer + i) == 255) blank++;
  return blank >= 5;
}
/** Majority of the three copies. */
function trailerLength(trailer: usize): u32 {
  const a = <u32>load<u16>(trailer);
  const b = <u32>load<u16>(trailer, 2);
  const c = <u32>load<u16>(trailer, 4);
  return (a & b) | (a & c) | (b & c);
}

/** Where the final summary of `block` begins by its trailer; 0 when the trailer says nothing sensible. */
export function finalOffset(block: u32): u32 {
  if (device.read(block, segmentEnd - TRAILER_BYTES, UNIT, TRAILER_BYTES) < 0 || trailerIsBlank(UNIT)) return 0;
  const length = unitBytes(trailerLength(UNIT));
  return length + TRAILER_BYTES > segmentEnd ? 0 : alignDown(segmentEnd - TRAILER_BYTES - length, programBytes);
}

/**
 * Reads the final summary of `block` into SUMMARY. Returns its offset. Errors: NOT_FOUND the block was never sealed,
 * CORRUPT it was, but the summary cannot be read, IO.
 */
export function readFinal(block: u32): i32 {
  const found = judgeFinal(block);
  if ((found != Status.CORRUPT && found != Status.NOT_FOUND) || isLost(block) || !isCovered(block)) return found;
  // A member of a stripe was sealed: what does not say so is lost. It is read through the others from now on, if they know better.
  markLost(block);
  const again = judgeFinal(block);
  if (again < 0) unmarkLost(block);
  return again < 0 ? found : again;
}

/** The same, of what is in this very block. */
export function judgeFinal(block: u32): i32 {
  if (device.read(block, segmentEnd - TRAILER_BYTES, UNIT, TRAILER_BYTES) < 0) return Status.IO;
  if (trailerIsBlank(UNIT)) return Status.NOT_FOUND;
  const n = trailerLength(UNIT);
  const length = unitBytes(n);
  if (n == 0 || length + TRAILER_BYTES > segmentEnd) return Status.CORRUPT;
  const start = alignDown(segmentEnd - TRAILER_BYTES - length, programBytes);
  const status = readSummary(block, start, n);
  if (status < 0) return status;
  return summaryFlags(SUMMARY) & SummaryFlag.FINAL ? <i32>start : Status.CORRUPT;
}

/** Reads the summary unit of `n` data bytes at `offset` into SUMMARY, unless it is there already. */
export function readSummary(block: u32, offset: u32, n: u32): i32 {
  if (summaryBlock == block && summaryOffset == offset && summaryGeneration == eraseCountOf(block)) return 0;
  forgetSummary();
  const status = readUnit(block, offset, n, SUMMARY);
  if (status < 0) return status;
  if (unitType(load<u8>(SUMMARY)) != UnitType.SUMMARY || summaryDataBytes(SUMMARY) != n || firstEntry(SUMMARY) > SUMMARY + n)
    return Status.CORRUPT;
  summaryBlock = block;
  summaryOffset = offset;
  summaryGeneration = eraseCountOf(block);
  return 0;
}

/** Reads the segment header of `block`, or failing that its final summary, into the facts. Errors: CORRUPT, IO. */
export function readFacts(block: u32): i32 {
  if (factsBlock == <i32>block && factsEraseCount == eraseCountOf(block)) return 0;
  const status = readUnit(block, headerOffset(), SEGMENT_DATA, UNIT);
  if (status >= 0 && load<u8>(UNIT) == SEGMENT_MARK) {
    setFacts(
      block,
      segmentType(UNIT),
      segmentOpenLsn(UNIT),
      segmentOpenWall(UNIT),
      segmentSession(UNIT),
      segmentEraseCount(UNIT),
      segmentIdHigh(UNIT),
    );
    return 0;
  }
  if (status == Status.IO) return status;
  if (readFinal(block) < 0) return Status.CORRUPT;
  setFacts(
    block,
    summaryType(SUMMARY),
    summaryOpenLsn(SUMMARY),
    summaryOpenWall(SUMMARY),
    summarySession(SUMMARY),
    summaryEraseCount(SUMMARY),
    summaryIdHigh(SUMMARY),
  );
  return 0;
}

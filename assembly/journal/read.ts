/*
 * Verified reads. What a caller gets was judged in RAM, and that very copy is what it may use: nothing is verified
 * and then read again. Correction is touched only when a CRC fails.
 */
import { HEAD_DATA_MAX } from "../base/limits";
import { LOADED } from "../base/memory";
import { Status } from "../base/status";
import { Build, Twin, twin } from "../base/twin";
import * as device from "../flash/device";
import { blockBytes } from "../flash/geometry";
import { isCovered, isLost } from "../flash/ring";
import { decodeHeader, Header, peekDataBytes, UnitType, unitType } from "../format/record";
import { correctUnit, parityBytes, seedFor, unitBytes, unitData, unitIntact, worstCodeword } from "../format/unit";
import { eraseCountOf } from "./block-map";
import { countCorrected } from "./progress";

/** First bytes read of a record: enough for every usual header. */
const PEEK_BYTES: u32 = 48;

/** What the segment header of a block says; `factsBlock` is -1 when nothing is cached. */
export let factsBlock: i32 = -1;
export let factsType: u32 = 0;
export let factsOpenLsn: u64 = 0;
export let factsOpenWall: u64 = 0;
export let factsSession: u32 = 0;
export let factsIdHigh: u32 = 0;
export let factsEraseCount: u32 = 0;

/** The header of the record last loaded; its data lies at LOADED. */
const header: usize = memory.data(72, 8);
export function loadedHeader(): Header {
  return changetype<Header>(header);
}
/** Identity of what LOADED holds: address of the head, or ~0. */
export let loadedBlock: u32 = 0xffffffff;
export let loadedOffset: u32 = 0;
/** Codewords mended in the last load. */
export let loadedCorrected: u32 = 0;

/** A patrol reads parity too, also of units that are intact: rot in it takes from what can be mended. */
let patrolling: bool = false;
/** A unit read since the patrol began wants a new place: half of what a codeword can be mended of is used up, or it is beyond that. */
export let weak: bool = false;

export function beginPatrol(): void {
  patrolling = true;
  weak = false;
}
export function endPatrol(): void {
  patrolling = false;
}

export function forgetLoaded(): void {
  loadedBlock = 0xffffffff;
}
export function forgetFacts(): void {
  factsBlock = -1;
}
export function setFacts(block: u32, type: u32, openLsn: u64, openWall: u64, session: u32, eraseCount: u32, idHigh: u32): void {
  factsBlock = <i32>block;
  factsType = type;
  factsOpenLsn = openLsn;
  factsOpenWall = openWall;
  factsSession = session;
  factsEraseCount = eraseCount;
  factsIdHigh = idHigh;
}

/**
 * Reads a unit of `dataBytes` and judges it, mending it where its parity reaches.
 * Returns bytes corrected. Errors: CORRUPT, IO. Cost: one read; a second, with parity, only when the CRC fails.
 */
export function readUnit(block: u32, offset: u32, dataBytes: u32, target: usize): i32 {
  if (dataBytes == 0 || dataBytes > HEAD_DATA_MAX || offset + unitBytes(dataBytes) > blockBytes) return Status.CORRUPT;
  const seed = seedFor(block, offset, eraseCountOf(block));
  if (device.read(block, offset, target, dataBytes + 4) < 0) return Status.IO;
  if (Build.PROBE && twin(Twin.REREAD) && unitIntact(target, dataBytes, seed)) return device.read(block, offset, target, dataBytes);
  if (!patrolling && unitIntact(target, dataBytes, seed)) return 0;
  return mendUnit(block, offset, dataBytes, target, seed);
}

function mendUnit(block: u32, offset: u32, dataBytes: u32, target: usize, seed: u32): i32 {
  if (device.read(block, offset, target, unitBytes(dataBytes)) < 0) return Status.IO;
  const intact = unitIntact(target, dataBytes, seed);
  let bytes = intact && !patrolling ? 0 : correctUnit(target, dataBytes, seed);
  if (bytes < 0 || (bytes > 0 && worstCodeword * 4 >= parityBytes)) weak = true;
  if (bytes < 0 && intact) {
    // Only its parity is beyond mending, and mending may have spoilt what was read.
    if (device.read(block, offset, target, unitBytes(dataBytes)) < 0) return Status.IO;
    if (unitIntact(target, dataBytes, seed)) bytes = 0;
  }
  if (bytes < 0) bytes = makeUnit(block, offset, dataBytes, target, seed);
  if (bytes < 0) return Status.CORRUPT;
  if (bytes > 0) {
    countCorrected(1);
    loadedCorrected++;
  }
  return bytes;
}

/** A unit of a member of a stripe, made of the other members. What has rotted in them rots in it, and is mended the same way. Returns bytes corrected, or -1. */
function makeUnit(block: u32, offset: u32, dataBytes: u32, target: usize, seed: u32): i32 {
  if (isLost(block) || !isCovered(block) || device.readThrough(block, offset, target, unitBytes(dataBytes)) < 0) return -1;
  return unitIntact(target, dataBytes, seed) ? <i32>dataBytes : correctUnit(target, dataBytes, seed);
}

/** Reads and judges a head unit of a record known to have `dataBytes` data bytes; the bytes before `have` are there. */
function loadHeadOf(block: u32, offset: u32, dataBytes: u32, have: u32): i32 {
  const head = unitData(dataBytes, 0);
  if (offset + unitBytes(head) > blockBytes) return Status.CORRUPT;
  const seed = seedFor(block, offset, eraseCountOf(block));
  if (head + 4 > have && device.read(block, offset + have, LOADED + have, head + 4 - have) < 0) return Status.IO;
  if (patrolling || !unitIntact(LOADED, head, seed)) {
    const status = mendUnit(block, offset, head, LOADED, seed);
    if (status < 0) return status;
  }
  if (Build.PROBE && twin(Twin.REREAD)) device.read(block, offset, LOADED, head);
  if (!decodeHeader(LOADED, head, loadedHeader(), factsOpenLsn, factsOpenWall, factsSession, factsIdHigh)) return Status.CORRUPT;
  if (loadedHeader().dataBytes != dataBytes) return Status.CORRUPT;
  loadedBlock = block;
  loadedOffset = offset;
  return Status.OK;
}

/** Reads the first bytes of a record into LOADED, unjudged. Returns how many they are, 0 when the read failed. */
export function peekHead(block: u32, offset: u32): u32 {
  forgetLoaded();
  const have = min(PEEK_BYTES, blockBytes - offset);
  return device.read(block, offset, LOADED, have) < 0 ? 0 : have;
}

/**
 * Loads and judges the head unit at `offset`. `hint` is the record's data bytes where a summary told them, else 0.
 * The facts of the block must be known. Errors: CORRUPT, IO.
 */
export function loadHead(block: u32, offset: u32, hint: u32): i32 {
  loadedCorrected = 0;
  const have = peekHead(block, offset);
  if (have == 0) return Status.IO;
  const told = hint ? hint : peekDataBytes(LOADED, have);
  if (told != 0) {
    const status = loadHeadOf(block, offset, told, have);
    if (status != Status.CORRUPT) return status;
  }
  return Status.CORRUPT;
}

/** After loadHead: reads the record's other units behind the head, so that LOADED holds all its data. */
export function loadRest(): i32 {
  const dataBytes = loadedHeader().dataBytes;
  const block = loadedBlock;
  let offset = loadedOffset + unitBytes(unitData(dataBytes, 0));
  let done = unitData(dataBytes, 0);
  for (let i: u32 = 1; done < dataBytes; i++) {
    const n = unitData(dataBytes, i);
    const status = readUnit(block, offset, n, LOADED + done);
    if (status < 0) {
      forgetLoaded();
      return status;
    }
    offset += unitBytes(n);
    done += n;
  }
  return Status.OK;
}

/** Data bytes of the unit that may begin at `source`, by its own word; 0 when none can. A cheap filter for resynchronising. */
export function plausibleUnit(source: usize): u32 {
  const type = unitType(load<u8>(source));
  if (type >= UnitType.RECORD && type <= UnitType.LONG) return unitData(peekDataBytes(source, 4), 0);
  const n = <u32>load<u16>(source, 2);
  return (type == UnitType.SUMMARY || type == UnitType.ROOT) && n <= HEAD_DATA_MAX ? n : 0;
}

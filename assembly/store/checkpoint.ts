/*
 * The checkpoint: block map and index written down at a clean close, so that the next mount reads them instead of
 * every summary. It is trusted only when its switch in an anchor block carries both markers, and the switch is erased
 * before the next session programs anything: a checkpoint that can be read is never behind. docs/format.md §8.
 *
 * Body: units of up to 640 data bytes in CHECKPOINT segments. The byte stream in them is, for every block: state and
 * flags 1, eraseCount varint, and for segments live varint, openLsn varint; then for every index entry: key delta
 * 6 bytes (all ones: 7-byte key follows), address 3.
 */
import { alignUp, loadU24, loadU48, readVarint, storeU24, storeU48, writeVarint } from "../base/bytes";
import { LSN_LIMIT } from "../base/limits";
import { GROUP, LOADED, STAGED, UNIT } from "../base/memory";
import { Status } from "../base/status";
import { Build, Twin, twin } from "../base/twin";
import * as device from "../flash/device";
import { addressBlock, addressUnit, blockBytes, blockCount, liveUnit, programBytes } from "../flash/geometry";
import { headerOffset, judgeLabel, LABEL_BYTES, labelEraseCount, labelFormatSerial, labelStoreId } from "../format/label";
import { ROOT_ENTRY } from "../format/root";
import { encodeSegment, SEGMENT_DATA, SEGMENT_MARK, SegmentType } from "../format/segment";
import { parityBytes, sealUnit, seedFor, unitBytes } from "../format/unit";
import { adoptedCount, adoptedList, restoreAdopted } from "../journal/adopted";
import {
  addFlags,
  anchorCount,
  BlockState,
  blankCount,
  eraseCountOf,
  flagsOf,
  formatSerial,
  holdsRecords,
  labelErased,
  liveUnitsOf,
  makeBlank,
  openLsnOf,
  outerParity,
  resetBlockMap,
  setEraseCount,
  setLiveUnits,
  setOpenLsn,
  setState,
  stateOf,
  storeId,
  takeBlank,
} from "../journal/block-map";
import {
  damagedFirstLsn,
  damagedLastLsn,
  damagedUnknown,
  nextLsn,
  restoreProgress,
  restoreUnknown,
  session,
  takeLsn,
} from "../journal/progress";
import { readUnit } from "../journal/read";
import { restoreRecovered, rootBlock, rootedSession, tailSession } from "../journal/recover";
import { firstRecordOffset } from "../journal/segment-reader";
import { clearIndex, put, used, walk, walkAddress, walkKey } from "./key-index";
import { liveSum, newestKey, newestLsn, noteChange, resetLiveSum } from "./live-sum";
import { reserveBlocks } from "./space";

/** Data bytes of a body unit. */
const BODY_DATA: u32 = 640;
/** Body blocks a switch can name. */
const BODY_BLOCKS_MAX: u32 = 180;
const SWITCH_FIXED: u32 = 60;
/** Adopted segments a switch has room for beside the longest block list; with more there is no body. */
const ADOPTED_WITH_BODY: u32 = 6;
const SWITCH_MARK: u8 = 0x1b;
const DELTA_ESCAPE: u64 = 0xffffffffffff;

/** Does the anchor hold a switch that counts? Then nothing was programmed since the last close. */
let switched: bool = false;
/** The anchor is the part's first block. */
const ANCHOR: u32 = 0;

export function resetCheckpoint(): void {
  switched = false;
}
export function hasSwitch(): bool {
  return switched;
}

/**
 * Erases the switch, to the end, before a session programs anything: a torn switch may read well one day. The label that follows names the session, which
 * no other may take again, whatever a cut leaves of what it programs. Errors: IO the switch may still be there.
 * Cut: the switch may be readable or not; nothing was programmed since it was written.
 */
export function dropCheckpoint(): i32 {
  if (Build.PROBE && twin(Twin.CHECKPOINT_KEPT)) return Status.OK;
  if (anchorCount == 0) return Status.OK;
  switched = false;
  setEraseCount(ANCHOR, eraseCountOf(ANCHOR) + 1);
  if (device.erase(ANCHOR) < 0) return Status.IO;
  labelErased(ANCHOR); // one that fails names nothing, as where there is no anchor
  for (let b: u32 = anchorCount; b < blockCount; b++) if (stateOf(b) == BlockState.CHECKPOINT) setState(b, BlockState.DIRTY);
  return Status.OK;
}

// ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────────

let bodyBlock: i32 = -1;
let bodyOffset: u32 = 0;
let bodyFilled: u32 = 0;
let bodyBlocks: u32 = 0;
let bodyStatus: i32 = 0;

/** Where the block list is gathered: behind the anchor of STAGED that nobody uses at a close. */
function blockListAt(i: u32): usize {
  return STAGED + i * 3;
}

/** Bytes a checkpoint of the present store would take. */
function estimate(): u32 {
  return used * 9 + blockCount * 8;
}

/**
 * Closes the session in the anchor: writes the switch, with a checkpoint body when enough was `written` to pay for it
 * and there is room. Parts without an anchor are walked at the next mount. Errors: IO. Cut: without both markers the
 * switch does not count.
 */
export function writeCheckpoint(written: u64): i32 {
  if (anchorCount == 0) return Status.OK;
  const unitsPerBlock = (blockBytes - firstRecordOffset()) / bodyStride();
  const blocks = estimate() / (unitsPerBlock * BODY_DATA) + 2;
  bodyBlock = -1;
  bodyFilled = 0;
  bodyBlocks = 0;
  bodyStatus = Status.OK;
  if (
    adoptedCount <= ADOPTED_WITH_BODY &&
    written >= <u64>estimate() / 8 &&
    blocks <= BODY_BLOCKS_MAX &&
    blankCount() >= blocks + reserveBlocks
  ) {
    writeBlocks();
    writeEntries();
    flushBody();
    if (bodyStatus < 0) bodyBlocks = 0; // everything is sealed: the next mount reads summaries instead
  }
  return writeSwitch();
}

function bodyStride(): u32 {
  return alignUp(unitBytes(BODY_DATA), max(addressUnit, programBytes));
}
function emit(source: usize, length: u32): void {
  for (let i: u32 = 0; i < length; i++) {
    store<u8>(BODY + bodyFilled++, load<u8>(source + i));
    if (bodyFilled == BODY_DATA) flushBody();
  }
}
const BODY: usize = LOADED;
const SMALL: usize = LOADED + 1024;

function writeBlocks(): void {
  for (let b: u32 = 0; b < blockCount; b++) {
    const state = stateOf(b) == BlockState.CHECKPOINT ? BlockState.DIRTY : stateOf(b);
    store<u8>(SMALL, <u8>(state | flagsOf(b)));
    let end = writeVarint(SMALL + 1, eraseCountOf(b));
    if (state == BlockState.SEALED || state == BlockState.ADOPTED || state == BlockState.PARITY) {
      end = writeVarint(end, liveUnitsOf(b));
      end = writeVarint(end, openLsnOf(b));
    }
    emit(SMALL, <u32>(end - SMALL));
  }
}
function writeEntries(): void {
  let before: u64 = 0;
  let key: u64 = 0;
  while (walk(key)) {
    key = walkKey();
    const delta = key - before;
    storeU48(SMALL, min(delta, DELTA_ESCAPE));
    let length: u32 = 6;
    if (delta >= DELTA_ESCAPE) {
      store<u64>(SMALL, key, 6);
      length = 13;
    }
    storeU24(SMALL + length, walkAddress());
    emit(SMALL, length + 3);
    before = key;
    key++;
  }
}

function flushBody(): void {
  if (bodyFilled == 0) return;
  memory.fill(BODY + bodyFilled, 0, BODY_DATA - bodyFilled);
  bodyFilled = 0;
  if (bodyStatus < 0) return;
  if (bodyBlock < 0 || bodyOffset + bodyStride() > blockBytes) bodyStatus = openBody();
  if (bodyStatus < 0) return;
  const block = <u32>bodyBlock;
  memory.copy(GROUP, BODY, BODY_DATA);
  sealUnit(GROUP, BODY_DATA, seedFor(block, bodyOffset, eraseCountOf(block)));
  memory.fill(GROUP + unitBytes(BODY_DATA), 255, bodyStride() - unitBytes(BODY_DATA));
  bodyStatus = device.program(block, bodyOffset, GROUP, bodyStride());
  bodyOffset += bodyStride();
}
function openBody(): i32 {
  const block = takeBlank(2);
  if (block < 0 || bodyBlocks == BODY_BLOCKS_MAX) return Status.FULL;
  setState(block, BlockState.CHECKPOINT);
  storeU24(blockListAt(bodyBlocks++), block);
  bodyBlock = block;
  const start = headerOffset();
  encodeSegment(GROUP, SegmentType.CHECKPOINT, takeLsn(), 0, session, eraseCountOf(block), 0);
  sealUnit(GROUP, SEGMENT_DATA, seedFor(block, start, eraseCountOf(block)));
  const length = alignUp(unitBytes(SEGMENT_DATA), max(addressUnit, programBytes));
  memory.fill(GROUP + unitBytes(SEGMENT_DATA), 255, length - unitBytes(SEGMENT_DATA));
  bodyOffset = start + length;
  return device.program(block, start, GROUP, length);
}

/** The switch: 0 mark, 1 marker, 2 n, 4 session, 7 nextLsn, 13 entries 4, 17 rooted session 3, 20 root block + 1 3, 23 damaged 4, 27 adopted 1, 28 blocks 2, 30 tail session 3, 33 first and 39 last damaged LSN 6, 45 live sum 2, 47 LSN 6 and 53 key 7 of the newest change, then lists at 60. */
function encodeSwitch(target: usize, marker: u32): u32 {
  memory.fill(target, 0, SWITCH_FIXED);
  store<u8>(target, SWITCH_MARK);
  store<u8>(target, <u8>marker, 1);
  storeU24(target + 4, session);
  storeU48(target + 7, nextLsn);
  store<u32>(target, used, 13);
  storeU24(target + 17, rootedSession);
  storeU24(target + 20, rootBlock + 1);
  storeU24(target + 30, tailSession);
  store<u32>(target, damagedUnknown, 23);
  storeU48(target + 33, damagedFirstLsn);
  storeU48(target + 39, damagedLastLsn);
  store<u16>(target, <u16>liveSum, 45);
  storeU48(target + 47, newestLsn);
  storeU48(target + 53, newestKey);
  store<u8>(target, <u8>(newestKey >> 48), 59);
  store<u8>(target, <u8>adoptedCount, 27);
  store<u16>(target, <u16>bodyBlocks, 28);
  memory.copy(target + SWITCH_FIXED, adoptedList(), adoptedCount * ROOT_ENTRY);
  const lists = target + SWITCH_FIXED + adoptedCount * ROOT_ENTRY;
  memory.copy(lists, STAGED, bodyBlocks * 3);
  const n = <u32>(lists - target) + bodyBlocks * 3;
  store<u16>(target, <u16>n, 2);
  return n;
}

function writeSwitch(): i32 {
  const home = ANCHOR;
  const status = makeBlank(home);
  setState(home, BlockState.ANCHOR);
  if (status < 0) return status;
  let offset = headerOffset();
  for (let marker: u32 = 1; marker <= 2; marker++) {
    const n = encodeSwitch(GROUP, marker);
    sealUnit(GROUP, n, seedFor(home, offset, eraseCountOf(home)));
    const length = alignUp(unitBytes(n), programBytes);
    memory.fill(GROUP + unitBytes(n), 255, length - unitBytes(n));
    // ● COMMIT POINT of a checkpoint: the second pass of this loop.
    if (device.program(home, offset, GROUP, length) < 0) return Status.IO;
    offset += length;
  }
  switched = true;
  return Status.OK;
}

// ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Reads the switch at `offset` of an anchor into STAGED. Returns its data bytes or 0. */
function readSwitch(block: u32, offset: u32, marker: u32): u32 {
  if (device.read(block, offset, STAGED, 4) < 0 || load<u8>(STAGED) != SWITCH_MARK) return 0;
  const n = <u32>load<u16>(STAGED, 2);
  if (readUnit(block, offset, n, STAGED) < 0 || load<u8>(STAGED, 1) != marker || load<u16>(STAGED, 2) != n) return 0;
  return n == SWITCH_FIXED + <u32>load<u8>(STAGED, 27) * ROOT_ENTRY + <u32>load<u16>(STAGED, 28) * 3 ? n : 0;
}

/**
 * Looks at the anchor. Returns 1 when a checkpoint was restored from it: block map, index and progress; 0 when everything
 * must be surveyed. `identify` must have run. Cost: the anchor, then the body, once.
 */
export function restoreCheckpoint(): i32 {
  resetBlockMap();
  switched = false;
  if (anchorCount == 0 || device.read(ANCHOR, 0, UNIT, LABEL_BYTES) < 0 || judgeLabel(UNIT, ANCHOR, parityBytes) != Status.OK) return 0;
  if (labelStoreId(UNIT) != storeId || labelFormatSerial(UNIT) != formatSerial) return 0;
  setEraseCount(ANCHOR, labelEraseCount(UNIT));
  const first = readSwitch(ANCHOR, headerOffset(), 1);
  if (first == 0 || readSwitch(ANCHOR, headerOffset() + alignUp(unitBytes(first), programBytes), 2) == 0) return 0;
  switched = true;
  return load<u16>(STAGED, 28) != 0 && restoreBody() ? 1 : 0;
}

let readBlock: u32 = 0;
let readOffset: u32 = 0;
let readAt: u32 = 0;
let readList: usize = 0;
let readBlocks: u32 = 0;
let readIndex: u32 = 0;

/** Makes at least `length` bytes of the stream available contiguously at SMALL; false when the body cannot be read. */
function take(length: u32): bool {
  for (let i: u32 = 0; i < length; i++) {
    if (readAt == BODY_DATA && !nextUnit()) return false;
    store<u8>(SMALL + i, load<u8>(BODY + readAt++));
  }
  return true;
}
function nextUnit(): bool {
  if (readOffset + bodyStride() > blockBytes) {
    if (readIndex == readBlocks) return false;
    readBlock = loadU24(readList + 3 * readIndex++);
    const start = headerOffset();
    if (device.read(readBlock, start, UNIT, SEGMENT_DATA) < 0 || load<u8>(UNIT) != SEGMENT_MARK) return false;
    setEraseCount(readBlock, loadU24(UNIT + 17));
    readOffset = start + alignUp(unitBytes(SEGMENT_DATA), max(addressUnit, programBytes));
  }
  if (Build.PROBE && twin(Twin.CHECKPOINT_UNREAD)) device.read(readBlock, readOffset, BODY, BODY_DATA);
  else if (readUnit(readBlock, readOffset, BODY_DATA, BODY) < 0) return false;
  readOffset += bodyStride();
  readAt = 0;
  return true;
}
function takeVarint(): u64 {
  let length: u32 = 0;
  do {
    if (readAt == BODY_DATA && !nextUnit()) return 0;
    store<u8>(SMALL + length, load<u8>(BODY + readAt++));
  } while (load<u8>(SMALL + length++) >= 128 && length < 10);
  return readVarint(SMALL, SMALL + length);
}

function restoreBody(): bool {
  const adopted = <u32>load<u8>(STAGED, 27);
  readBlocks = load<u16>(STAGED, 28);
  readList = STAGED + SWITCH_FIXED + adopted * ROOT_ENTRY;
  readIndex = 0;
  readOffset = blockBytes;
  readAt = BODY_DATA;
  clearIndex();
  if (!listsOnlyBlocks() || !restoreBlocks() || !restoreEntries(load<u32>(STAGED, 13))) {
    clearIndex();
    resetBlockMap();
    return false;
  }
  restoreProgress(loadU48(STAGED + 7), loadU24(STAGED + 4));
  restoreUnknown(load<u32>(STAGED, 23), loadU48(STAGED + 33), loadU48(STAGED + 39));
  resetLiveSum(load<u16>(STAGED, 45));
  noteChange(loadU48(STAGED + 53) | ((<u64>load<u8>(STAGED, 59)) << 48), loadU48(STAGED + 47));
  restoreRecovered(loadU24(STAGED + 17), loadU24(STAGED + 30), <i32>loadU24(STAGED + 20) - 1);
  restoreAdopted(STAGED + SWITCH_FIXED, adopted);
  for (let i: u32 = 0; i < readBlocks; i++) setState(loadU24(readList + 3 * i), BlockState.CHECKPOINT);
  return true;
}
/** Does every block the switch names exist? Its checksums say that a store wrote it, not which (hostile image). */
function listsOnlyBlocks(): bool {
  for (let i: u32 = 0; i < readBlocks; i++) {
    const block = loadU24(readList + 3 * i);
    if (block < anchorCount || block >= blockCount) return false;
  }
  return loadU24(STAGED + 20) <= blockCount && loadU48(STAGED + 7) < LSN_LIMIT;
}
/** States a block can have at a close. */
function plausibleState(b: u32, state: u32): bool {
  if (b < anchorCount) return state == BlockState.ANCHOR;
  if (state > BlockState.BAD) return outerParity != 0 && (state == BlockState.PARITY || state == BlockState.SPENT);
  return state <= BlockState.ADOPTED ? state != BlockState.OPEN : state == BlockState.BAD;
}
function restoreBlocks(): bool {
  for (let b: u32 = 0; b < blockCount; b++) {
    if (!take(1)) return false;
    const state = load<u8>(SMALL) & 15;
    if (!plausibleState(b, state)) return false;
    addFlags(b, load<u8>(SMALL) & 0xf0);
    setState(b, state);
    const count = <u32>takeVarint();
    if (b >= anchorCount) setEraseCount(b, count); // the anchor was erased once more since, for the switch: its label says so
    if (state == BlockState.SEALED || state == BlockState.ADOPTED || state == BlockState.PARITY) {
      const live = takeVarint();
      if (live * liveUnit > blockBytes) return false;
      setLiveUnits(b, <u32>live);
      setOpenLsn(b, takeVarint());
    }
  }
  return true;
}
function restoreEntries(count: u32): bool {
  let key: u64 = 0;
  for (let i: u32 = 0; i < count; i++) {
    if (!take(9)) return false;
    const delta = loadU48(SMALL);
    let address = loadU24(SMALL + 6);
    if (delta == DELTA_ESCAPE) {
      const low = loadU24(SMALL + 6);
      if (!take(7)) return false;
      key = <u64>low | ((<u64>load<u32>(SMALL)) << 24);
      address = loadU24(SMALL + 4);
    } else key += delta;
    if (addressBlock(address) >= blockCount || !holdsRecords(addressBlock(address)) || !put(key, address)) return false;
  }
  return true;
}

/*
 * When a deletion may be forgotten. A tombstone is needed as long as an older version of its key stands anywhere on
 * the part. A sweep takes some tombstones and reads the summaries of all blocks that may hold dead records, a few per
 * write; those of which nothing older was met are dropped from the index, and compaction then drops their bytes.
 */
import { SWEPT } from "../base/memory";
import { blockCount, toAddress } from "../flash/geometry";
import { EntryFlag } from "../format/summary";
import { anchorCount, BlockFlag, BlockState, flagsOf, openLsnOf, stateOf } from "../journal/block-map";
import { nextLsn } from "../journal/progress";
import { SCAN_ASK, scanNext, scanned, scanner, scanOpen } from "../journal/scan";
import {
  find,
  foundAddress,
  foundTombstone,
  KEY_CHUNK,
  KEY_MASK,
  KEY_TOMBSTONE,
  keyOf,
  recordCount,
  remove,
  tombstones,
  walk,
  walkAddress,
  walkKey,
} from "./key-index";
import { supersede } from "./place";

/** Tombstones of one sweep: 10 bytes each, key 7 and address 3, in key order. Address 0xffffff: still needed. */
const SWEPT_MAX: u32 = 112;
const NEEDED: u32 = 0xffffff;

let count: u32 = 0;
/** Next block to read; 0 when no sweep is on. */
let block: u32 = 0;
/** Blocks opened later hold nothing older than the tombstones. */
let beganLsn: u64 = 0;
let cursor: u64 = 0;
let running: bool = false;
/** LSN at which all tombstones had been looked at: nothing changes for them until something was written. */
let settledLsn: u64 = 0;

export function resetSweep(): void {
  running = false;
  cursor = 0;
  settledLsn = 0;
}

function keyAt(i: u32): u64 {
  return load<u64>(SWEPT + i * 10) & KEY_MASK;
}
function addressAt(i: u32): u32 {
  return load<u32>(SWEPT + i * 10, 6) >> 8;
}
function setAddress(i: u32, address: u32): void {
  store<u16>(SWEPT + i * 10, <u16>address, 7);
  store<u8>(SWEPT + i * 10, <u8>(address >> 16), 9);
}

/** Are there enough tombstones to look after? */
export function sweepPays(): bool {
  return running || (nextLsn != settledLsn && tombstones > 8 + recordCount() / 64);
}

/** Reads up to `blocks` summaries. Cost: one or two reads a block. */
export function sweep(blocks: u32): void {
  if (!running && !begin()) return;
  for (let done: u32 = 0; done < blocks; block++) {
    if (block >= blockCount) {
      finish();
      return;
    }
    const state = stateOf(block);
    if (state == BlockState.DIRTY || (state == BlockState.BAD && openLsnOf(block) != 0)) return;
    const holds = state == BlockState.SEALED || state == BlockState.ADOPTED || state == BlockState.OPEN;
    if (!holds || !(flagsOf(block) & BlockFlag.DEAD) || openLsnOf(block) > beganLsn) continue;
    readBlock();
    done++;
  }
}

/** Takes the next tombstones in key order. */
function begin(): bool {
  count = 0;
  while (count < SWEPT_MAX && walk(cursor)) {
    cursor = walkKey() + 1;
    if (!(walkKey() & KEY_TOMBSTONE) || walkKey() & KEY_CHUNK) continue;
    store<u64>(SWEPT + count * 10, walkKey() & ~KEY_TOMBSTONE);
    setAddress(count, walkAddress());
    count++;
  }
  if (count < SWEPT_MAX) {
    cursor = 0;
    settledLsn = nextLsn;
  }
  block = anchorCount;
  beganLsn = nextLsn;
  running = count > 0;
  return running;
}

function readBlock(): void {
  const s = scanner(SCAN_ASK);
  scanOpen(s, block, false);
  while (scanNext(s) > 0) {
    const e = scanned();
    if (e.flags & EntryFlag.CHUNK) continue;
    const i = position(keyOf(e.kind, e.idHigh, e.idLow));
    if (i >= 0 && addressAt(i) != toAddress(block, e.offset)) setAddress(i, NEEDED);
  }
}

function position(key: u64): i32 {
  let low: i32 = 0;
  let high = <i32>count - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const at = keyAt(middle);
    if (at == key) return middle;
    if (at < key) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** Forgets the tombstones of which nothing older was met and which were not moved or replaced meanwhile. */
function finish(): void {
  running = false;
  for (let i: u32 = 0; i < count; i++) {
    if (addressAt(i) == NEEDED || !find(keyAt(i)) || !foundTombstone() || foundAddress() != addressAt(i)) continue;
    supersede(addressAt(i), 0);
    remove(keyAt(i));
  }
}

/*
 * When a deletion may be forgotten. A tombstone is needed as long as an older version of its key stands anywhere on
 * the part. A sweep takes some tombstones and reads the summaries of all blocks that may hold dead records, a few per
 * write; those of which nothing older was met, and which the relay has confirmed if there is one, are dropped from the
 * index, and compaction then drops their bytes.
 */
import { SWEPT } from "../base/memory";
import { Build, Twin, twin } from "../base/twin";
import { blockCount, toAddress } from "../flash/geometry";
import { EntryFlag } from "../format/summary";
import { anchorCount, BlockFlag, BlockState, flagsOf, haunts, holdsRecords, openLsnOf, stateOf } from "../journal/block-map";
import { nextLsn } from "../journal/progress";
import { SCAN_ASK, scanNext, scanned, scanner, scanOpen } from "../journal/scan";
import {
  addressAt,
  capacity,
  find,
  foundAddress,
  foundTombstone,
  KEY_CHUNK,
  KEY_TOMBSTONE,
  keyAt,
  keyOf,
  recordCount,
  remove,
  SLOT_BYTES,
  tombstones,
  used,
  walk,
  walkAddress,
  walkKey,
  writeSlot,
} from "./key-index";
import { newestLsn } from "./live-sum";
import { fetchAt, head, supersede } from "./place";
import { hasRelay, isOwed } from "./reserved";

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
/** Deletions forgotten since the mount. */
export let forgotten: u32 = 0;

export function resetSweep(): void {
  running = false;
  forgotten = 0;
  cursor = 0;
  settledLsn = 0;
}

function swept(i: u32): usize {
  return SWEPT + i * SLOT_BYTES;
}
function setNeeded(i: u32): void {
  writeSlot(swept(i), keyAt(swept(i)), NEEDED);
}

/** Are there enough tombstones to look after? */
export function sweepPays(): bool {
  return running || (nextLsn != settledLsn && tombstones > 8 + recordCount() / 64);
}

/** Are so many keys deletions that it is worth while to empty segments for their sake? */
export function hasManyDeletions(): bool {
  return tombstones > capacity / 16;
}
/** Is the index nearly full, and that of deletions? Then what they wait for is emptied, although there may be room for records. */
export function indexIsShort(): bool {
  return used > capacity - capacity / 8 && hasManyDeletions();
}
/** Lets all deletions be looked at again: victims were emptied, and what needed them may be gone. */
export function sweepAnew(): void {
  settledLsn = 0;
}

/** Reads up to `blocks` summaries. False: a block is in the way that waits for its erase, or takes none. Cost: one or two reads a block. */
export function sweep(blocks: u32): bool {
  if (!running && !begin()) return true;
  for (let done: u32 = 0; done < blocks; block++) {
    if (block >= blockCount) {
      finish();
      return true;
    }
    const state = stateOf(block);
    if (state == BlockState.DIRTY || haunts(block)) return false;
    if (!holdsRecords(block) || !(flagsOf(block) & BlockFlag.DEAD) || openLsnOf(block) > beganLsn) continue;
    readBlock();
    done++;
  }
  return true;
}

/** Takes the next tombstones in key order. */
function begin(): bool {
  count = 0;
  while (count < SWEPT_MAX && walk(cursor)) {
    cursor = walkKey() + 1;
    if (!(walkKey() & KEY_TOMBSTONE) || walkKey() & KEY_CHUNK) continue;
    writeSlot(swept(count++), walkKey() & ~KEY_TOMBSTONE, walkAddress());
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
  if (Build.PROBE && twin(Twin.TOMBSTONE_EARLY)) return;
  const s = scanner(SCAN_ASK);
  scanOpen(s, block, false);
  while (scanNext(s) > 0) {
    const e = scanned();
    if (e.flags & EntryFlag.CHUNK) continue;
    const i = position(keyOf(e.kind, e.idHigh, e.idLow));
    if (i >= 0 && addressAt(swept(i)) != toAddress(block, e.offset)) setNeeded(i);
  }
}

function position(key: u64): i32 {
  let low: i32 = 0;
  let high = <i32>count - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const at = keyAt(swept(middle));
    if (at == key) return middle;
    if (at < key) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** Forgets the tombstones of which nothing older was met and which were not moved or replaced meanwhile; never the newest change. */
function finish(): void {
  running = false;
  for (let i: u32 = 0; i < count; i++) {
    const key = keyAt(swept(i));
    const address = addressAt(swept(i));
    if (address == NEEDED || !find(key) || !foundTombstone() || foundAddress() != address) continue;
    const known = fetchAt(address, false) >= 0;
    if (known && head().lsn == newestLsn) continue;
    if (hasRelay && (!known || isOwed(head().lsn))) continue;
    supersede(address, known ? head().dataBytes : 0);
    remove(key);
    forgotten++;
  }
}

/*
 * Builds the index from what the segments say. The newest version of a key wins; where a version was copied, the copy
 * wins over its original, whose block may be half erased.
 */
import { Status } from "../base/status";
import { Build, Twin, twin } from "../base/twin";
import { readsThrough } from "../flash/device";
import { addressBlock, addressOffset, blockCount, toAddress } from "../flash/geometry";
import { recordBytes, UnitType } from "../format/record";
import { Entry, EntryFlag } from "../format/summary";
import {
  addFlags,
  addLive,
  anchorCount,
  BlockFlag,
  BlockState,
  clearLive,
  dirtyCount,
  discard,
  eraseOne,
  flagsOf,
  holdsRecords,
  liveOf,
  openLsnOf,
  stateOf,
} from "../journal/block-map";
import {
  countUnknown,
  damagedFirstLsn,
  damagedLastLsn,
  damagedUnknown,
  fault,
  nextLsn,
  restoreUnknown,
  witnessLsn,
} from "../journal/progress";
import { beginPatrol, endPatrol, weak } from "../journal/read";
import { isRottenTail, rootBlock } from "../journal/recover";
import { SCAN_MOUNT, scanNext, scanned, scanner, scanOpen } from "../journal/scan";
import { readFacts } from "../journal/segment-reader";
import { headless } from "../journal/survey";
import { clearIndex, find, foundAddress, foundTombstone, hasRoom, KEY_TOMBSTONE, keyOf, keyOfEntry, put } from "./key-index";
import { countIn, countOut, isComplete, newestLsn, noteChange, resetLiveSum } from "./live-sum";
import { fetchAt, head, lsnOf, supersede } from "./place";
import { confirmedOnFlash } from "./reserved";

const entry: usize = memory.data(48, 8);
let owner: u32 = 0xffffffff;
let ownerLsn: u64 = 0;

function e(): Entry {
  return changetype<Entry>(entry);
}
/** Blocks in which an original was met whose copy won. */
const origins: usize = memory.data(32, 8);
const ORIGINS_MAX: u32 = 8;
let originCount: u32 = 0;

function noteOrigin(block: u32): void {
  for (let i: u32 = 0; i < originCount; i++) if (load<u32>(origins + i * 4) == block) return;
  if (originCount < ORIGINS_MAX) store<u32>(origins + originCount++ * 4, block);
}

/**
 * The block of which a version read when it was counted in, and no more when it was to be counted out: a torn erase leaves such, bits that read differently
 * each time. -1: none. And the one that is left out of the index to see whether it is whole without it.
 */
let guessed: i32 = -1;
let skipped: i32 = -1;
let tries: u32 = 0;

export function forgetGuess(): void {
  guessed = -1;
  skipped = -1;
  tries = 0;
}
/** Something is missing in the index just made. Is it to be made again: without that block, and where something is missing then, too, with it after all? */
export function tryOtherwise(): bool {
  tries++;
  skipped = tries == 1 ? guessed : -1;
  return tries == 1 ? guessed >= 0 : tries == 2;
}
function counts(block: u32): bool {
  return holdsRecords(block) && <i32>block != skipped;
}

/** Segments walked over damage: block u32, spans u32, first and last LSN u64. */
const lostList: usize = memory.data(192, 8);
const LOST_MAX: u32 = 8;
let lostCount: u32 = 0;
/** Losses counted before the segments were walked: those in segments for which the list has no room count at once, and each walk begins with these. */
let toldBefore: u32 = 0;
let toldFirst: u64 = 0;
let toldLast: u64 = 0;

/** Of the losses of a mount, remembers those that were told before its index. */
export function beginLosses(): void {
  toldBefore = damagedUnknown;
  toldFirst = damagedFirstLsn;
  toldLast = damagedLastLsn;
}
function noteLost(block: u32, spans: u32, first: u64, last: u64): void {
  if (lostCount == LOST_MAX) {
    for (let i: u32 = 0; i < spans; i++) countUnknown(first, last);
    return;
  }
  const at = lostList + lostCount++ * 24;
  store<u32>(at, block);
  store<u32>(at, spans, 4);
  store<u64>(at, first, 8);
  store<u64>(at, last, 16);
}
/**
 * After the live sum was compared: counts what damage may have taken. A segment of which nothing lives is a victim whose erase was torn: its
 * damage is nobody's. Elsewhere, and in a tail just judged, it is counted.
 */
export function countLost(): void {
  if (Build.PROBE && twin(Twin.LOSS_UNTOLD)) return;
  for (let i: u32 = 0; i < lostCount; i++) {
    const at = lostList + i * 24;
    const block = load<u32>(at);
    if (!isRottenTail(block) && isDead(block)) continue;
    for (let k = load<u32>(at, 4); k > 0; k--) countUnknown(load<u64>(at, 8), load<u64>(at, 16));
  }
  for (let k = headless; k > 0; k--) countUnknown(1, nextLsn - 1);
}

/**
 * What is indexed of the records. Deletions that were forgotten come up again as long as their segments stand, and there may be more of them than the index
 * takes: then all else is indexed first, and after it the deletions of what is there, and those that the relay has not confirmed.
 */
namespace Pass {
  export const ALL: u32 = 0;
  export const VERSIONS: u32 = 1;
  export const DELETIONS: u32 = 2;
}
let pass: u32 = Pass.ALL;
/** Deletions of what is not there are left out up to this LSN, but for the newest change. */
let forgettable: u64 = 0;
const EVERYTHING: u64 = ~(<u64>0);
/** Did this mount leave deletions out, and are blocks that may hold what they deleted not erased yet? */
let deletionsLeftOut: bool = false;
export function forgetLeftOut(): void {
  deletionsLeftOut = false;
}
/**
 * Where deletions were left out, what waits for its erase may hold what they deleted, and look like a segment again after a cut: it is erased before the
 * segments of the deletions may be given up. Once a mount, as soon as it may write. Cost: the erases, on a part with more deletions than its index takes;
 * otherwise nothing.
 */
export function eraseDeleted(): void {
  if (!deletionsLeftOut) return;
  while (dirtyCount() > 0) eraseOne();
  deletionsLeftOut = false;
  discardDead();
}

/**
 * Reads all segments, and those of a part with more deletions than the index takes three or four times.
 * Errors: INDEX_FULL the memory given cannot hold the part's records; IO.
 */
export function rebuildIndex(): i32 {
  let status = indexRecords(Pass.ALL);
  if (status >= 0) status = indexChunks();
  deletionsLeftOut = status == Status.INDEX_FULL;
  if (deletionsLeftOut) status = indexWithoutDeletions();
  if (status < 0) return status;
  for (let i: u32 = 0; i < originCount; i++) preferOriginals(load<u32>(origins + i * 4));
  if (!deletionsLeftOut) discardDead();
  return Status.OK;
}

/** What is there, with its deletions and chunks, then what else the relay must be told of, as long as there is room: the newest segments come first. */
function indexWithoutDeletions(): i32 {
  let status = indexRecords(Pass.VERSIONS);
  const confirmed = confirmedOnFlash();
  forgettable = EVERYTHING;
  if (status >= 0) status = indexRecords(Pass.DELETIONS);
  if (status >= 0) status = indexChunks();
  forgettable = confirmed;
  if (status >= 0 && confirmed != EVERYTHING) status = indexRecords(Pass.DELETIONS);
  return status;
}

function beginIndex(): void {
  clearIndex();
  clearLive();
  resetLiveSum(0);
  originCount = 0;
}

/** Of deletions those come first that were copied: they were needed. */
function indexRecords(what: u32): i32 {
  pass = what;
  lostCount = 0;
  restoreUnknown(toldBefore, toldFirst, toldLast);
  if (what == Pass.DELETIONS) {
    const status = indexMixed();
    return status < 0 ? status : indexOrdered();
  }
  beginIndex();
  const status = indexOrdered();
  return status < 0 ? status : indexMixed();
}
/** Hot segments newest first, so that most superseded records are met after what replaced them. */
function indexOrdered(): i32 {
  let bound: u64 = ~(<u64>0);
  while (true) {
    let best: i32 = -1;
    for (let b = anchorCount; b < blockCount; b++)
      if (counts(b) && !(flagsOf(b) & BlockFlag.MIXED) && openLsnOf(b) < bound && (best < 0 || openLsnOf(b) > openLsnOf(<u32>best)))
        best = <i32>b;
    if (best < 0) break;
    bound = openLsnOf(<u32>best);
    const status = indexSegment(<u32>best);
    if (status < 0) return status;
  }
  return Status.OK;
}
function indexMixed(): i32 {
  for (let b = anchorCount; b < blockCount; b++) {
    if (!counts(b) || !(flagsOf(b) & BlockFlag.MIXED)) continue;
    const status = indexSegment(b);
    if (status < 0) return status;
  }
  return Status.OK;
}

/** Lives nothing here, or, where no record is missing, nothing but tombstones? Those of a block whose erase was torn come up again, though they were swept. */
function isDead(block: u32): bool {
  return liveOf(block) == 0 || (isComplete && !isUnfinished(block));
}

/** Does a record (not a tombstone, which may have been swept) live in this block and nowhere else? */
function isUnfinished(block: u32): bool {
  const s = scanner(SCAN_MOUNT);
  scanOpen(s, block, false);
  while (scanNext(s) > 0) {
    const r = scanned();
    if (r.flags & EntryFlag.TOMBSTONE) continue;
    const key = keyOfEntry(r);
    if (find(key) && foundAddress() == toAddress(block, r.offset)) return true;
  }
  return false;
}

/**
 * A closed block in which something still lives that was not copied was a victim when power died, and its erase had
 * not begun: its originals are as solid as ever. They are used again, so that the half-written copy can be given back:
 * cuts in a row during compaction must not use up the part.
 */
function preferOriginals(block: u32): void {
  if (stateOf(block) == BlockState.OPEN || !isUnfinished(block)) return;
  const s = scanner(SCAN_MOUNT);
  scanOpen(s, block, false);
  while (scanNext(s) > 0) {
    memory.copy(entry, changetype<usize>(scanned()), offsetof<Entry>());
    const tombstone = e().flags & EntryFlag.TOMBSTONE;
    const key = keyOfEntry(e());
    const own = toAddress(block, e().offset);
    if (!find(key) || foundAddress() == own || foundTombstone() != (tombstone != 0)) continue;
    if (e().lsn == newestLsn) continue; // its copy may say more, of what went missing since
    const copy = foundAddress();
    if (!isSound(own)) continue; // a scrub gave it a new home
    if (stateOf(addressBlock(copy)) == BlockState.SEALED || fetchAt(copy, false) < 0 || head().lsn != e().lsn) continue;
    supersede(copy, head().dataBytes);
    put(tombstone ? key | KEY_TOMBSTONE : key, own);
    addLive(block, recordBytes(e().dataBytes));
  }
}

/** Reads the record at `address` well, with bytes to spare? */
function isSound(address: u32): bool {
  readFacts(addressBlock(address));
  const through = readsThrough;
  beginPatrol();
  const status = fetchAt(address, true);
  endPatrol();
  return status >= 0 && !weak && readsThrough == through;
}

/** Victims that were emptied but not erased before the cut look like segments; nothing in them lives. Of the one that is left out nobody knows yet. */
export function discardDead(): void {
  for (let b = anchorCount; b < blockCount; b++) {
    const state = stateOf(b);
    if ((state == BlockState.SEALED || state == BlockState.ADOPTED) && liveOf(b) == 0 && <i32>b != rootBlock && <i32>b != skipped)
      discard(b);
  }
}

function indexSegment(block: u32): i32 {
  const s = scanner(SCAN_MOUNT);
  scanOpen(s, block, false);
  while (true) {
    const more = scanNext(s);
    if (more <= 0) {
      if (s.lost != 0) noteLost(block, s.lost, s.lostFirst, s.lostLast);
      return more;
    }
    memory.copy(entry, changetype<usize>(scanned()), offsetof<Entry>());
    witnessLsn(e().lsn);
    if (e().flags & EntryFlag.CHUNK) addFlags(block, BlockFlag.CHUNKS);
    else {
      const status = resolve(block);
      if (status < 0) return status;
    }
  }
}

function resolve(block: u32): i32 {
  if (Build.PROBE && twin(Twin.OLD_VERSION) && fetchAt(toAddress(block, e().offset), true) < 0) return Status.OK;
  const key = keyOfEntry(e());
  noteChange(key, e().lsn);
  if (pass != Pass.ALL && isLeftOut(block, key)) return Status.OK;
  if (find(key)) {
    if (!replaces(block, foundAddress())) {
      addFlags(block, BlockFlag.DEAD);
      return Status.OK;
    }
    find(key);
    const before = foundAddress();
    const lived = !foundTombstone();
    const known = fetchAt(before, false) >= 0;
    if (lived) countOut(replacedLsn(block, before, known));
    supersede(before, known ? head().dataBytes : 0);
  }
  if (!(e().flags & EntryFlag.TOMBSTONE)) countIn(e().lsn);
  if (!put(e().flags & EntryFlag.TOMBSTONE ? key | KEY_TOMBSTONE : key, toAddress(block, e().offset)))
    return fault(Status.INDEX_FULL, block, 0, 0);
  addLive(block, recordBytes(e().dataBytes));
  return Status.OK;
}

/** Is the entry at hand none of the present pass, or a deletion that nothing needs? The newest change stays: only its record has the sum of today. */
function isLeftOut(block: u32, key: u64): bool {
  const deletion = (e().flags & EntryFlag.TOMBSTONE) != 0;
  if (deletion != (pass == Pass.DELETIONS)) return true;
  if (!deletion) return false;
  if (find(key)) return foundAddress() == toAddress(block, e().offset); // met in the pass before
  return (e().lsn <= forgettable || !hasRoom(1)) && e().lsn != newestLsn;
}

/**
 * LSN of the version at `before`, which the entry at hand replaces. One that does not read any more, where segments do not tell by their order, is taken
 * for an original whose copy is at hand: its block is half erased.
 */
function replacedLsn(block: u32, before: u32, known: bool): u64 {
  const lsn = lsnOf(before, known);
  if (lsn != 0 || inOrder(block, addressBlock(before))) return lsn;
  guessed = <i32>addressBlock(before);
  return e().lsn;
}

/** Do both segments tell by their order which of two versions is newer? */
function inOrder(block: u32, other: u32): bool {
  return !((flagsOf(block) | flagsOf(other)) & BlockFlag.MIXED);
}

/** Is the entry at hand newer than the one at `address`? Hot segments tell by their order; others by reading. */
function replaces(block: u32, address: u32): bool {
  const other = addressBlock(address);
  if (inOrder(block, other)) return block == other ? e().offset > addressOffset(address) : openLsnOf(block) > openLsnOf(other);
  const lsn = lsnOf(address, fetchAt(address, false) >= 0);
  if (lsn != 0 && lsn != e().lsn) return e().lsn > lsn;
  if (Build.PROBE && twin(Twin.ORIGINAL_WINS)) return openLsnOf(block) < openLsnOf(other);
  const newer = block == other ? e().offset > addressOffset(address) : openLsnOf(block) > openLsnOf(other);
  noteOrigin(newer ? other : block);
  return newer;
}

/** Second pass: chunks count when the head that owns them does. */
function indexChunks(): i32 {
  owner = 0xffffffff;
  for (let b = anchorCount; b < blockCount; b++) {
    if (!counts(b) || !(flagsOf(b) & BlockFlag.CHUNKS)) continue;
    const s = scanner(SCAN_MOUNT);
    scanOpen(s, b, false);
    while (true) {
      const more = scanNext(s);
      if (more < 0) return more;
      if (more == 0) break;
      if (!(scanned().flags & EntryFlag.CHUNK)) continue;
      memory.copy(entry, changetype<usize>(scanned()), offsetof<Entry>());
      const status = indexChunk(b);
      if (status < 0) return status;
    }
  }
  return Status.OK;
}

function indexChunk(block: u32): i32 {
  const lives = ownerLives();
  if (lives < 0) return lives;
  if (lives == 0) {
    addFlags(block, BlockFlag.DEAD);
    return Status.OK;
  }
  const key = keyOfEntry(e());
  if (find(key)) {
    const other = addressBlock(foundAddress());
    if (other != block && openLsnOf(other) >= openLsnOf(block)) {
      addFlags(block, BlockFlag.DEAD);
      noteOrigin(block);
      return Status.OK;
    }
    noteOrigin(other);
    supersede(foundAddress(), e().dataBytes);
  }
  if (!put(key, toAddress(block, e().offset))) return fault(Status.INDEX_FULL, block, 0, 0);
  addLive(block, recordBytes(e().dataBytes));
  return Status.OK;
}

/** 1 when the head that owns the chunk at hand counts, 0 when it does not. Errors: IO: who takes that for a no gives up the chunk. */
function ownerLives(): i32 {
  if (!find(keyOf(e().kind, e().idHigh, e().idLow)) || foundTombstone()) return 0;
  if (foundAddress() != owner) {
    const status = fetchAt(foundAddress(), false);
    if (status == Status.IO) return status;
    owner = foundAddress();
    ownerLsn = status >= 0 && head().type == UnitType.LONG ? head().lsn : 0;
  }
  return ownerLsn == e().lsn ? 1 : 0;
}

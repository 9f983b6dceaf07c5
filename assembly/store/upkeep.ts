/*
 * The share of compaction and erasing that every write does, and what tick does in idle time.
 */
import { HEADER_MAX_BYTES, RECORD_MAX_BYTES } from "../base/limits";
import { Status } from "../base/status";
import { blockBytes, blockCount, isNand } from "../flash/geometry";
import { inRing } from "../flash/ring";
import { adoptedCount, pruneAdopted } from "../journal/adopted";
import { anchorCount, BlockState, blankCount, dirtyCount, eraseOne, freeCount, outerParity, stateOf, struck } from "../journal/block-map";
import { fault } from "../journal/progress";
import { BLANKS_KEPT, COLD, flush, HOT, roomLeft, segmentHasRoom } from "../journal/segment-writer";
import { compacting, compactions, compactStep, levelling, mustEmpty, victimLeft, victimLive, victimRoom } from "./compact";
import { capacity, hasRoom, tombstones, used } from "./key-index";
import { newestLsn } from "./live-sum";
import { confirmedLsn } from "./reserved";
import { isShort, lowWater, reserveBlocks, segmentBytes } from "./space";
import { stripeAlong, stripeAtRest, striping } from "./striping";
import { forgotten, hasManyDeletions, indexIsShort, sweep, sweepAnew, sweepPays } from "./sweep";

/** Blocks up to this long are emptied by a few writes. */
const SMALL_BLOCK: u32 = 8192;
/** Blank blocks kept ready: two that a recovery may need, and what one write may open; small blocks fill fast. */
function blanksWanted(): u32 {
  if (outerParity != 0) return blockCount; // a stripe gives back many blocks at once, and a sweep of tombstones waits while one is dirty
  return blockBytes <= SMALL_BLOCK ? 5 : 4;
}
/** Writes longer than this do no upkeep of their own unless they must: they wait long enough for themselves. */
const SMALL_WRITE: u32 = 1024;
/** Most bytes one small write copies: as many as take some 8 ms on parts of small blocks, 20 ms on parts of large ones. */
function shareMax(): u32 {
  return blockBytes <= SMALL_BLOCK ? 1800 : 4400;
}
/** With so few blank blocks a write that opens a segment leaves compaction to the next: both together might need two erases. */
const BLANKS_CROWDED: u32 = 3;
/** Bodies in chunks up to this long do not wait for a victim. */
const SHORT_BODY: u32 = 8192;
/** With more adopted segments than this, writes compact although there is room. */
const ADOPTED_MANY: u32 = 8;
/** Victims one write empties at most before it is refused; never more than the part has blocks. */
const ROUNDS_MAX: u32 = 128;
/** Blocks whose summaries a step of the tombstone sweep reads: some 4 KB of small ones, one large one. */
function sweepBlocks(): u32 {
  return blockBytes <= SMALL_BLOCK ? 16 : 1;
}

/**
 * A put that was given up may have left chunks, and the header of their segment, to wait for their program, and an erase makes its label where they wait:
 * so they are programmed before blocks are erased. Errors: IO. Cost: one program, or nothing.
 */
function programWaiting(): i32 {
  return flush();
}

/**
 * Makes room before a write of `bytes`. `floor` free blocks are left alone.
 * Errors: FULL when compaction has nothing left to gain; IO. Cost: copying in proportion to the write while space is
 * short, and at most one erase.
 */
export function makeRoom(bytes: u32, floor: u32): i32 {
  const waiting = programWaiting();
  if (waiting < 0) return waiting;
  const small = bytes <= SMALL_WRITE;
  const indexShort = indexIsShort() && indexPays();
  // A sweep, which the index needs then, waits while a block is dirty.
  if (bytes <= RECORD_MAX_BYTES && (indexShort || blankCount() < blanksWanted()) && dirtyCount() > 0) eraseOne();
  const crowded = blankCount() <= BLANKS_CROWDED && !fitsInOpen(bytes);
  if (small && !crowded && (compacting() || isShort() || indexShort || coldEnds() || (adoptedCount > ADOPTED_MANY && hasAdopted()))) {
    pruneAdopted();
    if (sweepPays()) sweep(sweepBlocks());
    const status = compactStep(share(bytes));
    if (status < 0 && status != Status.FULL) return status;
  }
  if (small && !crowded) stripeAlong();
  return fitsInOpen(bytes) ? Status.OK : reclaim(floor);
}

/**
 * Will the next chunk or copy take the last block that a write may take? It may do so when the hot segment comes to its end, too, and then a
 * single write would have to empty a whole victim: so compaction begins before. Parts of many blocks are short, and at it, long before; a
 * small victim is soon emptied, and so is one of NAND pages.
 */
function coldEnds(): bool {
  return !isNand && blockBytes > SMALL_BLOCK && freeCount() == reserveBlocks + 1 && roomLeft(COLD) < RECORD_MAX_BYTES;
}

/** Compacts until more than `floor` blocks are free. Errors: FULL when that gains nothing; IO. Cost: erases of what the next segment takes. */
export function reclaim(floor: u32): i32 {
  const waiting = programWaiting();
  if (waiting < 0) return waiting;
  let rounds: u32 = 0;
  while (lacks(floor) && rounds++ < min(ROUNDS_MAX, blockCount)) {
    let status = compactStep(blockBytes);
    if (status == 0 && striping()) status = stripeAtRest(); // what is in it may be worth emptying
    if (status == 0 || status == Status.FULL) break;
    if (status < 0) return status;
  }
  return lacks(floor) ? fault(Status.FULL, 0, 0, 0) : Status.OK;
}

/** Victims that are emptied before deletions are looked at again. */
const VICTIMS_A_SWEEP: u32 = 8;
/** Victims emptied for the index without one deletion forgotten, before it is left as it is: where no relay has confirmed any, none can be. */
const VICTIMS_IN_VAIN: u32 = 64;
/** How things stood at the last gain. */
let gainForgotten: u32 = 0;
let gainConfirmed: u64 = 0;
let gainCompactions: u32 = 0;
/** Has emptying segments let deletions be forgotten of late, or did the relay confirm some? Notes a gain since it was last asked. */
function indexPays(): bool {
  if (forgotten != gainForgotten || confirmedLsn != gainConfirmed) {
    gainForgotten = forgotten;
    gainConfirmed = confirmedLsn;
    gainCompactions = compactions;
  }
  return compactions - gainCompactions < VICTIMS_IN_VAIN;
}

/**
 * Makes the index take `more` keys: deletions that nothing needs any more are forgotten, and victims emptied for the others. Writes do their share of that
 * before the index is full, so that few ever wait for it. Errors: INDEX_FULL when nothing is to be gained; IO. Cost: one or two reads for each block
 * with dead records, for every 112 deletions that are looked at; victims only while that gains something.
 */
export function makeIndexRoom(more: u32): i32 {
  let status = programWaiting();
  if (status < 0) return status;
  const enough = used - tombstones + more <= capacity;
  status = 1;
  while (status > 0 && enough && hasManyDeletions() && !hasRoom(more) && indexPays()) status = forgetSome();
  return status < 0 ? status : hasRoom(more) ? Status.OK : Status.INDEX_FULL;
}
/** Looks at some deletions; when all were looked at, victims are emptied first. 0: nothing is to be gained. Errors: IO. */
function forgetSome(): i32 {
  if (!sweepPays()) {
    const emptied = emptyVictims();
    if (emptied <= 0) return emptied;
    sweepAnew();
  }
  while (dirtyCount() > 0) eraseOne();
  return sweep(blockCount) ? 1 : 0;
}
/** Empties a few victims. Returns how many. Errors: IO. */
function emptyVictims(): i32 {
  const before = compactions;
  let status: i32 = 1;
  while (status > 0 && compactions - before < VICTIMS_A_SWEEP) status = compactStep(blockBytes);
  return status == Status.IO ? status : <i32>(compactions - before);
}

/**
 * Are only `floor` blocks free, or fewer? A block that takes no erase looks dirty after each battery change, where it could not be marked:
 * what the next segment needs is made blank before anything is promised.
 */
function lacks(floor: u32): bool {
  while (blankCount() <= BLANKS_KEPT && eraseOne() != Status.FULL) {}
  return freeCount() <= floor;
}

/** Will a write of `bytes` need no new block? A long one lies in the cold segment, its head in the hot one. */
function fitsInOpen(bytes: u32): bool {
  if (bytes > segmentBytes / 2) return false;
  if (bytes > RECORD_MAX_BYTES && !coldTakes(bytes, bytes)) return false;
  return segmentHasRoom(HOT, min(bytes, RECORD_MAX_BYTES) + HEADER_MAX_BYTES);
}

/** Will the cold segment take `bytes` of a body of `body`? A short body may open the block that compaction would open next. */
export function coldTakes(bytes: u32, body: u32): bool {
  return segmentHasRoom(COLD, bytes + bytes / 4) || (body <= SHORT_BODY && freeCount() >= reserveBlocks);
}

/**
 * Bytes to copy so that copying keeps pace with writing: what the victim held over what it frees, a fifth more, and
 * more still as the free blocks run out.
 */
function share(bytes: u32): u32 {
  const live = victimLive();
  const gain = levelling ? victimRoom : max(victimRoom - min(live, victimRoom), victimRoom / 32);
  const missing = lowWater() > freeCount() ? lowWater() - freeCount() : 0;
  const tenths = 12 + (missing * 12) / (lowWater() - reserveBlocks + 1);
  const steady = <u32>((<u64>bytes * live * tenths) / (<u64>gain * 10));
  return min(max(steady, urgent(bytes, live, gain)) + 64, shareMax() - bytes);
}

/** With no block for the next segment, the work that gains one is spread evenly over what the open segment still takes. */
function urgent(bytes: u32, live: u32, gain: u32): u32 {
  if (freeCount() > reserveBlocks || live == 0) return 0;
  const left = victimLeft();
  const freed = <u32>((<u64>victimRoom * (live - min(left, live))) / live);
  const owed = (reserveBlocks + 1 - freeCount()) * segmentBytes;
  const paid = roomLeft(COLD) + freed;
  const work = max<u64>(left, owed > paid ? (<u64>(owed - paid) * live) / gain : 0);
  return <u32>((work * bytes * 6) / (max(roomLeft(HOT), bytes) * 5));
}

/** Idle work: up to `budget` steps of compaction, erasing or sweeping. Returns what is left to do, 0 for nothing. */
export function upkeep(budget: u32): i32 {
  const waiting = programWaiting();
  if (waiting < 0) return waiting;
  for (let i: u32 = 0; i < budget; i++) {
    const status = upkeepStep();
    if (status < 0) return status;
    pruneAdopted();
    if (status == 0) return 0;
  }
  return 1;
}

/** Victims that idle work empties without a block more being free, before it waits for the next change: on a full part there may be nothing to gain. */
const FUTILE_MAX: u32 = 16;
let idleLsn: u64 = 0;
let idleFree: u32 = 0;
let idleCompactions: u32 = 0;

export function resetUpkeep(): void {
  idleLsn = 0;
  idleFree = 0;
  idleCompactions = 0;
  gainForgotten = 0;
  gainConfirmed = 0;
  gainCompactions = 0;
}
/** Has idle compaction made a block free of late, or was something changed? */
function idlePays(): bool {
  if (newestLsn != idleLsn || freeCount() > idleFree) {
    idleLsn = newestLsn;
    idleFree = freeCount();
    idleCompactions = compactions;
  }
  return compactions - idleCompactions < FUTILE_MAX;
}

/** One step of whatever is most wanted; a block more than writes ask for is made free. 1 done, 0 nothing to do. */
function upkeepStep(): i32 {
  const compaction = compacting() || (freeCount() <= lowWater() && idlePays()) || hasAdopted() || mustEmpty();
  if (dirtyCount() > 0 && (!compaction || blankCount() < blanksWanted())) return eraseStep();
  if (compaction) {
    const status = compactStep(1024);
    if (status < 0 && status != Status.FULL) return status;
    if (status > 0) return 1;
    if (dirtyCount() > 0) return eraseStep();
  }
  if (!sweepPays()) return stripeAtRest();
  sweep(sweepBlocks());
  return 1;
}

/** Erases a dirty block; one that fails is given up, and that is a step too. Errors: IO its erase went astray, and hit a block in use. */
function eraseStep(): i32 {
  eraseOne();
  return struck ? Status.IO : 1;
}

/** Is there an adopted segment to give back? Adopted blocks in which nothing lives are only waiting for their erase. */
function hasAdopted(): bool {
  if (adoptedCount == 0) return false;
  for (let b = anchorCount; b < blockCount; b++) if (stateOf(b) == BlockState.ADOPTED && !inRing(b)) return true;
  return false;
}

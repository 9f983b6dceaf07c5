/*
 * Copies what lives out of a victim, one bounded step at a time, and hands the victim back to be erased once every
 * copy is proven. Keeps the part's wear level on the way.
 */

import { LOADED, STAGED } from "../base/memory";
import { Status } from "../base/status";
import { Build, Twin, twin } from "../base/twin";
import * as device from "../flash/device";
import { addressBlock, addressOffset, blockBytes, blockCount, isNand, toAddress } from "../flash/geometry";
import { inRing, isCovered, isUnfinished, lostBlocks, nextInRing } from "../flash/ring";
import { CODEC_LOST, flagsOfCopy, Header, recordBytes, UnitType } from "../format/record";
import { SegmentType } from "../format/segment";
import { describeRecord, Entry, EntryFlag } from "../format/summary";
import { anchorCount, BlockState, discard, dropLive, eraseCountOf, freeCount, liveOf, openLsnOf, stateOf } from "../journal/block-map";
import { fetch } from "../journal/fetch";
import { nextLsn } from "../journal/progress";
import { loadedHeader } from "../journal/read";
import { rootBlock } from "../journal/recover";
import { SCAN_COMPACT, Scan, scanNext, scanned, scanner, scanOpen } from "../journal/scan";
import { COLD, fitsSegment, flush, HOT, place, reserve, stream } from "../journal/segment-writer";
import { dissolve, inStripe, parityOf, stripeLive, stripeMembers, sumStripe } from "../journal/stripe";
import { find, foundAddress, KEY_TOMBSTONE, keyOfEntry, put } from "./key-index";
import { liveSum, newestLsn } from "./live-sum";
import { clearPlaces, heldAddress, heldKey, holdPlace, PENDING_PLACES_MAX, pendingPlaces } from "./pending";
import { reserveBlocks, segmentBytes } from "./space";

/** What compaction does with a record. */
export namespace Keep {
  export const DROP: u32 = 0;
  /** Kept while there is room: history, trash. */
  export const ROOM: u32 = 1;
  /** Live, or a tombstone that is still needed. */
  export const PIN: u32 = 2;
}

/** On NAND a step fills a program group: half-filled pages would be lost. */
const GROUP_FILL: u32 = 3600;

/** Small blocks are filled to the brim: what does not fit any more waits for a later pass over the same victim. On NAND a pass would cost half a page. */
function fillsSegments(): bool {
  return !isNand && blockBytes <= 16384;
}

let victim: i32 = -1;
/** The parity block of the stripe that is emptied, member by member; -1 when the victim is in none. */
let stripe: i32 = -1;
let chosenLive: u32 = 0;
/** Bytes of records that the victim's blocks could hold. */
export let victimRoom: u32 = 0;
/** The victim was chosen for its wear: it frees nothing. */
export let levelling: bool = false;
let entered: bool = false;
/** May the next record that does not fit open a new segment? Were records left for another pass? */
let mayOpen: bool = false;
let left: bool = false;
/** Victims emptied since the mount. */
export let compactions: u32 = 0;
const kept: usize = memory.data(48, 8);

export function resetCompaction(): void {
  victim = -1;
  stripe = -1;
  entered = false;
  levelling = false;
  compactions = 0;
  clearPlaces();
}
export function compacting(): bool {
  return victim >= 0;
}
/** Bytes that lived in the present (or next) victim when it was chosen. */
export function victimLive(): u32 {
  select();
  return victim < 0 ? 0 : chosenLive;
}
/** Bytes that still live in the present victim. */
export function victimLeft(): u32 {
  if (stripe < 0) return liveOf(<u32>victim);
  sumStripe(<u32>stripe);
  return stripeLive;
}
/** Is `block` the victim, or of the stripe that is one? */
export function isVictim(block: u32): bool {
  return <i32>block == victim || (stripe >= 0 && (<i32>block == stripe || inStripe(<i32>block, <u32>stripe)));
}
function select(): void {
  if (victim >= 0) return;
  take(choose(), false);
}
function take(block: i32, forWear: bool): void {
  victim = block;
  stripe = -1;
  levelling = forWear && block >= 0;
  victimRoom = segmentBytes; // also where there is no victim: a share is reckoned with it
  if (block < 0) return;
  chosenLive = liveOf(<u32>block);
  if (!inRing(<u32>block)) return;
  stripe = <i32>parityOf(<u32>block);
  sumStripe(<u32>stripe);
  chosenLive = stripeLive;
  victimRoom = segmentBytes * max(stripeMembers, 1);
  victim = stripe;
  toNextMember();
}
/** From member to member in which something lives; at the end to the parity block. */
function toNextMember(): void {
  do victim = <i32>nextInRing(<u32>victim);
  while (victim != stripe && liveOf(<u32>victim) == 0);
}

/** Adopted segments first, and stripes with a lost member; else the best trade of space for copying, where old blocks and little worn ones are preferred. -1: nothing to gain. */
function choose(): i32 {
  let best: i32 = -1;
  let bestScore: f32 = 0;
  let adopted = false;
  const mean = meanWear();
  for (let b = anchorCount; b < blockCount; b++) {
    const state = stateOf(b);
    if (state == BlockState.PARITY ? !mayEmpty(b) : (state != BlockState.SEALED && state != BlockState.ADOPTED) || inRing(b)) continue;
    if (<i32>b == rootBlock) continue;
    const early = state == BlockState.ADOPTED || (state == BlockState.PARITY && !isCovered(b));
    if (adopted && !early) continue;
    const live = state == BlockState.PARITY ? stripeLive / max(stripeMembers, 1) : liveOf(b);
    if (!early && live > segmentBytes - segmentBytes / 64) continue;
    const value = score(b, live, mean);
    if (adopted == early && value <= bestScore) continue;
    best = <i32>b;
    bestScore = value;
    adopted = early;
  }
  return best;
}

/** Is there a stripe with a lost member to be emptied? */
export function mustEmpty(): bool {
  for (let p = anchorCount; p < blockCount && lostBlocks != 0; p++)
    if (stateOf(p) == BlockState.PARITY && mayEmpty(p) && !isCovered(p)) return true;
  return false;
}
/** May the stripe of parity block `p` be emptied? Not while it is built, nor with the newest root in it. Leaves its sums. */
function mayEmpty(p: u32): bool {
  if (!inRing(p) || isUnfinished(p) || inStripe(rootBlock, p)) return false;
  sumStripe(p);
  return true;
}

/** The least worn block in use, when it lags behind the mean: what never changes must move on, so that its block wears too. -1: none does. */
function lagging(): i32 {
  let coldest: i32 = -1;
  for (let b = anchorCount; b < blockCount; b++) {
    if (stateOf(b) != BlockState.SEALED || <i32>b == rootBlock) continue;
    if (inRing(b) && !mayEmpty(parityOf(b))) continue;
    if (coldest < 0 || eraseCountOf(b) < eraseCountOf(<u32>coldest)) coldest = <i32>b;
  }
  return coldest >= 0 && <f32>(eraseCountOf(<u32>coldest) + WEAR_SPREAD) < meanWear() ? coldest : -1;
}
/** After every so many victims the least worn block has its turn, if it lags so many erases behind the mean. */
const WEAR_TURN: u32 = 4;
const WEAR_SPREAD: u32 = 3;
/** Blocks so many erases ahead of the mean are left alone unless little else is to be had. */
const WEAR_AHEAD: f32 = 2;

/** Cost and benefit (Rosenblum and Ousterhout, LFS): space gained times the root of its age, over bytes copied. */
function score(b: u32, liveBytes: u32, mean: f32): f32 {
  const live = <f32>liveBytes;
  const gain = max<f32>(<f32>segmentBytes - live, 1);
  const age = <f32>(nextLsn - openLsnOf(b)) + 1;
  const worn = max<f32>(<f32>eraseCountOf(b) - mean, 0);
  const tired: f32 = worn >= WEAR_AHEAD ? 16 : 1;
  return (gain * sqrt<f32>(age)) / ((live + 64) * (1 + worn / 4) * tired);
}

function meanWear(): f32 {
  let sum: u64 = 0;
  for (let b = anchorCount; b < blockCount; b++) sum += eraseCountOf(b);
  return <f32>sum / <f32>(blockCount - anchorCount);
}

/** The one question compaction asks of a record; tombstones that are not needed have left the index (store/sweep). */
function keep(key: u64, address: u32): u32 {
  if (!find(key) || foundAddress() != address) return Keep.DROP;
  return Keep.PIN;
}

/**
 * Copies up to about `budgetBytes` of records out of the victim. Returns bytes copied (at least 1 when a victim was
 * finished or work was done), 0 when there is nothing to gain, or IO / FULL.
 * Cut: originals stay until every copy has read back; copies carry the same LSN.
 */
export function compactStep(budgetBytes: u32): i32 {
  const s = scanner(SCAN_COMPACT);
  select();
  if (victim < 0) return 0;
  if (victim == stripe) return finish();
  if (!entered) enter(s, !fillsSegments());
  if (isNand) budgetBytes = max(budgetBytes, GROUP_FILL);
  let copied: u32 = 1;
  while (copied < budgetBytes && pendingPlaces < PENDING_PLACES_MAX - 1) {
    const more = scanNext(s);
    if (more < 0) return more;
    if (more == 0 && !left) return finish();
    const status = more == 0 ? again(s) : consider(<u32>victim);
    if (status < 0) return interrupted(status);
    copied += status;
  }
  const status = settle();
  return status < 0 ? status : <i32>copied;
}

function enter(s: Scan, opening: bool): void {
  scanOpen(s, <u32>victim, false);
  entered = true;
  mayOpen = opening;
  left = false;
}
/** Another pass, for what did not fit: its first record opens a new segment. */
function again(s: Scan): i32 {
  const status = settle();
  if (status >= 0) enter(s, true);
  return status;
}

/** A record could not be copied: what was is proven, and the victim will be gone through again from the start. */
function interrupted(status: i32): i32 {
  entered = false;
  const settled = settle();
  return settled < 0 ? settled : status;
}

function finish(): i32 {
  if (Build.PROBE && twin(Twin.VICTIM_EARLY)) device.erase(<u32>victim);
  const status = settle();
  if (status < 0) return status;
  entered = false;
  if (stripe >= 0) {
    if (victim != stripe) {
      discard(<u32>victim);
      toNextMember();
      if (victim != stripe) return 1;
    }
    dissolve(<u32>stripe);
    stripe = -1;
  } else discard(<u32>victim);
  victim = -1;
  compactions++;
  if (compactions % WEAR_TURN == 0 && freeCount() > reserveBlocks) take(lagging(), true);
  return 1;
}

/** Proves the copies, then tells the index. */
function settle(): i32 {
  const status = flush();
  if (status < 0) return status;
  for (let i: u32 = 0; i < pendingPlaces; i++) put(heldKey(i), heldAddress(i));
  clearPlaces();
  return Status.OK;
}

/** Judges the scanned record and copies it when it is kept. Returns bytes copied. */
function consider(block: u32): i32 {
  const e = changetype<Entry>(kept);
  memory.copy(kept, changetype<usize>(scanned()), offsetof<Entry>());
  const key = keyOfEntry(e);
  const address = toAddress(block, e.offset);
  if (keep(key, address) == Keep.DROP) return 0;
  return copy(e, e.flags & EntryFlag.TOMBSTONE ? key | KEY_TOMBSTONE : key, block);
}

/**
 * Gives the record at `address` a new home, as compaction would: same LSN, and the index is told when the copy is proven. `key` carries the
 * tombstone mark. Returns bytes copied. Errors: CORRUPT it cannot be read (nothing is done), FULL, IO.
 * Cut: the original stands.
 */
export function relocate(key: u64, address: u32): i32 {
  const block = addressBlock(address);
  let status = fetch(block, addressOffset(address), true);
  if (status < 0) return status;
  const e = changetype<Entry>(kept);
  describeRecord(e, loadedHeader(), addressOffset(address));
  const opens = mayOpen; // a pass over a victim may be under way
  const leaves = left;
  mayOpen = true;
  status = copyLoaded(e, key, block);
  mayOpen = opens;
  left = leaves;
  const settled = settle();
  return settled < 0 ? settled : status;
}

/** Makes `block` the victim when there is none. False: there is one, or it may not be emptied now: the newest root is in it, or its stripe is being built. */
export function seize(block: u32): bool {
  if (victim >= 0 || <i32>block == rootBlock || (inRing(block) && !mayEmpty(parityOf(block)))) return false;
  take(<i32>block, false);
  return true;
}

function copy(e: Entry, key: u64, block: u32): i32 {
  const status = fetch(block, e.offset, true);
  if (status == Status.CORRUPT) markLost(loadedHeader(), e);
  else if (status < 0) return status;
  return copyLoaded(e, key, block);
}

function copyLoaded(e: Entry, key: u64, block: u32): i32 {
  const h = loadedHeader();
  const size = recordBytes(e.dataBytes);
  const payload = h.dataBytes - h.headerBytes;
  const newest = h.lsn == newestLsn;
  h.flags = flagsOfCopy(h, newest);
  if (newest) h.liveSum = liveSum;
  if (!mayOpen && !fitsSegment(COLD, h, payload)) {
    left = true;
    return 0;
  }
  memory.copy(STAGED + 64, LOADED + h.headerBytes, payload);
  let target = COLD;
  let status = reserve(COLD, h, payload, SegmentType.COLD);
  if (status == Status.FULL && recoveryTakes(h, payload)) status = reserve((target = HOT), h, payload, SegmentType.RECOVERY);
  if (status < 0) return status;
  mayOpen = !fillsSegments();
  const offset = place(target, h, payload);
  const address = toAddress(<u32>stream(target).block, offset);
  dropLive(block, size);
  holdPlace(key, address);
  return <i32>size;
}

/**
 * Is there room in the segment that this boot's recovery began? Its records may have any LSN. After many cuts in a row there may
 * be no block to compact into; then this is the way out.
 */
function recoveryTakes(h: Header, payload: u32): bool {
  return stream(HOT).type == SegmentType.RECOVERY && fitsSegment(HOT, h, payload);
}

/**
 * A live record that cannot be read goes on as a mark: its key answers CORRUPT, never "not found". Of a tombstone the summary has kept all that
 * counts, so it goes on as one.
 */
function markLost(h: Header, e: Entry): void {
  const tombstone = (e.flags & EntryFlag.TOMBSTONE) != 0;
  h.lsn = e.lsn;
  h.wallMs = 0;
  h.idHigh = e.idHigh;
  h.idLow = e.idLow;
  h.type = tombstone ? UnitType.TOMBSTONE : e.flags & EntryFlag.CHUNK ? UnitType.CHUNK : UnitType.RECORD;
  h.kind = e.kind;
  h.codec = tombstone ? 0 : CODEC_LOST;
  h.session = 0;
  h.flags = 0;
  h.liveSum = 0;
  h.metaBytes = 0;
  h.extBytes = 0;
  h.chunk = e.chunk;
  h.bodyBytes = 0;
  h.dataBytes = 0;
  h.headerBytes = 0;
}

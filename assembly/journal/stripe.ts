/*
 * Stripes: sealed segments and the parity block that stands for any one of them. A stripe never changes. It is given up as a whole, and
 * its parity block is erased, to the end, before any of its members: so a stripe that stands has all its members, or has lost some.
 *
 * In RAM a stripe is a ring (flash/ring) of its parity block and its members.
 */
import { dynamicBase, LOADED, UNIT } from "../base/memory";
import { Status } from "../base/status";
import { blockCount, endSegmentsBefore, segmentEnd } from "../flash/geometry";
import {
  beginRing,
  breakRing,
  dropRings,
  inRing,
  joinRing,
  leaveRing,
  markLost,
  nextInRing,
  openRing,
  placeRings,
  RING_BLOCKS_MAX,
  ringBytes,
} from "../flash/ring";
import { SegmentType } from "../format/segment";
import {
  descriptorBytes,
  descriptorData,
  isDescriptor,
  memberBlock,
  memberCount,
  memberEraseCount,
  memberOpenLsn,
  memberType,
} from "../format/stripe";
import {
  anchorCount,
  BLOCK_ENTRY_BYTES,
  BlockState,
  discard,
  eraseCountOf,
  liveOf,
  openLsnOf,
  outerParity,
  setEraseCount,
  setOpenLsn,
  setState,
  stateOf,
} from "./block-map";
import { countUnknown, fault } from "./progress";
import { forgetFacts, forgetLoaded, readUnit } from "./read";
import { firstRecordOffset, judgeFinal } from "./segment-reader";

/** Fewest blocks of a part with outer parity 4 or 8: emptying a stripe takes blocks before it gives any back. */
export function blocksNeeded(outer: u32): u32 {
  return outer == 8 ? 48 : 32;
}

/** First byte behind the block table and what outer parity needs. */
export function tablesEnd(): usize {
  return outerParity ? ringsAt() + ringBytes() : blockTableEnd();
}
function blockTableEnd(): usize {
  return dynamicBase() + blockCount * BLOCK_ENTRY_BYTES;
}
function ringsAt(): usize {
  return (blockTableEnd() + 7) & ~7;
}

/** Lays out what the store's outer parity asks for. Errors: WRONG_GEOMETRY too few or too many blocks for it; INDEX_FULL no memory. */
export function configureStripes(): i32 {
  if (outerParity == 0) {
    endSegmentsBefore(0);
    dropRings();
    return Status.OK;
  }
  if (blockCount < blocksNeeded(outerParity) || blockCount > RING_BLOCKS_MAX) return fault(Status.WRONG_GEOMETRY, 0, 0, 6);
  if (tablesEnd() > (<usize>memory.size()) << 16) return fault(Status.INDEX_FULL, 0, 0, 0);
  endSegmentsBefore(descriptorBytes(outerParity));
  placeRings(ringsAt(), firstRecordOffset(), segmentEnd);
  return Status.OK;
}

/** Reads the descriptor of parity block `p` into UNIT. False when there is none, or it names blocks that are none. */
function readDescriptor(p: u32): bool {
  const n = descriptorData(outerParity);
  if (readUnit(p, descriptorOffset(), n, UNIT) < 0 || !isDescriptor(UNIT, outerParity)) return false;
  for (let i: u32 = 0; i < memberCount(UNIT); i++) {
    const b = memberBlock(UNIT, i);
    if (b == p || b < anchorCount || b >= blockCount) return false;
    for (let j: u32 = 0; j < i; j++) if (memberBlock(UNIT, j) == b) return false;
  }
  return true;
}
export function descriptorOffset(): u32 {
  return segmentEnd;
}

/** The parity block of the stripe of `block`. */
export function parityOf(block: u32): u32 {
  let b = block;
  while (stateOf(b) != BlockState.PARITY) {
    b = nextInRing(b);
    if (b == block) break;
  }
  return b;
}

/** Was member `i` of the descriptor erased since, and used again? Only where two of a stripe were lost. */
function isReused(descriptor: usize, i: u32): bool {
  const now = eraseCountOf(memberBlock(descriptor, i));
  return now != 0 && now != memberEraseCount(descriptor, i);
}

/**
 * Forms the rings of the stripes that stand. Of two that name one block the newer counts; the older one is spent.
 * Cost: a read a parity block.
 */
export function restoreStripes(): void {
  for (let p = anchorCount; p < blockCount; p++) if (stateOf(p) == BlockState.PARITY) claimMembers(p);
}

/** Takes the members of `p` into its ring, unless a newer stripe has one of them. What names a parity block as its member is no stripe (hostile image). */
export function claimMembers(p: u32): void {
  if (!readDescriptor(p)) {
    setState(p, BlockState.SPENT);
    setOpenLsn(p, 0);
    return;
  }
  beginRing(p);
  for (let i: u32 = 0; i < memberCount(UNIT); i++) {
    const b = memberBlock(UNIT, i);
    if (isReused(UNIT, i)) continue;
    if (stateOf(b) == BlockState.PARITY) {
      openRing(p);
      setState(p, BlockState.SPENT);
      return;
    }
    if (inRing(b)) {
      const other = parityOf(b);
      const older = openLsnOf(other) < openLsnOf(p) ? other : p;
      openRing(older);
      setState(older, BlockState.SPENT);
      if (older == p) return;
    }
    joinRing(b, p);
  }
}

/**
 * After a survey: is a member of `p` not there any more? Returns its block, which is then read through the others. NOT_FOUND: none. Where several are
 * gone they leave the ring, and are counted: which keys were in them nobody can say. Cost: a final summary a member.
 * Errors: IO the descriptor, read a moment ago, does not read now.
 */
export function takeLost(p: u32): i32 {
  if (!readDescriptor(p)) return Status.IO;
  forgetLoaded();
  memory.copy(LOADED, UNIT, descriptorData(outerParity));
  let gone: u32 = 0;
  let unsealed: u32 = 0;
  let lost: u32 = 0;
  for (let i: u32 = 0; i < memberCount(LOADED); i++) {
    if (isGone(i)) {
      if (gone++ == 0) lost = i;
    } else if (judgeFinal(memberBlock(LOADED, i)) < 0) {
      unsealed++;
      if (gone == 0) lost = i;
    }
  }
  if (gone == 1 && isReused(LOADED, lost)) gone++;
  if (gone == 1 || (gone == 0 && unsealed == 1)) return readLost(lost);
  if (gone > 1) loseMembers(p);
  return Status.NOT_FOUND;
}

/** Does member `i` read as no sealed segment of its time? */
function isGone(i: u32): bool {
  const b = memberBlock(LOADED, i);
  return eraseCountOf(b) != memberEraseCount(LOADED, i) || stateOf(b) != BlockState.SEALED;
}
function readLost(i: u32): i32 {
  const b = memberBlock(LOADED, i);
  setEraseCount(b, memberEraseCount(LOADED, i));
  forgetFacts();
  markLost(b);
  return <i32>b;
}
function loseMembers(p: u32): void {
  for (let i: u32 = 0; i < memberCount(LOADED); i++) {
    if (!isGone(i)) continue;
    if (!isReused(LOADED, i)) giveUp(memberBlock(LOADED, i));
    countUnknown(memberType(LOADED, i) == SegmentType.HOT ? memberOpenLsn(LOADED, i) : 1, openLsnOf(p) - 1);
  }
  breakRing(p);
}
/** Beyond reading: as any block that is neither blank nor a segment. */
export function giveUp(b: u32): void {
  leaveRing(b);
  setState(b, BlockState.DIRTY);
  setOpenLsn(b, 0);
}

/** Nothing in the stripe of parity block `p` counts any more. Its parity block is the first of them to be erased. */
export function dissolve(p: u32): void {
  setState(p, BlockState.SPENT);
  while (nextInRing(p) != p) {
    const b = nextInRing(p);
    leaveRing(b);
    discard(b);
  }
  openRing(p);
}

/** Bytes that live in the stripe of `p`, and how many members it has. */
export let stripeLive: u32 = 0;
export let stripeMembers: u32 = 0;
export function sumStripe(p: u32): void {
  stripeLive = 0;
  stripeMembers = 0;
  for (let b = nextInRing(p); b != p; b = nextInRing(b)) {
    stripeLive += liveOf(b);
    stripeMembers++;
  }
}
/** Is `block` in the stripe of `p`? */
export function inStripe(block: i32, p: u32): bool {
  if (block < 0) return false;
  for (let b = nextInRing(p); b != p; b = nextInRing(b)) if (<i32>b == block) return true;
  return false;
}

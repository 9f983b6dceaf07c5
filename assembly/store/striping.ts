/*
 * Builds stripes: gathers sealed segments that are in none, and programs the parity block that stands for them, a piece at a time.
 *
 * While much is written, full stripes are built at the pace of writing, hot segments with hot ones and cold with cold. At rest, stripes of
 * fewer members cover what is left; a later one takes such a stripe in, and its parity block is given up when the new one is there.
 * Cut: a parity block without a descriptor is nothing; it is erased before anything is programmed. Nobody's members were touched.
 */
import { alignUp, isBlank } from "../base/bytes";
import { check } from "../base/check";
import { GROUP_BYTES } from "../base/limits";
import { GROUP } from "../base/memory";
import { Status } from "../base/status";
import * as device from "../flash/device";
import { blockBytes, blockCount, isNand, programBytes, segmentEnd } from "../flash/geometry";
import { beginRing, inRing, isCovered, isLost, joinRing, leaveRing, nextInRing, openRing, setUnfinished } from "../flash/ring";
import { headerOffset } from "../format/label";
import { encodeSegment, SEGMENT_DATA, SegmentType } from "../format/segment";
import { addMember, descriptorBytes, descriptorData, encodeDescriptor } from "../format/stripe";
import { sealUnit, seedFor } from "../format/unit";
import {
  anchorCount,
  BlockFlag,
  BlockState,
  eraseCountOf,
  flagsOf,
  openLsnOf,
  outerParity,
  setOpenLsn,
  setState,
  stateOf,
  takeBlank,
} from "../journal/block-map";
import { session, takeLsn } from "../journal/progress";
import { rootBlock } from "../journal/recover";
import { firstRecordOffset, judgeFinal } from "../journal/segment-reader";
import { countProgrammed, isGroupEmpty, programmedBytes } from "../journal/segment-writer";
import { claimMembers, inStripe, stripeMembers, sumStripe } from "../journal/stripe";
import { isVictim } from "./compact";

/** The parity block that is being programmed, -1 for none, and how far it is. */
let parity: i32 = -1;
let offset: u32 = 0;
/** programmedBytes when candidates were last looked for, and when the last piece was programmed. */
let lookedAt: u64 = 0;
let pacedAt: u64 = 0;
/** A member could not be read, and would not be the next time: no more stripes in this session. */
let unreadable: bool = false;

/** Blank blocks a stripe leaves for recoveries and compaction. */
const BLANKS_KEPT: u32 = 3;
/** Bytes a step of tick programs. */
const STEP_BYTES: u32 = 2048;

export function resetStriping(): void {
  parity = -1;
  lookedAt = 0;
  pacedAt = 0;
  unreadable = false;
}
export function striping(): bool {
  return parity >= 0;
}

/** The share of a write: a little more than what keeps pace with it. */
export function stripeAlong(): void {
  if (outerParity == 0 || unreadable) return;
  if (parity < 0) {
    if (programmedBytes - lookedAt < blockBytes / 2 && lookedAt != 0) return;
    lookedAt = programmedBytes;
    pacedAt = programmedBytes;
    if (beginFull() > 0) stripeStep(0); // what was taken as blank must not stay so while another block is begun
    return;
  }
  const due = <u32>min<u64>(((programmedBytes - pacedAt) * 13) / (10 * outerParity), GROUP_BYTES);
  const least: u32 = isNand ? programBytes : 256;
  if (due < least) return;
  pacedAt = programmedBytes;
  stripeStep(due);
}

/** A step while nothing else is to be done. 1 done, 0 all that is sealed is in a stripe, or no block can be had for one. */
export function stripeAtRest(): i32 {
  if (outerParity == 0 || unreadable) return 0;
  if (parity < 0) {
    let status = beginFull();
    if (status == 0) status = beginPartial();
    if (status <= 0) return 0;
  }
  stripeStep(STEP_BYTES);
  return 1;
}

/** Finishes all that can be, before a close. */
export function stripeAll(): void {
  while (stripeAtRest() > 0) {}
}

// ── which ────────────────────────────────────────────────────────────────────────────────────────────────────────────

namespace Stream {
  export const HOT: u32 = 0;
  export const COLD: u32 = 1;
  export const ANY: u32 = 2;
}

function isCandidate(b: u32, which: u32): bool {
  if (stateOf(b) != BlockState.SEALED || inRing(b) || <i32>b == rootBlock || isVictim(b)) return false;
  return which == Stream.ANY || ((flagsOf(b) & BlockFlag.COLD) != 0) == (which == Stream.COLD);
}
function candidates(which: u32): u32 {
  let count: u32 = 0;
  for (let b = anchorCount; b < blockCount; b++) if (isCandidate(b, which)) count++;
  return count;
}

/** The parity block of the largest stripe of at most `members` that is not full and may be taken in; -1: none. */
function partial(members: u32): i32 {
  let best: i32 = -1;
  let most: u32 = 0;
  for (let p = anchorCount; p < blockCount; p++) {
    if (stateOf(p) != BlockState.PARITY || !inRing(p)) continue;
    sumStripe(p);
    if (stripeMembers <= most || stripeMembers > members || stripeMembers >= outerParity) continue;
    if (inStripe(rootBlock, p) || isVictim(p) || isLost(p) || !isCovered(p)) continue;
    best = <i32>p;
    most = stripeMembers;
  }
  return best;
}

/** Begins a full stripe, if there is enough for one. 1 begun, 0 not enough, FULL no block for it. */
function beginFull(): i32 {
  if (candidates(Stream.COLD) >= outerParity) return begin(Stream.COLD, -1);
  const hot = candidates(Stream.HOT);
  if (hot >= outerParity) return begin(Stream.HOT, -1);
  const part = hot == 0 ? -1 : partial(outerParity - 1);
  if (part < 0) return 0;
  sumStripe(<u32>part);
  return stripeMembers + hot >= outerParity ? begin(Stream.HOT, part) : 0;
}

/** Begins a stripe of what there is. The newest root's block never moves, so it has a stripe of its own. */
function beginPartial(): i32 {
  const count = candidates(Stream.ANY);
  if (count > 0) return begin(Stream.ANY, count < outerParity ? partial(outerParity - count) : -1);
  if (rootBlock < 0 || stateOf(<u32>rootBlock) != BlockState.SEALED || inRing(<u32>rootBlock)) return 0;
  const p = open();
  if (p < 0) return p;
  joinRing(<u32>rootBlock, <u32>p);
  return 1;
}

/** Begins a stripe of the oldest candidates, and of the members of the stripe of `part`. */
function begin(which: u32, part: i32): i32 {
  const p = open();
  if (p < 0) return p;
  let members: u32 = 0;
  if (part >= 0) {
    // The old stripe stays on flash until the new one is there; in RAM its members change over now.
    while (nextInRing(<u32>part) != <u32>part) {
      const b = nextInRing(<u32>part);
      leaveRing(b);
      joinRing(b, <u32>p);
      members++;
    }
    openRing(<u32>part);
  }
  for (; members < outerParity; members++) {
    const b = nextCandidate(which);
    if (b < 0) break;
    joinRing(<u32>b, <u32>p);
  }
  return 1;
}
/** The oldest candidate. One whose seal does not read well any more would not be known again: it is walked by its heads, and emptied soon. */
function nextCandidate(which: u32): i32 {
  let b = oldest(which);
  for (; b >= 0 && judgeFinal(<u32>b) < 0; b = oldest(which)) setState(<u32>b, BlockState.ADOPTED);
  return b;
}
function oldest(which: u32): i32 {
  let best: i32 = -1;
  for (let b = anchorCount; b < blockCount; b++)
    if (isCandidate(b, which) && (best < 0 || openLsnOf(b) < openLsnOf(<u32>best))) best = <i32>b;
  return best;
}

// ── how ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Takes a blank block for parity. Nothing is programmed yet; nor is anything else before its first piece. */
function open(): i32 {
  check(isGroupEmpty());
  const block = takeBlank(BLANKS_KEPT);
  if (block < 0) return Status.FULL;
  parity = block;
  offset = headerOffset();
  setState(<u32>block, BlockState.PARITY);
  setOpenLsn(<u32>block, takeLsn());
  beginRing(<u32>block);
  setUnfinished(block);
  return block;
}

/**
 * Programs up to about `bytes` more of the parity block, the descriptor last. A parity block that fails is given up, and another one is begun
 * later: nobody was told of it. Nothing of a segment may wait in the group.
 */
function stripeStep(bytes: u32): void {
  const p = <u32>parity;
  check(isGroupEmpty());
  while (offset < segmentEnd) {
    const length = min(alignUp(min(max(bytes, 256), GROUP_BYTES), programBytes), segmentEnd - offset);
    if (gather(p, length) < 0) {
      unreadable = true;
      abandon();
      return;
    }
    if (offset == headerOffset() || !isBlank(GROUP, length)) {
      if (programPiece(p, length)) offset += length;
      else abandon();
      return;
    }
    offset += length; // blank in all members: nothing to program
  }
  finish(p);
}

/** The next `length` bytes of the parity block, at GROUP: in front the segment header. */
function gather(p: u32, length: u32): i32 {
  let front: u32 = 0;
  if (offset == headerOffset()) {
    front = firstRecordOffset() - offset;
    memory.fill(GROUP, 255, front);
    encodeSegment(GROUP, SegmentType.PARITY, openLsnOf(p), 0, session, eraseCountOf(p), 0);
    sealUnit(GROUP, SEGMENT_DATA, seedFor(p, offset, eraseCountOf(p)));
  }
  return device.readThrough(p, offset + front, GROUP + front, length - front);
}
function programPiece(p: u32, length: u32): bool {
  if (device.program(p, offset, GROUP, length) < 0) return false;
  countProgrammed(length);
  return true;
}

/** Where nobody fit to be a member, the block is given up. */
function finish(p: u32): void {
  if (nextInRing(p) == p || !programDescriptor(p)) {
    abandon();
    return;
  }
  parity = -1;
  setUnfinished(-1);
  for (let q = anchorCount; q < blockCount; q++) if (stateOf(q) == BlockState.PARITY && !inRing(q)) setState(q, BlockState.SPENT);
}
function programDescriptor(p: u32): bool {
  const n = descriptorData(outerParity);
  const length = descriptorBytes(outerParity);
  memory.fill(GROUP, 255, length);
  encodeDescriptor(GROUP, outerParity);
  for (let b = nextInRing(p); b != p; b = nextInRing(b))
    addMember(GROUP, flagsOf(b) & BlockFlag.MIXED ? SegmentType.COLD : SegmentType.HOT, b, eraseCountOf(b), openLsnOf(b));
  sealUnit(GROUP, n, seedFor(p, offset, eraseCountOf(p)));
  // ● COMMIT POINT of a stripe.
  return programPiece(p, length);
}

/** The parity block is given up; what was to be taken in stands as before. */
function abandon(): void {
  const p = <u32>parity;
  parity = -1;
  openRing(p);
  setState(p, BlockState.SPENT);
  for (let q = anchorCount; q < blockCount; q++) if (stateOf(q) == BlockState.PARITY && !inRing(q)) claimMembers(q);
}

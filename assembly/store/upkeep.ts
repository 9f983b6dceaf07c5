/*
 * The share of compaction and erasing that every write does, and what tick does in idle time.
 */
import { Status } from "../base/status";
import { blockBytes } from "../flash/geometry";
import { adoptedCount, pruneAdopted } from "../journal/adopted";
import { blankCount, dirtyCount, eraseOne, freeCount } from "../journal/block-map";
import { compacting, compactStep, victimLive } from "./compact";
import { isShort, lowWater, segmentBytes } from "./space";

/** Blank blocks kept ready: two that a recovery may need, and one to open. */
const BLANKS_WANTED: u32 = 3;

/**
 * Makes room before a write of `bytes`. `floor` free blocks are left alone.
 * Errors: FULL when compaction has nothing left to gain; IO. Cost: copying in proportion to the write while space is
 * short, and at most one erase.
 */
export function makeRoom(bytes: u32, floor: u32): i32 {
  if ((compacting() || isShort()) && bytes <= 1024) {
    const status = compactStep(share(bytes));
    if (status < 0 && status != Status.FULL) return status;
  }
  let rounds: u32 = 0;
  while (freeCount() <= floor && rounds++ < 64) {
    const status = compactStep(blockBytes);
    if (status == 0 || status == Status.FULL) break;
    if (status < 0) return status;
  }
  if (freeCount() <= floor) return Status.FULL;
  if (blankCount() < BLANKS_WANTED && dirtyCount() > 0 && bytes <= 1024) eraseOne();
  return Status.OK;
}

/** Bytes to copy so that copying keeps pace with writing: what the victim holds over what it frees, and a third more. */
function share(bytes: u32): u32 {
  const live = victimLive();
  const gain = segmentBytes > live ? segmentBytes - live : segmentBytes / 64;
  const urgency: u32 = freeCount() + 2 < lowWater() ? 2 : 1;
  return min(<u32>((<u64>bytes * live * 4 * urgency) / (gain * 3)) + 128, 3072);
}

/** Idle work: up to `budget` steps of compaction or erasing. Returns what is left to do, 0 for nothing. */
export function upkeep(budget: u32): i32 {
  pruneAdopted();
  for (let i: u32 = 0; i < budget; i++) {
    if (blankCount() < BLANKS_WANTED + 1 && dirtyCount() > 0) {
      if (eraseOne() < 0) return Status.IO;
    } else if (compacting() || isShort() || adoptedCount > 0) {
      const status = compactStep(1024);
      if (status == 0 || status == Status.FULL) return 0;
      if (status < 0) return status;
      pruneAdopted();
    } else if (dirtyCount() > 0) {
      if (eraseOne() < 0) return Status.IO;
    } else return 0;
  }
  return <i32>(dirtyCount() + adoptedCount) + (compacting() ? 1 : 0);
}

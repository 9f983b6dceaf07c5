/*
 * The live sum: sixteen bits that say what must be there. Every change carries the sum of the marks of all versions that live once it
 * does; a mount adds up what it found and compares. So a segment that is gone is missed, though nothing else on flash tells that there was one.
 *
 * An additive multiset hash (Clarke, Devadas, van Dijk, Gassend, Suh: Incremental Multiset Hash Functions, ASIACRYPT 2003) over LSNs,
 * against accidents, not forgers: one loss in 65 536 is not told.
 */
import { Status } from "../base/status";
import { Build, Twin, twin } from "../base/twin";
import { LIVE_SUMS } from "../format/label";
import { CODEC_LOST, isSumless } from "../format/record";
import { features } from "../journal/block-map";
import { metLsn } from "../journal/progress";
import { find, foundAddress } from "./key-index";
import { fetchAt, head } from "./place";

/** Of all versions that live: records, not tombstones or chunks. */
export let liveSum: u32 = 0;
/** What is missing since a mount found it so, and is told by every mount until it is accepted. */
let missing: u32 = 0;
/** Does only RAM know of it? A battery change would make it untold. */
export let isUnwritten: bool = false;
/** Did the newest change say the very sum that was found? Then no record is missing. */
export let isComplete: bool = false;
/** LSN of the newest change that was met or made, 0 when none was: its record must stay on flash, for only it has the sum of today. */
export let newestLsn: u64 = 0;
export let newestKey: u64 = 0;
/** The newest change that was acknowledged, 0 when this boot saw none, and its sum: RAM knows them, whatever flash does. */
let provenLsn: u64 = 0;
let provenSum: u32 = 0;

/** What a checkpoint, or a rebuilding that begins, knows. */
export function resetLiveSum(known: u32): void {
  liveSum = known;
  missing = 0;
  newestLsn = 0;
}
/** All changes up to the newest are proven; or, where a mount only looked, nothing is: its recovery may decide otherwise. */
export function acknowledgeSum(settled: bool = true): void {
  provenLsn = settled ? newestLsn : 0;
  provenSum = liveSum;
}

/** Finaliser of MurmurHash3 over the LSN's low half; 0 for 0, which stands for no version. */
function mark(lsn: u64): u32 {
  let x = <u32>lsn;
  x = (x ^ (x >> 16)) * 0x85ebca6b;
  x = (x ^ (x >> 13)) * 0xc2b2ae35;
  return x ^ (x >> 16);
}
export function countIn(lsn: u64): void {
  liveSum = (liveSum + mark(lsn)) & 0xffff;
}
/** `lsn` 0: the version cannot be read, and nothing tells it. It stays in the sum, and is missing from then on. */
export function countOut(lsn: u64): void {
  liveSum = (liveSum - mark(lsn)) & 0xffff;
}
/** A change was met, or made: is it the newest? */
export function noteChange(key: u64, lsn: u64): void {
  if (lsn < newestLsn) return;
  newestLsn = lsn;
  newestKey = key;
}

/**
 * After an index was rebuilt: does the newest change say another sum than what was found? Then what it says goes on, so that every later
 * mount finds the same. Where the store mounts `again` by itself, a newest change older than one it has acknowledged is as much as another
 * sum; and so is one older than what this mount has met in one of its tries, where a program `failed` in it: that one, or an erase before it, may
 * have happened elsewhere. Nothing is compared where the newest change cannot be read, which is told for itself. Cost: one read.
 */
export function isSomethingMissing(again: bool, failed: bool): bool {
  isComplete = false;
  if (Build.PROBE && twin(Twin.SUM_UNASKED)) return false;
  if (Build.PROBE && twin(Twin.LOSS_UNTOLD)) return false;
  if (Build.PROBE && twin(Twin.OLD_VERSION)) return false;
  const forgotten = again && newestLsn < provenLsn;
  isUnwritten = forgotten || (failed && newestLsn < metLsn);
  if (isUnwritten) return miss(forgotten ? provenSum : (liveSum + 1) & 0xffff);
  if (!(features & LIVE_SUMS) || newestLsn == 0) return false;
  find(newestKey);
  if (fetchAt(foundAddress(), false) != Status.OK || head().codec == CODEC_LOST) return false;
  if (isSumless(head())) return miss((liveSum + 1) & 0xffff); // a copy leaves its sum out only when there is a newer change
  isComplete = head().liveSum == liveSum;
  return !isComplete && miss(head().liveSum);
}
/** Carries on with the sum `said`, to which something is missing. */
function miss(said: u32): bool {
  missing = (said - liveSum) & 0xffff;
  liveSum = said;
  return true;
}

/** All that is there was looked at, and what is missing was told: from the next change on nothing is missing any more. */
export function acceptMissing(): void {
  liveSum = (liveSum - missing) & 0xffff;
  missing = 0;
}

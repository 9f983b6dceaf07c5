/*
 * Adopted segments: blocks that were open when power died and stay in use up to a recorded end. The newest root holds
 * the list; compaction takes them first. Shape: 9 bytes each, as in the root.
 */
import { loadU24, storeU24 } from "../base/bytes";
import { ADOPT_MAX } from "../base/limits";
import { ADOPTED } from "../base/memory";
import { Build, Twin, twin } from "../base/twin";
import { blockCount, segmentEnd } from "../flash/geometry";
import { ROOT_ENTRY } from "../format/root";
import { BlockState, eraseCountOf, openLsnOf, setEraseCount, stateOf } from "./block-map";

export let adoptedCount: u32 = 0;

export function clearAdopted(): void {
  adoptedCount = 0;
}
/** Takes over a list as it stands in a root or checkpoint; blocks the part does not have are left out (hostile image). */
export function restoreAdopted(source: usize, count: u32): void {
  adoptedCount = 0;
  for (let i: u32 = 0; i < min(count, ADOPT_MAX); i++, source += ROOT_ENTRY)
    if (loadU24(source) < blockCount && loadU24(source + 6) <= segmentEnd)
      memory.copy(ADOPTED + adoptedCount++ * ROOT_ENTRY, source, ROOT_ENTRY);
}
export function adoptedList(): usize {
  return ADOPTED;
}
/** False when the list is full. */
export function adopt(block: u32, end: u32): bool {
  if (adoptedCount == ADOPT_MAX) return false;
  const at = ADOPTED + adoptedCount++ * ROOT_ENTRY;
  storeU24(at, block);
  storeU24(at + 3, eraseCountOf(block));
  storeU24(at + 6, end);
  return true;
}
export function dropLastAdopted(): void {
  adoptedCount--;
}
/** Where the valid part of an adopted block ends, or 0 when it is not adopted in this erase generation. */
export function adoptedEnd(block: u32): u32 {
  for (let i: u32 = 0; i < adoptedCount; i++) {
    const at = ADOPTED + i * ROOT_ENTRY;
    if (loadU24(at) == block && loadU24(at + 3) == eraseCountOf(block)) return loadU24(at + 6);
  }
  return 0;
}
/** Neither blank nor a segment: what its erase count was is not known. */
function isUnread(block: u32): bool {
  return stateOf(block) == BlockState.DIRTY && openLsnOf(block) == 0;
}

/**
 * A block that does not read as a segment any more has a guessed erase count: it must not come to what an entry says,
 * for the root with that entry may be read again. To be called when a root's list was taken over.
 */
export function outliveAdopted(): void {
  for (let i: u32 = 0; i < adoptedCount; i++) {
    const at = ADOPTED + i * ROOT_ENTRY;
    const block = loadU24(at);
    if (isUnread(block)) setEraseCount(block, max(eraseCountOf(block), loadU24(at + 3)));
  }
  pruneAdopted();
}
/** Drops entries whose block was erased since, or does not read as a segment any more. */
export function pruneAdopted(): void {
  let kept: u32 = 0;
  for (let i: u32 = 0; i < adoptedCount; i++) {
    const at = ADOPTED + i * ROOT_ENTRY;
    const block = loadU24(at);
    if (loadU24(at + 3) != eraseCountOf(block) || isUnread(block)) continue;
    if (kept != i) memory.copy(ADOPTED + kept * ROOT_ENTRY, at, ROOT_ENTRY);
    kept++;
  }
  adoptedCount = kept;
}
/** Valid end of a walked block: recorded, or the whole block. */
export function walkLimit(block: u32): u32 {
  if (Build.PROBE && twin(Twin.ADOPTED_PAST_END)) return segmentEnd;
  const end = adoptedEnd(block);
  return end ? end : segmentEnd;
}

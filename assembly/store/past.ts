/*
 * What is no longer the newest of its key and still stands: earlier versions, records that were removed, and their chunks. No index knows them;
 * they are found by walking the summaries. They cost nothing to keep: a version that is replaced stays where it is until compaction, which begins
 * when room is short, empties its segment.
 */
import { Status } from "../base/status";
import { blockCount, toAddress } from "../flash/geometry";
import { Entry, EntryFlag } from "../format/summary";
import { adoptedEnd } from "../journal/adopted";
import { anchorCount, BlockState, holdsRecords, openLsnOf, stateOf } from "../journal/block-map";
import { SCAN_ASK, scanNext, scanned, scanner, scanOpen } from "../journal/scan";
import { judgeFinal } from "../journal/segment-reader";
import { isReserved } from "./reserved";

/** What was found last. */
const past: usize = memory.data(48, 8);
let pastBlock: u32 = 0;
export function pastEntry(): Entry {
  return changetype<Entry>(past);
}
export function pastAddress(): u32 {
  return toAddress(pastBlock, pastEntry().offset);
}

/** What is looked for: of all that fit, the one with the highest LSN. */
namespace Wanted {
  export const VERSION: u32 = 0;
  export const CHANGE: u32 = 1;
  export const CHUNK: u32 = 2;
}
let wanted: u32 = 0;
let wantedKind: u32 = 0;
let wantedHigh: u32 = 0;
let wantedLow: u32 = 0;
/** An LSN below which (a version) or at which (the others) it must be. */
let wantedLsn: u64 = 0;
let wantedChunk: u32 = 0;

/** The newest version of a record, or its removal, with an LSN below `before`. 1: found, 0: none stands. Errors: IO. Cost: one or two reads a block. */
export function findVersion(kind: u32, idHigh: u32, idLow: u32, before: u64): i32 {
  wantedKind = kind;
  wantedHigh = idHigh;
  wantedLow = idLow;
  wantedLsn = before;
  return search(Wanted.VERSION);
}
/** The record or removal that took `lsn`. As `findVersion`. */
export function findChange(lsn: u64): i32 {
  wantedLsn = lsn;
  return search(Wanted.CHANGE);
}
/** Chunk `chunk` of the version with `lsn`. As `findVersion`. */
export function findChunk(kind: u32, idHigh: u32, idLow: u32, lsn: u64, chunk: u32): i32 {
  wantedKind = kind;
  wantedHigh = idHigh;
  wantedLow = idLow;
  wantedLsn = lsn;
  wantedChunk = chunk;
  return search(Wanted.CHUNK);
}

function search(what: u32): i32 {
  wanted = what;
  pastEntry().lsn = 0;
  for (let block = anchorCount; block < blockCount; block++) {
    if (!holdsRecords(block)) {
      if (!waitsForErase(block)) continue;
      const sealed = judgeFinal(block);
      if (sealed == Status.IO) return sealed;
      if (sealed < 0) continue;
    }
    const s = scanner(SCAN_ASK);
    scanOpen(s, block, false);
    let more = scanNext(s);
    for (; more > 0; more = scanNext(s)) {
      if (!fits(scanned()) || scanned().lsn <= pastEntry().lsn) continue;
      memory.copy(past, changetype<usize>(scanned()), offsetof<Entry>());
      pastBlock = block;
    }
    if (more < 0) return more;
  }
  return pastEntry().lsn != 0 ? 1 : 0;
}
/** Is it a segment in which nothing lives any more? What is in it stands until the block is wanted; only what was sealed is believed. */
function waitsForErase(block: u32): bool {
  return stateOf(block) == BlockState.DIRTY && openLsnOf(block) != 0 && adoptedEnd(block) == 0;
}
function fits(e: Entry): bool {
  const chunk = (e.flags & EntryFlag.CHUNK) != 0;
  if (wanted == Wanted.CHANGE) return !chunk && e.lsn == wantedLsn && !isReserved(e.kind, e.idHigh, e.idLow);
  if (e.kind != wantedKind || e.idHigh != wantedHigh || e.idLow != wantedLow) return false;
  if (wanted == Wanted.CHUNK) return chunk && e.lsn == wantedLsn && e.chunk == wantedChunk;
  return !chunk && e.lsn < wantedLsn;
}

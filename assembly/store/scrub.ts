/*
 * Patrol reads: every live record, then every seal, is read with its parity; what has little left that could be mended gets a new home
 * while it still reads. A store without rot is not written to.
 */
import { RESULT, UNIT } from "../base/memory";
import { Status } from "../base/status";
import { readsThrough } from "../flash/device";
import { addressBlock, blockCount, segmentEnd } from "../flash/geometry";
import { inRing, isUnfinished } from "../flash/ring";
import { headerOffset } from "../format/label";
import { CODEC_LOST, Header, recordBytes, UnitType } from "../format/record";
import { SEGMENT_DATA } from "../format/segment";
import { descriptorData } from "../format/stripe";
import { anchorCount, BlockState, freeCount, outerParity, stateOf } from "../journal/block-map";
import { beginPatrol, endPatrol, loadedCorrected, readUnit, weak } from "../journal/read";
import { SCAN_ASK, scanner, scanOpen } from "../journal/scan";
import { forgetSummary, judgeFinal, readFacts } from "../journal/segment-reader";
import { COLD, segmentHasRoom } from "../journal/segment-writer";
import { compacting, compactStep, relocate, seize } from "./compact";
import { chunkKeyOf, find, foundAddress, KEY_CHUNK, KEY_TOMBSTONE, walk, walkAddress, walkKey } from "./key-index";
import { acceptMissing } from "./live-sum";
import { fetchAt, head } from "./place";
import { reservedKey } from "./reserved";
import { ResultFlag, tell, tellDamaged } from "./retrieve";
import { failed, readable, writable } from "./session";
import { chunkBytes, reserveBlocks } from "./space";
import { reclaim } from "./upkeep";
import { writing } from "./write";

/** Cursors from here on are blocks; keys have 56 bits. */
const SEALS: u64 = (<u64>1) << 56;
/** Most bytes of a block that one step copies. */
const STEP_BYTES: u32 = 1024;

/**
 * One step from `cursor` on: a record, a part of one, or the seal of a block. 1: result.flags say how it fared; 0: all was looked at.
 * Errors: BUSY a put or batch is open; IO; CLOSED. Cost: the reads of one record; a copy and its share of compaction where it is moved.
 */
export function scrubNext(cursor: u64): i32 {
  const status = readable();
  if (status < 0) return status;
  if (writing()) return Status.BUSY;
  if (cursor < SEALS && walk(cursor)) return scrubRecord(walkKey(), walkAddress());
  return scrubSeals(cursor < SEALS ? anchorCount : <u32>(cursor - SEALS));
}

// ── records ──────────────────────────────────────────────────────────────────────────────────────────────────────────

function scrubRecord(key: u64, address: u32): i32 {
  let flags: u32 = key & (KEY_CHUNK | KEY_TOMBSTONE) || key == reservedKey() ? ResultFlag.PART : 0;
  readFacts(addressBlock(address)); // how its block's header fares is not the record's affair
  const through = readsThrough;
  beginPatrol();
  const loaded = fetchAt(address, true);
  endPatrol();
  if (loaded == Status.IO) return loaded;
  if (loaded < 0 || head().codec == CODEC_LOST) {
    tellDamaged(address, key + 1);
    return answer(flags | ResultFlag.DAMAGED);
  }
  if (loadedCorrected) flags |= ResultFlag.CORRECTED;
  tell(head(), 0, key + 1);
  const bytes = recordBytes(head().dataBytes);
  const moves = weak || readsThrough != through;
  if (head().type == UnitType.LONG && !hasChunks(head())) flags |= ResultFlag.DAMAGED;
  if (!moves) return answer(flags);
  const moved = move(key, address, bytes);
  return moved < 0 ? moved : answer(flags | <u32>moved);
}
function answer(flags: u32): i32 {
  store<u32>(RESULT, flags, 44);
  return 1;
}

/** Are all chunks of a long record known? They are read in their own turn. */
function hasChunks(h: Header): bool {
  for (let i: u32 = 0, n = (h.bodyBytes + chunkBytes - 1) / chunkBytes; i < n; i++)
    if (!find(chunkKeyOf(h.kind, h.idHigh, h.idLow, h.lsn, i))) return false;
  return true;
}

/** Gives a record a new home. Returns the flag that says how that went. Errors: IO. */
function move(key: u64, address: u32, bytes: u32): i32 {
  let status = writable();
  if (status == Status.OK) status = segmentHasRoom(COLD, bytes) ? Status.OK : reclaim(reserveBlocks);
  if (status == Status.OK && find(key) && foundAddress() != address) return ResultFlag.RELOCATED; // on the way to room for it
  if (status == Status.OK) status = relocate(key, address);
  return verdict(status, ResultFlag.RELOCATED);
}
function verdict(status: i32, done: u32): i32 {
  if (status == Status.IO) return failed(status);
  if (status == Status.CORRUPT) return ResultFlag.DAMAGED;
  return status < 0 ? ResultFlag.LEFT : done;
}

// ── seals ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The next block whose header and summary, or descriptor, are to be read. One that wants a new home is emptied, a step at a time. */
function scrubSeals(block: u32): i32 {
  while (block < blockCount && !hasSeal(block)) block++;
  if (block >= blockCount) {
    acceptMissing();
    return 0;
  }
  const sound = isSealSound(block);
  let flags: i32 = 0;
  let next = block + 1;
  if (!sound) {
    flags = empty(block);
    if (flags < 0) return flags;
    if (flags == 0) next = block;
  }
  memory.fill(RESULT, 0, 64);
  store<u64>(RESULT, SEALS + next, 56);
  return answer(<u32>flags | ResultFlag.PART);
}
function hasSeal(block: u32): bool {
  return stateOf(block) == BlockState.SEALED || (stateOf(block) == BlockState.PARITY && inRing(block) && !isUnfinished(block));
}

function isSealSound(block: u32): bool {
  const through = readsThrough;
  beginPatrol();
  const ok = stateOf(block) == BlockState.PARITY ? readsDescriptor(block) : readsSummaries(block);
  const header = readUnit(block, headerOffset(), SEGMENT_DATA, UNIT);
  endPatrol();
  return ok && header >= 0 && !weak && readsThrough == through;
}
function readsSummaries(block: u32): bool {
  forgetSummary();
  const final = judgeFinal(block);
  if (final == Status.NOT_FOUND) return true; // known by its heads
  if (final < 0) return false;
  scanOpen(scanner(SCAN_ASK), block, false);
  return true;
}
function readsDescriptor(block: u32): bool {
  return readUnit(block, segmentEnd, descriptorData(outerParity), UNIT) >= 0;
}

/** A step of emptying `block`. Returns 0 while it lasts, else the flag that says how it went. Errors: IO. */
function empty(block: u32): i32 {
  let status = writable();
  if (status == Status.OK && freeCount() <= reserveBlocks) status = reclaim(reserveBlocks);
  if (status == Status.OK && hasSeal(block)) {
    if (!seize(block) && !compacting()) return ResultFlag.LEFT;
    status = compactStep(STEP_BYTES);
  }
  return verdict(status, hasSeal(block) ? 0 : ResultFlag.RELOCATED);
}

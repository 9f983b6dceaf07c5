/*
 * Makes a store usable, and puts it to rest.
 */

import { ADOPT_MAX, CAPACITY_MIN } from "../base/limits";
import { Status } from "../base/status";
import { isSeenTwice } from "../flash/alias";
import { programsFailed, readsFailed } from "../flash/device";
import { blockCount } from "../flash/geometry";
import { isLost } from "../flash/ring";
import { SummaryFlag } from "../format/summary";
import { adopt, adoptedCount, adoptedEnd, clearAdopted, pruneAdopted } from "../journal/adopted";
import {
  anchorCount,
  BlockFlag,
  BlockState,
  blankCount,
  eraseOne,
  flagsOf,
  forgetStrike,
  freeCount,
  leastWorn,
  makeBlank,
  openLsnOf,
  setBlankSession,
  stateOf,
} from "../journal/block-map";
import { countUnknown, damagedUnknown, fault, forgetMet, nextLsn, resetProgress, setSession } from "../journal/progress";
import { forgetFacts, forgetLoaded } from "../journal/read";
import {
  allowSecondLook,
  blankVoid,
  failedMounts,
  forgetTails,
  isTail,
  judgeTail,
  lastHead,
  leftOpen,
  provenEnd,
  readOnlyEnd,
  readsOtherwise,
  recover,
  rootBlock,
  settleAdopted,
  voidEarlierBatch,
} from "../journal/recover";
import { SCAN_ASK, scanNext, scanned, scanner, scanOpen } from "../journal/scan";
import { firstRecordOffset, forgetSummary } from "../journal/segment-reader";
import { BLANKS_KEPT, COLD, HOT, programmedBytes, resetStreams, sealSegment, stream } from "../journal/segment-writer";
import { restoreStripes, tablesEnd } from "../journal/stripe";
import {
  begunUnseen,
  featuresReadOnly,
  forgetSurvey,
  highestBegun,
  highestSession,
  identify,
  namingBlock,
  survey,
} from "../journal/survey";
import { dropCheckpoint, hasSwitch, resetCheckpoint, restoreCheckpoint, writeCheckpoint } from "./checkpoint";
import { relocate, resetCompaction } from "./compact";
import { find, foundAddress, foundTombstone, KEY_TOMBSTONE, moveIndex } from "./key-index";
import { acknowledgeSum, isSomethingMissing, isUnwritten, newestKey, newestLsn } from "./live-sum";
import { beginLosses, countLost, discardDead, eraseDeleted, forgetGuess, forgetLeftOut, rebuildIndex, tryOtherwise } from "./rebuild";
import { forgetRelay } from "./reserved";
import { resetRetrieving } from "./retrieve";
import { failed, hasBegun, hesitate, Mode, mode, setBegun, setMode, setReadOnly, setRecoveryWanted, wantsRecovery } from "./session";
import { configureSpace, reserveBlocks } from "./space";
import { resetStriping, stripeAll } from "./striping";
import { resetSweep } from "./sweep";
import { reclaim, resetUpkeep, upkeep } from "./upkeep";
import { resetWriting, writing } from "./write";

function forgetEverything(): void {
  resetProgress();
  resetStreams();
  clearAdopted();
  forgetFacts();
  forgetLoaded();
  forgetSummary();
  forgetSurvey();
  forgetTails();
  forgetGuess();
  forgetLeftOut();
  resetCheckpoint();
  resetCompaction();
  resetStriping();
  resetSweep();
  resetUpkeep();
  resetRetrieving();
  resetWriting();
  forgetRelay();
  setBegun(false);
  setMode(Mode.CLOSED);
}

/** After so many mounts in a row that failed in their recovery, the next one reads only, until a change asks for the recovery. */
const FAILED_MOUNTS: u32 = 3;
let insisting: bool = false;
/** Is this mount the second try of one that found no block for its recovery? */
let cornered: bool = false;
/** Does the store mount again by itself, because an operation failed? */
let again: bool = false;
/** Is this mount the second look of one in which something was missing? What a single read hid is there again. */
let doubting: bool = false;
/** Programs that had failed when this mount began. */
let failedBefore: u32 = 0;
/** Mounts tried before a part is given back whose programs fail, or whose unstable bits read otherwise each time they are asked. */
const TRIES = 8;
let wall: i64 = 0;

/**
 * Mounts. After a clean close nothing is programmed; after a cut the tail is recovered first (docs/recovery.md). A part that takes
 * no recovery is mounted for reading.
 * Errors: NOT_FORMATTED, NEWER_FORMAT, WRONG_GEOMETRY (nothing written), INDEX_FULL more records than memory, IO.
 */
export function mount(asked: bool, wallMs: i64): i32 {
  wall = wallMs;
  forgetMet();
  forgetStrike();
  if (!again) allowSecondLook();
  failedBefore = programsFailed;
  const status = asked ? mountOnce(Status.READ_ONLY) : mountForChanges();
  setRecoveryWanted(false);
  return status;
}
function mountForChanges(): i32 {
  let status = mountOnce(Status.OK);
  for (let tries = 1; status == Status.IO && tries < TRIES; tries++) status = mountOnce(Status.OK);
  return status == Status.FULL || status == Status.IO || status == Status.WORN_OUT ? mountOnce(Status.WORN_OUT) : status;
}

/** One mount; `refusal` says how changes will be answered, OK: they are made. */
function mountOnce(refusal: i32): i32 {
  forgetEverything();
  let status = identify();
  if (status < 0) return status;
  if (featuresReadOnly && refusal == Status.OK) refusal = Status.READ_ONLY;
  const crossed = isSeenTwice(namingBlock);
  if (crossed && refusal == Status.OK) refusal = fault(Status.IO, namingBlock, 0, 6);
  configureSpace();
  if (moveIndex(tablesEnd()) < CAPACITY_MIN) return fault(Status.INDEX_FULL, 0, 0, 0);
  if (!wantsRecovery() && restoreCheckpoint() > 0) {
    restoreStripes();
    if (crossed) countUnknown(1, nextLsn - 1);
    ready(refusal);
    return Status.OK;
  }
  resetProgress();
  clearAdopted();
  status = survey();
  if (status < 0) return status;
  const failures = readsFailed;
  const sealed = judgeTail();
  if (readsFailed != failures) return Status.IO; // another root may have been the newest
  let clean = anchorCount > 0 ? hasSwitch() : sealed && !begunUnseen();
  if (clean && anchorCount == 0 && refusal == Status.OK && readsOtherwise()) return Status.IO;
  setSession(highestSession);
  if (refusal == Status.OK && wantsRecovery()) clean = false;
  if (refusal == Status.OK && rootBlock >= 0 && isLost(<u32>rootBlock)) clean = false; // a new root lets the old one's stripe be emptied
  const hesitating = !clean && refusal == Status.OK && !insisting && failedMounts() >= FAILED_MOUNTS;
  if (hesitating) refusal = Status.IO;
  const readOnly = refusal != Status.OK;
  if (!clean) {
    // A switch that was torn, and reads badly today, would count on another day: it goes before anything is programmed.
    setBlankSession(highestBegun() + 1);
    if (!readOnly && !leftOpen() && dropCheckpoint() < 0) return Status.FULL;
    status = readOnly ? lookOnly() : recover(wall);
    if (status == Status.FULL && !readOnly && !cornered && makeRoomForRecovery()) {
      cornered = true;
      status = mountOnce(refusal);
      cornered = false;
      return status;
    }
    if (status < 0) return status;
    setBegun(!readOnly);
  }
  let missing: bool = false;
  beginLosses();
  do {
    status = rebuildIndex();
    if (status < 0) return status;
    missing = isSomethingMissing(again, programsFailed != failedBefore);
  } while (missing && tryOtherwise());
  if (missing && !doubting) {
    if (!clean && !readOnly) blankVoid(); // a second recovery takes another block
    doubting = true;
    status = mountOnce(refusal);
    doubting = false;
    return status;
  }
  countLost();
  if (missing && damagedUnknown == 0) countUnknown(1, nextLsn - 1);
  acknowledgeSum(clean || !readOnly);
  if (crossed) countUnknown(1, nextLsn - 1); // what lies behind the line is not seen at all
  ready(refusal);
  if (hesitating) hesitate();
  if (!clean && !readOnly) {
    eraseDeleted();
    if (freeCount() <= reserveBlocks) failed(reclaim(reserveBlocks));
    if (isUnwritten) failed(writeSum());
    // What is dirty looks like a segment again after a cut: the next recovery needs blocks that are blank.
    while (mode == Mode.READY && blankCount() < BLANKS_KEPT && eraseOne() != Status.FULL) {}
    while (mode == Mode.READY && adoptedCount > ADOPT_MAX / 2 && failed(upkeep(4)) > 0) pruneAdopted();
  }
  return mode == Mode.CLOSED ? Status.IO : Status.OK;
}
/** What went missing under this mount is told by later ones too: a copy of the newest change carries the sum that says so. */
function writeSum(): i32 {
  if (!find(newestKey)) return Status.OK;
  return relocate(foundTombstone() ? newestKey | KEY_TOMBSTONE : newestKey, foundAddress());
}
function ready(refusal: i32): void {
  if (refusal == Status.OK) setMode(Mode.READY);
  else setReadOnly(refusal);
}

/**
 * What a change answered, at the door. IO: a program failed. The store is then mounted again, so that a recovery judges what
 * the failure left and the block is given up; IO goes on to the caller and means: not done, and may be asked for again. True
 * when it was mounted again.
 */
export function carriesOn(status: i32): bool {
  if (status != Status.IO || mode != Mode.CLOSED) return false;
  insisting = true;
  const mounted = mountAgain();
  insisting = false;
  return mounted >= 0;
}
function mountAgain(): i32 {
  again = true;
  const status = mount(false, wall);
  again = false;
  return status;
}

/**
 * No block can be had for a recovery, though there may be segments in which nothing lives any more: that is known only when there is
 * an index. One is built of what is proven, so that nothing unproven decides, and one such block is made blank; none with chunks whose head may be
 * what is not proven yet. False: there is none. Cut: the block is dirty; nothing that lives was in it.
 */
function makeRoomForRecovery(): bool {
  if (adoptTails(true) < 0) return false;
  beginLosses();
  if (rebuildIndex() < 0) return false;
  discardDead(); // also where deletions were left out: nothing is dirty that might hold what they deleted
  if (leastWorn(BlockState.SPENT) >= 0) return eraseOne() == Status.OK;
  for (let b = anchorCount; b < blockCount; b++)
    if (stateOf(b) == BlockState.DIRTY && openLsnOf(b) != 0 && adoptedEnd(b) == 0 && !mayBeOwned(b))
      if (makeBlank(b) == Status.OK) return true;
  return false;
}

/** Is there a head of a body in chunks among what a tail holds and nothing proves? Its chunks look like nobody's. */
let headsUnproven: bool = false;
/** Are there chunks in `block` that may have such a head? Those older than the newest proven change belong to puts that had come to their end. */
function mayBeOwned(block: u32): bool {
  if (!(flagsOf(block) & BlockFlag.CHUNKS)) return false;
  if (headsUnproven) return true;
  const s = scanner(SCAN_ASK);
  scanOpen(s, block, false);
  let more = scanNext(s);
  for (; more > 0; more = scanNext(s)) if (scanned().lsn >= newestLsn) return true;
  return more < 0;
}

/** A read-only mount of an unclean part: tails are read up to what verifies now; the promise of the next boot is not made. */
function lookOnly(): i32 {
  return adoptTails(false);
}
/**
 * Adopts all tails in RAM alone: up to their last program, or with what of it verifies now; and segments before them up to where a batch
 * begins that is not whole by that.
 */
function adoptTails(proven: bool): i32 {
  headsUnproven = false;
  for (let b = anchorCount; b < blockCount; b++) {
    if (!isTail(b)) continue;
    const end = proven ? provenEnd(b) : readOnlyEnd(b);
    if (end < 0) return end;
    if (lastHead() >= <u32>end) headsUnproven = true;
    if (!(flagsOf(b) & BlockFlag.COLD) && <u32>end <= firstRecordOffset()) {
      const status = voidEarlierBatch(b);
      if (status < 0) return status;
    }
    if (!adopt(b, <u32>end)) return Status.FULL;
  }
  settleAdopted(); // only now: each was judged with those before it as they were
  return Status.OK;
}

/**
 * Seals what is open and writes a checkpoint when that pays. A block that fails in it is given up. Errors: BUSY a put or batch
 * is open; IO. Cut: found unclean, or clean without a checkpoint; nothing acknowledged is touched.
 */
export function close(): i32 {
  let status = closeOnce();
  for (let tries = 1; status == Status.IO && tries < TRIES && mountAgain() >= 0; tries++) status = closeOnce();
  return status;
}

function closeOnce(): i32 {
  if (mode != Mode.READY) {
    setMode(Mode.CLOSED);
    return Status.OK;
  }
  if (writing()) return Status.BUSY;
  setMode(Mode.CLOSED);
  if (!hasBegun()) return Status.OK;
  // With all sealed and one blank block left nothing could be compacted any more: what is open takes the copies that give back another.
  if (blankCount() < BLANKS_KEPT && reclaim(BLANKS_KEPT - 1) == Status.IO) return Status.IO;
  const written = programmedBytes;
  const hotOpen = stream(HOT).block >= 0;
  if (stream(COLD).block >= 0) {
    const status = sealSegment(COLD, hotOpen ? 0 : SummaryFlag.CLEAN);
    if (status < 0) return status;
  }
  if (hotOpen) {
    const status = sealSegment(HOT, SummaryFlag.CLEAN);
    if (status < 0) return status;
  }
  stripeAll(); // what fails of it is left out, and nothing else is under way
  // Everything is sealed: without its checkpoint the store is found unclean, no more.
  const status = writeCheckpoint(written);
  return status == Status.IO ? Status.OK : status;
}

/*
 * Makes a store usable, and puts it to rest.
 */

import { ADOPT_MAX, CAPACITY_MIN } from "../base/limits";
import { Status } from "../base/status";
import { blockCount } from "../flash/geometry";
import { isLost } from "../flash/ring";
import { SummaryFlag } from "../format/summary";
import { adopt, adoptedCount, clearAdopted, pruneAdopted } from "../journal/adopted";
import { anchorCount, BlockState, freeCount, setState } from "../journal/block-map";
import { fault, resetProgress, setSession } from "../journal/progress";
import { forgetFacts, forgetLoaded } from "../journal/read";
import { forgetTails, isTail, judgeTail, readOnlyEnd, recover, rootBlock } from "../journal/recover";
import { forgetSummary } from "../journal/segment-reader";
import { COLD, HOT, programmedBytes, resetStreams, sealSegment, stream } from "../journal/segment-writer";
import { restoreStripes, tablesEnd } from "../journal/stripe";
import { begunUnseen, featuresReadOnly, forgetSurvey, highestSession, identify, survey } from "../journal/survey";
import { dropCheckpoint, hasSwitch, resetCheckpoint, restoreCheckpoint, writeCheckpoint } from "./checkpoint";
import { resetCompaction } from "./compact";
import { moveIndex } from "./key-index";
import { rebuildIndex } from "./rebuild";
import { forgetRelay } from "./reserved";
import { resetRetrieving } from "./retrieve";
import { failed, hasBegun, Mode, mode, setBegun, setMode } from "./session";
import { configureSpace, countBlocks, RESERVE_BLOCKS } from "./space";
import { resetStriping, stripeAll } from "./striping";
import { resetSweep } from "./sweep";
import { reclaim, upkeep } from "./upkeep";
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
  resetCheckpoint();
  resetCompaction();
  resetStriping();
  resetSweep();
  resetRetrieving();
  resetWriting();
  forgetRelay();
  setBegun(false);
  setMode(Mode.CLOSED);
}

/**
 * Mounts. After a clean close nothing is programmed; after a cut the tail is recovered first (docs/recovery.md).
 * Errors: NOT_FORMATTED, NEWER_FORMAT, WRONG_GEOMETRY (nothing written), INDEX_FULL more records than memory, IO.
 */
export function mount(asked: bool, wallMs: i64): i32 {
  forgetEverything();
  let status = identify();
  if (status < 0) return status;
  const readOnly = asked || featuresReadOnly;
  configureSpace();
  if (moveIndex(tablesEnd()) < CAPACITY_MIN) return fault(Status.INDEX_FULL, 0, 0, 0);
  if (restoreCheckpoint() > 0) {
    restoreStripes();
    countBlocks();
    setMode(readOnly ? Mode.READ_ONLY : Mode.READY);
    return Status.OK;
  }
  resetProgress();
  clearAdopted();
  status = survey();
  if (status < 0) return status;
  countBlocks();
  const sealed = judgeTail();
  let clean = anchorCount > 0 ? hasSwitch() : sealed && !begunUnseen();
  setSession(highestSession);
  if (rootBlock >= 0 && isLost(<u32>rootBlock)) clean = false; // a new root lets the old one's stripe be emptied
  if (!clean && !readOnly && hasSwitch()) {
    status = dropCheckpoint();
    if (status < 0) return status;
  }
  if (!clean) {
    status = readOnly ? lookOnly() : recover(wallMs);
    if (status == Status.FULL && !readOnly) return mount(true, wallMs); // no block for a recovery: what is there can still be read
    if (status < 0) return status;
    setBegun(!readOnly);
  }
  status = rebuildIndex();
  if (status < 0) return status;
  setMode(readOnly ? Mode.READ_ONLY : Mode.READY);
  if (!clean && !readOnly) {
    if (freeCount() <= RESERVE_BLOCKS) failed(reclaim(RESERVE_BLOCKS));
    while (mode == Mode.READY && adoptedCount > ADOPT_MAX / 2 && failed(upkeep(4)) > 0) pruneAdopted();
  }
  return mode == Mode.CLOSED ? Status.IO : Status.OK;
}

/** A read-only mount of an unclean part: tails are read up to what verifies now; the promise of the next boot is not made. */
function lookOnly(): i32 {
  for (let b = anchorCount; b < blockCount; b++) {
    if (!isTail(b)) continue;
    if (!adopt(b, readOnlyEnd(b))) return Status.FULL;
    setState(b, BlockState.ADOPTED);
  }
  return Status.OK;
}

/**
 * Seals what is open and writes a checkpoint when that pays. Errors: BUSY a put or batch is open; IO.
 * Cut: found unclean, or clean without a checkpoint; nothing acknowledged is touched.
 */
export function close(): i32 {
  if (mode != Mode.READY) {
    setMode(Mode.CLOSED);
    return Status.OK;
  }
  if (writing()) return Status.BUSY;
  setMode(Mode.CLOSED);
  if (!hasBegun()) return Status.OK;
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
  const status = stripeAll();
  return status < 0 ? status : writeCheckpoint(written);
}

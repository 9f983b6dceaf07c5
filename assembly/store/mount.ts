/*
 * Makes a store usable, and puts it to rest.
 */

import { ADOPT_MAX } from "../base/limits";
import { Status } from "../base/status";
import { blockCount } from "../flash/geometry";
import { SummaryFlag } from "../format/summary";
import { adopt, adoptedCount, clearAdopted, pruneAdopted } from "../journal/adopted";
import { anchorCount, BlockState, freeCount, setState } from "../journal/block-map";
import { resetProgress, setSession } from "../journal/progress";
import { forgetFacts, forgetLoaded } from "../journal/read";
import { forgetTails, isTail, judgeTail, readOnlyEnd, recover } from "../journal/recover";
import { forgetSummary } from "../journal/segment-reader";
import { COLD, HOT, programmedBytes, resetStreams, sealSegment, stream } from "../journal/segment-writer";
import { begunUnseen, featuresReadOnly, forgetSurvey, highestSession, identify, survey } from "../journal/survey";
import { hasSwitch, resetCheckpoint, restoreCheckpoint, writeCheckpoint } from "./checkpoint";
import { resetCompaction } from "./compact";
import { rebuildIndex } from "./rebuild";
import { forgetRelay } from "./reserved";
import { resetRetrieving } from "./retrieve";
import { failed, hasBegun, Mode, mode, setBegun, setMode } from "./session";
import { configureSpace, countBlocks, RESERVE_BLOCKS } from "./space";
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
  if (restoreCheckpoint() > 0) {
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
  const clean = anchorCount > 0 ? hasSwitch() : sealed && !begunUnseen();
  setSession(highestSession);
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
  return writeCheckpoint(written);
}

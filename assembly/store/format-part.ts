/*
 * Makes a blank part a store: erases and labels every block, and carries erase counts over from what was there.
 */

import { isBlank } from "../base/bytes";
import { UNIT } from "../base/memory";
import { Status } from "../base/status";
import { Build, Twin, twin } from "../base/twin";
import { isSeenTwice } from "../flash/alias";
import * as device from "../flash/device";
import { blockCount } from "../flash/geometry";
import { dropRings, RING_BLOCKS_MAX } from "../flash/ring";
import {
  FORMAT_MINOR,
  headerOffset,
  judgeLabel,
  LABEL_BYTES,
  LabelMark,
  LIVE_SUMS,
  LONG_CHUNKS,
  labelEraseCount,
  labelFormatSerial,
  labelHas,
  STRIPES,
} from "../format/label";
import { configureUnits } from "../format/unit";
import { clearAdopted } from "../journal/adopted";
import {
  anchorCount,
  BlockState,
  blankRank,
  eraseCountOf,
  haunts,
  makeBlank,
  makeBlankWith,
  markWitness,
  resetBlockMap,
  setEraseCount,
  setState,
  setStore,
  stateOf,
} from "../journal/block-map";
import { fault, resetProgress } from "../journal/progress";
import { restoreRecovered } from "../journal/recover";
import { blocksNeeded } from "../journal/stripe";
import { survey } from "../journal/survey";
import { writeCheckpoint } from "./checkpoint";
import { clearIndex } from "./key-index";
import { Mode, setMode } from "./session";

let next: u32 = 0;
let begun: bool = false;
/** Was a block made blank, and its addresses looked at? */
let tried: bool = false;
/**
 * A block that holds nothing, and says while the others are erased that a format has begun: it has the new label, and behind it the same again
 * as a mark. The label alone may be torn, and read one time and not the next; who reads the mark knows that the label before it is whole, and
 * who reads none that nothing else was erased. Made blank once more when all others are. -1: nothing is there that could be opened half erased.
 */
let witness: i32 = -1;
/** Is it one that an earlier try has left? */
let standing: bool = false;

/**
 * Begins. Errors: BUSY a live store and no `force`; INVALID options; IO.
 * A forced format starts with a block that holds nothing, so that a cut before its first label leaves the old store.
 */
export function formatBegin(force: bool, parity: u32, outer: u32, storeId: u64): i32 {
  if ((parity != 8 && parity != 16) || (outer != 0 && outer != 4 && outer != 8)) return fault(Status.INVALID, 0, 0, 3);
  if (outer != 0 && (blockCount < blocksNeeded(outer) || blockCount > RING_BLOCKS_MAX)) return fault(Status.WRONG_GEOMETRY, 0, 0, 6);
  setMode(Mode.CLOSED);
  begun = false;
  const there = survey();
  if (!force && there != Status.NOT_FORMATTED) return there == Status.OK ? Status.BUSY : there;
  const serial = surveyLabels();
  witness = serial > 0 ? chooseWitness() : -1;
  if (Build.PROBE && twin(Twin.FORMAT_ANYWHERE)) witness = anchorCount;
  setStore(storeId, (serial + 1) & 0xffff, outer, FORMAT_MINOR, LONG_CHUNKS | LIVE_SUMS | (outer ? STRIPES : 0));
  configureUnits(parity, storeId);
  dropRings();
  next = 0;
  tried = false;
  begun = true;
  return <i32>blockCount;
}

let lowestSerial: u32 = 0;

/** Reads every label: erase counts are carried over. Returns the highest format serial met. */
function surveyLabels(): u32 {
  resetBlockMap();
  let serial: u32 = 0;
  lowestSerial = 0xffff;
  for (let b: u32 = 0; b < blockCount; b++) {
    if (device.isBad(b)) {
      setState(b, BlockState.BAD);
      continue;
    }
    if (!readLabel(b, 0)) continue;
    if (labelHas(UNIT, LabelMark.RETIRED)) setState(b, BlockState.BAD);
    setEraseCount(b, labelEraseCount(UNIT));
    serial = max(serial, labelFormatSerial(UNIT));
    lowestSerial = min(lowestSerial, labelFormatSerial(UNIT));
  }
  return serial;
}
function readLabel(b: u32, offset: u32): bool {
  return device.read(b, offset, UNIT, LABEL_BYTES) >= 0 && !isBlank(UNIT, LABEL_BYTES) && judgeLabel(UNIT, b, 0) == Status.OK;
}

/**
 * Which block is to be the witness. A marked one may be all that keeps half a store from being opened, or its mark may be torn: it is left
 * alone, and another is made. One with a newer label and no mark holds nothing; else it is the blank one that a mount would open next, and
 * erases again. Cost: two short reads a block.
 */
function chooseWitness(): i32 {
  let best = -1;
  let bestRank: u32 = 0xffffffff;
  let left = -1;
  for (let b = anchorCount; b < blockCount; b++) {
    if (stateOf(b) == BlockState.BAD) continue;
    const labelled = readLabel(b, 0);
    const newer = labelled && labelFormatSerial(UNIT) != lowestSerial;
    if (labelled && readLabel(b, headerOffset()) && labelHas(UNIT, LabelMark.WITNESS)) {
      left = <i32>b;
      continue;
    }
    if (!newer && !(device.read(b, headerOffset(), UNIT, 24) >= 0 && isBlank(UNIT, 24))) continue;
    const rank: u32 = newer ? 0 : labelled ? blankRank(b) : 0xfffffffd;
    if (rank >= bestRank) continue;
    best = <i32>b;
    bestRank = rank;
  }
  standing = best < 0;
  return standing ? left : best;
}

/**
 * What goes before all else: no checkpoint may outlive the first new label, and no old block be erased before the witness stands.
 * Cut: the old store, whole but for its checkpoint; or two stores' labels.
 */
function openWitness(): i32 {
  if (anchorCount > 0 && device.erase(0) < 0) return Status.IO;
  if (witness < 0 || standing) return Status.OK;
  const block = <u32>witness;
  const made = makeFirst(block);
  if (made < 0 || stateOf(block) == BlockState.BAD) return made;
  return markWitness(block) < 0 ? fault(Status.IO, block, 0, 0) : Status.OK;
}
/** A block that fails is given up. Errors: IO where two addresses reach the first block that was labelled. */
function makeFirst(block: u32): i32 {
  if (stateOf(block) == BlockState.BAD || makeBlank(block) < 0 || tried) return Status.OK;
  tried = true;
  return isSeenTwice(block) ? fault(Status.IO, block, 0, 6) : Status.OK;
}

/** Formats one block. Returns the blocks left; 0: done and durable. Cut: the part is found half formatted and must be formatted again. */
export function formatStep(): i32 {
  if (!begun) return Status.INVALID;
  if (next == 0) {
    const opened = openWitness();
    if (opened < 0) return opened;
  }
  const block = next++;
  if (next == blockCount && witness >= 0) makeFirst(<u32>witness);
  if (block != <u32>witness) {
    const made = makeFirst(block);
    if (made < 0) return made;
  }
  if (next == blockCount) {
    begun = false;
    const ended = markEnd();
    if (ended < 0) return ended;
    for (let b: u32 = 0; b < anchorCount; b++) setState(b, BlockState.ANCHOR);
    resetProgress();
    clearAdopted();
    restoreRecovered(0, 0, -1);
    clearIndex();
    const status = writeCheckpoint(0);
    if (status < 0) return status;
  }
  return <i32>(blockCount - next);
}

/**
 * The label of the last good block says that a format came to its end. Where that block takes none, nor the mark of a bad one, another
 * label says so: of the blank block that a mount would open last, so that it stands until a first session has left its own traces.
 * Cut: no label says so, or this one does.
 */
function markEnd(): i32 {
  if (isLastGoodLabelled()) return Status.OK;
  for (let block = openedLast(); block >= 0; block = openedLast())
    if (makeBlankWith(<u32>block, LabelMark.FORMATTED) == Status.OK) return Status.OK;
  return fault(Status.WORN_OUT, blockCount - 1, 0, 0);
}
/** As the next mount will see it: it knows of no block that could not be marked. */
function isLastGoodLabelled(): bool {
  for (let b = blockCount; b-- > 0; ) if (stateOf(b) != BlockState.BAD || haunts(b)) return stateOf(b) == BlockState.BLANK;
  return false;
}
/** The most worn blank block, the highest index among equals: the counterpart of `leastWorn`. -1: there is none. */
function openedLast(): i32 {
  let best = -1;
  for (let b = anchorCount; b < blockCount; b++)
    if (stateOf(b) == BlockState.BLANK && (best < 0 || eraseCountOf(b) >= eraseCountOf(<u32>best))) best = <i32>b;
  return best;
}

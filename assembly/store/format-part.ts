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
  eraseCountOf,
  haunts,
  makeBlank,
  makeBlankWith,
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

let first: u32 = 0;
let next: u32 = 0;
let begun: bool = false;

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
  first = chooseFirst(there == Status.OK);
  setStore(storeId, (serial + 1) & 0xffff, outer, FORMAT_MINOR, LONG_CHUNKS | LIVE_SUMS | (outer ? STRIPES : 0));
  configureUnits(parity, storeId);
  dropRings();
  next = 0;
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
    if (!readLabel(b)) continue;
    if (labelHas(UNIT, LabelMark.RETIRED)) setState(b, BlockState.BAD);
    setEraseCount(b, labelEraseCount(UNIT));
    serial = max(serial, labelFormatSerial(UNIT));
    lowestSerial = min(lowestSerial, labelFormatSerial(UNIT));
  }
  return serial;
}
function readLabel(b: u32): bool {
  return device.read(b, 0, UNIT, LABEL_BYTES) >= 0 && !isBlank(UNIT, LABEL_BYTES) && judgeLabel(UNIT, b, 0) == Status.OK;
}

/**
 * Which block goes first. Over a live store: the blank one a mount would open next, which holds nothing and which a
 * mount erases again. After a format that was cut off: one that still has the old label, so that labels stay mixed.
 */
function chooseFirst(live: bool): u32 {
  if (Build.PROBE && twin(Twin.FORMAT_ANYWHERE)) return anchorCount;
  let best: u32 = 0;
  let bestCount: u32 = 0xffffffff;
  for (let b: u32 = anchorCount; b + 1 < blockCount; b++) {
    if (stateOf(b) == BlockState.BAD || !readLabel(b)) continue;
    if (!live) {
      if (labelFormatSerial(UNIT) == lowestSerial) return b;
      continue;
    }
    if (eraseCountOf(b) >= bestCount || device.read(b, headerOffset(), UNIT, 24) < 0 || !isBlank(UNIT, 24)) continue;
    best = b;
    bestCount = eraseCountOf(b);
  }
  return best;
}

/** Formats one block. Returns the blocks left; 0: done and durable. Cut: the part is found half formatted and must be formatted again. */
export function formatStep(): i32 {
  if (!begun) return Status.INVALID;
  if (next == 0 && anchorCount > 0 && device.erase(0) < 0) return Status.IO; // no checkpoint may outlive the first new label
  const block = next == 0 ? first : next <= first ? next - 1 : next;
  next++;
  if (stateOf(block) != BlockState.BAD) {
    const status = makeBlank(block); // a block that fails is given up
    if (status >= 0 && next == 1 && isSeenTwice(block)) return fault(Status.IO, block, 0, 6);
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

/*
 * The first pass of a mount: what is every block? Reads a label and a segment header per block and one trailer per
 * segment; fills the block map; finds the newest session, its newest segments, and what a recovery left unfinished.
 */
import { isBlank } from "../base/bytes";
import { LSN_LIMIT } from "../base/limits";
import { SUMMARY, TAILS, UNIT } from "../base/memory";
import { Status } from "../base/status";
import { Build, Twin, twin } from "../base/twin";
import * as device from "../flash/device";
import { blockCount, segmentEnd } from "../flash/geometry";
import { breakRing, unmarkLost } from "../flash/ring";
import {
  headerOffset,
  judgeLabel,
  LABEL_BYTES,
  LabelMark,
  labelEraseCount,
  labelFormatSerial,
  labelHas,
  labelMinor,
  labelOuterParity,
  labelParityBytes,
  labelRefuse,
  labelSession,
  labelStoreId,
  startsMark,
} from "../format/label";
import { SegmentType, segmentEraseCount } from "../format/segment";
import { SUMMARY_FIXED, SummaryFlag, summaryEraseCount, summaryFlags } from "../format/summary";
import { configureUnits, parityBytes } from "../format/unit";
import {
  addFlags,
  anchorCount,
  BlockFlag,
  BlockState,
  eraseCountOf,
  formatSerial,
  leastWorn,
  openLsnOf,
  outerParity,
  resetBlockMap,
  setEraseCount,
  setOpenLsn,
  setState,
  setStore,
  stateOf,
  storeId,
} from "./block-map";
import { countUnknown, fault, witnessLsn } from "./progress";
import { factsOpenLsn, factsSession, factsType, forgetFacts } from "./read";
import { headlessRecords } from "./scan";
import { finalOffset, readFacts, readFinal, trailerIsBlank } from "./segment-reader";
import { TRAILER_BYTES } from "./segment-writer";
import { configureStripes, giveUp, restoreStripes, takeLost } from "./stripe";

/** Recovery segments with the highest sessions met: u32 session, u32 block each. */
const RECOVERIES_MAX: u32 = 16;

export let recoveryCount: u32 = 0;
/** Highest session that a label carries: it began, whether a segment of it can be seen or not. */
let announced: u32 = 0;
/** Did the newest session begin without leaving a segment that can be seen? Its first program may read well one day. */
export function begunUnseen(): bool {
  return announced > newestSession;
}
/** Highest session that was begun: what is begun next is above it. */
export function highestBegun(): u32 {
  return max(highestSession, announced);
}
/** So many sessions in a row may leave nothing but labels. */
const AHEAD_MAX: u32 = 1024;
/**
 * A label has but the low half of its session, and a block may have been blank for ever so many. This is the whole of it, by one that is known: at most
 * `aheadMax` after it, or before.
 */
function labelledSession(low: u32, known: u32, aheadMax: u32): u32 {
  const after = (low - known) & 0xffff;
  if (after <= aheadMax) return known + after;
  const before: u32 = 0x10000 - after;
  return known > before ? known - before : 0;
}
/** Did the label of the last good block, which a format writes last, verify? */
let lastLabelled: bool = false;
/** Does a label say that a format ended with it? One does where the last block takes none. */
let endMarked: bool = false;
/** Highest session any segment names, attempts included: the next session is above it. */
export let highestSession: u32 = 0;
/** Highest session of an ordinary segment: proof that the root of that session, if it has one, was committed. */
export let ordinarySession: u32 = 0;
/** The session whose end is judged: the highest that is no attempt; 0 when there is none. */
export let newestSession: u32 = 0;
export let newestHot: i32 = -1;
export let newestCold: i32 = -1;
/** Records in segments whose header has rotted. */
export let headless: u32 = 0;
/** The one blank block whose first program may have been in flight at a cut, or -1. */
export let suspect: i32 = -1;

export function recoverySession(i: u32): u32 {
  return load<u32>(TAILS + i * 8);
}
export function recoveryBlock(i: u32): u32 {
  return load<u32>(TAILS + i * 8, 4);
}

/** The block whose label named the store. */
export let namingBlock: u32 = 0;

/**
 * Finds the store's identity in the first label that verifies.
 * Errors: NOT_FORMATTED no label anywhere; NEWER_FORMAT; WRONG_GEOMETRY. Nothing is written.
 */
export function identify(): i32 {
  let worst: i32 = Status.NOT_FORMATTED;
  for (let b: u32 = 0; b < blockCount; b++) {
    if (device.read(b, 0, UNIT, LABEL_BYTES) < 0) continue;
    if (isBlank(UNIT, LABEL_BYTES)) continue;
    const status = judgeLabel(UNIT, b, 0);
    if (status == Status.OK && labelHas(UNIT, LabelMark.RETIRED)) continue; // perhaps of a store that was here before
    if (status == Status.OK) {
      namingBlock = b;
      featuresReadOnly = load<u16>(UNIT, 14) != 0;
      setStore(labelStoreId(UNIT), labelFormatSerial(UNIT), labelOuterParity(UNIT), labelMinor(UNIT), labelRefuse(UNIT));
      configureUnits(labelParityBytes(UNIT), labelStoreId(UNIT));
      return configureStripes();
    }
    if (status != Status.NOT_FORMATTED) worst = fault(status, b, 0, 0);
  }
  return worst;
}

/** Nothing was surveyed: a mount from a checkpoint. */
export function forgetSurvey(): void {
  recoveryCount = 0;
  headless = 0;
  highestSession = 0;
  ordinarySession = 0;
  newestSession = 0;
  newestHot = -1;
  newestCold = -1;
  suspect = -1;
  announced = 0;
}

/** Does the store name a feature that only readers may ignore? */
export let featuresReadOnly: bool = false;

/** Surveys the whole part. Errors: as `identify`; NOT_FORMATTED with detail 1 when a format was cut off. */
export function survey(): i32 {
  resetBlockMap();
  forgetSurvey();
  forgetFacts();
  lastLabelled = false;
  endMarked = false;
  const status = identify();
  if (status < 0) return status;
  for (let b: u32 = 0; b < blockCount; b++) {
    if (stateOf(b) == BlockState.BAD) continue;
    if (device.isBad(b)) {
      setState(b, BlockState.BAD);
      continue;
    }
    labelled = -1;
    const found = surveyBlock(b);
    if (found < 0) return found;
    if (labelled >= 0) noteLabel(b);
  }
  takeLabels();
  if (highestSession == 0 && !lastLabelled && !endMarked) return fault(Status.NOT_FORMATTED, 0, 0, 1);
  const striped = surveyStripes();
  if (striped < 0) return striped;
  suspect = leastWorn(BlockState.BLANK);
  if (Build.PROBE && twin(Twin.SUSPECT_BELIEVED)) suspect = -1;
  levelUnknownWear();
  return Status.OK;
}

/** What the label of the block at hand carries; -1: it has none. */
let labelled: i32 = -1;
/** Blocks without a segment keep what it is where the others have their LSN, until the highest session of a segment is known. */
function noteLabel(b: u32): void {
  if (holdsSegment(b)) announced = max(announced, labelledSession(labelled, factsSession, 0));
  else if (openLsnOf(b) == 0) setOpenLsn(b, labelled);
}
function takeLabels(): void {
  for (let b: u32 = 0; b < blockCount; b++) {
    const low = openLsnOf(b);
    if (stateOf(b) == BlockState.BAD || holdsSegment(b) || low > 0xffff) continue;
    announced = max(announced, labelledSession(<u32>low, highestSession, AHEAD_MAX));
    setOpenLsn(b, 0);
  }
}
function holdsSegment(b: u32): bool {
  const state = stateOf(b);
  return state == BlockState.SEALED || state == BlockState.ADOPTED || state == BlockState.PARITY;
}

function readsLabel(b: u32): bool {
  return device.read(b, 0, UNIT, LABEL_BYTES) >= 0 && judgeLabel(UNIT, b, parityBytes) == Status.OK;
}
/** Does the label of `b` name a session after `session`? One that does not read may. */
export function isLabelledAfter(b: u32, session: u32): bool {
  return !readsLabel(b) || labelledSession(labelSession(UNIT), session, AHEAD_MAX) > session;
}
export function isLabelledIn(b: u32, session: u32): bool {
  return readsLabel(b) && labelSession(UNIT) == (session & 0xffff);
}

function surveyBlock(b: u32): i32 {
  const start = headerOffset();
  const together = start == LABEL_BYTES;
  if (device.read(b, 0, UNIT, together ? LABEL_BYTES + 24 : LABEL_BYTES) < 0) return Status.IO;
  const label = isBlank(UNIT, LABEL_BYTES) ? Status.NOT_FORMATTED : judgeLabel(UNIT, b, parityBytes);
  if (label == Status.OK && labelHas(UNIT, LabelMark.RETIRED)) {
    setState(b, BlockState.BAD);
    return Status.OK;
  }
  lastLabelled = false;
  if (label == Status.OK) {
    if (labelFormatSerial(UNIT) != formatSerial || labelStoreId(UNIT) != storeId) return fault(Status.NOT_FORMATTED, b, 0, 1);
    setEraseCount(b, labelEraseCount(UNIT));
    lastLabelled = true;
    if (labelHas(UNIT, LabelMark.FORMATTED)) endMarked = true;
    labelled = <i32>labelSession(UNIT);
  }
  if (b < anchorCount) {
    setState(b, BlockState.ANCHOR);
    return Status.OK;
  }
  if (!together && device.read(b, start, UNIT + LABEL_BYTES, 24) < 0) return Status.IO;
  if (isBlank(UNIT + LABEL_BYTES, 24)) {
    if (Build.PROBE && twin(Twin.NO_ERASE_RECORD) && label != Status.OK) {
      setEraseCount(b, eraseCountOf(max<u32>(b, 1) - 1));
      setState(b, BlockState.BLANK);
    }
    if (label == Status.OK) setState(b, BlockState.BLANK);
    return Status.OK;
  }
  if (label == Status.OK && startsMark(UNIT + LABEL_BYTES)) {
    lastLabelled = false; // the witness of a format that did not come to its end
    return Status.OK;
  }
  if (label != Status.OK) setEraseCount(b, segmentEraseCount(UNIT + LABEL_BYTES));
  let facts = readFacts(b);
  if (facts == Status.CORRUPT && label != Status.OK && adoptEraseCount(b)) facts = readFacts(b);
  if (facts >= 0) return classify(b);
  if (label == Status.OK) headless += headlessRecords(b);
  if (label != Status.OK) setEraseCount(b, 0);
  return facts == Status.IO ? Status.IO : Status.OK;
}

/**
 * Does a block that the survey took for nothing hold a segment of this store after all? One read may have gone astray, and the block is to be
 * erased. Cost: two reads.
 */
export function holdsAfterAll(b: u32): bool {
  if (device.read(b, 0, UNIT, LABEL_BYTES) < 0 || judgeLabel(UNIT, b, parityBytes) != Status.OK) return false;
  const before = eraseCountOf(b);
  setEraseCount(b, labelEraseCount(UNIT));
  forgetFacts();
  if (readsAsSegment(b)) return true;
  setEraseCount(b, before);
  return false;
}

/** Label and header are both lost: the final summary tells the erase count too, and verifies with it. */
function adoptEraseCount(b: u32): bool {
  const start = finalOffset(b);
  if (start == 0 || start + SUMMARY_FIXED > segmentEnd || device.read(b, start, UNIT, SUMMARY_FIXED) < 0) return false;
  setEraseCount(b, summaryEraseCount(UNIT));
  return true;
}

/** What is lost of a stripe is read through the rest of it, and classified then. Errors: IO. */
function surveyStripes(): i32 {
  if (outerParity == 0) return Status.OK;
  restoreStripes();
  for (let p = anchorCount; p < blockCount; p++) {
    if (stateOf(p) != BlockState.PARITY) continue;
    const lost = takeLost(p);
    if (lost == Status.IO) return lost;
    if (lost >= 0 && !classifyLost(<u32>lost)) {
      breakRing(p);
      countUnknown(1, openLsnOf(p) - 1);
    }
  }
  return Status.OK;
}

/** A segment of which only the seal has become unreadable is left as it is: its heads may still read. False when there is nothing to read. */
function classifyLost(b: u32): bool {
  const state = stateOf(b);
  if (readFacts(b) >= 0 && classify(b) >= 0 && stateOf(b) == BlockState.SEALED) return true;
  unmarkLost(b);
  forgetFacts();
  if (state == BlockState.SEALED) return true;
  giveUp(b);
  return false;
}

/** Do header or final summary of `b` verify now, as those of a segment with records or parity? */
function readsAsSegment(b: u32): bool {
  return readFacts(b) >= 0 && isSegmentType();
}
function isSegmentType(): bool {
  return factsType != SegmentType.CHECKPOINT && factsType != 0 && factsOpenLsn < LSN_LIMIT;
}

/** A block that holds a segment: its header or its final summary is in the facts. */
function classify(b: u32): i32 {
  if (!isSegmentType()) return Status.OK;
  setOpenLsn(b, factsOpenLsn);
  witnessLsn(factsOpenLsn);
  if (factsType == SegmentType.PARITY) {
    setState(b, outerParity != 0 ? BlockState.PARITY : BlockState.DIRTY);
    highestSession = max(highestSession, factsSession);
    return Status.OK;
  }
  const cold = factsType == SegmentType.COLD;
  if (cold) addFlags(b, BlockFlag.COLD | BlockFlag.MIXED);
  if (factsType == SegmentType.RECOVERY) addFlags(b, BlockFlag.MIXED);
  if (device.read(b, segmentEnd - TRAILER_BYTES, UNIT, TRAILER_BYTES) < 0) return Status.IO;
  setState(b, trailerIsBlank(UNIT) ? BlockState.ADOPTED : BlockState.SEALED);
  highestSession = max(highestSession, factsSession);
  if (factsType == SegmentType.RECOVERY) noteRecovery(b, factsSession);
  else ordinarySession = max(ordinarySession, factsSession);
  noteNewest(b);
  return Status.OK;
}

/** Keeps the newest hot and the newest cold segment of the newest session; the facts are those of `b`. */
function noteNewest(b: u32): void {
  const cold = factsType == SegmentType.COLD;
  if (factsSession > newestSession) {
    newestSession = factsSession;
    newestHot = -1;
    newestCold = -1;
  }
  if (factsSession == newestSession) {
    if (cold) {
      if (newestCold < 0 || openLsnOf(<u32>newestCold) < factsOpenLsn) newestCold = <i32>b;
    } else if (newestHot < 0 || openLsnOf(<u32>newestHot) < factsOpenLsn) newestHot = <i32>b;
  }
}

/** After attempts were set aside: the newest session and segments among what is left. */
export function findNewest(): void {
  newestSession = 0;
  newestHot = -1;
  newestCold = -1;
  for (let b = anchorCount; b < blockCount; b++) {
    const state = stateOf(b);
    if ((state == BlockState.SEALED || state == BlockState.ADOPTED) && readFacts(b) >= 0) noteNewest(b);
  }
}

/** Keeps the recovery segments of the highest sessions. */
function noteRecovery(b: u32, session: u32): void {
  let slot = recoveryCount;
  if (recoveryCount < RECOVERIES_MAX) recoveryCount++;
  else {
    slot = 0;
    for (let i: u32 = 1; i < RECOVERIES_MAX; i++) if (recoverySession(i) < recoverySession(slot)) slot = i;
    if (recoverySession(slot) >= session) return;
  }
  store<u32>(TAILS + slot * 8, session);
  store<u32>(TAILS + slot * 8, b, 4);
}

/** A block whose label was lost starts again at the mean of the others. */
function levelUnknownWear(): void {
  let sum: u64 = 0;
  let known: u32 = 0;
  for (let b: u32 = 0; b < blockCount; b++)
    if (eraseCountOf(b)) {
      sum += eraseCountOf(b);
      known++;
    }
  if (known == 0) return;
  for (let b: u32 = anchorCount; b < blockCount; b++)
    if (eraseCountOf(b) == 0 && stateOf(b) == BlockState.DIRTY) setEraseCount(b, <u32>(sum / known));
}

/** Did the newest session end with a clean close? Cost: at most two summaries. */
export function endedCleanly(): bool {
  return sealedClean(newestHot) || sealedClean(newestCold);
}
function sealedClean(block: i32): bool {
  return (
    block >= 0 && stateOf(<u32>block) == BlockState.SEALED && readFinal(<u32>block) >= 0 && (summaryFlags(SUMMARY) & SummaryFlag.CLEAN) != 0
  );
}

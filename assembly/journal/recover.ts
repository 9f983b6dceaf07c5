/*
 * What a mount does when power was lost. The cases have names; docs/recovery.md tells them in words.
 *
 *   A attempt    a recovery segment whose root was not committed          set aside; erased after this boot's root
 *   B void       unsealed, older than the newest root, not adopted        erased when convenient
 *   C adopted    in the newest root's list                                read up to the recorded end
 *   D tail       unsealed, or the newest of its stream                    its last program is judged in RAM and copied
 *                                                                         into this session's first segment; the rest is
 *                                                                         adopted up to there (or copied too, when small)
 *   E batch      a tail that ends inside a batch                          adopted up to the batch's first record
 *   F suspect    the blank block that would have been opened next; where  erased again before anything is programmed
 *                a boot failed, every one that it may have torn
 *   G doubtful   neither blank nor a segment                              erased before anything is programmed
 *   H withheld   void by the newest root, which nothing proves            not touched before this session's root
 *
 * Everything that is then shown comes from solid flash: nothing unproven is read again, nothing is appended to a
 * block that was open, and nothing old is erased before this session's root is committed.
 */
import { ADOPT_MAX } from "../base/limits";
import { LOADED, STAGED, SWEPT } from "../base/memory";
import { Status } from "../base/status";
import { Build, Twin, twin } from "../base/twin";
import { blockCount, isNand, pageBytes, segmentEnd } from "../flash/geometry";
import { flagsOfCopy, RecordFlag, recordBytes, UnitType } from "../format/record";
import { SegmentType } from "../format/segment";
import { adopt, adoptedCount, adoptedEnd, clearAdopted, dropLastAdopted, outliveAdopted, pruneAdopted } from "./adopted";
import {
  anchorCount,
  BlockFlag,
  BlockState,
  blankCount,
  blankRank,
  discard,
  flagsOf,
  leastWorn,
  makeBlank,
  openLsnOf,
  setBlankSession,
  setState,
  stateOf,
} from "./block-map";
import { fault, meet, session, setSession, witnessLsn } from "./progress";
import { factsSession, forgetFacts, forgetLoaded, loadedHeader } from "./read";
import { resumeTail } from "./resume";
import { commitRoot, findRoot, RootState, restoreRoot, rootBytes } from "./root";
import { headlessRecords, isFirstOfProgram, rootPassed, SCAN_MOUNT, scanNext, scanned, scanner, scanWalk } from "./scan";
import { firstRecordOffset, readFacts } from "./segment-reader";
import {
  discardGroup,
  flush,
  HOT,
  isGroupEmpty,
  openSegment,
  place,
  reserve,
  roomLeft,
  Stream,
  sealSegment,
  segmentHasRoom,
  stream,
} from "./segment-writer";
import {
  begunUnseen,
  endedCleanly,
  findNewest,
  highestBegun,
  holdsAfterAll,
  isLabelledAfter,
  isLabelledIn,
  newestCold,
  newestHot,
  newestSession,
  ordinarySession,
  recoveryBlock,
  recoveryCount,
  recoverySession,
  suspect,
} from "./survey";

/** The block that holds the newest root, -1 for none: never a victim. */
export let rootBlock: i32 = -1;
/** Session of the newest committed root; 0 when there never was a recovery. */
export let rootedSession: u32 = 0;
/** The session that root recovered. */
export let tailSession: u32 = 0;
let retryWanted: bool = false;
/** A program may fail on a block that looked blank, and unstable bits may read differently between judging and copying; each attempt judges anew. */
const RETRIES: u32 = 32;
/** After so many a cold tail no longer has to read twice the same: copies that no two reads agree about were never proven, and the originals stand. */
const PATIENCE: u32 = 8;
let attemptsLeft: u32 = 0;

/** What a checkpoint knew of the last recovery. */
export function restoreRecovered(session: u32, tail: u32, block: i32): void {
  rootedSession = session;
  tailSession = tail;
  rootBlock = block;
}

/** Finds the newest root and applies it: cases A (marked), B and C. True when the store was closed cleanly. */
export function judgeTail(): bool {
  clearAdopted();
  rootBlock = -1;
  rootedSession = 0;
  tailSession = 0;
  adoptNewestRoot();
  outliveAdopted();
  const attempts = setAttemptsAside();
  for (let b = anchorCount; b < blockCount; b++) if (isVoid(b)) discard(b);
  if (attempts) return false;
  for (let b = anchorCount; b < blockCount; b++) if (stateOf(b) == BlockState.ADOPTED && adoptedEnd(b) == 0) return false;
  return newestSession != 0 && endedCleanly();
}

/**
 * Is anything open or attempted? Then the last session that programmed something had erased the checkpoint switch before, and was
 * not yet at its close, which seals everything before it touches the switch.
 */
export function leftOpen(): bool {
  for (let i: u32 = 0; i < recoveryCount; i++) if (isAttempt(i)) return true;
  for (let b = anchorCount; b < blockCount; b++) if (stateOf(b) == BlockState.ADOPTED && adoptedEnd(b) == 0) return true;
  return false;
}

/** From the highest session down: the first root that is committed, or that something proves to have been. */
function adoptNewestRoot(): void {
  let bound: u32 = 0xffffffff;
  while (true) {
    let best: i32 = -1;
    for (let i: u32 = 0; i < recoveryCount; i++) {
      const s = recoverySession(i);
      if (s < bound && (best < 0 || s > recoverySession(<u32>best))) best = <i32>i;
    }
    if (best < 0) return;
    bound = recoverySession(<u32>best);
    for (let i: u32 = 0; i < recoveryCount; i++) if (recoverySession(i) == bound && takeRoot(recoveryBlock(i), bound)) return;
    if (rottenRoot(bound)) return;
  }
}

function takeRoot(block: u32, session: u32): bool {
  let state = findRoot(block, session);
  if (Build.PROBE && twin(Twin.ONE_MARKER) && state == RootState.BEGUN) state = RootState.COMMITTED;
  if (state != RootState.COMMITTED && (state != RootState.BEGUN || session > ordinarySession)) return false;
  tailSession = restoreRoot();
  rootBlock = <i32>block;
  rootedSession = session;
  return true;
}
/** No copy of this session's root can be read, but an ordinary segment was opened in its session: it did count. */
function rottenRoot(session: u32): bool {
  if (session > ordinarySession) return false;
  rootedSession = session;
  tailSession = session;
  return true;
}

function isAttempt(i: u32): bool {
  const s = recoverySession(i);
  return s > rootedSession || (s > tailSession && s < rootedSession);
}
/** Recoveries that were begun after the newest root and came to no end: mounts that failed, one after the other. */
export function failedMounts(): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < recoveryCount; i++) if (recoverySession(i) > rootedSession) count++;
  return count;
}
/** Case A: recovery segments of sessions after the root, or between the root and what it recovered. */
function setAttemptsAside(): bool {
  let any = false;
  for (let i: u32 = 0; i < recoveryCount; i++)
    if (isAttempt(i)) {
      discard(recoveryBlock(i));
      any = true;
    }
  if (any) findNewest();
  return any;
}

/** Case B. A header that read well in the survey may not do so again: then the survey's LSN decides. The root's own block is never void. */
function isVoid(b: u32): bool {
  const end = adoptedEnd(b);
  if (stateOf(b) != BlockState.ADOPTED && (stateOf(b) != BlockState.SEALED || end == 0)) return false;
  if (end != 0) return end <= firstRecordOffset();
  if (readFacts(b) >= 0) return factsSession < rootedSession;
  return rootBlock >= 0 && openLsnOf(b) < openLsnOf(<u32>rootBlock);
}

/**
 * Recovers. The core may then write; `session` is new and its root is committed.
 * Errors: FULL when no block can be had; WORN_OUT no attempt came to its end. Cut: as before, or as after; see the cases above.
 */
export function recover(wallMs: i64): i32 {
  if (Build.PROBE && twin(Twin.APPEND_AFTER_REBOOT) && resumeTail()) return Status.OK;
  setSession(highestBegun());
  if (Build.PROBE && twin(Twin.SESSION_TWICE)) setSession(newestSession);
  setBlankSession(session + 1);
  let listed = listTails(); // before anything is erased: an erase may go astray
  const unsure = eraseUnsure(false);
  if (unsure < 0) return unsure;
  withhold();
  const recovered = newestSession;
  let first: bool = true;
  attemptsLeft = RETRIES;
  while (attemptsLeft > 0) {
    setSession(session + 1);
    setBlankSession(session);
    retryWanted = false;
    pruneAdopted();
    const kept = adoptedCount;
    if (!first) listed = listTails();
    first = false;
    let status: i32 = listed < 0 ? listed : attemptRecovery(wallMs, recovered);
    if (status == Status.FULL && release()) status = Status.IO;
    if (status < 0 && status != Status.IO) return status;
    if (status >= 0 && !retryWanted) {
      releaseAll();
      eraseAttempts();
      shortenAdopted();
      return Status.OK;
    }
    const spent = max(eraseOpened(), 1);
    attemptsLeft -= min(spent, attemptsLeft);
    while (adoptedCount > kept) dropLastAdopted();
  }
  return Status.WORN_OUT;
}

/** Was this mount made anew because a block reads as a segment that was none? Once: what nobody wrote may read so each time. */
let lookedAgain: bool = false;
export function allowSecondLook(): void {
  lookedAgain = false;
}

/**
 * Is there a block that a clean mount took for nothing, or for blank, and that reads as a segment now? A clean mount shows what it found, and
 * what was shown stays: so it is asked before, once, and not again at the first change. True: all is to be judged anew.
 */
export function readsOtherwise(): bool {
  for (let b = anchorCount; b < blockCount && !lookedAgain; b++) {
    if (openLsnOf(b) != 0 || (stateOf(b) != BlockState.DIRTY && <i32>b != suspect)) continue;
    if (holdsAfterAll(b)) {
      lookedAgain = true;
      return true;
    }
  }
  return false;
}

/**
 * Cases F and G, before anything is programmed: doubtful blocks first, then the suspect, so that whatever a cut leaves here, the next
 * boot begins with the very same block. `settled`: something was shown already, and the verdict of the mount stands.
 * Errors: IO one of them is a segment at the second look: all is to be judged anew.
 */
export function eraseUnsure(settled: bool): i32 {
  const unseen = begunUnseen();
  const first = suspect >= 0 && stateOf(<u32>suspect) == BlockState.BLANK ? suspect : leastWorn(BlockState.BLANK);
  if (!eraseDoubtful(settled)) return Status.IO;
  if (suspect < 0 || first < 0) return Status.OK;
  if (!settled && !lookedAgain && holdsAfterAll(<u32>first)) {
    lookedAgain = true;
    return Status.IO;
  }
  makeBlank(<u32>first);
  if (unseen) eraseDoubted();
  return Status.OK;
}

/**
 * Case F after a boot that came to no root: its label is there, so it had erased a block and was at others. It may have torn the blank one that
 * it would have opened, or any that was labelled since the last ordinary segment: a root that reads well today may have read badly then, and
 * what its session labelled was erased again. Torn, they read as blank all the same. After the suspect, whose new label tells the next boot
 * that this one was here. Cost: two label reads a blank block.
 */
function eraseDoubted(): void {
  if (Build.PROBE && twin(Twin.DOUBTFUL_LEFT)) return;
  let old: i32 = -1;
  for (let b = anchorCount; b < blockCount; b++) {
    if (stateOf(b) != BlockState.BLANK || isLabelledIn(b, session + 1)) continue; // erased by this boot
    if (isLabelledAfter(b, ordinarySession)) makeBlank(b);
    else if (old < 0 || blankRank(b) < blankRank(<u32>old)) old = <i32>b;
  }
  if (old >= 0) makeBlank(<u32>old);
}

/**
 * Case G: blocks that are neither blank nor a segment were torn in an erase or in their first program. What they hold may
 * read otherwise tomorrow, as a blank label even; so they are erased before anything is programmed. A segment whose
 * header has rotted stays as long as it can: somebody may still want to dig in it. False: one reads as a segment now, because
 * a read went astray before or a torn header is unstable: all is to be judged anew, or it would count at a later boot only.
 */
function eraseDoubtful(settled: bool): bool {
  if (Build.PROBE && twin(Twin.DOUBTFUL_LEFT)) return true;
  for (let b = anchorCount; b < blockCount; b++) {
    if (openLsnOf(b) != 0) continue;
    if (stateOf(b) == BlockState.DIRTY) {
      const reads = readFacts(b) >= 0;
      if (reads ? lookedAgain && !settled : headlessRecords(b) != 0) continue;
      const holds = holdsAfterAll(b);
      if (holds && !settled) {
        lookedAgain = true;
        return false;
      }
      if (reads && !holds) continue;
    } else if (stateOf(b) != BlockState.SPENT) continue;
    makeBlank(b);
  }
  return true;
}

/**
 * Case H: the newest root may itself be one torn program that happened to read well, and so may the roots before it, back to
 * the last session that wrote an ordinary segment. What only these roots call void is withheld until this boot's root is
 * committed: it is what counts on a day when none of them reads.
 */
function withhold(): void {
  if (Build.PROBE && twin(Twin.VOID_TAKEN)) return;
  for (let b = anchorCount; b < blockCount; b++)
    if (
      stateOf(b) == BlockState.DIRTY &&
      openLsnOf(b) != 0 &&
      readFacts(b) >= 0 &&
      factsSession >= ordinarySession &&
      factsSession <= tailSession
    )
      setState(b, BlockState.WITHHELD);
}
/**
 * No other block is left for a recovery: gives back one that is withheld. Roots between the first of that row and the last go
 * first, then the last; never what the last proven session wrote, unless it is nothing. False when there is none.
 */
function release(): bool {
  let best: i32 = -1;
  let bestSession: u32 = 0xffffffff;
  for (let b = anchorCount; b < blockCount; b++) {
    if (stateOf(b) != BlockState.WITHHELD || readFacts(b) < 0 || factsSession == ordinarySession || factsSession >= bestSession) continue;
    best = <i32>b;
    bestSession = factsSession;
  }
  for (let b = anchorCount; b < blockCount && best < 0; b++)
    if (stateOf(b) == BlockState.WITHHELD && holdsNothing(b) && holdsNothing(b)) best = <i32>b; // one read may go astray
  if (best >= 0) setState(<u32>best, BlockState.DIRTY);
  return best >= 0;
}
/** Does no record read in `b`, and no damage either? Then nothing in it was ever read back, and whoever sees it one day sees a change that nobody was told of. */
function holdsNothing(b: u32): bool {
  return surveyTail(b) >= 0 && tailRecords == 0 && !tailRotten;
}
function releaseAll(): void {
  for (let b = anchorCount; b < blockCount; b++) if (stateOf(b) == BlockState.WITHHELD) setState(b, BlockState.DIRTY);
}

/** Keeps the list of adopted segments short: those in which nothing counts are erased when they are many. */
function shortenAdopted(): void {
  if (leastWorn(BlockState.SPENT) >= 0) return; // it may name one of them
  for (let b = anchorCount; b < blockCount && adoptedCount > ADOPT_MAX / 4; b++) {
    const end = adoptedEnd(b);
    if (end == 0 || end > firstRecordOffset() || stateOf(b) != BlockState.DIRTY) continue;
    makeBlank(b);
    pruneAdopted();
  }
}

/**
 * After this boot's root: where no block is blank, one of the segments that it calls void is made so. What of them reads was copied, and no later look
 * gives back what did not.
 */
export function blankVoid(): void {
  for (let b = anchorCount; b < blockCount && blankCount() == 0; b++) {
    const end = adoptedEnd(b);
    if (end != 0 && end <= firstRecordOffset() && stateOf(b) == BlockState.DIRTY) makeBlank(b);
  }
}

/** Only now: until this boot's root was committed, an attempt might have been all that another boot would see. */
function eraseAttempts(): void {
  for (let i: u32 = 0; i < recoveryCount; i++)
    if (isAttempt(i) && stateOf(recoveryBlock(i)) == BlockState.DIRTY) makeBlank(recoveryBlock(i));
}
/** A batch's bytes changed between two reads: what this attempt wrote is thrown away. Returns the blocks erased for it. */
function eraseOpened(): u32 {
  discardGroup();
  const open = stream(HOT).block;
  stream(HOT).block = -1;
  let erased: u32 = 0;
  if (open >= 0) {
    makeBlank(<u32>open);
    erased++;
  }
  for (let b = anchorCount; b < blockCount; b++)
    if (stateOf(b) == BlockState.SEALED && readFacts(b) >= 0 && factsSession == session) {
      makeBlank(b);
      erased++;
    }
  forgetFacts();
  forgetLoaded();
  return erased;
}

function attemptRecovery(wallMs: i64, recovered: u32): i32 {
  let status = openSegment(HOT, SegmentType.RECOVERY, wallMs, 0);
  looksLeft = LOOKS;
  if (status >= 0) status = flush();
  for (let i: u32 = 0; i < tailCount && status >= 0; i++) {
    status = recommit(i);
    if (retryWanted) return status;
  }
  if (status >= 0) status = flush();
  if (status < 0) return status;
  if (!segmentHasRoom(HOT, rootBytes() + ROOT_SLACK)) {
    status = sealSegment(HOT, 0);
    if (status >= 0) status = openSegment(HOT, SegmentType.RECOVERY, wallMs, 0);
    if (status >= 0) status = flush();
  }
  if (status >= 0) status = commitRoot(recovered);
  if (status < 0) return status;
  rootBlock = stream(HOT).block;
  rootedSession = session;
  tailSession = recovered;
  settleTails();
  return Status.OK;
}

/** Case D: what recovery must judge. Blocks of this session are not. */
export function isTail(b: u32): bool {
  const state = stateOf(b);
  if (state == BlockState.ADOPTED) return adoptedEnd(b) == 0;
  return state == BlockState.SEALED && (<i32>b == newestHot || <i32>b == newestCold) && adoptedEnd(b) == 0;
}

/** What a deep walk over a tail found. */
let tailLast: u32 = 0;
let tailEnd: u32 = 0;
let tailBatch: u32 = 0;
/** Where the batch began that was not finished when the last program was made; 0: there was none. */
let tailBatchBefore: u32 = 0;
let tailRecords: u32 = 0;
/** Records before the last program, and before the unfinished batch. */
let tailLastIndex: u32 = 0;
let tailBatchIndex: u32 = 0;
/** Bytes of the records before the unfinished batch, or of all; gaps and roots not counted. */
let tailBytes: u32 = 0;
/** Offset of the last head of a body in chunks, 0 for none. */
let tailHead: u32 = 0;
/** Is there damage that was no torn write? The segment then stays, as the only witness of it. */
let tailRotten: bool = false;

/**
 * Finds the last program's first record, the end, and where an unfinished batch begins (0: none).
 * Errors: IO. What could not be read is not what is not there: a tail must not be cut off for it.
 */
function surveyTail(block: u32): i32 {
  const s = scanner(SCAN_MOUNT);
  scanWalk(s, block, segmentEnd, true);
  tailLast = firstRecordOffset();
  tailEnd = tailLast;
  tailBatch = 0;
  tailBatchBefore = 0;
  tailRecords = 0;
  tailLastIndex = 0;
  tailBatchIndex = 0;
  tailBytes = 0;
  tailHead = 0;
  let bytesBefore: u32 = 0;
  let counted: u64 = 0;
  while (true) {
    const more = scanNext(s);
    if (more < 0) return more;
    if (more == 0) break;
    if (Build.PROBE && twin(Twin.BATCH_UNENDED)) s.recordFlags &= RecordFlag.FIRST;
    const offset = scanned().offset;
    witnessLsn(scanned().lsn);
    if (isFirstOfProgram(s)) {
      tailLast = s.programOffset;
      tailLastIndex = tailRecords;
      tailBatchBefore = tailBatch;
    }
    const open = tailBatch;
    const batch = (s.recordFlags & RecordFlag.BATCH) != 0;
    const torn = batch && s.doubts != 0;
    if (torn && tailBatch == 0) tailBatch = s.doubtOffset;
    if (!torn && (!batch || s.recordFlags & RecordFlag.BATCH_END)) tailBatch = 0;
    else if (tailBatch == 0) tailBatch = offset;
    if (tailBatch == 0 && loadedHeader().type != UnitType.CHUNK) counted = max(counted, scanned().lsn); // a chunk without its head is no change
    if (open == 0 && tailBatch != 0) {
      tailBatchIndex = tailRecords;
      bytesBefore = tailBytes;
    }
    if (loadedHeader().type == UnitType.LONG) tailHead = offset;
    tailEnd = s.offset;
    tailRecords++;
    tailBytes += recordBytes(scanned().dataBytes);
  }
  if (tailBatch) tailBytes = bytesBefore;
  meet(counted);
  tailRotten = s.lost != 0;
  return Status.OK;
}

/** Records of the surveyed tail that count. */
function validRecords(): u32 {
  return tailBatch ? tailBatchIndex : tailRecords;
}
/** Where what counts of the surveyed tail ends. */
function validEnd(): u32 {
  return tailBatch ? tailBatch : tailEnd;
}
/** Where in the tail that was looked at last the newest head of a body in chunks lies that reads well; 0: there is none. */
export function lastHead(): u32 {
  return tailHead;
}
/**
 * Where the last program of a tail begins, or a batch that it ends: what lies before was read back by the session that wrote it. So was all of it where a root
 * stands behind it. Errors: IO.
 */
export function provenEnd(block: u32): i32 {
  const status = surveyTail(block);
  if (status >= 0 && rootPassed > tailLast) return <i32>validEnd();
  return status < 0 ? status : <i32>min(tailBatchBefore ? tailBatchBefore : tailLast, validEnd());
}
/** Where the valid part of a tail ends when nothing may be written (a read-only mount). Errors: IO. */
export function readOnlyEnd(block: u32): i32 {
  const status = surveyTail(block);
  return status < 0 ? status : <i32>validEnd();
}

/** Tails in order of size, so that as many as possible fit into the first segment: block u32, bytes u32, bytes of the last program u32. */
const TAIL_ENTRY: u32 = 12;
const TAILS_MAX: u32 = 16;
const tails: usize = memory.data(192, 8);
let tailCount: u32 = 0;
/** Bytes of the last programs of tail `i` and those behind it: they are copied in any case. */
function tailsOwed(i: u32): u32 {
  let bytes: u32 = 0;
  for (; i < tailCount; i++) bytes += load<u32>(tails + i * TAIL_ENTRY, 8);
  return bytes;
}
/** In the place of a tail's bytes: rot was met in it, in front of what is proven. */
const ROTTEN: u32 = 0xffffffff;

/** Is this a tail of this mount with rot in it? It is the only witness of what was lost, though nothing in it may live. */
export function isRottenTail(block: u32): bool {
  for (let i: u32 = 0; i < tailCount; i++)
    if (load<u32>(tails + i * TAIL_ENTRY) == block) return load<u32>(tails + i * TAIL_ENTRY, 4) == ROTTEN;
  return false;
}
export function forgetTails(): void {
  tailCount = 0;
}
function noteRotten(block: u32): void {
  for (let i: u32 = 0; i < tailCount; i++) if (load<u32>(tails + i * TAIL_ENTRY) == block) store<u32>(tails + i * TAIL_ENTRY, ROTTEN, 4);
}

/** Lists the tails; no LSN one of them may hold is given out again. */
function listTails(): i32 {
  tailCount = 0;
  for (let b = anchorCount; b < blockCount; b++) {
    if (!isTail(b)) continue;
    const status = surveyTail(b);
    if (status < 0) return status;
    if (tailCount == TAILS_MAX) return fault(Status.FULL, b, 0, 5);
    let at = tails + tailCount++ * TAIL_ENTRY;
    for (; at > tails && load<u32>(at - TAIL_ENTRY, 4) > tailBytes; at -= TAIL_ENTRY) memory.copy(at, at - TAIL_ENTRY, TAIL_ENTRY);
    store<u32>(at, b);
    noteMeasures(at);
  }
  return Status.OK;
}
function noteMeasures(at: usize): void {
  store<u32>(at, tailBytes, 4);
  store<u32>(at, validEnd() - min(tailLast, validEnd()), 8);
}

/** Does the tail at hand read otherwise than when it was looked at last? */
let unsteady: bool = false;

/** Judges tail `i` and copies what is not proven: as often as it reads otherwise while that is done. */
function recommit(i: u32): i32 {
  const kept = adoptedCount;
  let status = recommitOnce(i);
  while (status >= 0 && unsteady && lookAgain()) {
    while (adoptedCount > kept) dropLastAdopted();
    status = recommitOnce(i);
  }
  return status;
}
function recommitOnce(i: u32): i32 {
  const block = load<u32>(tails + i * TAIL_ENTRY);
  let status = judgeListed(i);
  if (status < 0 || unsteady) return status;
  if (tailRotten) noteRotten(block);
  const first = firstRecordOffset();
  const end = validEnd();
  const sealed = stateOf(block) == BlockState.SEALED;
  const room = roomLeft(HOT);
  const root = tailsOwed(i + 1) + rootBytes() + ROOT_SLACK + (isNand ? 2 * pageBytes : 0);
  const whole = !sealed && !tailRotten && room > root && tailBytes <= min(room - root, WHOLE_MAX);
  if (Build.PROBE && twin(Twin.TAIL_BELIEVED)) return adopt(block, end) ? Status.OK : Status.FULL;
  const from = whole || adoptedCount >= ADOPT_MAX - 2 ? first : min(tailLast, end);
  // One copied whole is adopted up to nothing: its seal may have been under way, and read well one day.
  if ((from > first || sealed || adoptedCount < ADOPT_MAX - 2) && !adopt(block, from)) return Status.FULL;
  status = isNand ? Status.OK : flush(); // what reads otherwise is copied anew as long as it was not programmed; on NAND a program more would cost a page
  return status < 0 ? status : copyTail(block, from, from == first ? 0 : min(tailLastIndex, validRecords()));
}
/** Tails up to this many bytes are copied whole when they fit: a storm of cuts must not leave a trail of half-empty blocks. */
const WHOLE_MAX: u32 = 8192;
/** Room left beside a root, so that the segment can go on. */
const ROOT_SLACK: u32 = 64;

/** Must the tail in `block` read twice the same? */
function mustBeSteady(block: u32): bool {
  return attemptsLeft > RETRIES - PATIENCE || !(flagsOf(block) & BlockFlag.COLD);
}
/** Looks in one attempt: what was copied already may be what reads otherwise now, and is copied anew only with everything. */
const LOOKS: u32 = 8;
let looksLeft: u32 = 0;
/** Counts a look that found something else than the one before. False: there were too many, and all is to be begun anew. */
function lookAgain(): bool {
  retryWanted = --attemptsLeft == 0 || --looksLeft == 0;
  forgetFacts();
  forgetLoaded();
  return !retryWanted;
}

/**
 * Surveys tail `i`, and the segments before it as far as they share its batch. It is unsteady with less in it than when it was looked at last, or when it reads
 * badly, and now well: a read went astray, or the bits of a torn program are unstable.
 */
function judgeListed(i: u32): i32 {
  const at = tails + i * TAIL_ENTRY;
  const block = load<u32>(at);
  let status = surveyTail(block);
  if (status < 0) return status;
  unsteady = tailBytes < load<u32>(at, 4) && mustBeSteady(block);
  if (!unsteady && isBeginning(block)) {
    status = voidEarlierBatch(block);
    if (status < 0) return status;
    unsteady = validEnd() > firstRecordOffset();
  }
  if (unsteady) noteMeasures(at);
  return Status.OK;
}
/** Does nothing count in the surveyed tail, a hot one? Then a batch it did not end may have begun in a segment before it. */
function isBeginning(block: u32): bool {
  return !(flagsOf(block) & BlockFlag.COLD) && validEnd() <= firstRecordOffset();
}

/** The record of the tail that is the first of the group that is being built, the records copied before it, and the stream then, in SWEPT. */
let groupFrom: u32 = 0;
let groupAfter: u32 = 0;

/** Copies the surveyed tail from `from` on, behind `before` records. Where fewer can be copied than the survey met, both are done anew from the first that was not programmed. */
function copyTail(block: u32, from: u32, before: u32): i32 {
  let copied: u32 = 0;
  groupFrom = 0;
  markGroup(from, 0);
  while (true) {
    const status = copyRecords(block, from, validEnd(), copied);
    if (status < 0) return status;
    if (<u32>status == validRecords() - before || !mustBeSteady(block)) return Status.OK;
    if (!returnToGroup()) {
      retryWanted = true;
      return Status.OK;
    }
    if (!lookAgain()) return Status.OK;
    from = groupFrom;
    copied = groupAfter;
    const surveyed = surveyTail(block);
    if (surveyed < 0) return surveyed;
    if (tailRotten) noteRotten(block);
    retryWanted = validEnd() < from; // a batch after all, which has begun in what was programmed
    unsteady = !retryWanted && isBeginning(block);
    if (unsteady || retryWanted) return Status.OK;
  }
}
function markGroup(from: u32, copied: u32): void {
  if (!isGroupEmpty()) return;
  memory.copy(SWEPT, changetype<usize>(stream(HOT)), offsetof<Stream>());
  groupFrom = from;
  groupAfter = copied;
}
/** Empties the group of what was copied since `groupFrom`. False: it began with something else, or an interim summary has taken the entries before it. */
function returnToGroup(): bool {
  const open = stream(HOT);
  const then = changetype<Stream>(SWEPT);
  if (groupFrom == 0 || open.block != then.block || open.interim != then.interim) return false;
  discardGroup();
  memory.copy(changetype<usize>(open), SWEPT, offsetof<Stream>());
  return true;
}

/** Copies the records in [from, end) that read well now, behind `copied` others. Returns how many are copied then. */
function copyRecords(block: u32, from: u32, end: u32, copied: u32): i32 {
  const s = scanner(SCAN_MOUNT);
  scanWalk(s, block, end, true);
  s.offset = from;
  while (scanNext(s) > 0) {
    const h = loadedHeader();
    const payload = h.dataBytes - h.headerBytes;
    h.flags = flagsOfCopy(h, true);
    const at = s.offset;
    const status = reserve(HOT, h, payload, SegmentType.RECOVERY);
    if (status < 0) return status;
    markGroup(scanned().offset, copied);
    memory.copy(STAGED + 64, LOADED + h.headerBytes, payload);
    place(HOT, h, payload);
    s.offset = at;
    copied++;
  }
  return copied;
}

/** Case E across segments: the unfinished batch began before `block`; earlier hot segments end where it begins. */
export function voidEarlierBatch(block: u32): i32 {
  let at = block;
  while (true) {
    const before = previousHot(at);
    if (before < 0) return Status.OK;
    if (readFacts(<u32>before) < 0) return Status.IO; // it read well in the survey: judged anew
    if (factsSession != newestSession) return Status.OK;
    if (stateOf(<u32>before) == BlockState.ADOPTED) break; // unsealed: a tail, too, and judged for itself
    const status = surveyTail(<u32>before);
    if (status < 0) return status;
    if (tailBatch == 0 && tailRecords > 0) break;
    const end = tailBatch ? tailBatch : firstRecordOffset();
    if (!adopt(<u32>before, end)) return Status.FULL;
    if (end > firstRecordOffset()) break;
    at = <u32>before;
  }
  return surveyTail(block);
}
/** The hot segment opened before `block`, or -1. */
function previousHot(block: u32): i32 {
  let best: i32 = -1;
  for (let b = anchorCount; b < blockCount; b++) {
    const state = stateOf(b);
    if (state != BlockState.SEALED && state != BlockState.ADOPTED) continue;
    if (flagsOf(b) & BlockFlag.COLD || openLsnOf(b) >= openLsnOf(block)) continue;
    if (best < 0 || openLsnOf(b) > openLsnOf(<u32>best)) best = <i32>b;
  }
  return best;
}

/** Sealed segments that were adopted are read up to their end from now on. */
export function settleAdopted(): void {
  for (let b = anchorCount; b < blockCount; b++) if (stateOf(b) == BlockState.SEALED && adoptedEnd(b) != 0) setState(b, BlockState.ADOPTED);
}
/** After the root: tails that were copied whole are void; adopted ones are read up to their end. */
function settleTails(): void {
  settleAdopted();
  for (let b = anchorCount; b < blockCount; b++) {
    if (stateOf(b) == BlockState.ADOPTED && adoptedEnd(b) == 0) discard(b);
    if (stateOf(b) == BlockState.ADOPTED && adoptedEnd(b) <= firstRecordOffset()) discard(b);
  }
}

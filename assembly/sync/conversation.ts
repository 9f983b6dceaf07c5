/*
 * The conversation with a relay, as the handset holds it. docs/sync.md §4 draws it.
 *
 *   GREETING  HELLO    → WELCOME            who we are, what the relay is; here the guard decides
 *   PULLING   PULL     → REC TOMB CHUNK ACK what others changed, in the relay's order
 *   PUSHING   PUT TOMB → ACK                what was changed here, in bursts; then pulling again, until there is nothing to push
 *   PARTING   BYE      → BYE                both say their digest; once, when they differ, everything is compared from the beginning
 *
 * The handset asks and the relay answers, so what was lost on the way is asked for again: every frame may come twice.
 * The core has no clock: the host says when nothing was heard for too long (`again`). Nobody is told that a record is
 * at the relay before the relay has said that it is durable there.
 */
import { SYNC } from "../base/memory";
import { Status } from "../base/status";
import { storeId } from "../journal/block-map";
import { nextLsn } from "../journal/progress";
import { recordCount } from "../store/key-index";
import { reservedCount } from "../store/reserved";
import { Mode, mode, readable } from "../store/session";
import { Applied, applyChunk, applyRecord, giveWay, isReceiving, readRecord, recordSeq } from "./apply";
import {
  AckFlag,
  FrameType,
  frameKind,
  frameMessage,
  framePlace,
  frameType,
  isFrame,
  PAYLOAD,
  PROTOCOL,
  payloadBytes,
  sealFrame,
  startMessages,
  takeMessage,
} from "./frame";
import {
  adoptRelay,
  cursorSeq,
  epochHigh,
  epochLow,
  joinCode,
  knowsRelay,
  noteAcked,
  noteCode,
  noteCursor,
  saveLedger,
  startOver,
} from "./ledger";
import { computeDigest, digest, digestCount } from "./outbox";
import { beginPass, finishPass, passIsOver, pushEverything, pushed, pushNext, putAnswered, repeatBurst, resetPushing } from "./push";

export namespace Phase {
  export const IDLE: u32 = 0;
  export const GREETING: u32 = 1;
  export const PULLING: u32 = 2;
  export const PUSHING: u32 = 3;
  export const PARTING: u32 = 4;
  /** Both have the same. */
  export const EQUAL: u32 = 5;
  /** The relay lost data, or is another one: nothing was changed here. */
  export const GUARD: u32 = 6;
  /** The relay refused. */
  export const REFUSED: u32 = 7;
  /** All was said, and the digests still differ. */
  export const UNEQUAL: u32 = 8;
  /** This handset could not go on: full, or its part failed. */
  export const FAILED: u32 = 9;
}
/** Why the guard stopped a conversation. */
export namespace Guard {
  export const OTHER_RELAY: u32 = 1;
  export const OLDER_RELAY: u32 = 2;
  export const MANY_DELETIONS: u32 = 3;
}
/** What the host may ask for. */
export namespace Asked {
  export const RESEED: u32 = 1;
  export const ACCEPT_DELETIONS: u32 = 2;
  /** Greet, hear what the relay is, and stop: nothing is changed on either side. */
  export const LOOK: u32 = 4;
}

const PULL_BYTES: u32 = 8192;
/** Times the two go through pulling and pushing before the handset gives up on a relay that always has news. */
const ROUNDS_MAX: u32 = 64;
/** So many deletions by air, and a twentieth of all records, need no question. */
const DELETIONS_FREE: u32 = 20;
const BROKEN: u32 = 0xffffffff;

let phase: u32 = Phase.IDLE;
let detail: i32 = 0;
let asked: u32 = 0;
/** The code the relay is shown. */
let offered: u64 = 0;
/** A request is on its way. */
let waiting: bool = false;
let request: u32 = 0;
let startMs: i64 = 0;
let rounds: u32 = 0;
/** Everything is compared from the beginning. */
let full: bool = false;
let pulled: u32 = 0;
let removed: u32 = 0;
let removedMax: u32 = 0;
let conflicts: u32 = 0;
/** Number of the next frame of the burst that is coming in. */
let expected: u32 = 0;
/** Relay's side, as last told. */
let relaySeq: u64 = 0;
let relayCount: u32 = 0;
let relayDigest: u64 = 0;

function end(as: u32, why: i32): void {
  phase = as;
  detail = why;
  waiting = false;
  giveWay();
}
/** All was said: what is now known of the relay is written down. Errors: IO; the conversation has failed then. */
function finish(as: u32): i32 {
  end(as, 0);
  const status = saveLedger(startMs);
  if (status < 0) end(Phase.FAILED, status);
  return status == Status.IO ? status : 0;
}

/**
 * Begins a conversation. `nonce` tells its frames from those of an earlier one; `code` joins a relay that has handsets already.
 * Errors: CLOSED, READ_ONLY, IO. Cost: one read for each record, for the digest.
 */
export function beginConversation(flags: u32, code: u64, nonce: u32, wallMs: i64): i32 {
  let status = readable();
  if (status < 0) return status;
  if (mode == Mode.READ_ONLY && !(flags & Asked.LOOK)) return Status.READ_ONLY;
  giveWay();
  offered = code != 0 ? code : joinCode;
  asked = flags;
  startMs = wallMs;
  startMessages(nonce);
  phase = Phase.GREETING;
  detail = 0;
  waiting = false;
  full = false;
  rounds = 0;
  pulled = 0;
  removed = 0;
  resetPushing();
  conflicts = 0;
  removedMax = max(DELETIONS_FREE, (recordCount() - reservedCount()) / 20);
  status = computeDigest();
  return status;
}

/**
 * The next frame to send, written into the window: its length, or 0 when the relay's turn has come or the conversation is over.
 * `again`: nothing was heard for too long. Errors: CLOSED, IO. Cost: a read for each record passed while pushing.
 */
export function nextFrame(again: bool): i32 {
  const status = readable();
  if (status < 0) return status;
  if (again) askAgain();
  if (phase == Phase.PUSHING) return push();
  if (waiting || phase == Phase.IDLE || phase > Phase.PARTING) return 0;
  waiting = true;
  request = takeMessage();
  if (phase == Phase.GREETING) return hello();
  if (phase == Phase.PULLING) return pull();
  return bye();
}

function askAgain(): void {
  waiting = false;
  giveWay();
  if (phase == Phase.PUSHING) repeatBurst();
}

/** Says what was changed here. After a pass that said something the relay is asked again: it may have had other news. */
function push(): i32 {
  const length = pushNext();
  if (length != 0 || !passIsOver()) return length;
  if (finishPass() && rounds++ < ROUNDS_MAX) phase = Phase.PULLING;
  else phase = Phase.PARTING;
  return nextFrame(false);
}

function hello(): i32 {
  memory.fill(PAYLOAD, 0, 64);
  store<u8>(PAYLOAD, <u8>PROTOCOL);
  store<u8>(PAYLOAD, <u8>(asked & (Asked.RESEED | Asked.LOOK)), 1);
  store<u32>(PAYLOAD, digestCount, 4);
  store<u64>(PAYLOAD, storeId, 8);
  store<u64>(PAYLOAD, offered, 16);
  store<u64>(PAYLOAD, epochHigh, 24);
  store<u64>(PAYLOAD, epochLow, 32);
  store<u64>(PAYLOAD, cursorSeq, 40);
  store<u64>(PAYLOAD, digest, 48);
  store<u64>(PAYLOAD, nextLsn, 56);
  return <i32>sealFrame(FrameType.HELLO, 0, request, 0, 0, 0, 64);
}
function pull(): i32 {
  expected = 0;
  giveWay();
  memory.fill(PAYLOAD, 0, 16);
  store<u64>(PAYLOAD, cursorSeq);
  store<u32>(PAYLOAD, PULL_BYTES, 8);
  store<u8>(PAYLOAD, full ? 1 : 0, 12);
  return <i32>sealFrame(FrameType.PULL, 0, request, 0, 0, 0, 16);
}
function bye(): i32 {
  const status = computeDigest();
  if (status < 0) return status;
  memory.fill(PAYLOAD, 0, 24);
  store<u32>(PAYLOAD, digestCount, 4);
  store<u64>(PAYLOAD, digest, 8);
  store<u64>(PAYLOAD, cursorSeq, 16);
  return <i32>sealFrame(FrameType.BYE, 0, request, 0, 0, 0, 24);
}

/**
 * Takes the frame of `length` bytes that stands in the window. 0: nothing more to say; else it goes on.
 * Errors: INVALID it is no frame, or one that contradicts itself: nothing was changed; CLOSED; IO.
 * Cut: every record is as it was, or as it came.
 */
export function takeFrame(length: u32): i32 {
  const status = readable();
  if (status < 0) return status;
  if (!isFrame(length)) return Status.INVALID;
  const type = frameType();
  if (type == FrameType.BYE && phase >= Phase.GREETING && phase <= Phase.PARTING && frameMessage() == request) return partedOrRefused();
  if (type == FrameType.WELCOME && phase == Phase.GREETING && frameMessage() == request) return welcomed();
  if (phase == Phase.PULLING && frameMessage() == request) return pulledFrame(type);
  if (phase == Phase.PUSHING && type == FrameType.ACK) return putAnswered() ? 1 : Status.INVALID;
  return Status.OK; // an answer to something asked before
}

function welcomed(): i32 {
  if (payloadBytes() < 48 || load<u8>(PAYLOAD) != PROTOCOL) return Status.INVALID;
  const high = load<u64>(PAYLOAD, 16);
  const low = load<u64>(PAYLOAD, 24);
  relayCount = load<u32>(PAYLOAD, 4);
  relaySeq = load<u64>(PAYLOAD, 32);
  relayDigest = load<u64>(PAYLOAD, 40);
  const same = high == epochHigh && low == epochLow;
  if (asked & Asked.RESEED) compareAll();
  else if (knowsRelay() && !same) return guard(Guard.OTHER_RELAY);
  else if (same && relaySeq < cursorSeq) return guard(Guard.OLDER_RELAY);
  if (asked & Asked.LOOK) {
    end(Phase.IDLE, 0);
    return 0;
  }
  const code = load<u64>(PAYLOAD, 8);
  if (!same) adoptRelay(high, low);
  else if (full) startOver();
  noteCode(code);
  if (!same) {
    // Known before anything is said: a deletion after the first record went out is kept until this relay has heard of it.
    const status = saveLedger(startMs);
    if (status < 0) return status;
  }
  waiting = false;
  if (!full && relaySeq == cursorSeq && relayCount == digestCount && relayDigest == digest) {
    noteAcked(nextLsn - 1, false);
    return finish(Phase.EQUAL);
  }
  phase = Phase.PULLING;
  return 1;
}
function compareAll(): void {
  full = true;
  pushEverything();
}
function guard(why: u32): i32 {
  end(Phase.GUARD, <i32>why);
  return 0;
}

function pulledFrame(type: u32): i32 {
  if (type == FrameType.ACK) return burstEnded();
  if (type != FrameType.REC && type != FrameType.TOMB && type != FrameType.CHUNK) return 1;
  if (type == FrameType.CHUNK) return arrived(applyChunk(frameKind()));
  if (framePlace() != expected || isReceiving()) {
    // Something before it was lost: what is here stays, the rest is asked for again.
    if (framePlace() > expected || isReceiving()) expected = BROKEN;
    return 1;
  }
  const isTombstone = type == FrameType.TOMB;
  if (!readRecord(frameKind(), isTombstone)) return Status.INVALID;
  arrivedSeq = recordSeq();
  return arrived(applyRecord(isTombstone, removed < removedMax || (asked & Asked.ACCEPT_DELETIONS) != 0));
}

let arrivedSeq: u64 = 0;
/** What became of a frame with a record, or with a piece of one. */
function arrived(how: i32): i32 {
  if (how == Status.IO || how == Status.CLOSED) return how;
  if (how < 0) {
    end(Phase.FAILED, how);
    return 0;
  }
  if (how == Applied.QUARANTINED) return guard(Guard.MANY_DELETIONS);
  if (how == Applied.ASIDE) {
    conflicts++;
    expected = BROKEN;
  }
  if (how == Applied.TAKEN) pulled++;
  if (how == Applied.REMOVED) removed++;
  if (how <= Applied.REMOVED) {
    expected++;
    noteCursor(arrivedSeq);
  }
  return 1;
}

function burstEnded(): i32 {
  if (payloadBytes() < 12) return Status.INVALID;
  const flags = load<u8>(PAYLOAD);
  waiting = false;
  giveWay();
  if (expected != load<u16>(PAYLOAD, 2)) return 1; // incomplete: from the cursor on
  noteCursor(load<u64>(PAYLOAD, 4));
  if (!(flags & AckFlag.MORE)) {
    phase = Phase.PUSHING;
    beginPass();
  }
  return 1;
}

function partedOrRefused(): i32 {
  if (payloadBytes() < 24) return Status.INVALID;
  const reason = load<u8>(PAYLOAD);
  if (reason != 0) {
    end(Phase.REFUSED, reason);
    return 0;
  }
  if (phase != Phase.PARTING) return 1;
  relayCount = load<u32>(PAYLOAD, 4);
  relayDigest = load<u64>(PAYLOAD, 8);
  relaySeq = load<u64>(PAYLOAD, 16);
  waiting = false;
  if (relayCount == digestCount && relayDigest == digest && relaySeq == cursorSeq) return finish(Phase.EQUAL);
  if (rounds++ >= ROUNDS_MAX) return finish(Phase.UNEQUAL);
  if (relaySeq == cursorSeq || relaySeq < cursorSeq) {
    if (full) return finish(Phase.UNEQUAL);
    compareAll(); // the relay lost rows, or gained some: nothing is deleted for it, both are made whole
    startOver();
  }
  phase = Phase.PULLING;
  return 1;
}

/** Fills what hf_sync tells. docs/abi.md holds its table. */
export function tellConversation(): void {
  store<u32>(SYNC, phase);
  store<i32>(SYNC, detail, 4);
  store<u32>(SYNC, pulled, 8);
  store<u32>(SYNC, removed, 12);
  store<u32>(SYNC, pushed, 16);
  store<u32>(SYNC, conflicts, 20);
  store<u32>(SYNC, digestCount, 24);
  store<u32>(SYNC, relayCount, 28);
  store<u64>(SYNC, digest, 32);
  store<u64>(SYNC, relayDigest, 40);
  store<u64>(SYNC, cursorSeq, 48);
  store<u64>(SYNC, relaySeq, 56);
  store<u64>(SYNC, joinCode, 64);
  store<u32>(SYNC, full ? 1 : 0, 72);
  store<u32>(SYNC, waiting ? 1 : 0, 76);
}

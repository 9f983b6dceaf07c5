/*
 * Put and remove, alone and in batches: one road from the doorstep to the commit point.
 */

import { check } from "../base/check";
import {
  BATCH_MAX_BYTES,
  BATCH_MAX_RECORDS,
  BODY_MAX_BYTES,
  EXT_MAX_BYTES,
  KIND_COUNT,
  KIND_PHOTO,
  META_MAX_BYTES,
  WINDOW_BYTES,
} from "../base/limits";
import { KEPT, LOADED, RESULT, STAGED, WINDOW } from "../base/memory";
import { Status } from "../base/status";
import { Build, Twin, twin } from "../base/twin";
import { toAddress } from "../flash/geometry";
import { CODEC_LOST, Header, RecordFlag, recordBytes, UnitType } from "../format/record";
import { SegmentType } from "../format/segment";
import { storedEntries, VERSION_LOCAL } from "../format/stamp";
import { freeCount, struck } from "../journal/block-map";
import { fault, nextLsn, session, takeLsn } from "../journal/progress";
import { COLD, flush, HOT, place, reserve, stream } from "../journal/segment-writer";
import { chunkKeyOf, find, remove as forget, foundAddress, foundTombstone, hasRoom, KEY_TOMBSTONE, keyOf, put } from "./key-index";
import { acknowledgeSum, countIn, countOut, liveSum, noteChange } from "./live-sum";
import { clearPlaces, heldAddress, heldKey, holdPlace } from "./pending";
import { fetchAt, head, lsnOf, supersede, supersedeAt } from "./place";
import { hasRelay } from "./reserved";
import { failed, refused, writable } from "./session";
import { admits, admitsPicture, chunkBytes, noRoom, REMOVE_RESERVE_BLOCKS, recordLimitData, reserveBlocks, segmentBytes } from "./space";
import { coldTakes, makeIndexRoom, makeRoom, reclaim } from "./upkeep";

/** Detail of a FULL that only pictures meet; docs/abi.md. */
const FAULT_PICTURE: u32 = 7;

const outgoing: usize = memory.data(72, 8);
const part: usize = memory.data(72, 8);
let putOpen: bool = false;
let fixedBytes: u32 = 0;
let bodyBytes: u32 = 0;
let received: u32 = 0;
let inChunk: u32 = 0;
let chunked: bool = false;
/** Does a version live under the key of the open change, and its LSN, 0 when it cannot be read and nothing tells it. */
let replaces: bool = false;
let replacedLsn: u64 = 0;
/** Bytes of ext taken over from the version before. */
let inherited: u32 = 0;
let batchLeft: u32 = 0;
let batchOpen: bool = false;
let batchStaged: u32 = 0;
/** Body bytes the open batch may still take. */
let batchBytes: u32 = 0;

function out(): Header {
  return changetype<Header>(outgoing);
}
export function resetWriting(): void {
  putOpen = false;
  batchOpen = false;
  batchLeft = 0;
  batchStaged = 0;
}
export function writing(): bool {
  return putOpen || batchOpen;
}
/** The lowest LSN that a change yet to come will have: a body in chunks takes its own when it begins. */
export function lsnToCome(): u64 {
  return putOpen && chunked ? out().lsn : nextLsn;
}

function tellLsn(lsn: u64): void {
  store<u64>(RESULT, lsn);
}
function chunkCount(bytes: u32): u32 {
  return (bytes + chunkBytes - 1) / chunkBytes;
}

/** Upper bound of what a record of this size will take on flash. */
function footprint(fixed: u32, body: u32): u32 {
  if (fixed + body + 48 <= recordLimitData) return recordBytes(fixed + body + 40);
  return recordBytes(fixed + 44) + (body / chunkBytes) * recordBytes(chunkBytes + 44) + recordBytes((body % chunkBytes) + 44);
}

/**
 * Looks at what stands under the key. Errors: INVALID another record of the same 51-bit key. Cost: one read when the key is
 * known. A version that came by air stays known when the record is changed here: `inherited` bytes of it are put at
 * `target`, marked as this handset's own again. No target: the caller has a version.
 */
function lookBehind(key: u64, idHigh: u32, idLow: u32, target: usize): i32 {
  inherited = 0;
  replaces = false;
  if (!find(key)) return Status.OK;
  replaces = !foundTombstone();
  const address = foundAddress();
  const known = fetchAt(address, false) >= 0;
  replacedLsn = lsnOf(address, known);
  if (!known) return Status.OK;
  const h = head();
  if (h.idHigh != idHigh || h.idLow != idLow) return foundTombstone() ? Status.OK : fault(Status.INVALID, 0, 0, 2);
  const ext = LOADED + h.headerBytes + h.metaBytes;
  if (target == 0 || storedEntries(ext, h.extBytes) == 0) return Status.OK;
  inherited = h.extBytes;
  memory.copy(target, ext, inherited);
  store<u8>(target, <u8>VERSION_LOCAL);
  return Status.OK;
}

/**
 * Begins a put that was made here. A picture beyond its share is FULL; one that comes by air is taken, for the relay would offer nothing behind it, and so is
 * one behind something else in a batch, which could not be given up any more.
 */
export function ownPutBegin(kind: u32, idHigh: u32, idLow: u32, codec: u32, metaBytes: u32, extBytes: u32, body: u32, wallMs: i64): i32 {
  const status = writable();
  if (status < 0) return status;
  if (kind == KIND_PHOTO && body <= BODY_MAX_BYTES && (!batchOpen || batchStaged == 0) && !admitsPicture(body))
    return fault(Status.FULL, 0, 0, FAULT_PICTURE);
  return putBegin(kind, idHigh, idLow, codec, metaBytes, extBytes, body, wallMs);
}

/**
 * Begins a put. meta, then ext, stand in the window; without ext, what the version before had seen by air is kept.
 * Errors: INVALID kind or colliding id; TOO_BIG; INDEX_FULL; FULL; BUSY; CLOSED; READ_ONLY.
 */
export function putBegin(kind: u32, idHigh: u32, idLow: u32, codec: u32, metaBytes: u32, extBytes: u32, body: u32, wallMs: i64): i32 {
  let status = writable();
  if (status < 0) return status;
  if (putOpen || (batchOpen && batchLeft == 0)) return Status.BUSY;
  if (kind >= KIND_COUNT || codec >= CODEC_LOST) return fault(Status.INVALID, 0, 0, 1);
  if (metaBytes > META_MAX_BYTES || extBytes > EXT_MAX_BYTES || body > BODY_MAX_BYTES) return Status.TOO_BIG;
  const key = keyOf(kind, idHigh, idLow);
  status = lookBehind(key, idHigh, idLow, extBytes ? 0 : WINDOW + META_MAX_BYTES + EXT_MAX_BYTES);
  if (status < 0) return status;
  if (extBytes == 0) {
    extBytes = inherited;
    memory.copy(WINDOW + metaBytes, WINDOW + META_MAX_BYTES + EXT_MAX_BYTES, extBytes);
  }
  const fixed = metaBytes + extBytes;
  chunked = fixed + body + 48 > recordLimitData;
  if (batchOpen && body > batchBytes) return Status.TOO_BIG;
  const bytes = footprint(fixed, body);
  if (!batchOpen && !admits(bytes)) return noRoom(bytes);
  status = admitKeys((find(key) ? 0 : 1) + (chunked ? chunkCount(body) : 0));
  if (status < 0) return status;
  if (!batchOpen) {
    status = makeRoom(bytes, reserveBlocks);
    if (status < 0) return status == Status.FULL ? refused(noRoom(bytes)) : failed(status);
  }
  const h = out();
  memory.fill(outgoing, 0, offsetof<Header>());
  h.kind = kind;
  h.idHigh = idHigh;
  h.idLow = idLow;
  h.codec = codec;
  h.metaBytes = metaBytes;
  h.extBytes = extBytes;
  h.bodyBytes = body;
  h.wallMs = wallMs;
  h.session = session;
  h.type = chunked ? UnitType.LONG : UnitType.RECORD;
  h.lsn = chunked ? takeLsn() : 0;
  memory.copy(chunked ? KEPT : STAGED + 64, WINDOW, fixed);
  if (batchOpen) batchBytes -= body;
  fixedBytes = fixed;
  bodyBytes = body;
  received = 0;
  inChunk = 0;
  putOpen = true;
  return Status.OK;
}

/** Will the index take so many keys? A batch asks for all of its own when it begins: a head and at most one chunk that is not full for each record, and the full ones. Errors: INDEX_FULL, IO. */
function admitKeys(more: u32): i32 {
  return more == 0 || hasRoom(more) ? Status.OK : failed(makeIndexRoom(more));
}

/** Takes the next `length` body bytes from the window. Cut: chunks without their head are nobody's and go with the next compaction. */
export function putWrite(length: u32): i32 {
  if (!putOpen) return Status.BUSY;
  if (length > WINDOW_BYTES || received + length > bodyBytes) return Status.TOO_BIG;
  let done: u32 = 0;
  while (done < length) {
    const space = chunked ? chunkBytes - inChunk : length;
    const take = min(space, length - done);
    if (chunked && inChunk == 0) {
      const status = roomForChunk();
      if (status < 0) return abandonFailed(status);
    }
    memory.copy(STAGED + 64 + (chunked ? inChunk : fixedBytes + received), WINDOW + done, take);
    done += take;
    received += take;
    inChunk += take;
    if (chunked && (inChunk == chunkBytes || received == bodyBytes)) {
      const status = writeChunk();
      if (status < 0) return abandonFailed(status);
    }
  }
  return Status.OK;
}

/** Before a chunk is gathered (compaction needs the staging buffer): one block may be taken, so one is made free. */
function roomForChunk(): i32 {
  if (batchOpen || freeCount() > reserveBlocks || coldTakes(recordBytes(chunkBytes + 44), bodyBytes)) return Status.OK;
  return reclaim(reserveBlocks);
}

function writeChunk(): i32 {
  const h = out();
  const c = changetype<Header>(part);
  memory.copy(part, outgoing, offsetof<Header>());
  c.type = UnitType.CHUNK;
  c.metaBytes = 0;
  c.extBytes = 0;
  c.chunk = (received - 1) / chunkBytes;
  const status = reserve(COLD, c, inChunk, SegmentType.COLD);
  if (status < 0) return status;
  const offset = place(COLD, c, inChunk);
  const held = toAddress(<u32>stream(COLD).block, offset);
  if (!put(chunkKeyOf(h.kind, h.idHigh, h.idLow, h.lsn, c.chunk), held)) return Status.INDEX_FULL;
  inChunk = 0;
  return Status.OK;
}
/** A put that failed half-way: its chunks are forgotten. */
function abandonFailed(status: i32): i32 {
  putAbandon();
  return failed(status);
}

/** Gives up the open put. Nothing changes for a reader. What of its chunks waits for its program goes with the next change. */
export function putAbandon(): i32 {
  if (!putOpen) return Status.OK;
  putOpen = false;
  if (chunked) dropChunks(out().kind, out().idHigh, out().idLow, out().lsn, received);
  return Status.OK;
}

/** Forgets the chunks of one version of a record. */
function dropChunks(kind: u32, idHigh: u32, idLow: u32, lsn: u64, bytes: u32): void {
  for (let i: u32 = 0, n = chunkCount(bytes); i < n; i++) {
    const key = chunkKeyOf(kind, idHigh, idLow, lsn, i);
    if (!find(key)) continue;
    supersedeAt(foundAddress());
    forget(key);
  }
}

/** Makes the put durable (alone) or stages it (in a batch). Errors: IO closes the core. */
export function putCommit(): i32 {
  if (!putOpen) return Status.BUSY;
  if (received != bodyBytes) return Status.INVALID;
  const h = out();
  if (chunked) memory.copy(STAGED + 64, KEPT, fixedBytes);
  const status = commit(h, fixedBytes + (chunked ? 0 : bodyBytes), keyOf(h.kind, h.idHigh, h.idLow));
  if (status < 0) return abandonFailed(status);
  putOpen = false;
  return status;
}

/**
 * Removes a record. `extBytes` of ext stand in the window; 0 as for a put.
 * Errors: NOT_FOUND, FULL only when not even the reserve is left, as putBegin.
 */
export function removeRecord(kind: u32, idHigh: u32, idLow: u32, extBytes: u32, wallMs: i64): i32 {
  let status = writable();
  if (status < 0) return status;
  if (putOpen || (batchOpen && batchLeft == 0)) return Status.BUSY;
  if (kind >= KIND_COUNT) return fault(Status.INVALID, 0, 0, 1);
  const key = keyOf(kind, idHigh, idLow);
  const known = find(key) && !foundTombstone();
  if (lookBehind(key, idHigh, idLow, extBytes ? 0 : WINDOW + EXT_MAX_BYTES) < 0 || (!batchOpen && !known)) return Status.NOT_FOUND;
  const ext = extBytes ? WINDOW : WINDOW + EXT_MAX_BYTES;
  if (extBytes == 0) extBytes = inherited;
  if (!batchOpen) {
    status = makeRoom(recordBytes(44 + extBytes), REMOVE_RESERVE_BLOCKS);
    if (status < 0) return status == Status.FULL ? refused(noRoom(0)) : failed(status);
  }
  const h = out();
  memory.fill(outgoing, 0, offsetof<Header>());
  h.kind = kind;
  h.idHigh = idHigh;
  h.idLow = idLow;
  h.wallMs = wallMs;
  h.session = session;
  h.type = UnitType.TOMBSTONE;
  h.extBytes = extBytes;
  memory.copy(STAGED + 64, ext, extBytes);
  return failed(commit(h, extBytes, key | KEY_TOMBSTONE));
}

function commit(h: Header, payload: u32, key: u64): i32 {
  const lone = h.lsn == 0;
  if (lone) h.lsn = nextLsn;
  let status = lookInBatch(key);
  if (status < 0) return status;
  status = reserve(HOT, h, payload, SegmentType.HOT);
  if (status < 0) return status;
  if (struck) return Status.IO; // the door mounts again, and what is missing is told
  if (lone) h.lsn = takeLsn();
  if (batchOpen) {
    batchLeft--;
    h.flags = RecordFlag.BATCH | (batchLeft == 0 ? RecordFlag.BATCH_END : 0);
  }
  countChange(h, key);
  const offset = place(HOT, h, payload);
  const address = toAddress(<u32>stream(HOT).block, offset);
  tellLsn(h.lsn);
  if (batchOpen) {
    holdPlace(key, address);
    batchStaged++;
    return Status.OK;
  }
  if (!Build.PROBE || !twin(Twin.TOLD_EARLY)) status = flush();
  if (status < 0) return status;
  acknowledgeSum();
  apply(key, address);
  return Status.OK;
}

/** What the open batch itself has put under the key comes before what the index knows. Cost: where it has, a program and a read. */
function lookInBatch(key: u64): i32 {
  for (let i = batchOpen ? batchStaged : 0; i > 0; i--) {
    const held = heldKey(i - 1);
    if ((held | KEY_TOMBSTONE) != (key | KEY_TOMBSTONE)) continue;
    replaces = !(held & KEY_TOMBSTONE);
    if (!replaces) return Status.OK;
    let status = flush();
    if (status >= 0) status = fetchAt(heldAddress(i - 1), false);
    if (status >= 0) replacedLsn = head().lsn;
    return status;
  }
  return Status.OK;
}

/** Brings the live sum to what it is once `h` counts, and puts it into the record. */
function countChange(h: Header, key: u64): void {
  if (replaces) countOut(replacedLsn);
  if (!(key & KEY_TOMBSTONE)) countIn(h.lsn);
  noteChange(key, h.lsn);
  h.liveSum = liveSum;
}

/** Tells the index of a proven record; what it replaces is superseded. */
function apply(key: u64, address: u32): void {
  if (find(key)) {
    const before = foundAddress();
    const known = fetchAt(before, false) >= 0;
    const type = head().type;
    const lsn = head().lsn;
    const body = head().bodyBytes;
    const kind = head().kind;
    const high = head().idHigh;
    const low = head().idLow;
    supersede(before, known ? head().dataBytes : 0);
    if (known && type == UnitType.LONG) dropChunks(kind, high, low, lsn, body);
  }
  check(put(key, address));
}

/** Begins a batch of exactly `count` puts and removes. Errors: TOO_BIG, FULL, INDEX_FULL, BUSY. */
export function batchBegin(count: u32, bytes: u32): i32 {
  let status = writable();
  if (status < 0) return status;
  if (putOpen || batchOpen) return Status.BUSY;
  if (count > BATCH_MAX_RECORDS || bytes > BATCH_MAX_BYTES + count * (META_MAX_BYTES + EXT_MAX_BYTES)) return Status.TOO_BIG;
  const need = count * recordBytes(hasRelay ? 44 + EXT_MAX_BYTES : 44) + bytes + bytes / 8;
  if (!admits(need)) return noRoom(need);
  status = admitKeys(2 * count + bytes / chunkBytes);
  if (status < 0) return status;
  status = makeRoomFor(need);
  if (status < 0) return status == Status.FULL ? refused(noRoom(need)) : failed(status);
  batchOpen = true;
  batchLeft = count;
  batchBytes = bytes;
  batchStaged = 0;
  clearPlaces();
  return Status.OK;
}
/** A batch cannot be interrupted by compaction: all blocks it may need must be free before. */
function makeRoomFor(bytes: u32): i32 {
  const blocks = bytes / (segmentBytes - segmentBytes / 4) + 2;
  const status = makeRoom(bytes, reserveBlocks);
  return status < 0 ? status : reclaim(reserveBlocks + blocks - 1);
}

/** Commits: all staged records become visible together. */
export function batchCommit(): i32 {
  if (!batchOpen || putOpen) return Status.BUSY;
  if (batchLeft != 0) return Status.INVALID;
  const status = flush();
  if (status < 0) return failed(status);
  batchOpen = false;
  acknowledgeSum();
  for (let i: u32 = 0; i < batchStaged; i++) apply(heldKey(i), heldAddress(i));
  clearPlaces();
  return Status.OK;
}
/** Only before anything was staged; later a failure is a power cut. */
export function batchAbandon(): i32 {
  if (!batchOpen) return Status.OK;
  if (batchStaged != 0) return Status.BUSY;
  batchOpen = false;
  batchLeft = 0;
  return Status.OK;
}

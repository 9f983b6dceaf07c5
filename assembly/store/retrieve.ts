/*
 * Reading back: one record, a range of its body, the next of a walk, the next change.
 */
import { LOADED, RESULT, WINDOW } from "../base/memory";
import { Status } from "../base/status";
import { addressBlock, addressOffset, blockCount, toAddress } from "../flash/geometry";
import { CODEC_LOST, Header, UnitType } from "../format/record";
import { EntryFlag } from "../format/summary";
import { anchorCount, BlockFlag, flagsOf, holdsRecords, openLsnOf } from "../journal/block-map";
import { glance } from "../journal/fetch";
import { loadedBlock, loadedCorrected, loadedHeader, loadedOffset } from "../journal/read";
import { SCAN_ASK, SCAN_MOUNT, scanNext, scanned, scanner, scanOpen } from "../journal/scan";
import {
  chunkKeyOf,
  find,
  foundAddress,
  foundTombstone,
  KEY_CHUNK,
  KEY_TOMBSTONE,
  keyKind,
  keyOf,
  walk,
  walkAddress,
  walkKey,
} from "./key-index";
import { findChange, findChunk, findVersion, pastAddress, pastEntry } from "./past";
import { fetchAt, head } from "./place";
import { isReserved, reservedKey } from "./reserved";
import { readable } from "./session";
import { chunkBytes } from "./space";

export namespace ResultFlag {
  export const REMOVED: u32 = 1;
  export const DAMAGED: u32 = 2;
  export const CORRECTED: u32 = 4;
  /** A scrub gave it a new home. */
  export const RELOCATED: u32 = 8;
  /** It wants a new home, and none could be had. */
  export const LEFT: u32 = 16;
  /** No record of its own: a chunk, a tombstone, what the core keeps for itself, the seal of a block. */
  export const PART: u32 = 32;
  /** Nothing but the id was judged. */
  export const UNJUDGED: u32 = 64;
}

/** The record hf_read speaks of. */
const current: usize = memory.data(72, 8);
let currentAddress: u32 = 0xffffffff;
let currentHead: u32 = 0;
/** Is it an earlier version, whose chunks no index knows? */
let currentIsPast: bool = false;

export function resetRetrieving(): void {
  currentAddress = 0xffffffff;
  boundsAfter = 0;
  hotBound = 0;
  coldBound = 0;
}
function now(): Header {
  return changetype<Header>(current);
}

/** As many body bytes as the head unit is sure to hold go into the window too: a packed body begins with its length. docs/abi.md. */
const BODY_HEAD_BYTES: u32 = 8;

export function tell(h: Header, flags: u32, cursor: u64): void {
  const told = h.metaBytes + h.extBytes;
  const bodyHead = h.type == UnitType.RECORD ? min(h.bodyBytes, BODY_HEAD_BYTES) : 0;
  store<u64>(RESULT, h.lsn);
  store<f64>(RESULT, <f64>h.wallMs, 8);
  store<u32>(RESULT, h.idHigh, 16);
  store<u32>(RESULT, h.idLow, 20);
  store<u32>(RESULT, h.kind, 24);
  store<u32>(RESULT, h.codec, 28);
  store<u32>(RESULT, h.metaBytes, 32);
  store<u32>(RESULT, h.extBytes, 36);
  store<u32>(RESULT, h.bodyBytes, 40);
  store<u32>(RESULT, flags, 44);
  store<u32>(RESULT, h.session, 48);
  store<u32>(RESULT, bodyHead, 52);
  store<u64>(RESULT, cursor, 56);
  memory.copy(WINDOW, LOADED + h.headerBytes, told + bodyHead);
}

/** Finds a record and tells it. Errors: NOT_FOUND, CORRUPT, IO, CLOSED. Cost: one index look-up, at most three reads. */
export function get(kind: u32, idHigh: u32, idLow: u32): i32 {
  const status = readable();
  if (status < 0) return status;
  currentAddress = 0xffffffff;
  if (kind > 7) return Status.INVALID;
  if (!find(keyOf(kind, idHigh, idLow)) || foundTombstone()) return Status.NOT_FOUND;
  const address = foundAddress();
  const loaded = fetchAt(address, true);
  if (loaded < 0) return loaded;
  const h = head();
  if (h.idHigh != idHigh || h.idLow != idLow) return Status.NOT_FOUND;
  if (h.codec == CODEC_LOST) return Status.CORRUPT;
  tell(h, loadedCorrected ? ResultFlag.CORRECTED : 0, 0);
  select(h, address);
  return Status.OK;
}
/** hf_read speaks of the record at `address`, whose head is `h`, from now on. */
function select(h: Header, address: u32): void {
  memory.copy(current, changetype<usize>(h), offsetof<Header>());
  currentAddress = address;
  currentHead = h.headerBytes + h.metaBytes + h.extBytes;
  currentIsPast = false;
}

/**
 * Tells the newest version of a record with an LSN below `before` that still stands, or its removal; hf_read then reads its body. 1 told, 0 none stands.
 * Errors: IO, CLOSED. A version whose head cannot be read is told as damaged. Cost: one or two reads a block; a long body costs as much for each chunk.
 */
export function historyNext(kind: u32, idHigh: u32, idLow: u32, before: u64): i32 {
  const status = readable();
  if (status < 0) return status;
  currentAddress = 0xffffffff;
  if (kind > 7) return Status.INVALID;
  return isReserved(kind, idHigh, idLow) ? 0 : tellPast(findVersion(kind, idHigh, idLow, before));
}
/** Tells the change that took `lsn`, as `historyNext` does, while it stands. */
export function change(lsn: u64): i32 {
  const status = readable();
  if (status < 0) return status;
  currentAddress = 0xffffffff;
  return tellPast(findChange(lsn));
}
function tellPast(found: i32): i32 {
  if (found <= 0) return found;
  const address = pastAddress();
  const loaded = fetchAt(address, true);
  if (loaded == Status.IO) return loaded;
  if (loaded < 0 || head().codec == CODEC_LOST) {
    const h = now();
    memory.fill(current, 0, offsetof<Header>());
    h.kind = pastEntry().kind;
    h.idHigh = pastEntry().idHigh;
    h.idLow = pastEntry().idLow;
    h.lsn = pastEntry().lsn;
    tell(h, ResultFlag.DAMAGED, 0);
    return 1;
  }
  const h = head();
  tell(h, h.type == UnitType.TOMBSTONE ? ResultFlag.REMOVED : loadedCorrected ? ResultFlag.CORRECTED : 0, 0);
  select(h, address);
  currentIsPast = true;
  return 1;
}

/** Brings the record at `address` into LOADED, whole, unless it is there. */
function bring(address: u32): i32 {
  if (loadedBlock == addressBlock(address) && loadedOffset == addressOffset(address)) return Status.OK;
  return fetchAt(address, true);
}

/**
 * Body bytes [offset, offset + length) of the record of the last `get` into the window, as many as there are.
 * Errors: NOT_FOUND no record was got, or it is an earlier version of which this part stands no more; CORRUPT; IO.
 */
export function readBody(offset: u32, length: u32): i32 {
  const status = readable();
  if (status < 0) return status;
  if (currentAddress == 0xffffffff) return Status.NOT_FOUND;
  const h = now();
  if (offset >= h.bodyBytes) return 0;
  const wanted = min(min(length, 4096), h.bodyBytes - offset);
  if (h.type != UnitType.LONG) {
    const brought = bring(currentAddress);
    if (brought < 0) return brought;
    memory.copy(WINDOW, LOADED + currentHead + offset, wanted);
    return <i32>wanted;
  }
  return readChunks(h, offset, wanted);
}

function readChunks(h: Header, offset: u32, wanted: u32): i32 {
  let done: u32 = 0;
  while (done < wanted) {
    const at = offset + done;
    const address = chunkAddress(h, at / chunkBytes);
    if (address < 0) return address;
    const status = currentIsPast ? fetchAt(<u32>address, true) : bring(<u32>address); // the search may have loaded the head alone
    if (status < 0) return status;
    const c = head();
    if (c.type != UnitType.CHUNK || c.lsn != h.lsn || c.codec == CODEC_LOST) return Status.CORRUPT;
    const inChunk = at % chunkBytes;
    if (inChunk >= c.bodyBytes) return Status.CORRUPT;
    const take = min(c.bodyBytes - inChunk, wanted - done);
    memory.copy(WINDOW + done, LOADED + c.headerBytes + inChunk, take);
    done += take;
  }
  return <i32>done;
}

function chunkAddress(h: Header, chunk: u32): i32 {
  if (find(chunkKeyOf(h.kind, h.idHigh, h.idLow, h.lsn, chunk))) return <i32>foundAddress();
  if (!currentIsPast) return Status.CORRUPT;
  const found = findChunk(h.kind, h.idHigh, h.idLow, h.lsn, chunk);
  return found > 0 ? <i32>pastAddress() : found < 0 ? found : <i32>Status.NOT_FOUND;
}

/** A record whose head is lost: key and LSN from the summary, nothing else. */
export function tellDamaged(address: u32, cursor: u64): void {
  const h = changetype<Header>(current);
  memory.fill(current, 0, offsetof<Header>());
  currentAddress = 0xffffffff;
  const s = scanner(SCAN_MOUNT);
  scanOpen(s, addressBlock(address), false);
  h.kind = keyKind(walkKey());
  while (scanNext(s) > 0) {
    if (scanned().offset != addressOffset(address)) continue;
    h.idHigh = scanned().idHigh;
    h.idLow = scanned().idLow;
    h.lsn = scanned().lsn;
    break;
  }
  tell(h, ResultFlag.DAMAGED, cursor);
}

/** The first record of `kind` (-1: any) at or after the cursor. 1 told, 0 end. Order: by key, stable while writing. */
export function listNext(kind: i32, cursor: u64): i32 {
  const status = readable();
  if (status < 0) return status;
  const next = walkRecord(kind, cursor);
  return next == 0 ? 0 : tellHead(next);
}
/** Walks to the first record of `kind` at or after the cursor. Returns the cursor behind it, 0 at the end. */
function walkRecord(kind: i32, cursor: u64): u64 {
  const hidden = reservedKey();
  for (let key = cursor; walk(key); ) {
    key = walkKey() + 1;
    if (walkKey() & (KEY_CHUNK | KEY_TOMBSTONE) || walkKey() == hidden) continue;
    if (kind < 0 || keyKind(walkKey()) == <u32>kind) return key;
  }
  return 0;
}
/** Tells the record walked to. */
function tellHead(cursor: u64): i32 {
  const loaded = fetchAt(walkAddress(), false);
  if (loaded == Status.IO) return loaded;
  if (loaded < 0 || head().codec == CODEC_LOST) {
    tellDamaged(walkAddress(), cursor);
    return 1;
  }
  currentAddress = 0xffffffff;
  tell(head(), 0, cursor);
  return 1;
}

/**
 * As `listNext`, for a search: kind, id and meta alone, with the flag UNJUDGED. The id is that of the index; meta is as it was read, and who asks has
 * a check of it (docs/format.md §5) or asks `listNext`. A head that does not read like one is told as `listNext` does. Cost: 48 bytes a record, and what meta has beyond.
 */
export function glanceNext(kind: i32, cursor: u64): i32 {
  const status = readable();
  if (status < 0) return status;
  const next = walkRecord(kind, cursor);
  if (next == 0) return 0;
  const address = walkAddress();
  if (!glance(addressBlock(address), addressOffset(address)) || !isWalked(head())) return tellHead(next);
  currentAddress = 0xffffffff;
  const h = head();
  h.lsn = 0;
  h.wallMs = 0;
  h.extBytes = 0;
  h.bodyBytes = 0;
  tell(h, ResultFlag.UNJUDGED, next);
  return 1;
}
/** Is it the head of the record walked to? */
function isWalked(h: Header): bool {
  if ((h.type != UnitType.RECORD && h.type != UnitType.LONG) || h.codec == CODEC_LOST) return false;
  return keyOf(h.kind, h.idHigh, h.idLow) == walkKey();
}

/** For which `after` the two below were made; of the hot segments, and of the cold ones, the newest that had been opened by then. */
let boundsAfter: u64 = 0;
let hotBound: u64 = 0;
let coldBound: u64 = 0;
function learnBounds(after: u64): void {
  if (after == boundsAfter) return;
  boundsAfter = after;
  hotBound = 0;
  coldBound = 0;
  for (let b = anchorCount; b < blockCount; b++) {
    if (!holdsRecords(b) || openLsnOf(b) > after) continue;
    if (flagsOf(b) & BlockFlag.COLD) coldBound = max(coldBound, openLsnOf(b));
    else hotBound = max(hotBound, openLsnOf(b));
  }
}
/** May there be something newer in it? A segment was closed when the next of its stream was opened: nothing in it is newer than that. */
function mayHoldNewer(block: u32): bool {
  return holdsRecords(block) && openLsnOf(block) >= (flagsOf(block) & BlockFlag.COLD ? coldBound : hotBound);
}

/**
 * The next record (or tombstone) with an LSN above `after`, in flash order. The cursor is block << 20 | entry number.
 * Cost: once, if the cursor is handed back as it came, the summaries of the segments that were open at `after`, or opened since.
 */
export function changesNext(after: u64, cursor: u64): i32 {
  const status = readable();
  if (status < 0) return status;
  learnBounds(after);
  let block = max(<u32>(cursor >> 20), anchorCount);
  let number = <u32>cursor & 0xfffff;
  for (; block < blockCount; block++) {
    if (mayHoldNewer(block)) {
      const found = changeIn(block, number, after);
      if (found != 0) return found;
    }
    number = 0;
  }
  return 0;
}

function changeIn(block: u32, from: u32, after: u64): i32 {
  const s = scanner(SCAN_ASK);
  scanOpen(s, block, false);
  for (let number: u32 = 0; scanNext(s) > 0; number++) {
    if (number < from) continue;
    const e = scanned();
    if (e.lsn <= after || e.flags & EntryFlag.CHUNK || isReserved(e.kind, e.idHigh, e.idLow)) continue;
    const key = keyOf(e.kind, e.idHigh, e.idLow);
    const address = toAddress(block, e.offset);
    if (!find(key) || foundAddress() != address) continue;
    const cursor = ((<u64>block) << 20) | (number + 1);
    const removed = foundTombstone();
    const loaded = fetchAt(address, false); // may scan itself, and then the entry is another
    if (loaded < 0 || head().codec == CODEC_LOST) {
      walk(key);
      tellDamaged(address, cursor);
    } else tell(head(), removed ? ResultFlag.REMOVED : 0, cursor);
    currentAddress = 0xffffffff;
    return 1;
  }
  return 0;
}

/** Reads the next record back whole, chunks included, and tells how it fared. 1 told, 0 end. */
export function verifyNext(cursor: u64): i32 {
  const status = readable();
  if (status < 0) return status;
  const next = walkRecord(-1, cursor);
  if (next == 0) return 0;
  const address = walkAddress();
  const loaded = fetchAt(address, true);
  if (loaded == Status.IO) return loaded;
  if (loaded < 0 || head().codec == CODEC_LOST) {
    tellDamaged(address, next);
    return 1;
  }
  let flags = loadedCorrected ? ResultFlag.CORRECTED : 0;
  tell(head(), flags, next);
  if (head().type == UnitType.LONG) {
    memory.copy(current, changetype<usize>(loadedHeader()), offsetof<Header>());
    flags |= verifyChunks(now());
    store<u32>(RESULT, flags, 44);
  }
  currentAddress = 0xffffffff;
  return 1;
}

function verifyChunks(h: Header): u32 {
  let flags: u32 = 0;
  for (let at: u32 = 0; at < h.bodyBytes; at += chunkBytes) {
    if (!find(chunkKeyOf(h.kind, h.idHigh, h.idLow, h.lsn, at / chunkBytes)) || fetchAt(foundAddress(), true) < 0)
      return flags | ResultFlag.DAMAGED;
    if (head().codec == CODEC_LOST) return flags | ResultFlag.DAMAGED;
    if (loadedCorrected) flags |= ResultFlag.CORRECTED;
  }
  return flags;
}

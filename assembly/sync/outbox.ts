/*
 * What the relay has to hear: the records of the log above the acknowledged LSN. No table of its own, nothing to keep
 * consistent: the log is the outbox. Also the digest, which is a walk over the same records.
 */
import { storeU48 } from "../base/bytes";
import { WINDOW_BYTES } from "../base/limits";
import { LOADED, SYNC, WINDOW } from "../base/memory";
import { Status } from "../base/status";
import { UnitType } from "../format/record";
import { handsetOf, isForeign, VERSION_ENTRY_BYTES, versionHash, writeVersion } from "../format/stamp";
import { storeId } from "../journal/block-map";
import { KEY_CHUNK, KEY_TOMBSTONE, walk, walkAddress, walkKey } from "../store/key-index";
import { fetchAt, head } from "../store/place";
import { reservedKey } from "../store/reserved";
import { get, readBody } from "../store/retrieve";
import { FRAME_CRC_BYTES, FRAME_HEADER_BYTES, FrameType, PAYLOAD, RECORD_FIXED_BYTES, RECORD_PAYLOAD, sealFrame } from "./frame";

/** Entries of the version last made out; docs/sync.md §3. */
export const ENTRIES: usize = SYNC + 96;
export let entryCount: u32 = 0;

/** Makes out the whole version of the record in LOADED. Returns the hash that stands for it. */
export function makeOutVersion(): u64 {
  const h = head();
  entryCount = writeVersion(ENTRIES, LOADED + h.headerBytes + h.metaBytes, h.extBytes, h.lsn, handsetOf(storeId));
  return versionHash(h.kind, h.idHigh, h.idLow, ENTRIES, entryCount);
}

/** Key of the record `nextOutgoing` found, and its kind and id. */
export let outgoingKey: u64 = 0;
let outKind: u32 = 0;
let outHigh: u32 = 0;
let outLow: u32 = 0;
let outVersion: u64 = 0;
let outLsn: u64 = 0;
let outBodyBytes: u32 = 0;

/**
 * Finds the next record at or after `key` that was changed here above `after` and not above `upto`; with `all` every one.
 * 1 found, 0 no more. Errors: IO. Cost: one read for each record passed. What cannot be read is passed over.
 */
export function nextOutgoing(key: u64, after: u64, upto: u64, all: bool): i32 {
  const hidden = reservedKey();
  for (; walk(key); key = walkKey() + 1) {
    if (walkKey() & KEY_CHUNK || walkKey() == hidden) continue;
    const status = fetchAt(walkAddress(), false);
    if (status == Status.IO) return status;
    if (status < 0 || head().codec == 7 || head().lsn > upto) continue;
    const h = head();
    if (!all && (h.lsn <= after || isForeign(LOADED + h.headerBytes + h.metaBytes, h.extBytes))) continue;
    outgoingKey = walkKey();
    return 1;
  }
  return 0;
}

function id(): u64 {
  return ((<u64>outHigh) << 32) | outLow;
}

/**
 * Writes the frame that carries the record `nextOutgoing` has just found into the window: a TOMB, or a PUT with as much body as fits.
 * Returns its length, 0 when the record cannot be read whole. Errors: IO.
 */
export function composeRecord(message: u32): i32 {
  walk(outgoingKey);
  const status = fetchAt(walkAddress(), true);
  if (status == Status.IO) return status;
  if (status < 0) return 0;
  const h = head();
  outKind = h.kind;
  outHigh = h.idHigh;
  outLow = h.idLow;
  outLsn = h.lsn;
  outVersion = makeOutVersion();
  const removed = (outgoingKey & KEY_TOMBSTONE) != 0;
  const metaBytes = removed ? 0 : h.metaBytes;
  outBodyBytes = removed ? 0 : h.bodyBytes;
  store<u8>(PAYLOAD, <u8>h.codec);
  store<u8>(PAYLOAD, <u8>entryCount, 1);
  store<u16>(PAYLOAD, <u16>metaBytes, 2);
  store<u32>(PAYLOAD, outBodyBytes, 4);
  storeU48(PAYLOAD + 8, h.wallMs);
  storeU48(PAYLOAD + 14, 0);
  memory.copy(RECORD_PAYLOAD, LOADED + h.headerBytes, metaBytes);
  memory.copy(RECORD_PAYLOAD + metaBytes, ENTRIES, entryCount * VERSION_ENTRY_BYTES);
  const fixed = metaBytes + entryCount * VERSION_ENTRY_BYTES;
  pieceEnd = h.type == UnitType.LONG ? 0 : outBodyBytes;
  memory.copy(RECORD_PAYLOAD + fixed, LOADED + h.headerBytes + h.metaBytes + h.extBytes, pieceEnd);
  return <i32>(
    sealFrame(removed ? FrameType.TOMB : FrameType.PUT, outKind, message, id(), outVersion, 0, RECORD_FIXED_BYTES + fixed + pieceEnd)
  );
}

/** Body bytes of the record at hand that were sent. */
let pieceEnd: u32 = 0;
export function bodyLeft(): bool {
  return pieceEnd < outBodyBytes;
}
export function forgetOutgoing(): void {
  outBodyBytes = 0;
  pieceEnd = 0;
}

/** Writes the next CHUNK of the record at hand. Returns its length; 0 when the record changed meanwhile: it is to be sent anew. Errors: IO; CORRUPT this piece cannot be read: the record is not sent. */
export function composeChunk(message: u32): i32 {
  const status = get(outKind, outHigh, outLow);
  if (status == Status.IO) return status;
  if (status < 0 || head().lsn != outLsn) {
    forgetOutgoing();
    return 0;
  }
  const most = WINDOW_BYTES - FRAME_HEADER_BYTES - FRAME_CRC_BYTES;
  const got = readBody(pieceEnd, min(most, outBodyBytes - pieceEnd));
  if (got == Status.IO) return got;
  if (got < 0) {
    forgetOutgoing();
    return Status.CORRUPT;
  }
  memory.copy(PAYLOAD, WINDOW, got);
  const at = pieceEnd;
  pieceEnd += got;
  return <i32>sealFrame(FrameType.CHUNK, outKind, message, id(), outVersion, at, got);
}

export let digest: u64 = 0;
export let digestCount: u32 = 0;
/** Adds up what stands for every record that lives. Errors: IO. Cost: one read a record. */
export function computeDigest(): i32 {
  digest = 0;
  digestCount = 0;
  const hidden = reservedKey();
  for (let key: u64 = 0; walk(key); key = walkKey() + 1) {
    if (walkKey() & (KEY_CHUNK | KEY_TOMBSTONE) || walkKey() == hidden) continue;
    const status = fetchAt(walkAddress(), false);
    if (status == Status.IO) return status;
    if (status < 0 || head().codec == 7) continue;
    digest += makeOutVersion();
    digestCount++;
  }
  return Status.OK;
}

/*
 * A record that came by air: judged against ours, and committed as any other change.
 *
 * The cases, by what stands here under its key:
 *
 *   nothing, or damaged          taken; a deletion of what is not here is nothing
 *   ours has seen theirs         passed over: known, or older
 *   theirs has seen ours         taken
 *   neither, theirs a deletion   passed over: an edit beats a deletion
 *   neither, ours a deletion     taken: the same
 *   neither, both records        ours is kept as a record of its own (one new id for that version), then theirs is taken
 *
 * Absence is never a deletion. Acknowledged data is given up in one case only: a deletion that has seen it.
 */
import { loadU48 } from "../base/bytes";
import { BODY_MAX_BYTES, KIND_COUNT, META_MAX_BYTES } from "../base/limits";
import { WINDOW } from "../base/memory";
import { Status } from "../base/status";
import { CODEC_LOST } from "../format/record";
import { covers, isVersion, VERSION_ENTRY_BYTES, VERSION_FOREIGN, versionHash } from "../format/stamp";
import { find, foundAddress, foundTombstone, keyOf } from "../store/key-index";
import { fetchAt, head } from "../store/place";
import { isReserved } from "../store/reserved";
import { get, readBody } from "../store/retrieve";
import { putAbandon, putBegin, putCommit, putWrite, removeRecord } from "../store/write";
import { frameId, framePlace, frameVersion, PAYLOAD, payloadBytes, RECORD_FIXED_BYTES, RECORD_PAYLOAD } from "./frame";
import { ENTRIES, entryCount, makeOutVersion } from "./outbox";

export namespace Applied {
  /** Nothing to do: known, older, or a deletion of what is not here. */
  export const PASSED: i32 = 0;
  export const TAKEN: i32 = 1;
  export const REMOVED: i32 = 2;
  /** A body whose other pieces follow. */
  export const OPEN: i32 = 3;
  /** Ours was put aside; the frame in the window is gone and must come again. */
  export const ASIDE: i32 = 4;
  /** Pieces of a body that nobody wants. */
  export const IGNORED: i32 = 5;
  /** This deletion is one too many: nothing was done. */
  export const QUARANTINED: i32 = 6;
}

let kind: u32 = 0;
let high: u32 = 0;
let low: u32 = 0;
let codec: u32 = 0;
let count: u32 = 0;
let metaBytes: u32 = 0;
let bodyBytes: u32 = 0;
let wallMs: i64 = 0;
/** The put that is open for a body in pieces. */
let open: bool = false;
let openVersion: u64 = 0;
let openAt: u32 = 0;

/** A local call wants to write: it goes first, and the record will be asked for again. */
export function giveWay(): void {
  if (!open) return;
  open = false;
  putAbandon();
}
export function isReceiving(): bool {
  return open;
}

/** Reads the fields of the record frame in the window. False when they contradict each other. */
export function readRecord(frameKindNumber: u32, removed: bool): bool {
  const bytes = payloadBytes();
  if (bytes < RECORD_FIXED_BYTES || frameKindNumber >= KIND_COUNT) return false;
  kind = frameKindNumber;
  low = <u32>frameId();
  high = <u32>(frameId() >> 32);
  codec = load<u8>(PAYLOAD);
  count = load<u8>(PAYLOAD, 1);
  metaBytes = load<u16>(PAYLOAD, 2);
  bodyBytes = load<u32>(PAYLOAD, 4);
  wallMs = <i64>loadU48(PAYLOAD + 8);
  const fixed = RECORD_FIXED_BYTES + metaBytes + count * VERSION_ENTRY_BYTES;
  if (codec >= CODEC_LOST || metaBytes > META_MAX_BYTES || bodyBytes > BODY_MAX_BYTES || fixed > bytes) return false;
  if (wallMs >= 140737488355328 || isReserved(kind, high, low) || bytes - fixed > bodyBytes) return false;
  if (removed && (metaBytes | bodyBytes) != 0) return false;
  const entries = RECORD_PAYLOAD + metaBytes;
  return isVersion(entries, count) && versionHash(kind, high, low, entries, count) == frameVersion();
}
/** Sequence of the record last read. */
export function recordSeq(): u64 {
  return loadU48(PAYLOAD + 14);
}

/**
 * Judges and applies the record last read. Errors: FULL, INDEX_FULL, IO, INVALID two ids that the index cannot tell apart.
 * Cut: the record is as it was, or as it came.
 */
export function applyRecord(removed: bool, mayRemove: bool): i32 {
  giveWay();
  if (!find(keyOf(kind, high, low))) return removed ? Applied.PASSED : take(false);
  const buried = foundTombstone();
  const status = fetchAt(foundAddress(), false);
  if (status == Status.IO) return status;
  if (status < 0 || head().codec == CODEC_LOST) return removed ? Applied.PASSED : take(false);
  if (head().idHigh != high || head().idLow != low) return buried ? take(false) : Status.INVALID;
  return judge(removed, buried, mayRemove);
}

/** Both are here: ours in LOADED, theirs in the window. */
function judge(removed: bool, buried: bool, mayRemove: bool): i32 {
  const ours = makeOutVersion();
  const theirs = RECORD_PAYLOAD + metaBytes;
  if (covers(ENTRIES, entryCount, theirs, count)) return Applied.PASSED;
  const seen = covers(theirs, count, ENTRIES, entryCount);
  if (removed) {
    if (buried || !seen) return Applied.PASSED;
    return mayRemove ? take(true) : Applied.QUARANTINED;
  }
  if (seen || buried) return take(false);
  const copied = putAside(ours);
  if (copied == Status.CORRUPT) return Applied.PASSED; // ours cannot be read to keep it: it stays, and is reported
  return copied == 0 ? take(false) : copied < 0 ? copied : Applied.ASIDE;
}

/** Commits what came, with its version as ext. */
function take(removed: bool): i32 {
  const first = payloadBytes() - RECORD_FIXED_BYTES - metaBytes - count * VERSION_ENTRY_BYTES;
  const body = RECORD_PAYLOAD + metaBytes + count * VERSION_ENTRY_BYTES;
  const version = frameVersion();
  // Both move towards the beginning of the window, ahead of the body: docs/sync.md puts meta and version before it for that.
  memory.copy(WINDOW, RECORD_PAYLOAD, metaBytes);
  memory.copy(WINDOW + metaBytes + 1, RECORD_PAYLOAD + metaBytes, count * VERSION_ENTRY_BYTES);
  store<u8>(WINDOW + metaBytes, <u8>VERSION_FOREIGN);
  const extBytes = 1 + count * VERSION_ENTRY_BYTES;
  if (removed) {
    const status = removeRecord(kind, high, low, extBytes, wallMs);
    return status < 0 ? status : Applied.REMOVED;
  }
  const status = putBegin(kind, high, low, codec, metaBytes, extBytes, bodyBytes, wallMs);
  if (status < 0) return status;
  open = true;
  openVersion = version;
  openAt = 0;
  return receive(body, first);
}

/** Takes the CHUNK in the window. */
export function applyChunk(frameKindNumber: u32): i32 {
  const fits = open && frameKindNumber == kind && frameId() == (((<u64>high) << 32) | low) && frameVersion() == openVersion;
  if (!fits || framePlace() != openAt || openAt + payloadBytes() > bodyBytes) return Applied.IGNORED;
  return receive(PAYLOAD, payloadBytes());
}

function receive(source: usize, length: u32): i32 {
  memory.copy(WINDOW, source, length);
  let status: i32 = length == 0 ? Status.OK : putWrite(length);
  openAt += length;
  if (status >= 0 && openAt < bodyBytes) return Applied.OPEN;
  if (status >= 0) status = putCommit();
  if (status < 0) putAbandon();
  open = false;
  return status < 0 ? status : Applied.TAKEN;
}

/**
 * Keeps our version of the record at hand under an id made from that version: a second time finds it there. 1 copied, 0 was there already.
 * Errors: FULL, INDEX_FULL, IO. Cut: the copy is whole or absent, and the original still stands.
 */
function putAside(version: u64): i32 {
  const copyHigh = <u32>(version >> 32);
  const copyLow = <u32>version;
  if (find(keyOf(kind, copyHigh, copyLow))) return 0;
  let status = get(kind, high, low);
  if (status < 0) return status;
  const bytes = head().bodyBytes;
  status = putBegin(kind, copyHigh, copyLow, head().codec, head().metaBytes, 0, bytes, head().wallMs);
  for (let at: u32 = 0; at < bytes && status >= 0; ) {
    status = get(kind, high, low); // room for a piece may have been made by moving the original
    if (status >= 0) status = readBody(at, 4096);
    if (status < 0) break;
    at += status;
    status = putWrite(status);
  }
  if (status >= 0) status = putCommit();
  if (status >= 0) return 1;
  putAbandon();
  return status;
}

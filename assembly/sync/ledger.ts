/*
 * What the handset remembers of its relay, over conversations and battery pulls: one record under the reserved key.
 *
 * RAM holds what is known now; flash what was known when a conversation last ended. An older ledger costs frames, never
 * data: everything it makes the two say again is known to be known. Shape of the body: docs/sync.md §5.
 */
import { loadU48, storeU48 } from "../base/bytes";
import { WINDOW } from "../base/memory";
import { Status } from "../base/status";
import { LEDGER_ACKED, LEDGER_BYTES, LEDGER_SHAPE, RESERVED_HIGH, RESERVED_KIND, RESERVED_LOW, tellRelay } from "../store/reserved";
import { get, readBody } from "../store/retrieve";
import { putBegin, putCommit, putWrite } from "../store/write";

/** The relay's incarnation; zero both when none was ever met. */
export let epochHigh: u64 = 0;
export let epochLow: u64 = 0;
/** The code that lets another handset join. */
export let joinCode: u64 = 0;
/** Everything of the relay up to this sequence is here. */
export let cursorSeq: u64 = 0;
/** Everything of here up to this LSN is at the relay. */
export let ackedLsn: u64 = 0;
let dirty: bool = false;

export function knowsRelay(): bool {
  return (epochHigh | epochLow) != 0;
}

/** Reads the ledger after a mount. A damaged one counts as none, but no deletion is forgotten then. */
export function recallLedger(): void {
  epochHigh = 0;
  epochLow = 0;
  joinCode = 0;
  cursorSeq = 0;
  ackedLsn = 0;
  dirty = false;
  const status = get(RESERVED_KIND, RESERVED_HIGH, RESERVED_LOW);
  if (status == Status.OK && readBody(0, LEDGER_BYTES) == <i32>LEDGER_BYTES && load<u8>(WINDOW) == LEDGER_SHAPE) {
    cursorSeq = loadU48(WINDOW + 2);
    joinCode = load<u64>(WINDOW, 8);
    epochHigh = load<u64>(WINDOW, 16);
    epochLow = load<u64>(WINDOW, 24);
    ackedLsn = load<u64>(WINDOW, LEDGER_ACKED);
  }
  tellRelay(status != Status.NOT_FOUND, ackedLsn);
}

/** Another relay: nothing of what was said counts any more. */
export function adoptRelay(high: u64, low: u64): void {
  dirty = true;
  epochHigh = high;
  epochLow = low;
  startOver();
}
export function startOver(): void {
  if (cursorSeq != 0 || ackedLsn != 0) dirty = true;
  cursorSeq = 0;
  ackedLsn = 0;
  tellRelay(true, 0);
}
export function noteCode(code: u64): void {
  if (code != joinCode) dirty = true;
  joinCode = code;
}
export function noteCursor(seq: u64): void {
  if (seq != cursorSeq) dirty = true;
  cursorSeq = seq;
}
/** The acknowledged LSN counts at once, and is written when something else is: written alone it would never rest. */
export function noteAcked(lsn: u64, pushed: bool): void {
  if (pushed) dirty = true;
  ackedLsn = lsn;
  tellRelay(true, lsn);
}

/** Writes the ledger when it changed. A part that is full or worn out keeps the old one: that costs frames next time, nothing else. */
export function saveLedger(wallMs: i64): i32 {
  if (!dirty) return Status.OK;
  let status = putBegin(RESERVED_KIND, RESERVED_HIGH, RESERVED_LOW, 0, 0, 0, LEDGER_BYTES, wallMs);
  if (status == Status.FULL || status == Status.INDEX_FULL || status == Status.WORN_OUT) return Status.OK;
  if (status < 0) return status;
  memory.fill(WINDOW, 0, LEDGER_BYTES);
  store<u8>(WINDOW, <u8>LEDGER_SHAPE);
  storeU48(WINDOW + 2, cursorSeq);
  store<u64>(WINDOW, joinCode, 8);
  store<u64>(WINDOW, epochHigh, 16);
  store<u64>(WINDOW, epochLow, 24);
  store<u64>(WINDOW, ackedLsn, LEDGER_ACKED);
  putWrite(LEDGER_BYTES); // gathered in RAM: it is the commit that may fail
  status = putCommit();
  if (status >= 0) dirty = false;
  return status;
}

/*
 * The one key that no caller may use: under it the floor sync keeps what it knows of its relay (sync/ledger).
 *
 * No walk shows it and no count counts it. The store asks one thing of the floor above, and is told it at every mount:
 * up to which LSN the relay has confirmed. A deletion that it has not confirmed must not be forgotten, or the relay
 * would bring the record back. A mount that has no room for deletions nobody needs reads that from the record itself.
 */
import { LOADED } from "../base/memory";
import { find, foundAddress, foundTombstone, keyOf } from "./key-index";
import { fetchAt, head } from "./place";

/** Kind vault, and an id drawn by lot: nobody hits it by chance, and who asks for it is refused by name. */
export const RESERVED_KIND: u32 = 7;
export const RESERVED_HIGH: u32 = 0xb7a51c0e;
export const RESERVED_LOW: u32 = 0x93d2f846;

export function isReserved(kind: u32, idHigh: u32, idLow: u32): bool {
  return kind == RESERVED_KIND && idHigh == RESERVED_HIGH && idLow == RESERVED_LOW;
}
export function reservedKey(): u64 {
  return keyOf(RESERVED_KIND, RESERVED_HIGH, RESERVED_LOW);
}
/** 1 when the record is there, to be taken off a count. */
export function reservedCount(): u32 {
  return find(reservedKey()) && !foundTombstone() ? 1 : 0;
}

/** Deletions above this LSN are kept. All of them until the floor above has spoken. */
export let confirmedLsn: u64 = 0;
/** Has this store ever met a relay? Then versions may be longer by what came by air. */
export let hasRelay: bool = true;

export function forgetRelay(): void {
  confirmedLsn = 0;
  hasRelay = true;
}
export function tellRelay(known: bool, lsn: u64): void {
  hasRelay = known;
  confirmedLsn = lsn;
}
/** The ledger's body (docs/sync.md §5): its length, its shape in byte 0, and where it says what is confirmed. */
export const LEDGER_BYTES: u32 = 40;
export const LEDGER_SHAPE: u32 = 1;
export const LEDGER_ACKED: u32 = 32;
/** What the record says is confirmed: everything where there never was a relay, nothing where it cannot be read. Cost: one read. */
export function confirmedOnFlash(): u64 {
  if (reservedCount() == 0) return ~(<u64>0);
  if (fetchAt(foundAddress(), true) < 0) return 0;
  const h = head();
  const body = LOADED + h.headerBytes + h.metaBytes + h.extBytes;
  return h.bodyBytes == LEDGER_BYTES && load<u8>(body) == LEDGER_SHAPE ? load<u64>(body, LEDGER_ACKED) : 0;
}
/** Must a deletion with this LSN be kept for the relay? */
export function isOwed(lsn: u64): bool {
  return hasRelay && lsn > confirmedLsn;
}

/*
 * Where the log stands: next LSN, session, and what was counted on the way. RAM only; a mount restores it.
 */
import { FAULT } from "../base/memory";

/** LSN of the next record or segment. */
export let nextLsn: u64 = 1;
/** Power session of what is written now. */
export let session: u32 = 0;
/** Codewords corrected since the mount. */
export let corrected: u32 = 0;
/** Damage whose key is not known, with the LSN range it lies in. */
export let damagedUnknown: u32 = 0;
export let damagedFirstLsn: u64 = 0;
export let damagedLastLsn: u64 = 0;

/** LSN of the newest change that counted in any try of the mount under way: where an operation failed, and only older ones are left, it went missing. */
export let metLsn: u64 = 0;

export function forgetMet(): void {
  metLsn = 0;
}
export function meet(lsn: u64): void {
  if (lsn > metLsn) metLsn = lsn;
}

export function resetProgress(): void {
  nextLsn = 1;
  session = 0;
  corrected = 0;
  damagedUnknown = 0;
  damagedFirstLsn = 0;
  damagedLastLsn = 0;
}
/** What a checkpoint knew. */
export function restoreProgress(lsn: u64, lastSession: u32): void {
  nextLsn = lsn;
  session = lastSession;
}
export function restoreUnknown(count: u32, first: u64, last: u64): void {
  damagedUnknown = count;
  damagedFirstLsn = first;
  damagedLastLsn = last;
}
export function takeLsn(): u64 {
  return nextLsn++;
}
/** Everything up to `lsn` is taken. */
export function witnessLsn(lsn: u64): void {
  if (lsn >= nextLsn) nextLsn = lsn + 1;
}
export function setSession(value: u32): void {
  session = value;
}
export function countCorrected(codewords: u32): void {
  corrected += codewords;
}
export function countUnknown(first: u64, last: u64): void {
  if (damagedUnknown == 0 || first < damagedFirstLsn) damagedFirstLsn = first;
  if (last > damagedLastLsn) damagedLastLsn = last;
  damagedUnknown++;
}

/** Leaves what happened, and where, in the fault struct. Returns `status`. */
export function fault(status: i32, block: u32, offset: u32, detail: u32): i32 {
  store<i32>(FAULT, status);
  store<u32>(FAULT, block, 4);
  store<u32>(FAULT, offset, 8);
  store<u32>(FAULT, detail, 12);
  return status;
}

/*
 * The version of a record, as its ext holds it: which changes of which handset it has seen. docs/format.md §5.4.
 *
 *   tag 1 · entries of 7 bytes, by handset ascending: handset u16 · counter u40 (an LSN of that handset)
 *
 * A record without ext was written here and never came by air: its version is {this handset: its LSN}. Tag LOCAL: the
 * entries, with this handset's own set to the record's LSN. Tag FOREIGN: the entries as they are; it came by air.
 * Source: version vectors, Parker et al., "Detection of Mutual Inconsistency in Distributed Systems", 1983.
 */
import { loadU40, storeU40 } from "../base/bytes";

export const VERSION_LOCAL: u32 = 0x10;
export const VERSION_FOREIGN: u32 = 0x11;
export const VERSION_ENTRY_BYTES: u32 = 7;
/** Handsets one version can name: as many as ext has room for. */
export const VERSION_ENTRIES_MAX: u32 = 9;

/** The number of a handset in versions, made from the id of its store. */
export function handsetOf(storeId: u64): u32 {
  const folded = storeId ^ (storeId >> 32);
  return <u32>(folded ^ (folded >> 16)) & 0xffff;
}

/** Entries of a stored version; 0 for an ext of any other make. */
export function storedEntries(ext: usize, extBytes: u32): u32 {
  if (extBytes == 0 || load<u8>(ext) >> 1 != VERSION_LOCAL >> 1) return 0;
  return (extBytes - 1) / VERSION_ENTRY_BYTES;
}
export function isForeign(ext: usize, extBytes: u32): bool {
  return extBytes != 0 && load<u8>(ext) == VERSION_FOREIGN;
}

function writeEntry(target: usize, handset: u32, counter: u64): usize {
  store<u16>(target, <u16>handset);
  storeU40(target + 2, counter);
  return target + VERSION_ENTRY_BYTES;
}

/**
 * Writes the whole version of a stored record, by handset ascending, and returns how many entries it has. Shape: at most 63 bytes. Where others fill them and
 * this handset has its own change, the last of the others is left out: a version that saw less than it did makes a conflict, and loses nothing.
 */
export function writeVersion(target: usize, ext: usize, extBytes: u32, lsn: u64, handset: u32): u32 {
  const count = storedEntries(ext, extBytes);
  let ownMissing = !isForeign(ext, extBytes);
  let at = target;
  for (let i: u32 = 0; i < count; i++) {
    const entry = ext + 1 + i * VERSION_ENTRY_BYTES;
    const other = <u32>load<u16>(entry);
    if (ownMissing && other >= handset) {
      at = writeEntry(at, handset, lsn);
      ownMissing = false;
      if (other == handset) continue;
    }
    const taken = <u32>(at - target) / VERSION_ENTRY_BYTES + (ownMissing ? 1 : 0);
    if (taken < VERSION_ENTRIES_MAX) at = writeEntry(at, other, loadU40(entry + 2));
  }
  if (ownMissing) at = writeEntry(at, handset, lsn);
  return <u32>(at - target) / VERSION_ENTRY_BYTES;
}

/** Are these entries of a version: one at least, by handset ascending, none twice? */
export function isVersion(entries: usize, count: u32): bool {
  if (count == 0 || count > VERSION_ENTRIES_MAX) return false;
  for (let i: u32 = 1; i < count; i++) {
    const entry = entries + i * VERSION_ENTRY_BYTES;
    if (load<u16>(entry) <= load<u16>(entry - VERSION_ENTRY_BYTES)) return false;
  }
  return true;
}

function counterOf(entries: usize, count: u32, handset: u32): u64 {
  for (let i: u32 = 0; i < count; i++) {
    const entry = entries + i * VERSION_ENTRY_BYTES;
    if (load<u16>(entry) == handset) return loadU40(entry + 2);
  }
  return 0;
}

/** Has version `a` seen everything that `b` has? */
export function covers(a: usize, aCount: u32, b: usize, bCount: u32): bool {
  for (let i: u32 = 0; i < bCount; i++) {
    const entry = b + i * VERSION_ENTRY_BYTES;
    if (counterOf(a, aCount, load<u16>(entry)) < loadU40(entry + 2)) return false;
  }
  return true;
}

/** Multipliers of the MurmurHash3 finaliser, in halves: formatters read numbers as doubles. */
const MURMUR_1: u64 = ((<u64>0xff51afd7) << 32) | 0xed558ccd;
const MURMUR_2: u64 = ((<u64>0xc4ceb9fe) << 32) | 0x1a85ec53;

function stir(hash: u64, word: u64): u64 {
  let x = hash ^ word;
  x = (x ^ (x >> 33)) * MURMUR_1;
  x = (x ^ (x >> 33)) * MURMUR_2;
  return (x ^ (x >> 33)) + 1;
}

/**
 * 64 bits that stand for one version of one record: what a digest adds up, and what ties the frames of one record together.
 * Against accidents, not against somebody who looks for collisions.
 */
export function versionHash(kind: u32, idHigh: u32, idLow: u32, entries: usize, count: u32): u64 {
  let hash = stir(kind + 1, ((<u64>idHigh) << 32) | idLow);
  for (let i: u32 = 0; i < count; i++) {
    const entry = entries + i * VERSION_ENTRY_BYTES;
    hash = stir(hash, ((<u64>load<u16>(entry)) << 48) | loadU40(entry + 2));
  }
  return hash;
}

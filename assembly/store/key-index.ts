/*
 * The record index: key to place, 10 bytes a slot, rebuilt at every mount or read from a checkpoint.
 *
 * Keys are 56 bits: 51 bits of a mixed (kind, id), the kind, a chunk mark and a tombstone mark. The slots are kept in
 * key order (ordered linear probing without wrap-around), so that a walk in slot order is a walk in key order: that is
 * what makes a cursor stable while records come and go. Two live keys that share all 51 bits are refused at put.
 */

import { Entry, EntryFlag } from "../format/summary";

export const SLOT_BYTES: u32 = 10;
const EMPTY: u32 = 0xffffff;
/** A key's 56 bits. */
const KEY_MASK: u64 = ((<u64>1) << 56) - 1;
export const KEY_TOMBSTONE: u64 = 1;
export const KEY_CHUNK: u64 = 2;
const IDENTITY: u64 = ~KEY_TOMBSTONE;

let base: usize = 0;
let slots: u32 = 0;
/** Slots beyond the last home, so that the last cluster has somewhere to go; where it needs more, what lies before it moves down. */
const OVERFLOW: u32 = 256;
/** How many slots below its home a key lies at most. */
let lowered: u32 = 0;

export let capacity: u32 = 0;
export let used: u32 = 0;
export let tombstones: u32 = 0;
export let chunks: u32 = 0;
/** Records of each kind, then chunks of each kind. */
const counts: usize = memory.data(64, 8);

/** Lays the index out over `bytes` of memory. Capacity is nine tenths of the slots. */
export function placeIndex(at: usize, bytes: u32): u32 {
  base = at;
  const total = bytes / SLOT_BYTES;
  capacity = 0;
  if (total <= 2 * OVERFLOW) return 0;
  slots = total - OVERFLOW;
  capacity = (slots / 10) * 9;
  clearIndex();
  return capacity;
}
/** Lays the index out anew at `at`, up to the end of memory, unless it is there. */
export function moveIndex(at: usize): u32 {
  return at == base ? capacity : placeIndex(at, <u32>(((<usize>memory.size()) << 16) - at));
}
export function indexBytes(): u32 {
  return (slots + OVERFLOW) * SLOT_BYTES;
}
export function clearIndex(): void {
  memory.fill(base, 255, (slots + OVERFLOW) * SLOT_BYTES);
  memory.fill(counts, 0, 64);
  used = 0;
  tombstones = 0;
  chunks = 0;
  lowered = 0;
}
export function countOf(kind: u32): u32 {
  return load<u32>(counts + kind * 4);
}
/** Chunks of bodies of a kind. */
export function chunksOf(kind: u32): u32 {
  return load<u32>(counts + kind * 4, 32);
}
export function recordCount(): u32 {
  return used - tombstones - chunks;
}

/** Multipliers of the MurmurHash3 finaliser and the golden ratio, in halves: formatters read numbers as doubles. */
const MURMUR_1: u64 = ((<u64>0xff51afd7) << 32) | 0xed558ccd;
const MURMUR_2: u64 = ((<u64>0xc4ceb9fe) << 32) | 0x1a85ec53;
const GOLDEN: u64 = ((<u64>0x9e3779b9) << 32) | 0x7f4a7c15;

/** 64-bit finaliser of MurmurHash3, over id and a salt of kind and chunk. */
function mix(high: u32, low: u32, salt: u64): u64 {
  let x = (((<u64>high) << 32) | low) ^ (salt * GOLDEN);
  x = (x ^ (x >> 33)) * MURMUR_1;
  x = (x ^ (x >> 33)) * MURMUR_2;
  return x ^ (x >> 33);
}
/** Key of a record, tombstone mark clear. */
export function keyOf(kind: u32, idHigh: u32, idLow: u32): u64 {
  return ((mix(idHigh, idLow, kind + 1) >> 13) << 5) | ((<u64>kind) << 2);
}
/** Key of chunk `chunk` of the version `lsn` of a record. */
export function chunkKeyOf(kind: u32, idHigh: u32, idLow: u32, lsn: u64, chunk: u32): u64 {
  const version = mix(<u32>(lsn >> 32), <u32>lsn, chunk + 0x10000);
  return ((mix(idHigh, idLow, version | 1) >> 13) << 5) | ((<u64>kind) << 2) | KEY_CHUNK;
}
/** Key of the record or chunk that a summary entry speaks of. */
export function keyOfEntry(e: Entry): u64 {
  return e.flags & EntryFlag.CHUNK ? chunkKeyOf(e.kind, e.idHigh, e.idLow, e.lsn, e.chunk) : keyOf(e.kind, e.idHigh, e.idLow);
}
export function keyKind(key: u64): u32 {
  return <u32>(key >> 2) & 7;
}

function slotAt(i: u32): usize {
  return base + i * SLOT_BYTES;
}
/** A key and a place in ten bytes, key 7 and address 3: a slot, a place that waits for its commit, a swept tombstone. */
export function keyAt(slot: usize): u64 {
  return load<u64>(slot) & KEY_MASK;
}
export function addressAt(slot: usize): u32 {
  return load<u32>(slot, 6) >> 8;
}
export function writeSlot(slot: usize, key: u64, address: u32): void {
  store<u32>(slot, <u32>key);
  store<u16>(slot, <u16>(key >> 32), 4);
  store<u32>(slot, (<u32>(key >> 48) & 255) | (address << 8), 6);
}
function home(key: u64): u32 {
  return <u32>(((key >> 24) * <u64>slots) >> 32);
}
/** First slot whose key is not smaller, or which is empty and not below the key's home. */
function seek(key: u64): u32 {
  const wanted = key & IDENTITY;
  const first = home(key);
  let i = first - min(first, lowered);
  while (i < slots + OVERFLOW) {
    const slot = slotAt(i);
    if (addressAt(slot) == EMPTY ? i >= first : (keyAt(slot) & IDENTITY) >= wanted) break;
    i++;
  }
  return i;
}

let foundSlot: usize = 0;
/** Finds a key, tombstones included. The other functions on "found" then speak of it. */
export function find(key: u64): bool {
  const i = seek(key);
  foundSlot = slotAt(i);
  return i < slots + OVERFLOW && addressAt(foundSlot) != EMPTY && (keyAt(foundSlot) & IDENTITY) == (key & IDENTITY);
}
export function foundAddress(): u32 {
  return addressAt(foundSlot);
}
export function foundTombstone(): bool {
  return (keyAt(foundSlot) & KEY_TOMBSTONE) != 0;
}

function count(key: u64, sign: i32): void {
  used += sign;
  let at = counts + keyKind(key) * 4;
  if (key & KEY_CHUNK) {
    chunks += sign;
    at += 32;
  } else if (key & KEY_TOMBSTONE) {
    tombstones += sign;
    return;
  }
  store<u32>(at, load<u32>(at) + sign);
}

/** Room for `more` new keys? */
export function hasRoom(more: u32): bool {
  return used + more <= capacity;
}

/** Sets the place of a key, new or known. False when not one slot is empty. Cost: a shift within one cluster. */
export function put(key: u64, address: u32): bool {
  if (find(key)) {
    count(keyAt(foundSlot), -1);
    writeSlot(foundSlot, key, address);
    count(key, 1);
    return true;
  }
  const i = <u32>((foundSlot - base) / SLOT_BYTES);
  let end = i;
  while (end < slots + OVERFLOW && addressAt(slotAt(end)) != EMPTY) end++;
  if (end >= slots + OVERFLOW) return putBelow(i, key, address);
  memory.copy(slotAt(i + 1), slotAt(i), (end - i) * SLOT_BYTES);
  writeSlot(slotAt(i), key, address);
  count(key, 1);
  return true;
}
/** As `put`, where all is taken from slot `i` to the end: what lies before it moves down by one, as far as to the next empty slot. */
function putBelow(i: u32, key: u64, address: u32): bool {
  let gap = i;
  while (gap > 0 && addressAt(slotAt(gap - 1)) != EMPTY) gap--;
  if (gap-- == 0) return false;
  memory.copy(slotAt(gap), slotAt(gap + 1), (i - 1 - gap) * SLOT_BYTES);
  writeSlot(slotAt(i - 1), key, address);
  for (; gap < i; gap++) {
    const first = home(keyAt(slotAt(gap)));
    if (first > gap) lowered = max(lowered, first - gap);
  }
  count(key, 1);
  return true;
}

/** Forgets a key. Later keys of the cluster move back towards their homes. */
export function remove(key: u64): void {
  if (!find(key)) return;
  count(keyAt(foundSlot), -1);
  const i = <u32>((foundSlot - base) / SLOT_BYTES);
  let end = i + 1;
  while (end < slots + OVERFLOW) {
    const slot = slotAt(end);
    if (addressAt(slot) == EMPTY || home(keyAt(slot)) >= end) break;
    end++;
  }
  memory.copy(slotAt(i), slotAt(i + 1), (end - i - 1) * SLOT_BYTES);
  memory.fill(slotAt(end - 1), 255, SLOT_BYTES);
}

let walkedKey: u64 = 0;
let walkedAddress: u32 = 0;
/** The first entry with a key >= `key`. False at the end. */
export function walk(key: u64): bool {
  let i = seek(key);
  for (; i < slots + OVERFLOW; i++) {
    const slot = slotAt(i);
    if (addressAt(slot) == EMPTY) continue;
    if (keyAt(slot) < key) continue;
    walkedKey = keyAt(slot);
    walkedAddress = addressAt(slot);
    return true;
  }
  return false;
}
export function walkKey(): u64 {
  return walkedKey;
}
export function walkAddress(): u32 {
  return walkedAddress;
}

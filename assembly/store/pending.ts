/*
 * Keys with their new places, held back until the program that carries them is proven: the index is told nothing
 * before the commit point.
 */
import { check } from "../base/check";
import { MOVES } from "../base/memory";
import { addressAt, keyAt, SLOT_BYTES, writeSlot } from "./key-index";

export const PENDING_PLACES_MAX: u32 = 256;
export let pendingPlaces: u32 = 0;

export function clearPlaces(): void {
  pendingPlaces = 0;
}
export function holdPlace(key: u64, address: u32): void {
  check(pendingPlaces < PENDING_PLACES_MAX);
  writeSlot(MOVES + pendingPlaces++ * SLOT_BYTES, key, address);
}
export function heldKey(i: u32): u64 {
  return keyAt(MOVES + i * SLOT_BYTES);
}
export function heldAddress(i: u32): u32 {
  return addressAt(MOVES + i * SLOT_BYTES);
}

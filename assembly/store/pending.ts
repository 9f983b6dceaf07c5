/*
 * Keys with their new places, held back until the program that carries them is proven: the index is told nothing
 * before the commit point.
 */
import { check } from "../base/check";
import { MOVES } from "../base/memory";
import { KEY_MASK } from "./key-index";

export const PENDING_PLACES_MAX: u32 = 256;
export let pendingPlaces: u32 = 0;

export function clearPlaces(): void {
  pendingPlaces = 0;
}
export function holdPlace(key: u64, address: u32): void {
  check(pendingPlaces < PENDING_PLACES_MAX);
  const at = MOVES + pendingPlaces++ * 10;
  store<u64>(at, key);
  store<u16>(at, <u16>address, 7);
  store<u8>(at, <u8>(address >> 16), 9);
}
export function heldKey(i: u32): u64 {
  return load<u64>(MOVES + i * 10) & KEY_MASK;
}
export function heldAddress(i: u32): u32 {
  return load<u32>(MOVES + i * 10, 6) >> 8;
}

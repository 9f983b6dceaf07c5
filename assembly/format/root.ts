/*
 * The root: what a recovery decided. Written twice, in two program calls (markers C1 and C2); it counts when C2 is
 * there. docs/format.md §7.
 *
 *   0    1        2     4         7             10      11
 * ├ b0 ┼ marker ┼ n ──┼ session ┼ tailSession ┼ count ┼ adopted segments, 9 bytes each: block u24 · eraseCount u24 · end u24 ┤
 *
 * tailSession: the session that was recovered. What sessions between the two wrote were attempts and never counted.
 */
import { loadU24, storeU24 } from "../base/bytes";
import { UnitType } from "./record";

export const ROOT_FIXED: u32 = 11;
export const ROOT_ENTRY: u32 = 9;

export function encodeRoot(target: usize, marker: u32, session: u32, tailSession: u32, adopted: usize, count: u32): u32 {
  const n = ROOT_FIXED + count * ROOT_ENTRY;
  store<u8>(target, <u8>(UnitType.ROOT << 5));
  store<u8>(target, <u8>marker, 1);
  store<u16>(target, <u16>n, 2);
  storeU24(target + 4, session);
  storeU24(target + 7, tailSession);
  store<u8>(target, <u8>count, 10);
  memory.copy(target + ROOT_FIXED, adopted, count * ROOT_ENTRY);
  return n;
}
export function rootMarker(source: usize): u32 {
  return load<u8>(source, 1);
}
export function rootDataBytes(source: usize): u32 {
  return load<u16>(source, 2);
}
export function rootSession(source: usize): u32 {
  return loadU24(source + 4);
}
export function rootTailSession(source: usize): u32 {
  return loadU24(source + 7);
}
export function rootCount(source: usize): u32 {
  return load<u8>(source, 10);
}

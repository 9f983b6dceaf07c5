/*
 * The stripe descriptor: the last unit of a parity block, behind where segments end. It names the blocks whose bytes the parity block holds
 * together, and is programmed last: without it the parity block is nothing. docs/format.md §9.
 *
 *   0      1       4
 * ├ 0x57 ┼ count ┼ 0 ┼ members, 11 bytes each: type u8 · block u16 · eraseCount u24 · openLsn u40 ┤
 *
 * It has room for as many members as the store's outer parity says, however few there are; what is left over is 0.
 */
import { alignUp, loadU24, loadU40, storeU24, storeU40 } from "../base/bytes";
import { addressUnit, programBytes } from "../flash/geometry";
import { unitBytes } from "./unit";

const STRIPE_MARK: u8 = 0x57;
const STRIPE_FIXED: u32 = 4;
const MEMBER_BYTES: u32 = 11;

/** Data bytes of the descriptor of a stripe of up to `members`. */
export function descriptorData(members: u32): u32 {
  return STRIPE_FIXED + members * MEMBER_BYTES;
}
/** Bytes at the end of every block that only a descriptor may use. */
export function descriptorBytes(members: u32): u32 {
  return alignUp(unitBytes(descriptorData(members)), max(addressUnit, programBytes));
}

/** Begins a descriptor at `target`. */
export function encodeDescriptor(target: usize, members: u32): void {
  memory.fill(target, 0, descriptorData(members));
  store<u8>(target, STRIPE_MARK);
}
export function addMember(target: usize, type: u32, block: u32, eraseCount: u32, openLsn: u64): void {
  const count = memberCount(target);
  store<u8>(target, <u8>(count + 1), 1);
  const at = target + STRIPE_FIXED + count * MEMBER_BYTES;
  store<u8>(at, <u8>type);
  store<u16>(at, <u16>block, 1);
  storeU24(at + 3, eraseCount);
  storeU40(at + 6, openLsn);
}

export function isDescriptor(source: usize, members: u32): bool {
  return load<u8>(source) == STRIPE_MARK && memberCount(source) > 0 && memberCount(source) <= members;
}
export function memberCount(source: usize): u32 {
  return load<u8>(source, 1);
}
function member(source: usize, i: u32): usize {
  return source + STRIPE_FIXED + i * MEMBER_BYTES;
}
/** Segment type of member `i`. */
export function memberType(source: usize, i: u32): u32 {
  return load<u8>(member(source, i));
}
export function memberBlock(source: usize, i: u32): u32 {
  return load<u16>(member(source, i), 1);
}
export function memberEraseCount(source: usize, i: u32): u32 {
  return loadU24(member(source, i) + 3);
}
export function memberOpenLsn(source: usize, i: u32): u64 {
  return loadU40(member(source, i) + 6);
}

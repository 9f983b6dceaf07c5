/*
 * The segment header: the first unit after the label, programmed when a block becomes a segment. docs/format.md §4.
 *
 *   0      1      2            8             14          17          20       24      28
 * ├ 0x15 ┼ type ┼─ openLsn ──┼─ openWall ──┼─ session ─┼─ eraseCt ─┼ idHigh ┼─ crc ─┼─ parity ─┤
 *
 * Ids that share idHigh are written as four bytes. Opening a segment consumes an LSN, so openLsn orders segments and records together.
 */
import { loadU24, loadU48, storeU24, storeU48 } from "../base/bytes";

export const SEGMENT_MARK: u8 = 0x15;
export const SEGMENT_DATA: u32 = 24;

export namespace SegmentType {
  /** Records as they come, LSN ascending. */
  export const HOT: u32 = 1;
  /** What compaction and long bodies write; LSNs in any order. */
  export const COLD: u32 = 2;
  /** Opened by a recovery; counts once its session's root is committed. Goes on as a hot segment. */
  export const RECOVERY: u32 = 3;
  /** Body of a checkpoint. */
  export const CHECKPOINT: u32 = 4;
  /** The parity block of a stripe: format/stripe. */
  export const PARITY: u32 = 5;
}

export function encodeSegment(target: usize, type: u32, openLsn: u64, openWall: u64, session: u32, eraseCount: u32, idHigh: u32): void {
  store<u8>(target, SEGMENT_MARK);
  store<u8>(target, <u8>type, 1);
  storeU48(target + 2, openLsn);
  storeU48(target + 8, openWall);
  storeU24(target + 14, session);
  storeU24(target + 17, eraseCount);
  store<u32>(target, idHigh, 20);
}
export function segmentIdHigh(source: usize): u32 {
  return load<u32>(source, 20);
}
export function segmentType(source: usize): u32 {
  return load<u8>(source, 1);
}
export function segmentOpenLsn(source: usize): u64 {
  return loadU48(source + 2);
}
export function segmentOpenWall(source: usize): u64 {
  return loadU48(source + 8);
}
export function segmentSession(source: usize): u32 {
  return loadU24(source + 14);
}
export function segmentEraseCount(source: usize): u32 {
  return loadU24(source + 17);
}

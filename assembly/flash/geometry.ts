/*
 * The part: block, page and program-unit sizes, and what follows from them. Refuses by name what the core cannot serve.
 */
import { MAX_BLOCKS, MIN_BLOCKS } from "../base/limits";
import { Status } from "../base/status";

export let isNand: bool = false;
export let blockBytes: u32 = 0;
export let blockCount: u32 = 0;
export let pageBytes: u32 = 0;
export let programBytes: u32 = 0;
/** Where segments end: the block's end, or before the place of a stripe's descriptor (journal/stripe). */
export let segmentEnd: u32 = 0;
/** Records start on multiples of this, so that 24 bits address the whole part. */
export let addressUnit: u32 = 1;
/** Live bytes of a block are counted in these, so that 16 bits hold a block. */
export let liveUnit: u32 = 1;

function isPowerOfTwo(value: u32): bool {
  return value != 0 && (value & (value - 1)) == 0;
}

/** Which rule a geometry breaks: 0 none, 1 block, 2 count, 3 page, 4 program unit. */
export function refusal(kind: u32, block: u32, count: u32, page: u32, unit: u32): u32 {
  if (!isPowerOfTwo(block) || block < 2048 || block > 1 << 20) return 1;
  if (count < MIN_BLOCKS || count > MAX_BLOCKS) return 2;
  if (!isPowerOfTwo(page) || page > block) return 3;
  if (kind == 0 && (!isPowerOfTwo(unit) || unit > 32 || unit > page)) return 4;
  if (kind == 0 && block > 256 << 10) return 1;
  if (kind == 1 && (unit != page || page < 512 || page > 4096 || block / page < 16 || block / page > 256)) return 3;
  return kind > 1 ? 4 : 0;
}

/** Units: bytes and blocks. Errors: WRONG_GEOMETRY when the part cannot be served. */
export function configure(kind: u32, block: u32, count: u32, page: u32, unit: u32): i32 {
  if (refusal(kind, block, count, page, unit) != 0) return Status.WRONG_GEOMETRY;
  isNand = kind == 1;
  blockBytes = block;
  blockCount = count;
  pageBytes = page;
  programBytes = unit;
  segmentEnd = block;
  addressUnit = isNand ? 4 : unit;
  while ((<u64>block * <u64>count) / <u64>addressUnit >= 0xffffff) addressUnit <<= 1;
  liveUnit = block > 32768 ? block / 32768 : 1;
  return Status.OK;
}

/** Leaves `bytes` at the end of every block out of the segments. */
export function endSegmentsBefore(bytes: u32): void {
  segmentEnd = blockBytes - bytes;
}

/** 24-bit address of a record. */
export function toAddress(block: u32, offset: u32): u32 {
  return block * (blockBytes / addressUnit) + offset / addressUnit;
}
export function addressBlock(address: u32): u32 {
  return address / (blockBytes / addressUnit);
}
export function addressOffset(address: u32): u32 {
  return (address % (blockBytes / addressUnit)) * addressUnit;
}

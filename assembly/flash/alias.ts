/*
 * Do two addresses reach the same cells? A stuck or shorted address line shows one place twice; a program would then land in
 * somebody else's block, and read back well. A block's first bytes name the block in their checksum, so the very same
 * bytes found at a second address are one place seen twice. Fault A4 of the reliability study, §2.3.
 */
import { COMPARE } from "../base/memory";
import * as device from "./device";
import { blockBytes, blockCount } from "./geometry";

/** As many bytes as tell one block from all others: a label without its parity. */
const TOLD_BYTES: u32 = 48;

/**
 * Looks from the start of `block`, which must not be blank, at every address that differs from it in one line.
 * Cost: one short read for each address line.
 */
export function isSeenTwice(block: u32): bool {
  if (!reads(block, 0, COMPARE)) return false;
  for (let bit: u32 = 1; bit < blockCount; bit <<= 1) if ((block ^ bit) < blockCount && isSame(block ^ bit, 0)) return true;
  for (let offset: u32 = 64; offset < blockBytes; offset <<= 1) if (isSame(block, offset)) return true;
  return false;
}

function reads(block: u32, offset: u32, target: usize): bool {
  return device.read(block, offset, target, TOLD_BYTES) >= 0;
}
function isSame(block: u32, offset: u32): bool {
  return reads(block, offset, COMPARE + TOLD_BYTES) && memory.compare(COMPARE, COMPARE + TOLD_BYTES, TOLD_BYTES) == 0;
}

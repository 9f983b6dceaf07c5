/*
 * The only caller of flash/port. Above this floor three things may be taken for granted: addresses lie on the part,
 * programs are aligned, and what was programmed read back the same.
 */
import { check } from "../base/check";
import { COMPARE, FAILED } from "../base/memory";
import { Status } from "../base/status";
import * as port from "./flash";
import { blockBytes, blockCount, isNand, programBytes } from "./geometry";
import { endByte, firstByte, isCovered, isLost, lostBlocks, nextInRing, SCRATCH_BYTES, scratch } from "./ring";

/** Reads `length` bytes, of a lost block through its ring. Returns 0 or more when bytes were delivered (also best guesses), IO when the port failed. */
export function read(block: u32, offset: u32, target: usize, length: u32): i32 {
  check(block < blockCount && offset <= blockBytes && length <= blockBytes - offset);
  if (length == 0) return 0;
  if (lostBlocks != 0 && isLost(block)) return readThrough(block, offset, target, length);
  if (port.read(block, offset, target, length) != -1) return 0;
  if (isCovered(block)) return readThrough(block, offset, target, length);
  readsFailed++;
  return Status.IO;
}
/** Reads that delivered nothing, since power came on: whoever takes that for damage is wrong. */
export let readsFailed: u32 = 0;

/** Reads that were made out of other blocks, since power came on. */
export let readsThrough: u32 = 0;

/**
 * Makes the bytes of `block` out of the other blocks of its ring; what lies in front of what they know of it, or behind, is blank: a CRC is
 * linear, and of headers XORed it may well come out right. Judge them: nothing says that the others are whole.
 * Errors  IO one of the others cannot be read.
 */
export function readThrough(block: u32, offset: u32, target: usize, length: u32): i32 {
  readsThrough++;
  for (let done: u32 = 0; done < length; ) {
    const at = offset + done;
    let part = min(SCRATCH_BYTES, length - done);
    if (at < firstByte) part = min(part, firstByte - at);
    else if (at < endByte) part = min(part, endByte - at);
    memory.fill(target + done, 255, part);
    for (let b = nextInRing(block); b != block; b = nextInRing(b)) {
      if (at < firstByte || at >= endByte) break;
      if (port.read(b, at, scratch, part) == -1) return Status.IO;
      mix(target + done, part);
    }
    done += part;
  }
  return 0;
}
/** XORs the inverse of the scratch bytes into `target`. */
function mix(target: usize, length: u32): void {
  let i: u32 = 0;
  for (; i + 8 <= length; i += 8) store<u64>(target + i, load<u64>(target + i) ^ ~load<u64>(scratch + i));
  for (; i < length; i++) store<u8>(target + i, load<u8>(target + i) ^ ~load<u8>(scratch + i));
}

/** Blocks in which a program failed since power came on, the latest ones: they are given up at their next erase. */
const FAILED_MAX: u32 = 8;
let failedNext: u32 = 0;
/** Programs that failed or did not read back, since power came on. */
export let programsFailed: u32 = 0;

/** Another part, or a part after a battery change. */
export function forgetFailures(): void {
  memory.fill(FAILED, 255, FAILED_MAX * 2);
}
function failed(block: u32): i32 {
  programsFailed++;
  if (!hasFailed(block)) store<u16>(FAILED + (failedNext++ % FAILED_MAX) * 2, <u16>block);
  return Status.IO;
}
export function hasFailed(block: u32): bool {
  for (let i: u32 = 0; i < FAILED_MAX; i++) if (<u32>load<u16>(FAILED + i * 2) == block) return true;
  return false;
}

/**
 * Programs a span that was not programmed since its erase, then reads it back.
 * Errors  IO: the port reported a failure or the bytes read back differ; the span may hold anything.
 * Cut     bytes inside the span may hold anything; bytes outside are untouched.
 */
export function program(block: u32, offset: u32, source: usize, length: u32): i32 {
  check(block < blockCount && offset <= blockBytes && length <= blockBytes - offset);
  check(offset % programBytes == 0 && length % programBytes == 0);
  return programmed(block, offset, source, length) ? Status.OK : failed(block);
}

function programmed(block: u32, offset: u32, source: usize, length: u32): bool {
  if (port.program(block, offset, source, length) < 0 || port.sync() < 0) return false;
  for (let done: u32 = 0; done < length; ) {
    const part = min<u32>(256, length - done);
    if (port.read(block, offset + done, COMPARE, part) == -1 || memory.compare(COMPARE, source + done, part) != 0) return false;
    done += part;
  }
  return true;
}

/** Erases a block. Cut: the block may hold anything, old data included. */
export function erase(block: u32): i32 {
  check(block < blockCount);
  return port.erase(block) < 0 || port.sync() < 0 ? Status.IO : Status.OK;
}

export function isBad(block: u32): bool {
  return isNand && port.is_bad(block) != 0;
}
/** Does the part now know that this block is bad? */
export function markBad(block: u32): bool {
  return isNand && port.mark_bad(block) >= 0;
}

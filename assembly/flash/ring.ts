/*
 * Rings: blocks that stand for each other. The bytes of all blocks of a ring, inverted and XORed at equal offsets, give zero; so any one
 * of them can be read through the others. Who forms a ring, and between which offsets that holds, is journal/stripe's business.
 *
 * The table is laid out behind the block table, and only for a store with outer parity: u16 a block, the next block of its ring + 1 (0: in
 * none), and 0x8000 where the block is lost, that is, read through the others.
 */
import { check } from "../base/check";
import { blockCount } from "./geometry";

/** Bits of a table entry are few: parts with more blocks are served without outer parity only. */
export const RING_BLOCKS_MAX: u32 = 0x7ffe;
const LOST: u32 = 0x8000;
/** Room for bytes of another block of the ring. */
export const SCRATCH_BYTES: u32 = 256;

let table: usize = 0;
export let scratch: usize = 0;
/** What is known of the blocks of a ring lies in [firstByte, endByte). */
export let firstByte: u32 = 0;
export let endByte: u32 = 0;
/** Blocks that are read through their ring. */
export let lostBlocks: u32 = 0;
/** The block that is being written to close a ring: until it is there the ring holds its blocks, but reads through nobody. -1: none. */
let unfinished: i32 = -1;

/** Bytes of RAM the table takes. */
export function ringBytes(): u32 {
  return ((blockCount * 2 + 7) & ~7) + SCRATCH_BYTES;
}
/** The bytes of which it holds lie in [first, end) of every block. */
export function placeRings(at: usize, first: u32, end: u32): void {
  table = at;
  firstByte = first;
  endByte = end;
  scratch = at + ringBytes() - SCRATCH_BYTES;
  clearRings();
}
/** The store has no outer parity. */
export function dropRings(): void {
  table = 0;
  clearRings();
}
export function clearRings(): void {
  if (table != 0) memory.fill(table, 0, blockCount * 2);
  lostBlocks = 0;
  unfinished = -1;
}

function word(block: u32): u32 {
  return <u32>load<u16>(table + block * 2);
}
function setWord(block: u32, value: u32): void {
  store<u16>(table + block * 2, <u16>value);
}
function setNext(block: u32, next: u32): void {
  setWord(block, (word(block) & LOST) | (next + 1));
}

export function inRing(block: u32): bool {
  return table != 0 && word(block) != 0;
}
/** The next block of the ring of `block`. */
export function nextInRing(block: u32): u32 {
  check(inRing(block));
  return (word(block) & ~LOST) - 1;
}
/** Begins a ring of one block. */
export function beginRing(block: u32): void {
  check(table != 0 && word(block) == 0);
  setNext(block, block);
}
/** Takes `block` into the ring of `other`. */
export function joinRing(block: u32, other: u32): void {
  check(word(block) == 0);
  const after = nextInRing(other);
  setNext(block, after);
  setNext(other, block);
}
/** Takes `block` out of its ring. */
export function leaveRing(block: u32): void {
  if (!inRing(block)) return;
  unmarkLost(block);
  let before = block;
  while (nextInRing(before) != block) before = nextInRing(before);
  setNext(before, nextInRing(block));
  setWord(block, 0);
}
/** Forgets the ring of `block`. */
export function openRing(block: u32): void {
  while (inRing(block)) {
    const next = nextInRing(block);
    unmarkLost(block);
    if (unfinished == <i32>block) unfinished = -1;
    setWord(block, 0);
    block = next;
  }
}
export function setUnfinished(block: i32): void {
  unfinished = block;
}

/** Is the ring of `block`, the last to join it, still being closed? */
export function isUnfinished(block: u32): bool {
  return <i32>block == unfinished;
}
/** Can `block` be read through its ring? */
export function isCovered(block: u32): bool {
  if (!inRing(block)) return false;
  for (let b = nextInRing(block); b != block; b = nextInRing(b)) if (<i32>b == unfinished || isLost(b)) return false;
  return <i32>block != unfinished;
}
export function isLost(block: u32): bool {
  return lostBlocks != 0 && (word(block) & LOST) != 0;
}
/** Members of the ring that `block` closes are missing: it reads through nobody any more. */
export function breakRing(block: u32): void {
  if (!isLost(block)) markLost(block);
}
/** From now on `block` is read through its ring. */
export function markLost(block: u32): void {
  check(inRing(block) && !isLost(block));
  setWord(block, word(block) | LOST);
  lostBlocks++;
}
export function unmarkLost(block: u32): void {
  if (!isLost(block)) return;
  setWord(block, word(block) & ~LOST);
  lostBlocks--;
}

/*
 * Every block's state, erase count, live bytes and opening LSN; picks the next blank block and makes blanks.
 *
 * The pick is a pure function of what is on flash (least worn, then lowest index): after a cut, recovery can name the
 * one blank block whose first program may have been in flight.
 */
import { isBlank, loadU24, loadU40, storeU24, storeU40 } from "../base/bytes";
import { check } from "../base/check";
import { COMPARE, GROUP } from "../base/memory";
import { Status } from "../base/status";
import * as device from "../flash/device";
import { blockCount, isNand, liveUnit } from "../flash/geometry";
import { clearRings, inRing } from "../flash/ring";
import { encodeLabel, headerOffset, LABEL_BYTES, LabelMark, markLabel } from "../format/label";
import { configureRecords } from "../format/record";
import { parityBytes } from "../format/unit";

export namespace BlockState {
  /** Must be erased before anything is programmed there. */
  export const DIRTY: u32 = 0;
  /** Erased, labelled, nothing programmed since. */
  export const BLANK: u32 = 1;
  export const OPEN: u32 = 2;
  export const SEALED: u32 = 3;
  /** Never sealed, or its seal is unreadable: what its heads say, up to a recorded end. */
  export const ADOPTED: u32 = 4;
  /** Home of the checkpoint switch; never a segment. */
  export const ANCHOR: u32 = 5;
  export const CHECKPOINT: u32 = 6;
  export const BAD: u32 = 7;
  /** Holds the parity of a stripe, or will when it is finished. */
  export const PARITY: u32 = 8;
  /** Void by a root that nothing proves yet: as DIRTY once this boot's root is committed. */
  export const WITHHELD: u32 = 9;
  /** A parity block that no stripe needs: erased before anything dirty, for what is dirty may have been its member. */
  export const SPENT: u32 = 10;
}
export namespace BlockFlag {
  export const STATE: u32 = 15;
  export const DEAD: u32 = 16;
  export const CHUNKS: u32 = 32;
  /** Written by compaction or long bodies. */
  export const COLD: u32 = 64;
  /** LSNs are not ascending: cold segments, and those a recovery copied into. */
  export const MIXED: u32 = 128;
}

/** Bytes of RAM per block: eraseCount 3 · state and flags 1 · live 2 · openLsn 5 (a part wears out long before 2^40). */
export const BLOCK_ENTRY_BYTES: u32 = 11;

let table: usize = 0;
let blanks: u32 = 0;
let dirties: u32 = 0;
/** Blocks given up, by the factory or since. */
export let bads: u32 = 0;
export let storeId: u64 = 0;
export let formatSerial: u32 = 0;
export let outerParity: u32 = 0;
/** Minor format version of the store. */
export let formatMinor: u32 = 0;
/** Features of the store that a core must know. */
export let features: u32 = 0;
/** Blocks kept for the checkpoint switch, at the start: one where blocks are many, else none. */
export let anchorCount: u32 = 0;
/** Session that labels carry: a session announces itself with the first block it erases. */
let blankSession: u32 = 0;
export function setBlankSession(session: u32): void {
  blankSession = session;
}
/** Live bytes of the whole part. */
export let liveTotal: u64 = 0;

export function placeBlockMap(at: usize): usize {
  table = at;
  memory.fill(table, 0, blockCount * BLOCK_ENTRY_BYTES);
  device.forgetFailures();
  resetBlockMap();
  return at + blockCount * BLOCK_ENTRY_BYTES;
}
/** Forgets what a mount found out, but not which blocks failed since power came on. */
export function resetBlockMap(): void {
  clearRings();
  blanks = 0;
  dirties = blockCount;
  bads = 0;
  for (let b: u32 = 0; b < blockCount; b++) {
    const wasBad = stateOf(b) == BlockState.BAD;
    const lsn = openLsnOf(b);
    memory.fill(entry(b), 0, BLOCK_ENTRY_BYTES);
    if (!wasBad) continue;
    setState(b, BlockState.BAD);
    setOpenLsn(b, lsn);
  }
  liveTotal = 0;
  anchorCount = blockCount >= 256 && !device.isBad(0) ? 1 : 0;
}
export function setStore(id: u64, serial: u32, outer: u32, minor: u32, refuse: u32): void {
  formatMinor = minor;
  features = refuse;
  storeId = id;
  formatSerial = serial;
  outerParity = outer;
  configureRecords(refuse);
}

function entry(block: u32): usize {
  check(block < blockCount);
  return table + block * BLOCK_ENTRY_BYTES;
}
export function eraseCountOf(block: u32): u32 {
  return loadU24(entry(block));
}
export function setEraseCount(block: u32, count: u32): void {
  storeU24(entry(block), count);
}
export function stateOf(block: u32): u32 {
  return load<u8>(entry(block), 3) & BlockFlag.STATE;
}
export function flagsOf(block: u32): u32 {
  return load<u8>(entry(block), 3) & ~BlockFlag.STATE;
}
export function setState(block: u32, state: u32): void {
  const at = entry(block);
  const before = load<u8>(at, 3) & BlockFlag.STATE;
  if (before == BlockState.BLANK) blanks--;
  if (before == BlockState.DIRTY || before == BlockState.SPENT) dirties--;
  if (before == BlockState.BAD) bads--;
  if (state == BlockState.BLANK) blanks++;
  if (state == BlockState.DIRTY || state == BlockState.SPENT) dirties++;
  if (state == BlockState.BAD) bads++;
  store<u8>(at, <u8>((load<u8>(at, 3) & ~BlockFlag.STATE) | state), 3);
}
/** Is `block` a segment whose records may count? */
export function holdsRecords(block: u32): bool {
  const state = stateOf(block);
  return state == BlockState.SEALED || state == BlockState.ADOPTED || state == BlockState.OPEN;
}
export function addFlags(block: u32, flags: u32): void {
  const at = entry(block);
  store<u8>(at, load<u8>(at, 3) | <u8>flags, 3);
}
function clearFlags(block: u32): void {
  const at = entry(block);
  store<u8>(at, load<u8>(at, 3) & BlockFlag.STATE, 3);
}
export function openLsnOf(block: u32): u64 {
  return loadU40(entry(block) + 6);
}
export function setOpenLsn(block: u32, lsn: u64): void {
  storeU40(entry(block) + 6, lsn);
}
export function liveOf(block: u32): u32 {
  return <u32>load<u16>(entry(block), 4) * liveUnit;
}
/** Restores a block's live bytes from a checkpoint, in live units. */
export function setLiveUnits(block: u32, units: u32): void {
  liveTotal += <u64>units * liveUnit;
  store<u16>(entry(block), <u16>units, 4);
}
export function liveUnitsOf(block: u32): u32 {
  return load<u16>(entry(block), 4);
}
export function addLive(block: u32, bytes: u32): void {
  const units = (bytes + liveUnit - 1) / liveUnit;
  const at = entry(block);
  store<u16>(at, load<u16>(at, 4) + <u16>units, 4);
  liveTotal += <u64>units * liveUnit;
}
/** A record in `block` is superseded. */
export function dropLive(block: u32, bytes: u32): void {
  const units = (bytes + liveUnit - 1) / liveUnit;
  const at = entry(block);
  const now = <u32>load<u16>(at, 4);
  const take = min(units, now);
  store<u16>(at, <u16>(now - take), 4);
  liveTotal -= <u64>take * liveUnit;
  addFlags(block, BlockFlag.DEAD);
}
/** Nothing in `block` counts any more: erase it when convenient. A member of a stripe stays until the whole stripe is given up. */
export function discard(block: u32): void {
  liveTotal -= <u64>load<u16>(entry(block), 4) * liveUnit;
  store<u16>(entry(block), 0, 4);
  if (!inRing(block)) setState(block, BlockState.DIRTY);
}

/** Forgets all live bytes, before an index is built anew. */
export function clearLive(): void {
  for (let b: u32 = 0; b < blockCount; b++) store<u16>(entry(b), 0, 4);
  liveTotal = 0;
}

export function blankCount(): u32 {
  return blanks;
}
/** Blocks that can be had: blank, or dirty and waiting for an erase. */
export function freeCount(): u32 {
  return blanks + dirties;
}
export function dirtyCount(): u32 {
  return dirties;
}

/** Blank blocks are taken in this order: the least worn first; the last block, whose label ends a format, last. */
export function blankRank(block: u32): u32 {
  return block == blockCount - 1 ? 0xfffffffe : eraseCountOf(block);
}

/**
 * The least worn block in `state`, lowest index first; -1 when there is none. The last block of the part is the last blank one to be
 * taken: while no session was ever begun its label is what says that the format finished; and a format over a live store begins with
 * the block a mount would open next, and must end with the last.
 */
export function leastWorn(state: u32): i32 {
  let best = -1;
  let bestCount: u32 = 0xffffffff;
  for (let b: u32 = anchorCount; b < blockCount; b++) {
    if (stateOf(b) != state) continue;
    const count = state == BlockState.BLANK ? blankRank(b) : eraseCountOf(b);
    if (count < bestCount) {
      best = <i32>b;
      bestCount = count;
    }
  }
  return best;
}

/**
 * Erases `block` and labels it. Errors: IO; the block is then out of service for good.
 * Cut: during the erase anything; during the label the block is erased but not labelled, and will be erased again.
 */
export function makeBlank(block: u32): i32 {
  return makeBlankWith(block, LabelMark.NONE);
}
/** As `makeBlank`, with a mark on the label. */
export function makeBlankWith(block: u32, mark: u8): i32 {
  const count = (eraseCountOf(block) + 1) & 0xffffff;
  setEraseCount(block, count);
  if (device.hasFailed(block) || device.erase(block) < 0) return retire(block);
  if (writeLabel(block, mark) < 0) {
    if (isLabelGone()) struck = true;
    return retire(block);
  }
  clearFlags(block);
  store<u16>(entry(block), 0, 4);
  setOpenLsn(block, 0);
  setState(block, BlockState.BLANK);
  return Status.OK;
}

/** Has an erase gone astray in this session, and hit a block in use? RAM still knows what was there; a mount will not. */
export let struck: bool = false;
export function forgetStrike(): void {
  struck = false;
}
/** An erase that was told as done, and was not, may have happened elsewhere: is the label of a block in use blank? Cost: a read a block. */
function isLabelGone(): bool {
  for (let b: u32 = 0; b < blockCount; b++) {
    const state = stateOf(b);
    if (state != BlockState.OPEN && state != BlockState.SEALED && state != BlockState.ADOPTED && state != BlockState.PARITY) continue;
    if (device.read(b, 0, COMPARE, LABEL_BYTES) >= 0 && isBlank(COMPARE, LABEL_BYTES)) return true;
  }
  return false;
}

/** Labels `block`, which was just erased. Errors: IO. Cut: a torn label. */
export function labelErased(block: u32): i32 {
  return writeLabel(block, LabelMark.NONE);
}
function writeLabel(block: u32, mark: u8): i32 {
  return writeLabelAt(block, 0, mark);
}
/** Makes `block`, which has its label, the witness of a format. Errors: IO. Cut: a mark behind the label, torn or whole. */
export function markWitness(block: u32): i32 {
  return writeLabelAt(block, headerOffset(), LabelMark.WITNESS);
}
function writeLabelAt(block: u32, offset: u32, mark: u8): i32 {
  const length = headerOffset();
  memory.fill(GROUP, 255, length);
  encodeLabel(GROUP, block, eraseCountOf(block), storeId, formatSerial, outerParity, parityBytes, blankSession, formatMinor, features);
  if (mark) markLabel(GROUP, block, mark);
  return device.program(block, offset, GROUP, length);
}

/**
 * Gives up a block in which nothing counts. NAND parts keep the mark themselves; on NOR it is a label. Where not even that
 * can be written, what the block held may be met again after a battery change: it haunts.
 */
function retire(block: u32): i32 {
  setState(block, BlockState.BAD);
  const marked = isNand ? device.markBad(block) : device.erase(block) >= 0 && writeLabel(block, LabelMark.RETIRED) >= 0;
  setOpenLsn(block, marked ? 0 : max<u64>(openLsnOf(block), 1));
  return Status.IO;
}
/** May records of a block that was given up come back? */
export function haunts(block: u32): bool {
  return stateOf(block) == BlockState.BAD && openLsnOf(block) != 0;
}

/** Erases one dirty block, spent ones before the others, least worn first. Returns OK, IO, or FULL when there is none. */
export function eraseOne(): i32 {
  let block = leastWorn(BlockState.SPENT);
  if (block < 0) block = leastWorn(BlockState.DIRTY);
  return block < 0 ? Status.FULL : makeBlank(<u32>block);
}

/**
 * A blank block to open, leaving `keep` blank ones: a dirty block looks like a segment again after a cut, so what a
 * recovery will need must really be blank. Erases when fewer are at hand. Returns its index or FULL.
 */
export function takeBlank(keep: u32): i32 {
  while (blanks <= keep) if (eraseOne() == Status.FULL) return Status.FULL;
  return leastWorn(BlockState.BLANK);
}

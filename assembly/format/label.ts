/*
 * The block label: the store's superblock, replicated at the start of every block. Programmed alone right after an
 * erase, so a label that verifies also says: this erase finished. docs/format.md §3.
 */

import { alignUp } from "../base/bytes";
import { crc32c, crc32cWord } from "../base/crc32c";
import { correct, encodeParity, initReedSolomon } from "../base/reed-solomon";
import { Status } from "../base/status";
import { addressUnit, blockBytes, blockCount, isNand, pageBytes, programBytes } from "../flash/geometry";

export const LABEL_MAGIC: u32 = 0x4c424648;
export const FORMAT_MAJOR: u8 = 1;
/** What a format writes; stores of earlier minor versions are served, and carried on, as they are. */
export const FORMAT_MINOR: u8 = 2;
/** Feature to refuse, written by every format: chunks of the longer kind (store/space). */
export const LONG_CHUNKS: u32 = 1;
/** Feature to refuse: segments end before the block does, and some blocks are parity of others (format/stripe). */
export const STRIPES: u32 = 2;
/** Feature to refuse, written by every format: records say what lives beside them (store/live-sum). */
export const LIVE_SUMS: u32 = 4;
/** Label bytes with parity, before alignment to the program unit. */
export const LABEL_BYTES: u32 = 64;
const LABEL_DATA: u32 = 44;

//   0       4   5   6      7     8        9      10          12        14       16      18
// ├─ magic ─┼ M ┼ m ┼ block┼ page┼ program┼ flags┼ blockCount┼ ignorable┼ readOnly┼ refuse┼─ storeId (8) ─┤
//   26           30             32            33  34           42  44      48
// ├─ eraseCount ─┼ formatSerial ┼ outerParity ┼ 0 ┼ quotas (8) ┼ session ┼─ crc ─┼─ parity (16 or 8, then 0xFF) ─┤
// block, page and program are logarithms; flags: bit 0 NAND, bit 1 eight parity bytes, bit 2 the block is retired,
// bit 3 a format ended with this label, bit 4 it stands behind the label, as the mark of a witness.

/** Where the segment header begins. On an address unit, too: what follows is told by address, and on parts of a GiB a unit is longer than a label. */
export function headerOffset(): u32 {
  return alignUp(LABEL_BYTES, max(programBytes, addressUnit));
}

function seed(block: u32): u32 {
  return crc32cWord(0xffffffff, block ^ LABEL_MAGIC);
}

export function labelRefuse(label: usize): u32 {
  return load<u16>(label, 16);
}
export function labelMinor(label: usize): u32 {
  return load<u8>(label, 5);
}
export function labelStoreId(label: usize): u64 {
  return load<u64>(label, 18);
}
export function labelEraseCount(label: usize): u32 {
  return load<u32>(label, 26);
}
export function labelFormatSerial(label: usize): u32 {
  return load<u16>(label, 30);
}
/** Low half of the session in which the block was erased. */
export function labelSession(label: usize): u32 {
  return load<u16>(label, 42);
}
/** Data blocks to a parity block, 0 none. */
export function labelOuterParity(label: usize): u32 {
  return labelRefuse(label) & STRIPES ? load<u8>(label, 32) : 0;
}
export function labelParityBytes(label: usize): u32 {
  return load<u8>(label, 9) & 2 ? 8 : 16;
}
/** What a label may say of its block besides. */
export namespace LabelMark {
  export const NONE: u8 = 0;
  /** The block was given up. On NAND the part itself keeps that mark. */
  export const RETIRED: u8 = 4;
  /** A format came to its end with this label, for the last block took none. */
  export const FORMATTED: u8 = 8;
  /** No label, but the same again behind it: it is whole, and a format is under way. */
  export const WITNESS: u8 = 16;
}
/** Do the first bytes behind a label say that they are a mark? */
export function startsMark(header: usize): bool {
  return load<u32>(header) == LABEL_MAGIC && labelHas(header, LabelMark.WITNESS);
}
export function labelHas(label: usize, mark: u8): bool {
  return (load<u8>(label, 9) & mark) != 0;
}
/** Puts `mark` on the label of `block` at `label`. */
export function markLabel(label: usize, block: u32, mark: u8): void {
  store<u8>(label, load<u8>(label, 9) | mark, 9);
  sealLabel(label, block);
}

/** Writes the label of `block` at `target` (64 bytes; the rest of the program unit is the caller's). */
export function encodeLabel(
  target: usize,
  block: u32,
  eraseCount: u32,
  storeId: u64,
  formatSerial: u32,
  outerParity: u32,
  parity: u32,
  session: u32,
  minor: u32,
  refuse: u32,
): void {
  memory.fill(target, 0, LABEL_DATA);
  store<u32>(target, LABEL_MAGIC);
  store<u8>(target, FORMAT_MAJOR, 4);
  store<u8>(target, <u8>minor, 5);
  store<u8>(target, <u8>ctz(blockBytes), 6);
  store<u8>(target, <u8>ctz(pageBytes), 7);
  store<u8>(target, <u8>ctz(programBytes), 8);
  store<u8>(target, (isNand ? 1 : 0) | (parity == 8 ? 2 : 0), 9);
  store<u16>(target, <u16>blockCount, 10);
  store<u16>(target, <u16>refuse, 16);
  store<u64>(target, storeId, 18);
  store<u32>(target, eraseCount, 26);
  store<u16>(target, <u16>formatSerial, 30);
  store<u8>(target, <u8>outerParity, 32);
  store<u16>(target, <u16>session, 42);
  sealLabel(target, block);
}
function sealLabel(label: usize, block: u32): void {
  store<u32>(label, ~crc32c(seed(block), label, LABEL_DATA), LABEL_DATA);
  memory.fill(label + 48, 255, 16);
  encodeParity(label, 48, label + 48);
}

/** The label as it was read, while another parity is tried. */
const spoiled: usize = memory.data(64, 8);

function intact(label: usize, block: u32): bool {
  return load<u32>(label, LABEL_DATA) == ~crc32c(seed(block), label, LABEL_DATA);
}

/**
 * Judges (and mends in place) 64 bytes read from the start of `block`. `parity` is the store's parity size, or 0 when
 * it is not known yet. Errors: NOT_FORMATTED no label, NEWER_FORMAT, WRONG_GEOMETRY.
 */
export function judgeLabel(label: usize, block: u32, parity: u32): i32 {
  if (!intact(label, block)) {
    let mended: bool = false;
    memory.copy(spoiled, label, LABEL_BYTES);
    if (parity != 8) {
      initReedSolomon(16);
      mended = correct(label, 48, label + 48) > 0 && intact(label, block);
    }
    if (!mended && parity != 16) {
      memory.copy(label, spoiled, LABEL_BYTES); // the wrong parity may have "mended" what was right
      initReedSolomon(8);
      mended = correct(label, 48, label + 48) > 0 && intact(label, block);
    }
    if (parity != 0) initReedSolomon(parity);
    if (!mended) return Status.NOT_FORMATTED;
  }
  if (load<u32>(label) != LABEL_MAGIC) return Status.NOT_FORMATTED;
  if (load<u8>(label, 4) != FORMAT_MAJOR || (labelRefuse(label) & ~(LONG_CHUNKS | STRIPES | LIVE_SUMS)) != 0) return Status.NEWER_FORMAT;
  if (labelRefuse(label) & STRIPES && labelOuterParity(label) != 4 && labelOuterParity(label) != 8) return Status.NEWER_FORMAT;
  return sameGeometry(label) ? Status.OK : Status.WRONG_GEOMETRY;
}

function sameGeometry(label: usize): bool {
  return (
    load<u8>(label, 6) == <u8>ctz(blockBytes) &&
    load<u8>(label, 7) == <u8>ctz(pageBytes) &&
    load<u8>(label, 8) == <u8>ctz(programBytes) &&
    (load<u8>(label, 9) & 1) == (isNand ? 1 : 0) &&
    load<u16>(label, 10) == <u16>blockCount
  );
}

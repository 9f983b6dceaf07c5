/*
 * The unit: data, its CRC-32C, and the Reed–Solomon parity of both. Pure: never touches flash. docs/format.md §2.
 *
 *   ├─ data (n <= 651) ─┼─ crc32c (4) ─┼─ parity of slice 0 ─┼─ … ─┤
 *
 * The data and its CRC are cut into ceil((n + 4) / 239) equal slices; each slice with its parity is one codeword.
 */

import { check } from "../base/check";
import { crc32c, crc32cWord } from "../base/crc32c";
import { BODY_UNIT_MAX, HEAD_DATA_MAX } from "../base/limits";
import { correct, encodeParity, initReedSolomon } from "../base/reed-solomon";
import { Build, Twin, twin } from "../base/twin";

/** Parity bytes of a codeword: 16, or 8 by format option. */
export let parityBytes: u32 = 16;
let storeState: u32 = 0xffffffff;

/** Sets what every seed of this store begins with. */
export function configureUnits(parity: u32, storeId: u64): void {
  parityBytes = parity;
  initReedSolomon(parity);
  storeState = crc32cWord(crc32cWord(0xffffffff, <u32>storeId), <u32>(storeId >> 32));
}

/** CRC seed: a unit read from another block, offset, erase generation or store does not verify. */
export function seedFor(block: u32, offset: u32, eraseCount: u32): u32 {
  if (Build.PROBE && twin(Twin.NO_ADDRESS)) return storeState;
  return crc32cWord(crc32cWord(crc32cWord(storeState, block), offset), eraseCount);
}

export function sliceCount(dataBytes: u32): u32 {
  return (dataBytes + 4 + 238) / 239;
}
/** Bytes of a unit on flash. */
export function unitBytes(dataBytes: u32): u32 {
  return dataBytes + 4 + sliceCount(dataBytes) * parityBytes;
}

/** Data bytes in unit `index` of a record of `dataBytes`. */
export function unitData(dataBytes: u32, index: u32): u32 {
  if (index == 0) return min(dataBytes, HEAD_DATA_MAX);
  const before = HEAD_DATA_MAX + (index - 1) * BODY_UNIT_MAX;
  return dataBytes > before ? min(dataBytes - before, BODY_UNIT_MAX) : 0;
}
/** Bytes of a record's units on flash, before alignment. */
export function recordUnitsBytes(dataBytes: u32): u32 {
  let total: u32 = 0;
  for (let i: u32 = 0, n = unitData(dataBytes, 0); n > 0; n = unitData(dataBytes, ++i)) total += unitBytes(n);
  return total;
}

/** Appends CRC and parity behind `dataBytes` at `buffer`. */
export function sealUnit(buffer: usize, dataBytes: u32, seed: u32): void {
  check(dataBytes <= HEAD_DATA_MAX);
  store<u32>(buffer + dataBytes, ~crc32c(seed, buffer, dataBytes));
  const length = dataBytes + 4;
  const slices = sliceCount(dataBytes);
  const step = (length + slices - 1) / slices;
  let parity = buffer + length;
  for (let start: u32 = 0; start < length; start += step) {
    encodeParity(buffer + start, min(step, length - start), parity);
    parity += parityBytes;
  }
}

export function unitIntact(buffer: usize, dataBytes: u32, seed: u32): bool {
  if (Build.PROBE && twin(Twin.UNCHECKED)) return true;
  return load<u32>(buffer + dataBytes) == ~crc32c(seed, buffer, dataBytes);
}

/** Bytes corrected in the worst codeword of the unit last corrected. */
export let worstCodeword: u32 = 0;

/** Corrects a unit with its parity in place. Returns bytes corrected, or -1: not to be trusted. */
export function correctUnit(buffer: usize, dataBytes: u32, seed: u32): i32 {
  const length = dataBytes + 4;
  const slices = sliceCount(dataBytes);
  const step = (length + slices - 1) / slices;
  let parity = buffer + length;
  let total = 0;
  worstCodeword = 0;
  for (let start: u32 = 0; start < length; start += step) {
    const corrected = correct(buffer + start, min(step, length - start), parity);
    if (corrected < 0) return -1;
    total += corrected;
    worstCodeword = max(worstCodeword, <u32>corrected);
    parity += parityBytes;
  }
  if (Build.PROBE && twin(Twin.NO_CHECK_AFTER)) return total;
  return unitIntact(buffer, dataBytes, seed) ? total : -1;
}

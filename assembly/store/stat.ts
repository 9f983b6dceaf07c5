/*
 * The stat struct. docs/abi.md holds its table.
 */
import { KIND_COUNT } from "../base/limits";
import { STAT } from "../base/memory";
import { Status } from "../base/status";
import { blockBytes, blockCount } from "../flash/geometry";
import { FORMAT_MAJOR } from "../format/label";
import { parityBytes } from "../format/unit";
import { BlockState, blankCount, eraseCountOf, formatMinor, liveTotal, outerParity, stateOf, storeId } from "../journal/block-map";
import { corrected, damagedFirstLsn, damagedLastLsn, damagedUnknown, session } from "../journal/progress";
import { tablesEnd } from "../journal/stripe";
import { compactions } from "./compact";
import { capacity, countOf, indexBytes, recordCount, tombstones } from "./key-index";
import { RESERVED_KIND, reservedCount } from "./reserved";
import { answerToChanges, hesitates, readable } from "./session";
import { freeBytes } from "./space";
import { lsnToCome } from "./write";

/** Fills the struct. Payload bytes are not kept: the host sums them when asked. */
export function fillStat(): i32 {
  const status = readable();
  if (status < 0) return status;
  const hidden = reservedCount();
  store<u32>(STAT, recordCount() - hidden);
  for (let k: u32 = 0; k < KIND_COUNT; k++) store<u32>(STAT + 4 + k * 4, countOf(k) - (k == RESERVED_KIND ? hidden : 0));
  store<u32>(STAT, tombstones, 36);
  store<f64>(STAT, 0, 40);
  store<f64>(STAT, <f64>blockBytes * blockCount, 48);
  store<f64>(STAT, <f64>liveTotal, 56);
  store<f64>(STAT, <f64>freeBytes(), 64);
  fillWear();
  store<u32>(STAT, <u32>tablesEnd(), 88);
  store<u32>(STAT, indexBytes(), 92);
  store<u32>(STAT, capacity, 96);
  store<u32>(STAT, damagedUnknown, 100);
  store<u64>(STAT, damagedFirstLsn, 104);
  store<u64>(STAT, damagedLastLsn, 112);
  store<u32>(STAT, ((<u32>FORMAT_MAJOR) << 8) | formatMinor, 120);
  store<u32>(STAT, session, 124);
  store<u64>(STAT, lsnToCome(), 128);
  store<u32>(STAT, corrected, 136);
  store<u32>(STAT, blankCount(), 140);
  store<u32>(STAT, compactions, 144);
  store<u32>(STAT, <u32>(storeId >> 32), 148);
  store<u32>(STAT, <u32>storeId, 152);
  store<u32>(STAT, parityBytes, 156);
  store<u32>(STAT, outerParity, 160);
  store<i32>(STAT, answerToChanges(), 164);
  store<u32>(STAT, hesitates() ? 1 : 0, 168);
  return Status.OK;
}

function fillWear(): void {
  let bad: u32 = 0;
  let most: u32 = 0;
  let sum: u64 = 0;
  for (let b: u32 = 0; b < blockCount; b++) {
    if (stateOf(b) == BlockState.BAD) bad++;
    most = max(most, eraseCountOf(b));
    sum += eraseCountOf(b);
  }
  store<u32>(STAT, bad, 72);
  store<u32>(STAT, most, 76);
  store<f64>(STAT, <f64>sum / <f64>blockCount, 80);
}

/*
 * Finds the newest committed root and writes the next one. A root lives in the first segments of the session that a
 * recovery began; it is written twice, C1 and C2, in two program calls, and counts when C2 is there. A root rotates
 * over the part with the blocks: there is no root block to wear out.
 */
import { alignDown, alignUp, isBlank, loadU24 } from "../base/bytes";
import { ADOPT_MAX } from "../base/limits";
import { COMPARE, SUMMARY, UNIT } from "../base/memory";
import { Status } from "../base/status";
import { Build, Twin, twin } from "../base/twin";
import * as device from "../flash/device";
import { addressUnit, programBytes, segmentEnd } from "../flash/geometry";
import { UnitType, unitType } from "../format/record";
import { encodeRoot, ROOT_ENTRY, ROOT_FIXED, rootCount, rootDataBytes, rootMarker, rootSession, rootTailSession } from "../format/root";
import { rootPart } from "../format/summary";
import { unitBytes } from "../format/unit";
import { adoptedCount, adoptedList, pruneAdopted, restoreAdopted } from "./adopted";
import { session } from "./progress";
import { readUnit } from "./read";
import { firstRecordOffset, readFinal } from "./segment-reader";
import { HOT, programUnit, stream } from "./segment-writer";

/** How well a recovery segment's root stands. */
export namespace RootState {
  export const NONE: u32 = 0;
  /** C1 only: an attempt, unless something proves that it finished. */
  export const BEGUN: u32 = 1;
  export const COMMITTED: u32 = 2;
}

/** Reads the root at `offset` into UNIT. Returns its marker, or 0 when it is not one of `wanted` session. */
function readRootAt(block: u32, offset: u32, wanted: u32): u32 {
  if (offset == 0 || offset + ROOT_FIXED > segmentEnd || device.read(block, offset, UNIT, 4) < 0) return 0;
  let n = rootDataBytes(UNIT);
  if (readUnit(block, offset, n, UNIT) < 0) {
    n = ROOT_FIXED;
    return rootOfAnyLength(block, offset, wanted);
  }
  return isRoot(n, wanted) ? rootMarker(UNIT) : 0;
}

function isRoot(n: u32, wanted: u32): bool {
  return (
    unitType(load<u8>(UNIT)) == UnitType.ROOT &&
    rootDataBytes(UNIT) == n &&
    rootSession(UNIT) == wanted &&
    n == ROOT_FIXED + rootCount(UNIT) * ROOT_ENTRY
  );
}

/** The length itself may have rotted: a root has one of few lengths, so all are tried. */
function rootOfAnyLength(block: u32, offset: u32, wanted: u32): u32 {
  for (let count: u32 = 0; count <= ADOPT_MAX; count++) {
    const n = ROOT_FIXED + count * ROOT_ENTRY;
    if (offset + unitBytes(n) > segmentEnd) break;
    if (readUnit(block, offset, n, UNIT) >= 0 && isRoot(n, wanted)) return rootMarker(UNIT);
  }
  return 0;
}

/**
 * Looks for the root in recovery segment `block` of session `wanted`; the better copy is left in UNIT.
 * Cost: a summary and two units when sealed; a walk over the segment's units when not, and a second one before it is said to have none.
 */
export function findRoot(block: u32, wanted: u32): u32 {
  const start = readFinal(block);
  if (start >= 0) {
    const part = rootPart(SUMMARY);
    if (part == 0) return RootState.NONE;
    const first = loadU24(part);
    if (readRootAt(block, loadU24(part + 3), wanted) != 0) return RootState.COMMITTED;
    return readRootAt(block, first, wanted) != 0 ? RootState.COMMITTED : RootState.NONE;
  }
  const found = walkForRoot(block, wanted);
  return found == RootState.COMMITTED ? found : walkForRoot(block, wanted); // one read may have gone astray, and an attempt is erased
}

/** Windows of 256 bytes overlap, so that a unit's first bytes are never cut. */
const WINDOW_STRIDE: u32 = 240;

/** Looks for C1 or C2 at every place a unit may begin, so that damage before them does not hide them. */
function walkForRoot(block: u32, wanted: u32): u32 {
  const stride = max(alignDown(WINDOW_STRIDE, addressUnit), addressUnit);
  for (let start = firstRecordOffset(); start + 16 < segmentEnd; start += stride) {
    const length = min<u32>(256, segmentEnd - start);
    if (device.read(block, start, COMPARE, length) < 0) return RootState.NONE;
    if (isBlank(COMPARE, length)) continue;
    for (let p: u32 = 0; p < stride && p + 8 <= length; p += addressUnit) {
      if (unitType(load<u8>(COMPARE + p)) != UnitType.ROOT || rootSession(COMPARE + p) != wanted) continue;
      const marker = readRootAt(block, start + p, wanted);
      if (marker == RootState.COMMITTED) return marker;
      if (marker == RootState.BEGUN) return confirm(block, start + p, wanted);
    }
  }
  return RootState.NONE;
}
/** C1 is at `offset`: C2 lies in the next program unit, or was never finished. */
function confirm(block: u32, offset: u32, wanted: u32): u32 {
  const next = alignUp(offset + alignUp(unitBytes(rootDataBytes(UNIT)), addressUnit), programBytes);
  if (readRootAt(block, next, wanted) == RootState.COMMITTED) return RootState.COMMITTED;
  readRootAt(block, offset, wanted);
  return RootState.BEGUN;
}

/** Takes over the root left in UNIT by findRoot. Returns the session it recovered. */
export function restoreRoot(): u32 {
  restoreAdopted(UNIT + ROOT_FIXED, rootCount(UNIT));
  return rootTailSession(UNIT);
}

/**
 * Writes this session's root into the open recovery segment.
 * Cut: before C2 is complete the root does not count, and the tail it speaks of is untouched.
 */
export function commitRoot(tailSession: u32): i32 {
  pruneAdopted();
  const s = stream(HOT);
  let n = encodeRoot(UNIT, RootState.BEGUN, session, tailSession, adoptedList(), adoptedCount);
  const first = programUnit(HOT, UNIT, n);
  if (first < 0) return first;
  s.root1 = <u32>first;
  if (Build.PROBE && twin(Twin.ONE_MARKER)) return Status.OK;
  n = encodeRoot(UNIT, RootState.COMMITTED, session, tailSession, adoptedList(), adoptedCount);
  // ● COMMIT POINT of a recovery: C2 is a program of its own, after C1 read back.
  const second = programUnit(HOT, UNIT, n);
  if (second < 0) return second;
  s.root2 = <u32>second;
  return Status.OK;
}

/** Bytes both copies take in the segment, program units included. */
export function rootBytes(): u32 {
  return 2 * alignUp(alignUp(unitBytes(ROOT_FIXED + (adoptedCount + 1) * ROOT_ENTRY), addressUnit), programBytes);
}

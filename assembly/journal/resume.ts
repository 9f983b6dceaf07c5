/*
 * What a recovery must not do, and the twin APPEND_AFTER_REBOOT does: goes on in the segment that was open when power died.
 *
 * In the probe build only. It is careful, as such stores are: only behind a last record that verifies, and only where the
 * rest of the block reads blank.
 */
import { isBlank } from "../base/bytes";
import { PENDING_MAX } from "../base/limits";
import { COMPARE } from "../base/memory";
import * as device from "../flash/device";
import { blockBytes, programBytes } from "../flash/geometry";
import { recordBytes } from "../format/record";
import { ENTRY_MAX } from "../format/summary";
import { adoptedEnd } from "./adopted";
import { BlockState, setState, stateOf } from "./block-map";
import { setSession } from "./progress";
import { factsIdHigh, factsOpenLsn, factsOpenWall, factsSession, factsType, loadedHeader } from "./read";
import { SCAN_MOUNT, scanNext, scanned, scanner, scanWalk } from "./scan";
import { firstRecordOffset, readFacts } from "./segment-reader";
import { HOT, note, stream } from "./segment-writer";
import { newestHot } from "./survey";

/** Opens the newest hot segment again. False: it cannot be, and must be recovered. */
export function resumeTail(): bool {
  const block = <u32>newestHot;
  if (newestHot < 0 || stateOf(block) != BlockState.ADOPTED || adoptedEnd(block) != 0 || readFacts(block) < 0) return false;
  reopen(block);
  const s = scanner(SCAN_MOUNT);
  scanWalk(s, block, blockBytes, true);
  let end = firstRecordOffset();
  while (scanNext(s) > 0) {
    if (stream(HOT).pendingBytes + ENTRY_MAX > PENDING_MAX) break;
    note(stream(HOT), HOT, loadedHeader(), scanned().offset);
    end = scanned().offset + recordBytes(loadedHeader().dataBytes);
  }
  stream(HOT).offset = (end + programBytes - 1) & ~(programBytes - 1);
  if (readsBlank(block, stream(HOT).offset)) return true;
  stream(HOT).block = -1;
  setState(block, BlockState.ADOPTED);
  return false;
}

function reopen(block: u32): void {
  const s = stream(HOT);
  memory.fill(changetype<usize>(s), 0, 96);
  s.block = <i32>block;
  s.type = factsType;
  s.session = factsSession;
  s.idHigh = factsIdHigh;
  s.openLsn = factsOpenLsn;
  s.openWall = factsOpenWall;
  s.lastLsn = s.openLsn;
  s.pendingLsn = s.openLsn;
  s.expected = firstRecordOffset();
  s.pendingFirst = s.expected;
  setState(block, BlockState.OPEN);
  setSession(factsSession);
}

function readsBlank(block: u32, from: u32): bool {
  for (let offset = from; offset < blockBytes; offset += 256) {
    const length = min<u32>(256, blockBytes - offset);
    if (device.read(block, offset, COMPARE, length) < 0 || !isBlank(COMPARE, length)) return false;
  }
  return true;
}

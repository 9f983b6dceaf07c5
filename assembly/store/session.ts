/*
 * Whether the core may be asked, may write, and has begun to write in this power session.
 */
import { Status } from "../base/status";
import { SegmentType } from "../format/segment";
import { blankCount, setBlankSession } from "../journal/block-map";
import { damagedUnknown, session, setSession } from "../journal/progress";
import { eraseUnsure } from "../journal/recover";
import { COLD, HOT, stream } from "../journal/segment-writer";
import { highestBegun } from "../journal/survey";
import { dropCheckpoint, hasSwitch } from "./checkpoint";
import { eraseDeleted } from "./rebuild";

export namespace Mode {
  export const CLOSED: u32 = 0;
  export const READ_ONLY: u32 = 1;
  export const READY: u32 = 2;
}
export let mode: u32 = Mode.CLOSED;
let begun: bool = false;
/** What a change is answered while the mode is READ_ONLY. */
let refusal: i32 = Status.READ_ONLY;
/** Is the recovery still to be made, when a change asks for it? */
let hesitant: bool = false;

export function setMode(value: u32): void {
  mode = value;
}
/** Reads from now on: because it was asked for, or (WORN_OUT) because the part takes no more. */
export function setReadOnly(reason: i32): void {
  mode = Mode.READ_ONLY;
  refusal = reason;
  hesitant = false;
}
/** Reads until something is to be changed: mounts before this one failed in their recovery. */
export function hesitate(): void {
  setReadOnly(Status.IO);
  hesitant = true;
}
export function hesitates(): bool {
  return mode == Mode.READ_ONLY && hesitant;
}
/** What a change would be answered: OK, or why it would be refused. */
export function answerToChanges(): i32 {
  return mode == Mode.READY ? Status.OK : mode == Mode.CLOSED ? Status.CLOSED : refusal;
}
export function setBegun(value: bool): void {
  begun = value;
}
export function hasBegun(): bool {
  return begun;
}

/** After a failed program nothing in RAM may be trusted: the core closes, the next mount recovers. */
export function failed(status: i32): i32 {
  if (status == Status.IO) mode = Mode.CLOSED;
  return status;
}

/** Must the next mount recover, though the store was closed in order? */
let recoveryWanted: bool = false;
export function wantsRecovery(): bool {
  return recoveryWanted;
}
export function setRecoveryWanted(value: bool): void {
  recoveryWanted = value;
}
/**
 * Is the only blank block left the one that compaction leaves to a recovery, with nothing open to copy into? Then a recovery is the way
 * on: it takes this block, and behind its root there is room for copies, which give back others.
 */
function canOnlyRecover(): bool {
  const open = stream(COLD).block >= 0 || (stream(HOT).block >= 0 && stream(HOT).type == SegmentType.RECOVERY);
  return !open && blankCount() == 1;
}
/** The answer of a change for which no room could be made: `status`; or IO where a recovery helps, for which the door mounts again. */
export function refused(status: i32): i32 {
  if (!canOnlyRecover()) return status;
  recoveryWanted = true;
  return failed(Status.IO);
}

/** May the caller read? Errors: CLOSED. */
export function readable(): i32 {
  return mode == Mode.CLOSED ? Status.CLOSED : Status.OK;
}

/**
 * May the caller write? Begins the session on its first write after a clean mount: the checkpoint switch is erased,
 * or on parts without one the suspect blank block and torn ones are erased again, before anything is programmed. Cost:
 * one erase, once a session; two when the last close was cut off; one more for each torn block.
 */
export function writable(): i32 {
  if (mode == Mode.CLOSED) return Status.CLOSED;
  if (mode == Mode.READ_ONLY) {
    if (hesitant) mode = Mode.CLOSED; // IO of a closed core: the door mounts again, and this time recovers
    return refusal;
  }
  if (begun) return Status.OK;
  const switched = hasSwitch();
  setSession(max(session, highestBegun()) + 1);
  setBlankSession(session);
  if (dropCheckpoint() < 0) {
    // Nothing was programmed, and the switch may count on another day: this part is read from now on.
    setReadOnly(Status.WORN_OUT);
    return refusal;
  }
  if (!switched && eraseUnsure(damagedUnknown == 0) < 0) return failed(Status.IO);
  eraseDeleted();
  begun = true;
  return Status.OK;
}

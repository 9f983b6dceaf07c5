/*
 * What was changed here goes out: a pass over the outbox, in bursts.
 *
 * A burst is sent whole, then answered record by record; what was not answered is not at the relay. When nothing is
 * heard for too long the burst is said again, from where it began: a record said twice is known the second time.
 */
import { Status } from "../base/status";
import { nextLsn } from "../journal/progress";
import { AckFlag, frameMessage, lastMessage, PAYLOAD, payloadBytes, takeMessage } from "./frame";
import { ackedLsn, noteAcked } from "./ledger";
import { bodyLeft, composeChunk, composeRecord, forgetOutgoing, nextOutgoing, outgoingKey } from "./outbox";

const BURST_BYTES: u32 = 8192;
/** As many as the bits of the answered set. */
const BURST_RECORDS: u32 = 32;

/** Records made durable at the relay in this conversation. */
export let pushed: u32 = 0;
/** The pass: every record up to `passLsn`, by key. */
let passLsn: u64 = 0;
let passKey: u64 = 0;
let passSaid: bool = false;
let passDone: bool = false;
/** The next pass says every record, not only what was changed here since the relay last confirmed. */
let everything: bool = false;
/** The burst on its way: where it began, how many records, which of them were answered. */
let burstKey: u64 = 0;
let burstFirst: u32 = 0;
let burstCount: u32 = 0;
let burstBytes: u32 = 0;
let answered: u32 = 0;

export function resetPushing(): void {
  pushed = 0;
  everything = false;
  forgetOutgoing();
}
export function pushEverything(): void {
  everything = true;
}

export function beginPass(): void {
  passLsn = nextLsn - 1;
  passKey = 0;
  passSaid = false;
  passDone = false;
  beginBurst();
}
function beginBurst(): void {
  burstKey = passKey;
  burstFirst = lastMessage() + 1;
  burstCount = 0;
  burstBytes = 0;
  answered = 0;
  forgetOutgoing();
}
/** Nothing was heard for too long. */
export function repeatBurst(): void {
  if (burstCount == 0) return;
  passKey = burstKey;
  passDone = false;
  beginBurst();
}

function burstIsAnswered(): bool {
  return answered == (burstCount == BURST_RECORDS ? 0xffffffff : (1 << burstCount) - 1);
}
function burstIsFull(): bool {
  return burstCount == BURST_RECORDS || burstBytes >= BURST_BYTES;
}

/** The next frame of the burst, written into the window: its length; 0 when answers are to come, or the pass is over. Errors: IO. */
export function pushNext(): i32 {
  if (bodyLeft()) {
    const length = composeChunk(lastMessage());
    if (length != 0 && length != Status.CORRUPT) return length;
    if (length == 0) passKey = outgoingKey; // changed meanwhile: said again, as a record of its own
    takeAnswer(burstCount - 1); // nobody answers what was not said whole
  }
  while (!passDone && !burstIsFull()) {
    const found = nextOutgoing(passKey, ackedLsn, passLsn, everything);
    if (found < 0) return found;
    if (found == 0) {
      passDone = true;
      break;
    }
    passKey = outgoingKey + 1;
    const length = composeRecord(lastMessage() + 1);
    if (length == 0) continue; // damaged behind its head: it is reported, not said
    if (length > 0) noteSaid(length);
    return length;
  }
  return 0;
}
function noteSaid(length: u32): void {
  takeMessage();
  burstCount++;
  burstBytes += length;
  passSaid = true;
}

/** Takes the ACK in the window. False: it contradicts itself. */
export function putAnswered(): bool {
  if (payloadBytes() < 12) return false;
  const number = frameMessage() - burstFirst;
  if (number >= burstCount) return true;
  const flags = load<u8>(PAYLOAD);
  if (answered & (1 << number) || !(flags & (AckFlag.DURABLE | AckFlag.CONFLICT))) return true;
  if (flags & AckFlag.DURABLE) pushed++;
  takeAnswer(number);
  return true;
}
function takeAnswer(number: u32): void {
  answered |= 1 << number;
  if (burstIsFull() && burstIsAnswered() && !bodyLeft()) beginBurst();
}

/** Everything was said, and everything answered. */
export function passIsOver(): bool {
  return passDone && burstIsAnswered();
}
/** What the pass went over is at the relay, or in conflict with what it has. True when anything was said. */
export function finishPass(): bool {
  noteAcked(passLsn, passSaid);
  everything = false;
  return passSaid;
}

/*
 * The device door: every hf_* export, numbers only, no logic. docs/abi.md says what each takes, gives and costs.
 */
import "./panic";
import { initCrc } from "./base/crc32c";
import { CAPACITY_MIN, WINDOW_BYTES } from "./base/limits";
import { dynamicBase, FAULT, RESULT, STAT, SYNC, WINDOW } from "./base/memory";
import { Status } from "./base/status";
import { configure, refusal } from "./flash/geometry";
import { dropRings } from "./flash/ring";
import { BLOCK_ENTRY_BYTES, placeBlockMap } from "./journal/block-map";
import { fault } from "./journal/progress";
import { formatBegin, formatStep } from "./store/format-part";
import { placeIndex } from "./store/key-index";
import { carriesOn, close, mount } from "./store/mount";
import { isReserved } from "./store/reserved";
import { change, changesNext, get, glanceNext, historyNext, listNext, readBody, verifyNext } from "./store/retrieve";
import { scrubNext } from "./store/scrub";
import { answerToChanges, failed, Mode, setMode, writable } from "./store/session";
import { fillStat } from "./store/stat";
import { upkeep } from "./store/upkeep";
import { batchAbandon, batchBegin, batchCommit, ownPutBegin, putAbandon, putCommit, putWrite, removeRecord, writing } from "./store/write";
import { giveWay } from "./sync/apply";
import { beginConversation, nextFrame, takeFrame, tellConversation } from "./sync/conversation";
import { recallLedger } from "./sync/ledger";

const ABI_VERSION = 1;

/** Milliseconds since 1970 that fit the format's 48 bits, with room for differences. */
function validWall(wallMs: f64): bool {
  return wallMs >= 0 && wallMs < 140737488355328;
}

export function hf_abi_version(): i32 {
  return ABI_VERSION;
}
export function hf_window(): usize {
  return WINDOW;
}
export function hf_window_bytes(): u32 {
  return WINDOW_BYTES;
}
export function hf_result(): usize {
  return RESULT;
}
export function hf_stat_record(): usize {
  return STAT;
}
export function hf_fault(): usize {
  return FAULT;
}

export function hf_configure(kind: u32, blockBytes: u32, blockCount: u32, pageBytes: u32, programBytes: u32): i32 {
  setMode(Mode.CLOSED);
  if (configure(kind, blockBytes, blockCount, pageBytes, programBytes) < 0)
    return fault(Status.WRONG_GEOMETRY, 0, 0, refusal(kind, blockBytes, blockCount, pageBytes, programBytes));
  initCrc();
  const limit = (<usize>memory.size()) << 16;
  const end = dynamicBase() + blockCount * BLOCK_ENTRY_BYTES;
  if (end + 4096 > limit) return fault(Status.INDEX_FULL, 0, 0, <u32>(end + 4096));
  dropRings();
  const at = placeBlockMap(dynamicBase());
  const capacity = placeIndex(at, <u32>(limit - at));
  return capacity < CAPACITY_MIN ? fault(Status.INDEX_FULL, 0, 0, 0) : <i32>capacity;
}

export function hf_format_begin(force: u32, parityBytes: u32, outerParity: u32, storeIdHigh: u32, storeIdLow: u32, wallMs: f64): i32 {
  if (!validWall(wallMs)) return fault(Status.INVALID, 0, 0, 4);
  return formatBegin(force != 0, parityBytes, outerParity, ((<u64>storeIdHigh) << 32) | storeIdLow);
}
export function hf_format_step(): i32 {
  return formatStep();
}
export function hf_mount(readOnly: u32, wallMs: f64): i32 {
  const status = mount(readOnly != 0, validWall(wallMs) ? <i64>wallMs : 0);
  if (status >= 0) recallLedger();
  return status;
}
/** The answer of a change. After a failed program the store goes on: a conversation under way does not. */
function changed(status: i32): i32 {
  if (carriesOn(status)) {
    giveWay();
    recallLedger();
  }
  return status;
}
export function hf_close(): i32 {
  giveWay();
  return close();
}

export function hf_put_begin(
  kind: u32,
  idHigh: u32,
  idLow: u32,
  codec: u32,
  metaBytes: u32,
  extBytes: u32,
  bodyBytes: u32,
  wallMs: f64,
): i32 {
  if (!validWall(wallMs)) return fault(Status.INVALID, 0, 0, 4);
  if (isReserved(kind, idHigh, idLow)) return fault(Status.INVALID, 0, 0, 5);
  giveWay();
  return changed(ownPutBegin(kind, idHigh, idLow, codec, metaBytes, extBytes, bodyBytes, <i64>wallMs));
}
export function hf_put_write(lengthBytes: u32): i32 {
  return changed(putWrite(lengthBytes));
}
export function hf_put_commit(): i32 {
  return changed(putCommit());
}
export function hf_put_abandon(): i32 {
  return putAbandon();
}
export function hf_remove(kind: u32, idHigh: u32, idLow: u32, wallMs: f64): i32 {
  if (!validWall(wallMs)) return fault(Status.INVALID, 0, 0, 4);
  if (isReserved(kind, idHigh, idLow)) return Status.NOT_FOUND;
  giveWay();
  return changed(removeRecord(kind, idHigh, idLow, 0, <i64>wallMs));
}
export function hf_batch_begin(recordCount: u32, bodyBytesTotal: u32): i32 {
  giveWay();
  return changed(batchBegin(recordCount, bodyBytesTotal));
}
export function hf_batch_commit(): i32 {
  return changed(batchCommit());
}
export function hf_batch_abandon(): i32 {
  return batchAbandon();
}

export function hf_get(kind: u32, idHigh: u32, idLow: u32): i32 {
  return isReserved(kind, idHigh, idLow) ? Status.NOT_FOUND : get(kind, idHigh, idLow);
}
export function hf_read(offset: u32, lengthBytes: u32): i32 {
  return readBody(offset, lengthBytes);
}
export function hf_list_next(kind: i32, cursorHigh: u32, cursorLow: u32): i32 {
  return listNext(kind, ((<u64>cursorHigh) << 32) | cursorLow);
}
export function hf_glance_next(kind: i32, cursorHigh: u32, cursorLow: u32): i32 {
  return glanceNext(kind, ((<u64>cursorHigh) << 32) | cursorLow);
}
export function hf_changes_next(afterHigh: u32, afterLow: u32, cursorHigh: u32, cursorLow: u32): i32 {
  return changesNext(((<u64>afterHigh) << 32) | afterLow, ((<u64>cursorHigh) << 32) | cursorLow);
}
export function hf_history_next(kind: u32, idHigh: u32, idLow: u32, beforeHigh: u32, beforeLow: u32): i32 {
  return historyNext(kind, idHigh, idLow, ((<u64>beforeHigh) << 32) | beforeLow);
}
export function hf_change(lsnHigh: u32, lsnLow: u32): i32 {
  return change(((<u64>lsnHigh) << 32) | lsnLow);
}
export function hf_verify_next(cursorHigh: u32, cursorLow: u32): i32 {
  return verifyNext(((<u64>cursorHigh) << 32) | cursorLow);
}

export function hf_scrub_next(cursorHigh: u32, cursorLow: u32): i32 {
  giveWay();
  return changed(scrubNext(((<u64>cursorHigh) << 32) | cursorLow));
}

export function hf_tick(budget: u32): i32 {
  const left = changed(tick(budget));
  return left == Status.IO && answerToChanges() == Status.OK ? 1 : left;
}
function tick(budget: u32): i32 {
  const status = writable();
  if (status < 0) return status;
  giveWay();
  return writing() ? Status.BUSY : failed(upkeep(budget));
}
export function hf_stat(): i32 {
  return fillStat();
}

export function hf_sync(): usize {
  tellConversation();
  return SYNC;
}
export function hf_sync_begin(asked: u32, codeHigh: u32, codeLow: u32, nonce: u32, wallMs: f64): i32 {
  if (!validWall(wallMs)) return fault(Status.INVALID, 0, 0, 4);
  return beginConversation(asked, ((<u64>codeHigh) << 32) | codeLow, nonce, <i64>wallMs);
}
export function hf_sync_next(again: u32): i32 {
  return changed(failed(nextFrame(again != 0)));
}
export function hf_sync_receive(lengthBytes: u32): i32 {
  return changed(failed(takeFrame(lengthBytes)));
}

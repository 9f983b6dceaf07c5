/*
 * The device door, typed: what build/device.wasm exports and imports. docs/abi.md says it in words.
 *
 * Numbers only. A result >= 0 is an answer, a negative one a status (host/errors.ts). 64-bit values never
 * cross as arguments: an id goes as two u32, wall time as f64, an LSN lies in the result structure.
 */

export const ABI_VERSION = 1;

export interface CoreExports {
  readonly memory: WebAssembly.Memory;
  hf_abi_version(): number;
  hf_configure(kind: number, blockBytes: number, blockCount: number, pageBytes: number, programBytes: number): number;

  hf_window(): number;
  hf_window_bytes(): number;
  hf_result(): number;
  hf_stat_record(): number;
  hf_fault(): number;

  hf_format_begin(force: number, parityBytes: number, outerParity: number, storeIdHigh: number, storeIdLow: number, wallMs: number): number;
  hf_format_step(): number;
  hf_mount(readOnly: number, wallMs: number): number;
  hf_close(): number;

  hf_put_begin(
    kind: number,
    idHigh: number,
    idLow: number,
    codec: number,
    metaBytes: number,
    extBytes: number,
    bodyBytes: number,
    wallMs: number,
  ): number;
  hf_put_write(lengthBytes: number): number;
  hf_put_commit(): number;
  hf_put_abandon(): number;
  hf_remove(kind: number, idHigh: number, idLow: number, wallMs: number): number;
  hf_batch_begin(recordCount: number, bodyBytesTotal: number): number;
  hf_batch_commit(): number;
  hf_batch_abandon(): number;

  hf_get(kind: number, idHigh: number, idLow: number): number;
  hf_read(offset: number, lengthBytes: number): number;
  hf_list_next(kind: number, cursorHigh: number, cursorLow: number): number;
  hf_glance_next(kind: number, cursorHigh: number, cursorLow: number): number;
  hf_changes_next(afterHigh: number, afterLow: number, cursorHigh: number, cursorLow: number): number;
  hf_history_next(kind: number, idHigh: number, idLow: number, beforeHigh: number, beforeLow: number): number;
  hf_change(lsnHigh: number, lsnLow: number): number;

  hf_tick(budget: number): number;
  hf_stat(): number;
  hf_verify_next(cursorHigh: number, cursorLow: number): number;
  hf_scrub_next(cursorHigh: number, cursorLow: number): number;

  hf_sync(): number;
  hf_sync_begin(asked: number, codeHigh: number, codeLow: number, nonce: number, wallMs: number): number;
  hf_sync_next(again: number): number;
  hf_sync_receive(lengthBytes: number): number;
}

/** Names of the functions in CoreExports: what `Core.call` takes. */
export type CoreFunction = Exclude<keyof CoreExports, "memory">;

/** Module "flash": the only one the core imports. `target` and `source` are addresses in its memory. */
export interface FlashImports {
  read(block: number, offset: number, target: number, length: number): number;
  program(block: number, offset: number, source: number, length: number): number;
  erase(block: number): number;
  is_bad(block: number): number;
  mark_bad(block: number): number;
  sync(): number;
}

/** Flags of the result structure. */
export const FLAG_REMOVED = 1;
export const FLAG_DAMAGED = 2;
export const FLAG_CORRECTED = 4;
export const FLAG_RELOCATED = 8;
export const FLAG_LEFT = 16;
export const FLAG_PART = 32;
export const FLAG_UNJUDGED = 64;

/** Detail of a FULL that only pictures meet. */
export const FAULT_PICTURE = 7;

/** Most bytes of meta a record may have; the doorstep takes meta and ext together. */
export const META_BYTES_MAX = 480;
/** Most bytes of body a record may have. */
export const BODY_BYTES_MAX = 8 * 1024 * 1024;
/** Most records, and most bytes of body, that commit together. */
export const BATCH_RECORDS_MAX = 256;
export const BATCH_BYTES_MAX = 64 * 1024;

/*
 * Holdfast for C: the functions of the core, its structures and its statuses. docs/abi.md says what each takes, gives and
 * costs; tests/house/handset.test.ts holds this file to it, name by name.
 *
 * Whatever runs the core implements the functions below: engine-wasm2c.c does it with translated WebAssembly. Addresses are
 * addresses in the core's own memory; engine_memory (engine.h) turns one into a pointer.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define HF_ABI_VERSION 1

/* Zero or more is an answer; below zero is one of these. A number is never reused. */
enum hf_status {
  HF_OK = 0,
  HF_IO = -1,
  HF_WORN_OUT = -2,
  HF_NOT_FORMATTED = -16,
  HF_NEWER_FORMAT = -17,
  HF_WRONG_GEOMETRY = -18,
  HF_CORRUPT = -19,
  HF_LOCKED = -20,
  HF_READ_ONLY = -21,
  HF_CLOSED = -22,
  HF_TRUNCATED = -23,
  HF_FULL = -32,
  HF_TOO_BIG = -33,
  HF_BUSY = -34,
  HF_INDEX_FULL = -35,
  HF_NOT_FOUND = -48,
  HF_INVALID = -49,
  HF_SEALED = -64,
  HF_WRONG_KEY = -65,
};

enum hf_kind { HF_CONTACT, HF_EVENT, HF_TODO, HF_NOTE, HF_MESSAGE, HF_MAIL, HF_PHOTO, HF_VAULT };

enum hf_flag { HF_REMOVED = 1, HF_DAMAGED = 2, HF_CORRECTED = 4 };

/* What the core says of one record, at hf_result(). */
struct hf_record {
  uint64_t lsn;
  double wallMs;
  uint32_t idHigh;
  uint32_t idLow;
  uint32_t kind;
  uint32_t codec;
  uint32_t metaBytes;
  uint32_t extBytes;
  uint32_t bodyBytes;
  uint32_t flags;
  uint32_t session;
  uint32_t bodyHeadBytes;
  uint32_t cursorLow;
  uint32_t cursorHigh;
};
_Static_assert(sizeof(struct hf_record) == 64, "docs/abi.md, Result");

/* Where the core last met trouble, at hf_fault(). */
struct hf_trouble {
  int32_t status;
  uint32_t block;
  uint32_t offset;
  uint32_t detail;
};
_Static_assert(sizeof(struct hf_trouble) == 16, "docs/abi.md, Fault");

/* The stat and the sync structure are passed on as they are. */
#define HF_STAT_BYTES 176u
#define HF_SYNC_BYTES 96u

/* Set up: engine_start, hf_abi_version, hf_configure, then format or mount. */
int32_t hf_abi_version(void);
int32_t hf_configure(uint32_t kind, uint32_t blockBytes, uint32_t blockCount, uint32_t pageBytes, uint32_t programBytes);
uint32_t hf_window(void);
uint32_t hf_window_bytes(void);
uint32_t hf_result(void);
uint32_t hf_stat_record(void);
uint32_t hf_fault(void);

int32_t hf_format_begin(uint32_t force, uint32_t parityBytes, uint32_t outerParity, uint32_t storeIdHigh, uint32_t storeIdLow,
                        double wallMs);
int32_t hf_format_step(void);
int32_t hf_mount(uint32_t readOnly, double wallMs);
int32_t hf_close(void);

int32_t hf_put_begin(uint32_t kind, uint32_t idHigh, uint32_t idLow, uint32_t codec, uint32_t metaBytes, uint32_t extBytes,
                     uint32_t bodyBytes, double wallMs);
int32_t hf_put_write(uint32_t lengthBytes);
int32_t hf_put_commit(void);
int32_t hf_put_abandon(void);
int32_t hf_remove(uint32_t kind, uint32_t idHigh, uint32_t idLow, double wallMs);
int32_t hf_batch_begin(uint32_t recordCount, uint32_t bodyBytesTotal);
int32_t hf_batch_commit(void);
int32_t hf_batch_abandon(void);

int32_t hf_get(uint32_t kind, uint32_t idHigh, uint32_t idLow);
int32_t hf_read(uint32_t offset, uint32_t lengthBytes);
int32_t hf_list_next(uint32_t kind, uint32_t cursorHigh, uint32_t cursorLow);
int32_t hf_glance_next(uint32_t kind, uint32_t cursorHigh, uint32_t cursorLow);
int32_t hf_changes_next(uint32_t afterHigh, uint32_t afterLow, uint32_t cursorHigh, uint32_t cursorLow);
int32_t hf_history_next(uint32_t kind, uint32_t idHigh, uint32_t idLow, uint32_t beforeHigh, uint32_t beforeLow);
int32_t hf_change(uint32_t lsnHigh, uint32_t lsnLow);
int32_t hf_scrub_next(uint32_t cursorHigh, uint32_t cursorLow);
int32_t hf_verify_next(uint32_t cursorHigh, uint32_t cursorLow);

int32_t hf_tick(uint32_t budget);
int32_t hf_stat(void);

int32_t hf_sync_begin(uint32_t asked, uint32_t codeHigh, uint32_t codeLow, uint32_t nonce, double wallMs);
int32_t hf_sync_next(uint32_t again);
int32_t hf_sync_receive(uint32_t lengthBytes);
uint32_t hf_sync(void);

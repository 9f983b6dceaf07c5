/*
 * The core as C: build/device.wasm through wasm2c, behind the names of holdfast.h.
 *
 * The only file that knows what wasm2c calls things. This is wabt 1.0.32 (Debian 12): Z_device_..., Z_flashZ_..., w2c_memory.
 * Later versions call them w2c_...; host/handset/build.mjs refuses another version by name.
 */
#include "device.h" /* generated */
#include "engine.h"
#include "hal.h"
#include "holdfast.h"
#include "trap.h"

#define PAGE_BYTES 65536u

static Z_device_instance_t core;

void engine_start(void) {
  static int initialized;
  if (!initialized) Z_device_init_module();
  initialized = 1;
  Z_device_instantiate(&core, NULL); /* the imports below need no state of their own */
  wasm_rt_grow_memory(&core.w2c_memory, ENGINE_MEMORY_BYTES / PAGE_BYTES - core.w2c_memory.pages);
}

uint8_t *engine_memory(uint32_t address, uint32_t length) {
  check((uint64_t)address + length <= core.w2c_memory.size, TRAP_ADDRESS);
  return core.w2c_memory.data + address;
}

/* The imports. Blocks and offsets come from the core, which may be reading a hostile image: a driver need not check them. */

static int is_on_part(uint32_t block, uint32_t offset, uint32_t length) {
  return block < hal_geometry.blockCount && (uint64_t)offset + length <= hal_geometry.blockBytes;
}

u32 Z_flashZ_read(struct Z_flash_instance_t *flash, u32 block, u32 offset, u32 target, u32 length) {
  (void)flash;
  if (!is_on_part(block, offset, length)) return (u32)HF_IO;
  return (u32)hal_flash_read(block, offset, engine_memory(target, length), length);
}

u32 Z_flashZ_program(struct Z_flash_instance_t *flash, u32 block, u32 offset, u32 source, u32 length) {
  (void)flash;
  if (!is_on_part(block, offset, length)) return (u32)HF_IO;
  return (u32)hal_flash_program(block, offset, engine_memory(source, length), length);
}

u32 Z_flashZ_erase(struct Z_flash_instance_t *flash, u32 block) {
  (void)flash;
  return is_on_part(block, 0, 0) ? (u32)hal_flash_erase(block) : (u32)HF_IO;
}

u32 Z_flashZ_is_bad(struct Z_flash_instance_t *flash, u32 block) {
  (void)flash;
  return is_on_part(block, 0, 0) ? (u32)hal_flash_is_bad(block) : 1u;
}

u32 Z_flashZ_mark_bad(struct Z_flash_instance_t *flash, u32 block) {
  (void)flash;
  return is_on_part(block, 0, 0) ? (u32)hal_flash_mark_bad(block) : (u32)HF_IO;
}

u32 Z_flashZ_sync(struct Z_flash_instance_t *flash) {
  (void)flash;
  return (u32)hal_flash_sync();
}

/* The exports, in the order of holdfast.h. */

int32_t hf_abi_version(void) { return (int32_t)Z_deviceZ_hf_abi_version(&core); }
int32_t hf_configure(uint32_t kind, uint32_t blockBytes, uint32_t blockCount, uint32_t pageBytes, uint32_t programBytes) {
  return (int32_t)Z_deviceZ_hf_configure(&core, kind, blockBytes, blockCount, pageBytes, programBytes);
}
uint32_t hf_window(void) { return Z_deviceZ_hf_window(&core); }
uint32_t hf_window_bytes(void) { return Z_deviceZ_hf_window_bytes(&core); }
uint32_t hf_result(void) { return Z_deviceZ_hf_result(&core); }
uint32_t hf_stat_record(void) { return Z_deviceZ_hf_stat_record(&core); }
uint32_t hf_fault(void) { return Z_deviceZ_hf_fault(&core); }

int32_t hf_format_begin(uint32_t force, uint32_t parityBytes, uint32_t outerParity, uint32_t storeIdHigh, uint32_t storeIdLow,
                        double wallMs) {
  return (int32_t)Z_deviceZ_hf_format_begin(&core, force, parityBytes, outerParity, storeIdHigh, storeIdLow, wallMs);
}
int32_t hf_format_step(void) { return (int32_t)Z_deviceZ_hf_format_step(&core); }
int32_t hf_mount(uint32_t readOnly, double wallMs) { return (int32_t)Z_deviceZ_hf_mount(&core, readOnly, wallMs); }
int32_t hf_close(void) { return (int32_t)Z_deviceZ_hf_close(&core); }

int32_t hf_put_begin(uint32_t kind, uint32_t idHigh, uint32_t idLow, uint32_t codec, uint32_t metaBytes, uint32_t extBytes,
                     uint32_t bodyBytes, double wallMs) {
  return (int32_t)Z_deviceZ_hf_put_begin(&core, kind, idHigh, idLow, codec, metaBytes, extBytes, bodyBytes, wallMs);
}
int32_t hf_put_write(uint32_t lengthBytes) { return (int32_t)Z_deviceZ_hf_put_write(&core, lengthBytes); }
int32_t hf_put_commit(void) { return (int32_t)Z_deviceZ_hf_put_commit(&core); }
int32_t hf_put_abandon(void) { return (int32_t)Z_deviceZ_hf_put_abandon(&core); }
int32_t hf_remove(uint32_t kind, uint32_t idHigh, uint32_t idLow, double wallMs) {
  return (int32_t)Z_deviceZ_hf_remove(&core, kind, idHigh, idLow, wallMs);
}
int32_t hf_batch_begin(uint32_t recordCount, uint32_t bodyBytesTotal) {
  return (int32_t)Z_deviceZ_hf_batch_begin(&core, recordCount, bodyBytesTotal);
}
int32_t hf_batch_commit(void) { return (int32_t)Z_deviceZ_hf_batch_commit(&core); }
int32_t hf_batch_abandon(void) { return (int32_t)Z_deviceZ_hf_batch_abandon(&core); }

int32_t hf_get(uint32_t kind, uint32_t idHigh, uint32_t idLow) { return (int32_t)Z_deviceZ_hf_get(&core, kind, idHigh, idLow); }
int32_t hf_read(uint32_t offset, uint32_t lengthBytes) { return (int32_t)Z_deviceZ_hf_read(&core, offset, lengthBytes); }
int32_t hf_list_next(uint32_t kind, uint32_t cursorHigh, uint32_t cursorLow) {
  return (int32_t)Z_deviceZ_hf_list_next(&core, kind, cursorHigh, cursorLow);
}
int32_t hf_glance_next(uint32_t kind, uint32_t cursorHigh, uint32_t cursorLow) {
  return (int32_t)Z_deviceZ_hf_glance_next(&core, kind, cursorHigh, cursorLow);
}
int32_t hf_changes_next(uint32_t afterHigh, uint32_t afterLow, uint32_t cursorHigh, uint32_t cursorLow) {
  return (int32_t)Z_deviceZ_hf_changes_next(&core, afterHigh, afterLow, cursorHigh, cursorLow);
}
int32_t hf_history_next(uint32_t kind, uint32_t idHigh, uint32_t idLow, uint32_t beforeHigh, uint32_t beforeLow) {
  return (int32_t)Z_deviceZ_hf_history_next(&core, kind, idHigh, idLow, beforeHigh, beforeLow);
}
int32_t hf_change(uint32_t lsnHigh, uint32_t lsnLow) { return (int32_t)Z_deviceZ_hf_change(&core, lsnHigh, lsnLow); }
int32_t hf_scrub_next(uint32_t cursorHigh, uint32_t cursorLow) { return (int32_t)Z_deviceZ_hf_scrub_next(&core, cursorHigh, cursorLow); }
int32_t hf_verify_next(uint32_t cursorHigh, uint32_t cursorLow) { return (int32_t)Z_deviceZ_hf_verify_next(&core, cursorHigh, cursorLow); }

int32_t hf_tick(uint32_t budget) { return (int32_t)Z_deviceZ_hf_tick(&core, budget); }
int32_t hf_stat(void) { return (int32_t)Z_deviceZ_hf_stat(&core); }

int32_t hf_sync_begin(uint32_t asked, uint32_t codeHigh, uint32_t codeLow, uint32_t nonce, double wallMs) {
  return (int32_t)Z_deviceZ_hf_sync_begin(&core, asked, codeHigh, codeLow, nonce, wallMs);
}
int32_t hf_sync_next(uint32_t again) { return (int32_t)Z_deviceZ_hf_sync_next(&core, again); }
int32_t hf_sync_receive(uint32_t lengthBytes) { return (int32_t)Z_deviceZ_hf_sync_receive(&core, lengthBytes); }
uint32_t hf_sync(void) { return Z_deviceZ_hf_sync(&core); }

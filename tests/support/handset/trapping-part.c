/*
 * A part under which the core's runtime traps in the middle of a program: half of the span is on the part, the rest is not.
 */
#include "hal.h"
#include "wasm-rt.h"

/* The mount and a few records come before. */
#define TRAPS_AT 40u

int32_t part_start(void);
int32_t part_read(uint32_t block, uint32_t offset, uint8_t *target, uint32_t length);
int32_t part_program(uint32_t block, uint32_t offset, const uint8_t *source, uint32_t length);
int32_t part_erase(uint32_t block);

int32_t hal_flash_program(uint32_t block, uint32_t offset, const uint8_t *source, uint32_t length) {
  static uint32_t programs;
  if (++programs != TRAPS_AT) return part_program(block, offset, source, length);
  part_program(block, offset, source, length / 2 & ~3u);
  wasm_rt_trap(WASM_RT_TRAP_UNREACHABLE);
}

int32_t hal_flash_start(void) { return part_start(); }
int32_t hal_flash_read(uint32_t block, uint32_t offset, uint8_t *target, uint32_t length) { return part_read(block, offset, target, length); }
int32_t hal_flash_erase(uint32_t block) { return part_erase(block); }
int32_t hal_flash_is_bad(uint32_t block) { return (void)block, 0; }
int32_t hal_flash_mark_bad(uint32_t block) { return (void)block, -1; }
int32_t hal_flash_sync(void) { return 0; }

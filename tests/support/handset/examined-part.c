/*
 * Examines the board's driver at boot, in its last block: what it must do, and what it must refuse. QEMU's chip would set
 * bits and call it success, so nothing above the driver can tell whether it refuses. `TRAP 9nn` is question nn answered wrongly.
 */
#include <string.h>
#include "hal.h"
#include "trap.h"

int32_t part_start(void);
int32_t part_read(uint32_t block, uint32_t offset, uint8_t *target, uint32_t length);
int32_t part_program(uint32_t block, uint32_t offset, const uint8_t *source, uint32_t length);
int32_t part_erase(uint32_t block);

static void expect(int condition, uint32_t question) {
  if (!condition) trap(900 + question);
}

static int holds(uint32_t block, uint32_t offset, const char *bytes) {
  uint8_t found[8];
  return part_read(block, offset, found, sizeof found) == 0 && memcmp(found, bytes, sizeof found) == 0;
}

static int32_t program(uint32_t block, uint32_t offset, const char *bytes, uint32_t length) {
  return part_program(block, offset, (const uint8_t *)bytes, length);
}

int32_t hal_flash_start(void) {
  uint32_t last = hal_geometry.blockCount - 1;
  expect(part_start() == 0, 1);
  expect(part_erase(last) == 0 && holds(last, 0, "\xff\xff\xff\xff\xff\xff\xff\xff"), 2);
  expect(program(last, 0, "\x0f\x0f\x0f\x0f\xf0\xf0\xf0\xf0", 8) == 0 && holds(last, 0, "\x0f\x0f\x0f\x0f\xf0\xf0\xf0\xf0"), 3);
  /* Clearing more bits is allowed; setting one is not, and then nothing is programmed, not even the words that could be. */
  expect(program(last, 0, "\x0e\x0f\x0f\x0f", 4) == 0 && holds(last, 0, "\x0e\x0f\x0f\x0f\xf0\xf0\xf0\xf0"), 4);
  expect(program(last, 0, "\x0e\x0f\x0f\x0e\xf1\xf0\xf0\xf0", 8) < 0 && holds(last, 0, "\x0e\x0f\x0f\x0f\xf0\xf0\xf0\xf0"), 5);
  expect(program(last, 2, "\x00\x00\x00\x00", 4) < 0 && program(last, 0, "\x00\x00", 2) < 0, 6);
  expect(holds(last, 0, "\x0e\x0f\x0f\x0f\xf0\xf0\xf0\xf0"), 7);
  expect(holds(last - 1, hal_geometry.blockBytes - 8, "\xff\xff\xff\xff\xff\xff\xff\xff"), 8);
  expect(part_erase(last) == 0 && holds(last, 0, "\xff\xff\xff\xff\xff\xff\xff\xff"), 9);
  console_text("driver examined\n");
  return 0;
}

int32_t hal_flash_read(uint32_t block, uint32_t offset, uint8_t *target, uint32_t length) { return part_read(block, offset, target, length); }
int32_t hal_flash_program(uint32_t block, uint32_t offset, const uint8_t *source, uint32_t length) {
  return part_program(block, offset, source, length);
}
int32_t hal_flash_erase(uint32_t block) { return part_erase(block); }
int32_t hal_flash_is_bad(uint32_t block) { return (void)block, 0; }
int32_t hal_flash_mark_bad(uint32_t block) { return (void)block, -1; }
int32_t hal_flash_sync(void) { return 0; }

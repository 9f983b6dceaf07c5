/*
 * The second NOR chip of the SX1: 8 MiB at 0x04000000, two 16-bit dies side by side on a 32-bit bus, blocks of 128 KiB,
 * Intel's command set. The firmware runs from the first chip, so this one may be in any mode.
 *
 * Others may take for granted: a program that would set a bit is refused before it begins; what was programmed was read back.
 *
 * Source  Intel StrataFlash Memory (J3) data sheet 290667, "Command Definitions"; JEDEC JESD68.01 (CFI).
 */
#include <string.h>
#include "../hal.h"

#define BASE 0x04000000u
#define BLOCK_BYTES 0x20000u
#define BLOCK_COUNT 64u
#define WORD_BYTES 4u

/* Each die hears its half of the bus: every command and every status bit stands twice. */
#define BOTH(byte) ((uint32_t)(byte) * 0x00010001u)

#define READ_ARRAY BOTH(0xff)
#define READ_QUERY BOTH(0x98)
#define CLEAR_STATUS BOTH(0x50)
#define UNLOCK BOTH(0x60)
#define PROGRAM BOTH(0x40)
#define ERASE BOTH(0x20)
#define CONFIRM BOTH(0xd0)

#define READY BOTH(0x80)
/* Erase, program, programming voltage, locked block. */
#define FAILURES BOTH(0x3a)

/* A J3 block takes 4 s at most; a read of the bus 100 ns at least. */
#define POLLS_MAX 100000000u

enum { DONE = 0, FAILED = -1 };

const char hal_board[] = "sx1";
const struct hal_geometry hal_geometry = {
    .kind = 0, .blockBytes = BLOCK_BYTES, .blockCount = BLOCK_COUNT, .pageBytes = 64, .programBytes = WORD_BYTES};

static int32_t wait(volatile uint32_t *status);
static int32_t finish(volatile uint32_t *word, int32_t result);
static uint32_t load(const uint8_t *source);

static volatile uint32_t *at(uint32_t block, uint32_t offset) {
  return (volatile uint32_t *)(uintptr_t)(BASE + block * BLOCK_BYTES + offset);
}

/* Asks the chip whether it is one, and unlocks its blocks: later parts of the family lock them at power on. */
int32_t hal_flash_start(void) {
  volatile uint32_t *first = at(0, 0);
  *first = READ_QUERY;
  int isThere = (first[0x10] & 0xff) == 'Q' && (first[0x11] & 0xff) == 'R' && (first[0x12] & 0xff) == 'Y';
  *first = READ_ARRAY;
  if (!isThere) return FAILED;
  for (uint32_t block = 0; block < BLOCK_COUNT; block++) {
    *at(block, 0) = UNLOCK;
    *at(block, 0) = CONFIRM;
  }
  return finish(first, wait(first));
}

int32_t hal_flash_read(uint32_t block, uint32_t offset, uint8_t *target, uint32_t length) {
  memcpy(target, (const uint8_t *)at(block, offset), length);
  return DONE;
}

/*
 * Word by word with 0x40, and not through the write buffer (0xE8): its word count goes to each die on a real bus and only
 * once on QEMU's, so that no driver is right on both. The chip stays in status mode for the whole span.
 */
int32_t hal_flash_program(uint32_t block, uint32_t offset, const uint8_t *source, uint32_t length) {
  volatile uint32_t *words = at(block, offset);
  uint32_t count = length / WORD_BYTES;
  if ((offset | length) % WORD_BYTES) return FAILED;

  /* QEMU's cfi01 sets bits and calls it success; on silicon they stay clear. Refused here, so that both are alike. */
  for (uint32_t i = 0; i < count; i++)
    if ((words[i] & load(source + i * WORD_BYTES)) != load(source + i * WORD_BYTES)) return FAILED;

  int32_t result = DONE;
  for (uint32_t i = 0; i < count && result == DONE; i++) {
    words[i] = PROGRAM;
    words[i] = load(source + i * WORD_BYTES);
    result = wait(&words[i]);
  }
  if (finish(words, result) != DONE) return FAILED;

  for (uint32_t i = 0; i < count; i++)
    if (words[i] != load(source + i * WORD_BYTES)) return FAILED;
  return DONE;
}

int32_t hal_flash_erase(uint32_t block) {
  volatile uint32_t *first = at(block, 0);
  *first = ERASE;
  *first = CONFIRM;
  if (finish(first, wait(first)) != DONE) return FAILED;
  for (uint32_t i = 0; i < BLOCK_BYTES / WORD_BYTES; i++)
    if (first[i] != 0xffffffffu) return FAILED;
  return DONE;
}

/* Waits until both dies are ready. */
static int32_t wait(volatile uint32_t *status) {
  for (uint32_t polls = 0; polls < POLLS_MAX; polls++) {
    uint32_t now = *status;
    if ((now & READY) == READY) return now & FAILURES ? FAILED : DONE;
  }
  return FAILED;
}

/* Back to reading, and passes the result on. */
static int32_t finish(volatile uint32_t *word, int32_t result) {
  if (result != DONE) *word = CLEAR_STATUS;
  *word = READ_ARRAY;
  return result;
}

/* `source` may lie anywhere; ARMv4 loads words from multiples of four only. */
static uint32_t load(const uint8_t *source) {
  uint32_t word;
  memcpy(&word, source, sizeof word);
  return word;
}

/* A NOR chip has no bad blocks of its own, and holds what it was told. */
int32_t hal_flash_is_bad(uint32_t block) { return (void)block, 0; }
int32_t hal_flash_mark_bad(uint32_t block) { return (void)block, FAILED; }
int32_t hal_flash_sync(void) { return DONE; }

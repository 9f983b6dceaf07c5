/*
 * What a port supplies: one flash part, two serial lines, and a way to stop. Everything is polled; no interrupt, no heap.
 *
 * Not here, because the core does not ask for it: a clock and random bytes. Wall time and ids come with the calls, on this
 * phone over the line; a phone with a clock of its own passes that.
 */
#pragma once
#include <stdint.h>

struct hal_geometry {
  uint32_t kind; /* 0 NOR, 1 NAND */
  uint32_t blockBytes;
  uint32_t blockCount;
  uint32_t pageBytes;
  uint32_t programBytes;
};

extern const struct hal_geometry hal_geometry;

/* The name of the board, for the boot message. */
extern const char hal_board[];

/* Makes the serial lines usable. Called once, first. */
void hal_start(void);

/* The console: a person reads it. */
void hal_console_send(uint8_t byte);

/* The link: frames (frame.h). Receiving waits. */
void hal_link_send(uint8_t byte);
uint8_t hal_link_receive(void);

/* Does nothing any more. A phone with a watchdog lets it reset the phone here. */
_Noreturn void hal_halt(void);

/*
 * The part, as docs/abi.md, "Imports" asks for it. Addresses were checked: they lie on the part, and within one block.
 *
 * Program  Returns 0 only when the bytes are on the part and were read back; a request to set a bit that is clear is
 *          refused before anything is programmed.
 * Cut      During program: any bytes inside the span. During erase: any bytes inside the block. Nothing else.
 */
int32_t hal_flash_start(void); /* 0, or < 0: no such part answers */
int32_t hal_flash_read(uint32_t block, uint32_t offset, uint8_t *target, uint32_t length);
int32_t hal_flash_program(uint32_t block, uint32_t offset, const uint8_t *source, uint32_t length);
int32_t hal_flash_erase(uint32_t block);
int32_t hal_flash_is_bad(uint32_t block);
int32_t hal_flash_mark_bad(uint32_t block);
int32_t hal_flash_sync(void);

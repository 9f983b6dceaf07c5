/*
 * The format as an attacker knows it: where units lie in an image, and how to make their checksums right. docs/format.md §2, §3.
 */
#pragma once
#include <stdint.h>

enum { UNIT_DATA_MAX = 651, UNITS_MAX = 4096, LABEL_DATA_BYTES = 44, LABEL_BYTES = 64 };

struct unit {
  uint32_t block, offset, dataBytes;
};

/* Of the part at hand: what `units_find` found. */
extern struct unit units[UNITS_MAX];
extern uint32_t unit_count;

/* Lists every unit that verifies, in every block whose label or header tells its erase count. */
void units_find(void);
/* CRC and parity of a unit made right for where it lies. Its bytes must lie inside the block. */
void unit_seal(const struct unit *unit);
uint32_t unit_bytes(uint32_t dataBytes);
/* The label of a block made right. */
void label_seal(uint32_t block);
uint32_t erase_count(uint32_t block);
uint8_t *cell(uint32_t block, uint32_t offset);
/* Length in data bytes that the first bytes of a unit tell, 0 when they tell none. */
uint32_t told_length(const uint8_t *unit);
uint32_t crc32c(uint32_t state, const uint8_t *bytes, uint32_t length);

/*
 * From input to part and back.
 */
#include "input.h"
#include <string.h>
#include "core.h"

/* So many blank bytes between two written ones begin a new span. */
enum { BLANK_RUN = 12 };

static uint32_t u16_at(const uint8_t *at) { return at[0] | (uint32_t)at[1] << 8; }
static void put_u16(uint8_t *at, uint32_t value) {
  at[0] = (uint8_t)value;
  at[1] = (uint8_t)(value >> 8);
}

int input_lay(const uint8_t *data, size_t size) {
  if (size < INPUT_HEAD_BYTES) return 0;
  part_insert(data[0]);
  for (size_t at = INPUT_HEAD_BYTES; at + SPAN_HEAD_BYTES <= size;) {
    const uint32_t block = u16_at(data + at) % part->blockCount;
    const uint32_t offset = u16_at(data + at + 2) % part->blockBytes;
    size_t length = u16_at(data + at + 4);
    at += SPAN_HEAD_BYTES;
    if (length > size - at) length = size - at;
    const size_t room = part->blockBytes - offset;
    memcpy(cells + (size_t)block * part->blockBytes + offset, data + at, length < room ? length : room);
    at += length;
  }
  return 1;
}

/* End of the written run that begins at `from`: a few blank bytes inside do not end it. */
static uint32_t run_end(const uint8_t *block, uint32_t from) {
  uint32_t end = from + 1;
  for (uint32_t i = end; i < part->blockBytes && i < end + BLANK_RUN; i++)
    if (block[i] != 0xff) end = i + 1;
  return end;
}
size_t input_write(uint8_t *data, size_t max, uint8_t plan) {
  if (max < INPUT_HEAD_BYTES) return 0;
  data[0] = (uint8_t)(part - geometries);
  data[1] = plan;
  size_t at = INPUT_HEAD_BYTES;
  for (uint32_t b = 0; b < part->blockCount; b++) {
    const uint8_t *block = cells + (size_t)b * part->blockBytes;
    for (uint32_t offset = 0; offset < part->blockBytes; offset++) {
      uint64_t word;
      if (offset % 8 == 0 && (memcpy(&word, block + offset, 8), word == ~0ull)) {
        offset += 7;
        continue;
      }
      if (block[offset] == 0xff) continue;
      const uint32_t end = run_end(block, offset);
      if (at + SPAN_HEAD_BYTES + end - offset > max) return 0;
      put_u16(data + at, b);
      put_u16(data + at + 2, offset);
      put_u16(data + at + 4, end - offset);
      memcpy(data + at + SPAN_HEAD_BYTES, block + offset, end - offset);
      at += SPAN_HEAD_BYTES + end - offset;
      offset = end - 1;
    }
  }
  return at;
}

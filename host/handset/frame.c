/*
 * The codec of frame.h, byte by byte between the link and a buffer.
 */
#include "frame.h"
#include "hal.h"

#define END 0xc0
#define ESC 0xdb
#define ESC_END 0xdc
#define ESC_ESC 0xdd
#define CRC_BYTES 4u

static uint32_t crc32c(const uint8_t *source, uint32_t length);

uint32_t frame_receive(uint8_t *target, uint32_t limit) {
  for (;;) {
    uint32_t count = 0, damaged = 0;
    for (uint8_t byte = hal_link_receive(); byte != END; byte = hal_link_receive()) {
      if (byte == ESC) {
        byte = hal_link_receive();
        damaged |= byte != ESC_END && byte != ESC_ESC;
        if (byte == END) break;
        byte = byte == ESC_END ? END : ESC;
      }
      damaged |= count == limit;
      if (count < limit) target[count++] = byte;
    }
    if (count == 0 && !damaged) continue; /* between two frames */
    if (damaged || count < CRC_BYTES) return FRAME_DAMAGED;

    const uint8_t *end = target + count - CRC_BYTES;
    uint32_t told = end[0] | (uint32_t)end[1] << 8 | (uint32_t)end[2] << 16 | (uint32_t)end[3] << 24;
    return crc32c(target, count - CRC_BYTES) == told ? count - CRC_BYTES : FRAME_DAMAGED;
  }
}

static void send_escaped(uint8_t byte) {
  if (byte == END || byte == ESC) {
    hal_link_send(ESC);
    byte = byte == END ? ESC_END : ESC_ESC;
  }
  hal_link_send(byte);
}

void frame_send(const uint8_t *source, uint32_t length) {
  uint32_t crc = crc32c(source, length);
  hal_link_send(END); /* ends whatever noise came before */
  while (length--) send_escaped(*source++);
  for (int i = 0; i < 4; i++, crc >>= 8) send_escaped((uint8_t)crc);
  hal_link_send(END);
}

/* RFC 3720, appendix B.4; four bits at a time: 64 bytes of table. */
static uint32_t crc32c(const uint8_t *source, uint32_t length) {
  static uint32_t table[16];
  if (table[1] == 0)
    for (uint32_t i = 0; i < 16; i++) {
      table[i] = i;
      for (int bit = 0; bit < 4; bit++) table[i] = table[i] & 1 ? table[i] >> 1 ^ 0x82f63b78u : table[i] >> 1;
    }
  uint32_t crc = 0xffffffffu;
  while (length--) {
    crc ^= *source++;
    crc = crc >> 4 ^ table[crc & 15];
    crc = crc >> 4 ^ table[crc & 15];
  }
  return ~crc;
}

/*
 * Fuzz target: what a relay, or anybody who passes for one, may say. A conversation is begun on a small store, messages are heard one after the
 * other, and what the handset has to say is fetched in between. Then the store is listed, closed and mounted again.
 *
 * Two things a stranger knows are filled in, in a frame whose checksum is right: a message number of all ones stands for the request last
 * heard, and a digest of all ones for the handset's own, with its count and cursor.
 */
#include <string.h>
#include "input.h"
#include "instance.h"
#include "unit.h"

enum { STORES = 3, FRAMES_MAX = 40, SAID_MAX = 64, FRAME_BYTES_MAX = 4096, CRC_BYTES = 4, HEADER_BYTES = 28, AGAIN = 0x8000 };
enum { WELCOME = 2, BYE = 11 };
#define WALL 1255000060000.0

static uint8_t kept_cells[STORES][24 * 1024];
static int made[STORES];

static uint8_t *window(void) { return core_bytes(Z_deviceZ_hf_window(core_instance()), FRAME_BYTES_MAX); }

static void put(uint32_t id, uint32_t bodyBytes) {
  memset(window(), 0x2a, 4096);
  CALL(hf_put_begin, 3, 0, id, 0, 0, 0, bodyBytes, WALL);
  CALL(hf_put_write, bodyBytes);
  CALL(hf_put_commit);
}
static void make_store(uint32_t which) {
  part_insert(0);
  core_power_on();
  CALL(hf_format_begin, 0, 16, 0, 0, 7, WALL);
  while (CALL(hf_format_step) > 0) {
  }
  core_mount(0);
  for (uint32_t id = 1; which > 0 && id <= 6; id++) put(id, which == 2 ? 900 : 40);
  if (which > 0) CALL(hf_remove, 3, 0, 2, WALL);
  if (which == 1) put(9, 3000);
  CALL(hf_close);
  memcpy(kept_cells[which], cells, sizeof kept_cells[which]);
  made[which] = 1;
}

static uint32_t u16_at(const uint8_t *at) { return at[0] | (uint32_t)at[1] << 8; }
static int is_all_ones(const uint8_t *at, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (at[i] != 0xff) return 0;
  return 1;
}
static int is_whole(const uint8_t *frame, uint32_t length) {
  if (length < HEADER_BYTES + CRC_BYTES || u16_at(frame) != length) return 0;
  const uint32_t crc = ~crc32c(0xffffffffu, frame, length - CRC_BYTES);
  return memcmp(frame + length - CRC_BYTES, &crc, CRC_BYTES) == 0;
}
static uint32_t request;

static void fill_in(uint8_t *frame, uint32_t length) {
  if (!is_whole(frame, length)) return;
  if (is_all_ones(frame + 4, 4)) memcpy(frame + 4, &request, 4);
  const uint8_t *told = core_bytes(Z_deviceZ_hf_sync(core_instance()), 96);
  uint8_t *payload = frame + HEADER_BYTES;
  const uint32_t payloadBytes = length - HEADER_BYTES - CRC_BYTES;
  const uint32_t digest = frame[2] == BYE ? 8 : 40, seq = frame[2] == BYE ? 16 : 32;
  if ((frame[2] == BYE && payloadBytes >= 24) || (frame[2] == WELCOME && payloadBytes >= 48))
    if (is_all_ones(payload + digest, 8)) {
      memcpy(payload + 4, told + 24, 4);
      memcpy(payload + digest, told + 32, 8);
      memcpy(payload + seq, told + 48, 8);
    }
  const uint32_t crc = ~crc32c(0xffffffffu, frame, length - CRC_BYTES);
  memcpy(frame + length - CRC_BYTES, &crc, CRC_BYTES);
}
static void fetch(uint32_t again) {
  for (uint32_t i = 0; i < SAID_MAX && CALL(hf_sync_next, again) > 0; i++, again = 0) memcpy(&request, window() + 4, 4);
}
static void hear(const uint8_t *bytes, uint32_t length) {
  uint8_t *frame = window();
  memcpy(frame, bytes, length < FRAME_BYTES_MAX ? length : FRAME_BYTES_MAX);
  if (length <= FRAME_BYTES_MAX) fill_in(frame, length);
  CALL(hf_sync_receive, length);
}
static void list(void) {
  const uint32_t result = Z_deviceZ_hf_result(core_instance());
  uint32_t cursor[2] = {0, 0};
  for (uint32_t i = 0; i < 512 && CALL(hf_list_next, (uint32_t)-1, cursor[1], cursor[0]) == 1; i++)
    memcpy(cursor, core_bytes(result + 56, 8), 8);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < INPUT_HEAD_BYTES) return -1;
  const uint32_t which = data[0] % STORES;
  if (!made[which]) make_store(which);
  part_insert(0);
  memcpy(cells, kept_cells[which], sizeof kept_cells[which]);
  core_power_on();
  core_mount(0);
  request = 0;
  if (CALL(hf_sync_begin, data[1] & 7, 0, data[1] & 8 ? 77 : 0, 0, WALL) >= 0) {
    fetch(0);
    size_t at = INPUT_HEAD_BYTES;
    for (uint32_t i = 0; i < FRAMES_MAX && at + 2 <= size; i++) {
      const uint32_t head = u16_at(data + at);
      size_t length = head & ~(uint32_t)AGAIN;
      at += 2;
      if (length > size - at) length = size - at;
      hear(data + at, (uint32_t)length);
      at += length;
      fetch(head & AGAIN ? 1 : 0);
      if (data[1] & 16 && i % 4 == 3) put(3, 60);
    }
  }
  list();
  CALL(hf_stat);
  CALL(hf_close);
  core_power_on();
  core_mount(0);
  core_echo();
  return 0;
}

/*
 * Fuzz target: any flash image. It is mounted, everything is asked of it, something is changed, it is closed and mounted again.
 * Whatever the image says, each call answers with a status.
 */
#include <string.h>
#include "input.h"
#include "instance.h"

enum { READ_ONLY = 1, LONG_BODY = 2, TALK = 4, BATCH = 8, REMOVE = 16, TICK = 32, PULL = 64, REPLACE = 128 };
/* Records asked of an image that tells of very many: a walk that goes on for ever is stopped by it. */
enum { RECORDS_MAX = 4096, GETS_MAX = 24 };
#define WALL 1255000060000.0

static uint32_t u32_at(uint32_t structure, uint32_t offset) {
  uint32_t value;
  memcpy(&value, core_bytes(structure + offset, 4), 4);
  return value;
}

struct key {
  uint32_t kind, idHigh, idLow;
};
static struct key first;

static void read_record(struct key key) {
  const uint32_t result = Z_deviceZ_hf_result(core_instance());
  if (CALL(hf_get, key.kind, key.idHigh, key.idLow) < 0) return;
  const uint32_t body = u32_at(result, 40);
  for (uint32_t at = 0; at < body && at < 65536;) {
    const int32_t got = CALL(hf_read, at, 4096);
    if (got <= 0) return;
    at += (uint32_t)got;
  }
}
static void list_everything(void) {
  const uint32_t result = Z_deviceZ_hf_result(core_instance());
  uint32_t high = 0, low = 0;
  for (uint32_t i = 0; i < RECORDS_MAX && CALL(hf_list_next, (uint32_t)-1, high, low) == 1; i++) {
    const struct key key = {u32_at(result, 24), u32_at(result, 16), u32_at(result, 20)};
    low = u32_at(result, 56);
    high = u32_at(result, 60);
    if (i == 0) first = key;
    if (i < GETS_MAX) read_record(key);
  }
  high = low = 0;
  for (uint32_t i = 0; i < RECORDS_MAX && CALL(hf_changes_next, 0, 0, high, low) == 1; i++) {
    low = u32_at(result, 56);
    high = u32_at(result, 60);
  }
}
static void verify(void) {
  const uint32_t result = Z_deviceZ_hf_result(core_instance());
  uint32_t high = 0, low = 0;
  for (uint32_t i = 0; i < RECORDS_MAX && CALL(hf_verify_next, high, low) == 1; i++) {
    low = u32_at(result, 56);
    high = u32_at(result, 60);
  }
}
static int32_t put(struct key key, uint32_t bodyBytes) {
  uint8_t *window = core_bytes(Z_deviceZ_hf_window(core_instance()), 4096);
  memset(window, 0x3c, 12);
  int32_t answer = CALL(hf_put_begin, key.kind, key.idHigh, key.idLow, 0, 8, 4, bodyBytes, WALL);
  for (uint32_t done = 0; answer >= 0 && done < bodyBytes;) {
    const uint32_t piece = bodyBytes - done < 4096 ? bodyBytes - done : 4096;
    memset(window, (int)(0x40 + done % 7), piece);
    answer = CALL(hf_put_write, piece);
    done += piece;
  }
  return answer < 0 ? answer : CALL(hf_put_commit);
}
static void change(uint8_t plan) {
  const struct key key = plan & REPLACE ? first : (struct key){3, 0, 0x7e57};
  if (plan & TICK) CALL(hf_tick, 12);
  if (plan & BATCH) CALL(hf_batch_begin, 2, 200);
  put(key, plan & LONG_BODY && !(plan & BATCH) ? 3000 : 90);
  if (plan & REMOVE) CALL(hf_remove, first.kind, first.idHigh, first.idLow, WALL);
  if (plan & BATCH) CALL(hf_batch_commit);
  if (plan & TICK) CALL(hf_tick, 4);
}
/* Says what a handset would say to a relay it has never met: reads every record's version and the ledger. */
static void talk(void) {
  if (CALL(hf_sync_begin, 0, 0, 0, 0, WALL) < 0) return;
  CALL(hf_sync_next, 0);
  Z_deviceZ_hf_sync(core_instance());
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!input_lay(data, size)) return -1;
  const uint8_t plan = data[1];
  core_power_on();
  first = (struct key){3, 0, 1};
  if (core_mount(plan & READ_ONLY) >= 0) {
    list_everything();
    verify();
    CALL(hf_stat);
    change(plan);
    if (plan & TALK) talk();
    if (!(plan & PULL)) CALL(hf_close);
  }
  core_power_on();
  if (core_mount(0) >= 0) CALL(hf_stat);
  core_echo();
  return 0;
}

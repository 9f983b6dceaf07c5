/*
 * Included behind the translated core in the fast build: the arithmetic of hostile images, quicker and with the same answers. Checksums are
 * taken by the machine's own instruction, where it has one, copies by the library, and a codeword that was mended, or was not, is remembered.
 * The core's own functions are there under the name slow_...; the strict build has nothing else. fuzz.test.ts holds the two against each other.
 */
#pragma once
#include <string.h>
#include "core.h"
#include "unit.h"

static u32 w2c_assembly_base_crc32c_crc32c(Z_device_instance_t *instance, u32 state, u32 source, u32 length) {
  (void)instance;
  rounds += length;
  return crc32c(state, core_bytes(source, length), length);
}
static void w2c__lib_memory_memory_copy(Z_device_instance_t *instance, u32 target, u32 source, u32 length) {
  (void)instance;
  memmove(core_bytes(target, length), core_bytes(source, length), length);
}
static void w2c__lib_memory_memory_fill(Z_device_instance_t *instance, u32 target, u32 value, u32 length) {
  (void)instance;
  memset(core_bytes(target, length), (int)value, length);
}

/* A codeword as it was, as it was left, and the answer. */
struct mended {
  uint8_t before[256], after[256];
  uint32_t length, parity;
  int32_t answer;
  uint64_t rounds;
};
static struct mended known[16384];

static u32 w2c_assembly_base_reed_solomon_correct(Z_device_instance_t *instance, u32 data, u32 length, u32 check) {
  const uint32_t parity = instance->w2c_assembly_base_reed_solomon_parity;
  if (length + parity > 255) return slow_w2c_assembly_base_reed_solomon_correct(instance, data, length, check);
  uint8_t word[256] = {0};
  memcpy(word, core_bytes(data, length), length);
  memcpy(word + length, core_bytes(check, parity), parity);
  struct mended *at = &known[crc32c(length << 8 | parity, word, sizeof word) % (sizeof known / sizeof *known)];
  if (at->length != length || at->parity != parity || memcmp(at->before, word, sizeof word) != 0) {
    const uint64_t before = rounds;
    memcpy(at->before, word, sizeof word);
    at->length = length;
    at->parity = parity;
    at->answer = (int32_t)slow_w2c_assembly_base_reed_solomon_correct(instance, data, length, check);
    at->rounds = rounds - before;
    memcpy(at->after, core_bytes(data, length), length);
    memcpy(at->after + length, core_bytes(check, parity), parity);
    return (u32)at->answer;
  }
  rounds += at->rounds;
  memcpy(core_bytes(data, length), at->after, length);
  memcpy(core_bytes(check, parity), at->after + length, parity);
  return (u32)at->answer;
}

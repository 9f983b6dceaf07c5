/*
 * One instance of the translated core, its memory, its flash, and what is watched over it. The runtime that wasm2c asks for is here too.
 *
 * Linear memory lies in eight gigabytes of address space of which only its pages can be touched, so that loads and stores need no check
 * and are no branches for the fuzzer to count.
 */
#include "core.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "device.h" /* generated */
#include "gaps.h"   /* generated */
#include "instance.h"
#include "unit.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#define POISON(at, bytes) __asan_poison_memory_region(at, bytes)
#define UNPOISON(at, bytes) __asan_unpoison_memory_region(at, bytes)
#endif
#endif
#ifndef POISON
#define POISON(at, bytes) ((void)0)
#define UNPOISON(at, bytes) ((void)0)
#endif

#define PAGE_BYTES 65536u
#define RESERVED_BYTES ((size_t)9 << 30)
#define GAP_WORD 0x5ca1ab1e0ddba11dull
/* Rounds of loops in one call: some hundred thousand are usual for a mount. */
#define ROUNDS_MAX 50000000ull

const struct geometry geometries[GEOMETRIES] = {
    {0, 2048, 12, 64, 1},    /* the smallest that is served */
    {0, 2048, 12, 64, 32},   /* with ECC on the die: a unit is programmed once */
    {1, 8192, 12, 512, 512}, /* the smallest NAND */
    {0, 2048, 256, 64, 2},   /* large enough for an anchor and checkpoints */
};
const struct geometry *part = &geometries[0];
uint8_t cells[PART_BYTES_MAX];
struct operations operations;
uint64_t rounds;

static Z_device_instance_t core;
static uint8_t *linear;
static uint32_t gaps[GAP_COUNT];
static uint32_t answers; /* of all calls, as one number */

/* As configured, for each geometry. */
static struct {
  int made;
  Z_device_instance_t core;
  uint8_t memory[PAGE_BYTES];
  uint32_t gaps[GAP_COUNT];
} fresh[GEOMETRIES], kept;

Z_device_instance_t *core_instance(void) { return &core; }

static _Noreturn void fail(const char *what, const char *where) {
  fprintf(stderr, "\nFAILED: %s%s%s\n", what, where ? " in " : "", where ? where : "");
  abort();
}

/* The runtime. */

bool wasm_rt_is_initialized(void) { return true; }
void wasm_rt_trap(wasm_rt_trap_t code) {
  fprintf(stderr, "\nTRAP %d: %s\n", (int)code, code == WASM_RT_TRAP_UNREACHABLE ? "a check of the core's own" : "by the machine");
  abort();
}
void wasm_rt_allocate_memory(wasm_rt_memory_t *memory, uint32_t pages, uint32_t max) {
  if (linear == NULL) {
    linear = mmap(NULL, RESERVED_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (linear == MAP_FAILED || mprotect(linear, PAGE_BYTES, PROT_READ | PROT_WRITE) != 0) fail("no address space", NULL);
  }
  memset(linear, 0, PAGE_BYTES);
  memory->data = linear;
  memory->pages = pages;
  memory->max_pages = max;
  memory->size = PAGE_BYTES;
}
uint32_t wasm_rt_grow_memory(wasm_rt_memory_t *memory, uint32_t pages) {
  (void)memory, (void)pages;
  return 0xffffffffu;
}
void wasm_rt_free_memory(wasm_rt_memory_t *memory) { (void)memory; }
uint32_t wasm_rt_register_func_type(uint32_t parameters, uint32_t results, ...) {
  (void)parameters, (void)results;
  return 1;
}

uint8_t *core_bytes(uint32_t address, uint32_t length) {
  if ((uint64_t)address + length > PAGE_BYTES) fail("an address outside of memory", NULL);
  return linear + address;
}

/* Gaps. The sanitizer forbids them at once; their pattern tells without it. */

__attribute__((no_sanitize("address", "undefined", "coverage"))) static int gap_is_whole(uint32_t at) {
  uint64_t changed = 0;
  for (uint32_t i = 0; i < GAP_BYTES / 8; i++) changed |= ((volatile uint64_t *)(linear + at))[i] ^ GAP_WORD;
  return changed == 0;
}
static void gaps_fill(void) {
  for (uint32_t i = 0; i < GAP_COUNT; i++) {
    gaps[i] = Z_deviceZ_hf_gap(&core, i);
    if (gaps[i] % 8 != 0 || gaps[i] == 0) fail("a gap in no place", gap_names[i]);
    for (uint32_t k = 0; k < GAP_BYTES; k += 8) memcpy(linear + gaps[i] + k, &(uint64_t){GAP_WORD}, 8);
  }
}
static void gaps_forbid(void) {
  for (uint32_t i = 0; i < GAP_COUNT; i++) POISON(linear + gaps[i], GAP_BYTES);
}

int32_t core_checked(const char *call, int32_t answer) {
  for (uint32_t i = 0; i < GAP_COUNT; i++)
    if (!gap_is_whole(gaps[i])) {
      fprintf(stderr, "\nCANARY: something was written behind %s\n", gap_names[i]);
      fail("a canary", call);
    }
  if (rounds > ROUNDS_MAX) fail("too many rounds of loops", call);
  rounds = 0;
  answers = crc32c(answers, (const uint8_t *)&answer, sizeof answer);
  return answer;
}
void core_echo(void) {
  if (getenv("HOLDFAST_ECHO") == NULL) return;
  const uint32_t flash = crc32c(0, cells, part->blockBytes * part->blockCount);
  fprintf(stderr, "\nanswers %08x, flash %08x, %llu reads\n", answers, flash, (unsigned long long)operations.reads);
  answers = 0;
}

/* States of RAM. */

static void configure(uint32_t which) {
  const struct geometry *g = &geometries[which];
  Z_device_init_module();
  Z_device_instantiate(&core, NULL);
  if ((int32_t)Z_deviceZ_hf_configure(&core, g->kind, g->blockBytes, g->blockCount, g->pageBytes, g->programBytes) < 64)
    fail("a geometry is not served", NULL);
  gaps_fill();
  fresh[which].core = core;
  memcpy(fresh[which].memory, linear, PAGE_BYTES);
  memcpy(fresh[which].gaps, gaps, sizeof gaps);
  fresh[which].made = 1;
}
void part_insert(uint32_t geometry) {
  part = &geometries[geometry % GEOMETRIES];
  memset(cells, 0xff, (size_t)part->blockBytes * part->blockCount);
}
void core_power_on(void) {
  const uint32_t which = (uint32_t)(part - geometries);
  if (linear) UNPOISON(linear, PAGE_BYTES);
  if (!fresh[which].made) configure(which);
  core = fresh[which].core;
  memcpy(linear, fresh[which].memory, PAGE_BYTES);
  memcpy(gaps, fresh[which].gaps, sizeof gaps);
  gaps_forbid();
  operations = (struct operations){0};
  rounds = 0;
}
void core_keep(void) {
  UNPOISON(linear, PAGE_BYTES);
  kept.core = core;
  memcpy(kept.memory, linear, PAGE_BYTES);
  gaps_forbid();
}
void core_return(void) {
  UNPOISON(linear, PAGE_BYTES);
  core = kept.core;
  memcpy(linear, kept.memory, PAGE_BYTES);
  gaps_forbid();
  operations = (struct operations){0};
  rounds = 0;
}

/*
 * docs/recovery.md, "Bounds": every block is read a few times by its label, header and trailer, and a few times from end to end, at
 * worst by a read for every place at which a record can stand. Images of the corpus take 8 to 20 reads a block.
 */
static uint64_t reads_allowed(void) {
  const uint64_t heads = (part->blockBytes + 32) / 33;
  const uint64_t recovery = 3ull * part->blockCount + 2 * heads * (part->blockCount + 8 * 33); /* host/proof/bounds.ts */
  return recovery + 2 * heads * (heads + 1) * part->blockCount; /* and compaction, where an image leaves no block free */
}
int32_t core_mount(uint32_t readOnly) {
  operations = (struct operations){0};
  const int32_t answer = CALL(hf_mount, readOnly, 1255000000000.0);
  if (operations.reads > reads_allowed()) fail("more reads than the bound", "hf_mount");
  if (operations.erases > 6ull * part->blockCount) fail("more erases than the bound", "hf_mount");
  if (operations.programs > 64ull * part->blockCount) fail("more programs than the bound", "hf_mount");
  return answer;
}

/* The flash. */

static uint8_t *span(uint32_t block, uint32_t offset, uint32_t length) {
  if (block >= part->blockCount || (uint64_t)offset + length > part->blockBytes) fail("a flash operation outside of the part", NULL);
  return cells + (size_t)block * part->blockBytes + offset;
}
u32 Z_flashZ_read(struct Z_flash_instance_t *flash, u32 block, u32 offset, u32 target, u32 length) {
  (void)flash;
  operations.reads++;
  memcpy(core_bytes(target, length), span(block, offset, length), length);
  return 0;
}
u32 Z_flashZ_program(struct Z_flash_instance_t *flash, u32 block, u32 offset, u32 source, u32 length) {
  (void)flash;
  operations.programs++;
  const uint8_t *bytes = core_bytes(source, length);
  uint8_t *target = span(block, offset, length);
  for (u32 i = 0; i < length; i++) target[i] &= bytes[i];
  return 0;
}
u32 Z_flashZ_erase(struct Z_flash_instance_t *flash, u32 block) {
  (void)flash;
  operations.erases++;
  memset(span(block, 0, part->blockBytes), 0xff, part->blockBytes);
  return 0;
}
u32 Z_flashZ_is_bad(struct Z_flash_instance_t *flash, u32 block) {
  (void)flash;
  span(block, 0, 0);
  return 0;
}
u32 Z_flashZ_mark_bad(struct Z_flash_instance_t *flash, u32 block) {
  (void)flash;
  span(block, 0, 0);
  return 0;
}
u32 Z_flashZ_sync(struct Z_flash_instance_t *flash) {
  (void)flash;
  return 0;
}

/*
 * Plays logs of recorder.ts on the core as C: makes the recorded calls, answers for the flash, and holds results, flash operations and programmed
 * bytes against the log. recorder.ts says what a log holds.
 *
 *   replay LOG...     exit 0 when every call did what the log says
 *
 * Addresses are not compared: builds lay their buffers out in places of their own.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "device.h" /* generated */

typedef union {
  double number;
  uint64_t bits;
} value;
enum kind { NOTHING, NUMBER, LONG, TRAPPED };

static Z_device_instance_t core;
#include "calls.h" /* generated: CALLS, a table of name, whether its result is an address, and a function that calls it */

enum { READ, PROGRAM, ERASE, IS_BAD, MARK_BAD, SYNC, CALLS_MAX = 1024, PAGE = 65536, PAGES_MAX = 1024 };
static const uint8_t *at, *end;
static const char *log_name;
static const uint8_t *log_start;
static const struct call *named[CALLS_MAX];
static const struct call *current;
static jmp_buf ended;
enum { CUT = 1, TRAP };

static _Noreturn void differs(const char *what, double here, double there) {
  printf("%s differs at byte %zu in %s: %s is %.0f here, %.0f in the log\n", log_name, (size_t)(at - log_start), current ? current->name : "?", what, here, there);
  exit(1);
}
static uint8_t take_u8(void) { return at < end ? *at++ : (exit(3), 0); }
static uint32_t take_u32(void) {
  uint32_t word;
  memcpy(&word, at, 4);
  at += 4;
  return word;
}
static value take_value(void) {
  value v;
  memcpy(&v, at, 8);
  at += 8;
  return v;
}

/* The runtime. */

static uint8_t *linear;
bool wasm_rt_is_initialized(void) { return true; }
void wasm_rt_trap(wasm_rt_trap_t code) {
  (void)code;
  longjmp(ended, TRAP);
}
void wasm_rt_allocate_memory(wasm_rt_memory_t *memory, uint32_t pages, uint32_t max) {
  if (linear == NULL) {
    linear = mmap(NULL, (size_t)9 << 30, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (linear == MAP_FAILED) exit(4);
  }
  madvise(linear, (size_t)PAGES_MAX * PAGE, MADV_DONTNEED);
  mprotect(linear, (size_t)PAGES_MAX * PAGE, PROT_NONE);
  mprotect(linear, (size_t)pages * PAGE, PROT_READ | PROT_WRITE);
  *memory = (wasm_rt_memory_t){.data = linear, .pages = pages, .max_pages = max, .size = pages * PAGE};
}
uint32_t wasm_rt_grow_memory(wasm_rt_memory_t *memory, uint32_t pages) {
  const uint32_t before = memory->pages;
  memory->pages += pages;
  memory->size = memory->pages * PAGE;
  mprotect(linear, memory->size, PROT_READ | PROT_WRITE);
  return before;
}
void wasm_rt_free_memory(wasm_rt_memory_t *memory) { (void)memory; }
uint32_t wasm_rt_register_func_type(uint32_t parameters, uint32_t results, ...) {
  (void)parameters, (void)results;
  return 1;
}

void wasm_rt_allocate_funcref_table(wasm_rt_funcref_table_t *table, uint32_t elements, uint32_t max) {
  *table = (wasm_rt_funcref_table_t){calloc(elements + 1, sizeof(wasm_rt_funcref_t)), max, elements}; /* of the probe; nobody calls through it */
}
void wasm_rt_free_funcref_table(wasm_rt_funcref_table_t *table) { free(table->data); }

/* The flash: what the log says. `skipped` of the arguments is an address. */

static uint32_t answer(uint8_t which, const uint32_t *args, uint32_t count, uint32_t skipped) {
  const uint8_t tag = take_u8();
  if (tag == 'X') longjmp(ended, CUT);
  if (tag != 'F') differs("the flash is asked, and the next entry", which, tag);
  const uint8_t there = take_u8();
  if (there != which) differs("what the flash is asked", which, there);
  const uint32_t result = take_u32();
  if (take_u8() != count) exit(3);
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t arg = take_u32();
    if (i != skipped && arg != args[i]) differs("an argument of the flash", args[i], arg);
  }
  return result;
}
u32 Z_flashZ_read(struct Z_flash_instance_t *flash, u32 block, u32 offset, u32 target, u32 length) {
  (void)flash;
  const uint32_t result = answer(READ, (uint32_t[]){block, offset, target, length}, 4, 2);
  memcpy(linear + target, at, length);
  at += length;
  return result;
}
u32 Z_flashZ_program(struct Z_flash_instance_t *flash, u32 block, u32 offset, u32 source, u32 length) {
  (void)flash;
  const uint32_t result = answer(PROGRAM, (uint32_t[]){block, offset, source, length}, 4, 2);
  uint32_t hash = 0x811c9dc5u;
  for (uint32_t i = 0; i < length; i++) hash = (hash ^ linear[source + i]) * 0x01000193u;
  const uint32_t there = take_u32();
  if (hash != there) differs("the hash of what is programmed", hash, there);
  return result;
}
u32 Z_flashZ_erase(struct Z_flash_instance_t *flash, u32 block) {
  (void)flash;
  return answer(ERASE, &block, 1, 9);
}
u32 Z_flashZ_is_bad(struct Z_flash_instance_t *flash, u32 block) {
  (void)flash;
  return answer(IS_BAD, &block, 1, 9);
}
u32 Z_flashZ_mark_bad(struct Z_flash_instance_t *flash, u32 block) {
  (void)flash;
  return answer(MARK_BAD, &block, 1, 9);
}
u32 Z_flashZ_sync(struct Z_flash_instance_t *flash) {
  (void)flash;
  return answer(SYNC, NULL, 0, 9);
}

/* The log. */

static void name_export(void) {
  const uint32_t id = take_u8() | (uint32_t)take_u8() << 8;
  const uint8_t length = take_u8();
  named[id] = NULL;
  for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
    if (strlen(calls[i].name) == length && memcmp(calls[i].name, at, length) == 0) named[id] = &calls[i];
  if (named[id] == NULL) {
    printf("%s: there is no export %.*s\n", log_name, length, (const char *)at);
    exit(1);
  }
  at += length;
}
static void write_memory(uint32_t base) {
  const uint32_t address = base + take_u32();
  const uint32_t length = take_u32();
  memcpy(linear + address, at, length);
  at += length;
}
static void hold_against(value mine, enum kind kind) {
  if (take_u8() != 'R') differs("the call returned, and the next entry", 'R', at[-1]);
  const uint8_t there = take_u8();
  const value told = take_value();
  if (there != kind) differs("the kind of result", kind, there);
  if (current->is_address || kind == NOTHING || kind == TRAPPED) return;
  if (kind == LONG ? mine.bits != told.bits : mine.number != told.number) differs("the result", mine.number, told.number);
}
static void play_call(void) {
  static value args[16];
  const uint32_t id = take_u8() | (uint32_t)take_u8() << 8;
  const uint8_t count = take_u8();
  memset(args, 0, sizeof args);
  for (uint32_t i = 0; i < count; i++) args[i] = take_value();
  current = named[id];
  value result = {0};
  const int how = setjmp(ended);
  if (how == 0) {
    const enum kind kind = current->call(args, &result);
    hold_against(result, kind);
  } else if (how == TRAP) hold_against(result, TRAPPED);
}
static void play_entry(void) {
  switch (take_u8()) {
    case 'I':
      current = NULL;
      Z_device_init_module();
      Z_device_instantiate(&core, NULL);
      break;
    case 'N': name_export(); break;
    case 'M': {
      const uint32_t pages = take_u32();
      if (pages > core.w2c_memory.pages) wasm_rt_grow_memory(&core.w2c_memory, pages - core.w2c_memory.pages);
      break;
    }
    case 'W': write_memory(0); break;
    case 'V': write_memory(Z_deviceZ_hf_window(&core)); break;
    case 'C': play_call(); break;
    case 'T': take_u32(); break; /* for tests/mutation */
    default: differs("an entry", 0, at[-1]);
  }
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    log_name = argv[i];
    FILE *file = fopen(log_name, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) return 2;
    const size_t size = (size_t)ftell(file);
    log_start = size == 0 ? NULL : mmap(NULL, size, PROT_READ, MAP_PRIVATE, fileno(file), 0);
    fclose(file);
    at = log_start;
    end = at + size;
    while (at < end) play_entry();
    if (size != 0) munmap((void *)log_start, size);
  }
  return 0;
}

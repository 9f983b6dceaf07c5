/*
 * The runtime that wasm2c's output asks for, without an operating system: memory is one array, a trap is the end.
 *
 * Takes the place of wabt's wasm-rt-impl.c, which wants mmap and signals. Bounds checks are explicit code on 32 bits and
 * stay in: they keep a core that reads a hostile image inside its array. (They are 21 % of its code on ARM.)
 */
#include <string.h>
#include "engine.h"
#include "trap.h"
#include "wasm-rt.h"

#define PAGE_BYTES 65536u
#define NO_PAGES 0xffffffffu

static uint8_t linear[ENGINE_MEMORY_BYTES] __attribute__((aligned(8)));

uint32_t wasm_rt_call_stack_depth;

void wasm_rt_trap(wasm_rt_trap_t code) { trap((uint32_t)code); }

/* There is one instance at a time; a new one finds its memory as after power on. */
void wasm_rt_allocate_memory(wasm_rt_memory_t *memory, uint32_t initialPages, uint32_t maxPages) {
  memset(linear, 0, sizeof linear);
  memory->data = linear;
  memory->pages = initialPages;
  memory->max_pages = maxPages < sizeof linear / PAGE_BYTES ? maxPages : sizeof linear / PAGE_BYTES;
  memory->size = initialPages * PAGE_BYTES;
  wasm_rt_call_stack_depth = 0;
}

uint32_t wasm_rt_grow_memory(wasm_rt_memory_t *memory, uint32_t pages) {
  uint32_t before = memory->pages;
  if (pages > memory->max_pages - before) return NO_PAGES;
  memory->pages += pages;
  memory->size = memory->pages * PAGE_BYTES;
  return before;
}

void wasm_rt_free_memory(wasm_rt_memory_t *memory) { (void)memory; }

/* Types matter to indirect calls only, and the core has no table. */
uint32_t wasm_rt_register_func_type(uint32_t parameters, uint32_t results, ...) {
  (void)parameters;
  (void)results;
  return 1;
}

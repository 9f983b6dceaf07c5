/*
 * The end of a session by our own will: `TRAP nnnn` on the console, and then nothing more. A trap is a power cut: what was
 * acknowledged is on flash, and the next boot recovers the rest.
 */
#pragma once
#include <stdint.h>

/* Below 100: wasm_rt_trap_t of wasm-rt.h; 5 is `unreachable`, the core's own check(). 200 and up: exceptions of the processor (start.S). */
enum trap {
  TRAP_ADDRESS = 100, /* the core named bytes outside its memory */
  TRAP_STACK = 101,   /* the stack grew over its end */
  TRAP_NO_FLASH = 102,
  TRAP_ABI = 103,   /* holdfast.h is of another version than the core */
  TRAP_REPLY = 104, /* an answer longer than its buffer */
};

_Noreturn void trap(uint32_t code);

/* Asserts stay in the release, as in the core. */
static inline void check(int condition, enum trap code) {
  if (!condition) trap(code);
}

void console_text(const char *text);

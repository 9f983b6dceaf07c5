/*
 * Words on the console, and the last of them.
 */
#include "trap.h"
#include "hal.h"

_Noreturn void trap(uint32_t code) {
  char digits[] = "0000\n";
  for (int i = 3; i >= 0; i--, code /= 10) digits[i] = (char)('0' + code % 10);
  console_text("TRAP ");
  console_text(digits);
  hal_halt();
}

void console_text(const char *text) {
  while (*text) hal_console_send((uint8_t)*text++);
}

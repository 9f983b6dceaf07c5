/*
 * The UARTs of the OMAP310: a 16550 with its registers four bytes apart. The first is the console, the second the link.
 *
 * Source  TI OMAP5910 Technical Reference Manual, "UART" (the OMAP310 is its smaller brother); the registers are the 16550's.
 */
#include "../hal.h"

#define CONSOLE 0xfffb0000u
#define LINK 0xfffb0800u
#define REGISTER(base, number) (*(volatile uint32_t *)(uintptr_t)((base) + 4u * (number)))

enum { DATA, INTERRUPT_ENABLE, FIFO_CONTROL, LINE_CONTROL, LINE_STATUS = 5, MODE = 8, DIVISOR_LOW = 0, DIVISOR_HIGH = 1 };
enum { RECEIVED = 0x01, SENDABLE = 0x20 };

static void start(uint32_t base) {
  REGISTER(base, MODE) = 7; /* disabled */
  REGISTER(base, LINE_CONTROL) = 0x83; /* 8 bits, no parity; the divisor shows */
  REGISTER(base, DIVISOR_LOW) = 26; /* 48 MHz / 16 / 26 = 115 200 */
  REGISTER(base, DIVISOR_HIGH) = 0;
  REGISTER(base, LINE_CONTROL) = 0x03;
  REGISTER(base, INTERRUPT_ENABLE) = 0;
  /* FIFOs on and emptied, trigger at 14 bytes: at 1, QEMU hands over one byte each time round its main loop. */
  REGISTER(base, FIFO_CONTROL) = 0xc7;
  REGISTER(base, MODE) = 0; /* UART, 16 samples a bit */
}

static void send(uint32_t base, uint8_t byte) {
  while (!(REGISTER(base, LINE_STATUS) & SENDABLE)) {}
  REGISTER(base, DATA) = byte;
}

void hal_start(void) {
  start(CONSOLE);
  start(LINK);
}

void hal_console_send(uint8_t byte) { send(CONSOLE, byte); }
void hal_link_send(uint8_t byte) { send(LINK, byte); }

/* Looks at an empty line only now and then: each look takes the lock that QEMU needs to hand bytes over. */
uint8_t hal_link_receive(void) {
  while (!(REGISTER(LINK, LINE_STATUS) & RECEIVED))
    for (volatile uint32_t pause = 0; pause < 5000; pause++) {}
  return (uint8_t)REGISTER(LINK, DATA);
}

_Noreturn void hal_halt(void) {
  for (;;) {}
}

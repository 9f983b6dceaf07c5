/*
 * What runs the core. A port takes engine-wasm2c.c as it is; another engine supplies these two and the functions of
 * holdfast.h.
 */
#pragma once
#include <stdint.h>

/* The memory the core is given, bytes: whole pages of 64 KiB. What its fixed part leaves holds the record index. */
#define ENGINE_MEMORY_BYTES (512u * 1024u)

/* Makes a fresh instance, as after power on, and grows its memory to ENGINE_MEMORY_BYTES. The one before is forgotten. */
void engine_start(void);

/* The `length` bytes at `address` of the core's memory. Outside of it: stops with TRAP_ADDRESS. */
uint8_t *engine_memory(uint32_t address, uint32_t length);

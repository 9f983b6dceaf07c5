/*
 * The core under the fuzzer: one instance, put back to a snapshot in no time, over a part in RAM.
 *
 * What counts as a failure ends the process: a trap, an address outside, a byte changed in a gap between two buffers, more flash
 * operations or more rounds of loops in one call than docs/recovery.md allows.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { PART_BYTES_MAX = 512 * 1024 };

struct geometry {
  uint32_t kind, blockBytes, blockCount, pageBytes, programBytes;
};
enum { GEOMETRIES = 4 };
extern const struct geometry geometries[GEOMETRIES];

/* The part at hand. */
extern const struct geometry *part;
extern uint8_t cells[PART_BYTES_MAX];

/* Flash operations since `core_power_on`, and in the mount: what the bound is about. */
struct operations {
  uint64_t reads, programs, erases;
};
extern struct operations operations;
/* Rounds of all loops of the core since the last call began. */
extern uint64_t rounds;

/* A part of this geometry, blank. */
void part_insert(uint32_t geometry);
/* RAM as after power on: configured, not mounted. */
void core_power_on(void);
/* What the core has in RAM now, to come back to. One snapshot a process. */
void core_keep(void);
void core_return(void);
/* To be called after each call: gaps and counters. */
int32_t core_checked(const char *call, int32_t answer);
uint8_t *core_bytes(uint32_t address, uint32_t length);
/* `MOUNT`: counts flash operations of its own and holds them against the bound. */
int32_t core_mount(uint32_t readOnly);

/* With HOLDFAST_ECHO in the environment, says what an input did: two builds do the same. To be called at its end. */
void core_echo(void);

#define CALL(name, ...) core_checked(#name, (int32_t)Z_deviceZ_##name(core_instance(), ##__VA_ARGS__))

/*
 * Chance for mutators: all of it follows from the seed that libFuzzer gives.
 */
#pragma once
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static uint64_t chance_state;
static inline void chance_begin(unsigned seed) { chance_state = (seed + 1) * 0x9e3779b97f4a7c15ull; }
static inline uint32_t below(uint32_t bound) {
  chance_state ^= chance_state << 13;
  chance_state ^= chance_state >> 7;
  chance_state ^= chance_state << 17;
  return (uint32_t)((chance_state >> 16) % bound);
}

/* "raw" changes bytes and leaves it at that; "sealed" makes checksums right again. */
static inline int is_sealed_form(void) {
  const char *form = getenv("HOLDFAST_FORM");
  return form != NULL && strcmp(form, "sealed") == 0;
}

static const uint8_t telling[] = {0, 1, 2, 4, 8, 16, 32, 64, 127, 128, 129, 254, 255};
static inline void change_byte(uint8_t *at) {
  switch (below(4)) {
    case 0: *at ^= (uint8_t)(1u << below(8)); break;
    case 1: *at = telling[below(sizeof telling)]; break;
    case 2: *at = (uint8_t)(*at + (below(2) ? 1 : -1)); break;
    default: *at = (uint8_t)below(256);
  }
}

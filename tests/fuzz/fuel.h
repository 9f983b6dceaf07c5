/* Included before the translated core: counts the rounds of its loops, and names what swift.h replaces. */
#pragma once
#include <stdint.h>
extern uint64_t rounds;
#define ROUND rounds++;
#ifdef SWIFT
#define SLOW(name) slow_##name
#else
#define SLOW(name) name
#endif

/* Included before the translated core: counts the rounds of its loops. */
#pragma once
#include <stdint.h>
extern uint64_t rounds;
#define ROUND rounds++;

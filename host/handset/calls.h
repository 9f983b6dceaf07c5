/*
 * The functions of the core by their numbers on the line.
 */
#pragma once
#include <stdint.h>
#include "protocol.h"

#define CALL_ARGUMENTS_MAX 7u

/* What a call leaves to be sent along when it succeeds. */
enum leaves {
  LEAVES_NOTHING,
  LEAVES_RESULT,  /* the result structure */
  LEAVES_RECORD,  /* the result structure; meta, ext and the first bytes of the body in the window */
  LEAVES_ENTRY,   /* the same when it answers 1 */
  LEAVES_VERDICT, /* the result structure when it answers 1 */
  LEAVES_BYTES,   /* as many bytes in the window as it answers */
  LEAVES_STAT,
  LEAVES_SYNC, /* the structure whose address it answers */
};

struct call_row {
  int32_t (*run)(const uint32_t *argument, double wallMs);
  uint8_t argumentCount;
  uint8_t leaves;
};

extern const struct call_row call_table[CALL_COUNT];

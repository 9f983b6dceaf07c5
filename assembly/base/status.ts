/*
 * The one table of statuses. The core returns these numbers; host/errors.ts and the C header repeat them and
 * tests/house compares all three. A number is never reused.
 */

/** Zero or more is an answer; below zero is one of these. */
export const enum Status {
  OK = 0,
  IO = -1,
  WORN_OUT = -2,
  NOT_FORMATTED = -16,
  NEWER_FORMAT = -17,
  WRONG_GEOMETRY = -18,
  CORRUPT = -19,
  LOCKED = -20,
  READ_ONLY = -21,
  CLOSED = -22,
  TRUNCATED = -23,
  FULL = -32,
  TOO_BIG = -33,
  BUSY = -34,
  INDEX_FULL = -35,
  NOT_FOUND = -48,
  INVALID = -49,
  SEALED = -64,
  WRONG_KEY = -65,
}

/*
 * What goes over the link: the functions of holdfast.h, called from the other end of a serial line. host/handset/protocol.ts
 * is the same list; tests/house/handset.test.ts compares them.
 *
 * The other end asks, the phone answers, one at a time; that is the flow control too. All numbers little-endian.
 *
 *   asks      ├ sequence u8 ┼ CALL u8 ┼ number u8 ┼ count u8 ┼ wallMs f64 ┼ arguments u32 × count ┼ bytes for the window …
 *             ├ sequence u8 ┼ HELLO u8
 *   answers   ├ sequence u8 ┼ REPLY u8 ┼ status i32 ┼ structure u8 ┼ that structure ┼ bytes of the window …
 *             ├ sequence u8 ┼ HELLO u8 ┼ the fields of `greet` in main.c
 *             ├ 0           ┼ DAMAGED u8                                        ask again: what came was no whole frame
 *
 * HELLO makes a fresh core, as after power on, whoever asks; after a boot the phone says it unasked, with sequence 0.
 * A call whose sequence comes twice is answered twice and done once, so that an answer that was damaged can be asked for again.
 */
#pragma once

enum message { MESSAGE_HELLO = 1, MESSAGE_CALL = 2, MESSAGE_REPLY = 3, MESSAGE_DAMAGED = 4 };

enum call {
  CALL_FORMAT_BEGIN = 1,
  CALL_FORMAT_STEP = 2,
  CALL_MOUNT = 3,
  CALL_CLOSE = 4,
  CALL_PUT_BEGIN = 5,
  CALL_PUT_WRITE = 6,
  CALL_PUT_COMMIT = 7,
  CALL_PUT_ABANDON = 8,
  CALL_REMOVE = 9,
  CALL_BATCH_BEGIN = 10,
  CALL_BATCH_COMMIT = 11,
  CALL_BATCH_ABANDON = 12,
  CALL_GET = 13,
  CALL_READ = 14,
  CALL_LIST_NEXT = 15,
  CALL_CHANGES_NEXT = 16,
  CALL_VERIFY_NEXT = 17,
  CALL_TICK = 18,
  CALL_STAT = 19,
  CALL_SYNC_BEGIN = 20,
  CALL_SYNC_NEXT = 21,
  CALL_SYNC_RECEIVE = 22,
  CALL_SYNC = 23,
  CALL_SCRUB_NEXT = 24,
  CALL_HISTORY_NEXT = 25,
  CALL_CHANGE = 26,
  CALL_GLANCE_NEXT = 27,
  CALL_COUNT = 28,
};

/*
 * The structure in a reply. The window's bytes behind it: of RECORD meta, ext and the first bytes of the body; of NONE to
 * CALL_READ and CALL_SYNC_NEXT as many as it answers.
 */
enum structure { STRUCTURE_NONE = 0, STRUCTURE_RECORD = 1, STRUCTURE_STAT = 2, STRUCTURE_FAULT = 3, STRUCTURE_SYNC = 4 };

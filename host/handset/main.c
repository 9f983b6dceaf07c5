/*
 * The firmware of a phone that is all store: boots, says hello, and then does what the link asks, call by call.
 *
 * Others may take for granted: an answer leaves the phone only after the core has given it, so that what was acknowledged
 * is on flash; after `TRAP nnnn` on the console nothing is answered any more.
 */
#include <string.h>
#include "calls.h"
#include "engine.h"
#include "frame.h"
#include "hal.h"
#include "holdfast.h"
#include "trap.h"

#define WINDOW_BYTES 4096u
#define CALL_HEAD_BYTES 12u
#define REQUEST_BYTES (CALL_HEAD_BYTES + 4u * CALL_ARGUMENTS_MAX + WINDOW_BYTES + 4u)
#define REPLY_BYTES (8u + HF_STAT_BYTES + WINDOW_BYTES)
/* start.S fills the stack with it, from its end up. */
#define STACK_PATTERN 0xa5a5a5a5u

extern uint32_t _stack_end[], _stack_top[]; /* the linker script */

static uint8_t request[REQUEST_BYTES] __attribute__((aligned(4)));
static uint8_t reply[REPLY_BYTES];
static uint32_t replyBytes;

static void greet(uint8_t sequence);
static void serve(uint32_t length);
static void answer(const struct call_row *call, const uint8_t *source, uint32_t length);
static void append_left(enum leaves leaves, int32_t status);
static void append_structure(enum structure structure, uint32_t address, uint32_t length);
static void append_word(uint32_t word);
static void append(const void *source, uint32_t length);
static uint8_t *window(void);

int main(void) {
  hal_start();
  console_text("HOLDFAST ");
  console_text(hal_board);
  console_text("\ndevice.wasm " DEVICE_WASM_SHA256 "\n");
  check(hal_flash_start() == 0, TRAP_NO_FLASH);
  greet(0);
  frame_send(reply, replyBytes);
  for (;;) serve(frame_receive(request, sizeof request));
}

/* A whole request not seen before is done; one seen before is only answered again; anything else is asked for again. */
static void serve(uint32_t length) {
  static const uint8_t damaged[2] = {0, MESSAGE_DAMAGED};
  uint8_t sequence = request[0];
  if (length == FRAME_DAMAGED || length < 2) {
    frame_send(damaged, sizeof damaged);
    return;
  }
  if (sequence != reply[0] || sequence == 0) {
    if (request[1] == MESSAGE_HELLO) {
      greet(sequence);
    } else {
      uint8_t number = length >= CALL_HEAD_BYTES ? request[2] : 0;
      const struct call_row *call = number > 0 && number < CALL_COUNT ? &call_table[number] : NULL;
      reply[0] = sequence;
      reply[1] = MESSAGE_REPLY;
      replyBytes = 2;
      answer(call, request + 3, length - 3);
    }
  }
  check(*_stack_end == STACK_PATTERN, TRAP_STACK);
  frame_send(reply, replyBytes);
}

/* ABI version, what hf_configure answered (how many records fit, or a status), bytes of memory and stack, geometry, hash. */
static void greet(uint8_t sequence) {
  const struct hal_geometry *part = &hal_geometry;
  uint32_t unused = 0;
  engine_start();
  check(hf_abi_version() == HF_ABI_VERSION && hf_window_bytes() == WINDOW_BYTES, TRAP_ABI);
  int32_t capacity = hf_configure(part->kind, part->blockBytes, part->blockCount, part->pageBytes, part->programBytes);
  while (_stack_end + unused < _stack_top && _stack_end[unused] == STACK_PATTERN) unused++;

  reply[0] = sequence;
  reply[1] = MESSAGE_HELLO;
  replyBytes = 2;
  append_word(HF_ABI_VERSION);
  append_word((uint32_t)capacity);
  append_word(ENGINE_MEMORY_BYTES);
  append_word((uint32_t)((uintptr_t)_stack_top - (uintptr_t)_stack_end));
  append_word(4 * unused);
  append(part, sizeof *part);
  append(DEVICE_WASM_SHA256, 64);
}

/* `source`: count, wallMs, arguments, bytes for the window. What does not fit the table answers INVALID. */
static void answer(const struct call_row *call, const uint8_t *source, uint32_t length) {
  uint32_t arguments[CALL_ARGUMENTS_MAX];
  double wallMs;
  uint32_t count = call ? call->argumentCount : 0;
  uint32_t headBytes = 1 + sizeof wallMs + 4 * count;
  int32_t status = HF_INVALID;
  if (call && length >= headBytes && source[0] == count && length - headBytes <= WINDOW_BYTES) {
    memcpy(&wallMs, source + 1, sizeof wallMs);
    memcpy(arguments, source + 1 + sizeof wallMs, 4 * count);
    memcpy(window(), source + headBytes, length - headBytes);
    status = call->run(arguments, wallMs);
  }
  append_word((uint32_t)status);
  append_left(call ? call->leaves : LEAVES_NOTHING, status);
}

/* The structure that goes with the answer, and the bytes of the window. */
static void append_left(enum leaves leaves, int32_t status) {
  int isEntry = leaves == LEAVES_ENTRY || leaves == LEAVES_VERDICT;
  if (status < 0) {
    append_structure(STRUCTURE_FAULT, hf_fault(), sizeof(struct hf_trouble));
  } else if (leaves == LEAVES_STAT) {
    append_structure(STRUCTURE_STAT, hf_stat_record(), HF_STAT_BYTES);
  } else if (leaves == LEAVES_SYNC) {
    append_structure(STRUCTURE_SYNC, (uint32_t)status, HF_SYNC_BYTES);
  } else if (leaves == LEAVES_RESULT || leaves == LEAVES_RECORD || (isEntry && status > 0)) {
    append_structure(STRUCTURE_RECORD, hf_result(), sizeof(struct hf_record));
    const struct hf_record *record = (const struct hf_record *)engine_memory(hf_result(), sizeof *record);
    uint32_t bytes = record->metaBytes + record->extBytes + record->bodyHeadBytes;
    if (leaves == LEAVES_RECORD || leaves == LEAVES_ENTRY) append(window(), bytes < WINDOW_BYTES ? bytes : WINDOW_BYTES);
  } else {
    append_structure(STRUCTURE_NONE, 0, 0);
    if (leaves == LEAVES_BYTES) append(window(), (uint32_t)status);
  }
}

static uint8_t *window(void) { return engine_memory(hf_window(), WINDOW_BYTES); }

static void append_structure(enum structure structure, uint32_t address, uint32_t length) {
  uint8_t tag = (uint8_t)structure;
  append(&tag, 1);
  append(engine_memory(address, length), length);
}

static void append_word(uint32_t word) {
  uint8_t bytes[4] = {(uint8_t)word, (uint8_t)(word >> 8), (uint8_t)(word >> 16), (uint8_t)(word >> 24)};
  append(bytes, sizeof bytes);
}

static void append(const void *source, uint32_t length) {
  check(length <= REPLY_BYTES - replyBytes, TRAP_REPLY);
  memcpy(reply + replyBytes, source, length);
  replyBytes += length;
}

/*
 * The mutator of conversations: frames are changed, doubled, left out, made up. In the form "sealed" every frame leaves with its length and
 * checksum right.
 */
#include "chance.h"
#include "input.h"
#include "unit.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

enum { FRAMES_MAX = 40, FRAME_MAX = 4096, HEADER_BYTES = 28, CRC_BYTES = 4, LEAST = HEADER_BYTES + CRC_BYTES };

static struct frame {
  uint32_t length, again;
  uint8_t bytes[FRAME_MAX + 64];
} frames[FRAMES_MAX];
static uint32_t count;

static void read_frames(const uint8_t *data, size_t size) {
  count = 0;
  for (size_t at = INPUT_HEAD_BYTES; at + 2 <= size && count < FRAMES_MAX;) {
    const uint32_t head = data[at] | (uint32_t)data[at + 1] << 8;
    size_t length = head & 0x7fff;
    at += 2;
    if (length > size - at) length = size - at;
    struct frame *frame = &frames[count++];
    frame->again = head & 0x8000;
    frame->length = (uint32_t)(length < FRAME_MAX ? length : FRAME_MAX);
    memcpy(frame->bytes, data + at, frame->length);
    at += length;
  }
}
static size_t write_frames(uint8_t *data, size_t max) {
  size_t at = INPUT_HEAD_BYTES;
  for (uint32_t i = 0; i < count && at + 2 + frames[i].length <= max; i++) {
    const uint32_t head = frames[i].length | frames[i].again;
    data[at] = (uint8_t)head;
    data[at + 1] = (uint8_t)(head >> 8);
    memcpy(data + at + 2, frames[i].bytes, frames[i].length);
    at += 2 + frames[i].length;
  }
  return at;
}
static void seal(struct frame *frame) {
  if (frame->length < LEAST) {
    memset(frame->bytes + frame->length, 0, LEAST - frame->length);
    frame->length = LEAST;
  }
  frame->bytes[0] = (uint8_t)frame->length;
  frame->bytes[1] = (uint8_t)(frame->length >> 8);
  const uint32_t crc = ~crc32c(0xffffffffu, frame->bytes, frame->length - CRC_BYTES);
  memcpy(frame->bytes + frame->length - CRC_BYTES, &crc, CRC_BYTES);
}

static void make_up(struct frame *frame) {
  static const uint8_t types[] = {2, 4, 6, 7, 10, 11};
  frame->again = 0;
  frame->length = LEAST + below(below(4) ? 64 : 2000);
  memset(frame->bytes, 0, frame->length);
  frame->bytes[2] = types[below(sizeof types)];
  frame->bytes[3] = (uint8_t)below(9);
  memset(frame->bytes + 4, 0xff, 4);
  frame->bytes[8] = (uint8_t)below(12);
  for (uint32_t i = below(12); i > 0; i--) change_byte(frame->bytes + HEADER_BYTES + below(frame->length - HEADER_BYTES));
}
static void change(struct frame *frame) {
  const uint32_t header = frame->length < HEADER_BYTES + 24 ? frame->length : HEADER_BYTES + 24;
  switch (below(6)) {
    case 0: frame->length = (uint32_t)LLVMFuzzerMutate(frame->bytes, frame->length, FRAME_MAX); break;
    case 1: /* longer or shorter, what is in front stays */
      if (frame->length > LEAST) frame->length = LEAST + below(below(2) ? frame->length - LEAST + 1 : FRAME_MAX - LEAST + 1);
      break;
    case 2: memset(frame->bytes + 4, 0xff, frame->length >= 8 ? 4 : 0); break;
    case 3: frame->again ^= 0x8000; break;
    default:
      for (uint32_t i = 1 + below(3); i > 0 && frame->length > 0; i--) change_byte(frame->bytes + below(below(3) ? header : frame->length));
  }
}
static void change_order(void) {
  const uint32_t from = below(count), to = below(count);
  static struct frame kept;
  switch (below(3)) {
    case 0: /* twice */
      if (count < FRAMES_MAX) frames[count++] = frames[from];
      break;
    case 1: /* never */
      memmove(&frames[from], &frames[from + 1], (count - 1 - from) * sizeof kept);
      count--;
      break;
    default:
      kept = frames[from];
      frames[from] = frames[to];
      frames[to] = kept;
  }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed) {
  chance_begin(seed);
  if (max < 64) return 0;
  if (size < INPUT_HEAD_BYTES) memset(data, 0, size = INPUT_HEAD_BYTES);
  read_frames(data, size);
  if (below(8) == 0) change_byte(data + below(2));
  for (uint32_t i = 1 + below(3); i > 0; i--) {
    if (count == 0 || (count < FRAMES_MAX && below(8) == 0)) make_up(&frames[count++]);
    else if (below(4) == 0) change_order();
    else change(&frames[below(count)]);
  }
  if (is_sealed_form())
    for (uint32_t i = 0; i < count; i++) seal(&frames[i]);
  return write_frames(data, max);
}

/*
 * The mutator of images. Two forms, by HOLDFAST_FORM: "raw" changes bytes and leaves it at that, so that nearly everything is caught by a
 * checksum; "sealed" makes every checksum and parity right again that was right before, so that the core believes what it reads.
 *
 * An image keeps its places: nothing is inserted or taken out, for what lies elsewhere does not verify.
 */
#include "chance.h"
#include "core.h"
#include "input.h"
#include "unit.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

static void change_span(uint8_t *at, uint32_t length) {
  for (uint32_t i = 1 + below(4); i > 0; i--) change_byte(at + below(length < 24 || below(2) ? length : 24));
  if (below(6) == 0) LLVMFuzzerMutate(at, length < 32 ? length : 32, length < 32 ? length : 32);
}
/* One unit in three says where other things lie: headers, summaries, roots, the switch. */
static const struct unit *any_unit(void) {
  for (uint32_t i = 0; i < 8; i++) {
    const struct unit *unit = &units[below(unit_count)];
    const uint8_t first = *cell(unit->block, unit->offset);
    if (below(3) || first == 0x15 || first == 0x1b || first >> 5 >= 5) return unit;
  }
  return &units[below(unit_count)];
}

static uint32_t written_block(void) {
  for (uint32_t i = 0; i < 16; i++) {
    const uint32_t b = below(part->blockCount);
    if (*cell(b, 0) != 0xff) return b;
  }
  return below(part->blockCount);
}
static void change_raw(void) {
  const uint32_t block = written_block();
  const uint32_t offset = below(part->blockBytes - 64);
  switch (below(8)) {
    case 0: memset(cell(block, offset), below(2) ? 0xff : 0, below(64)); break;
    case 1: memset(cell(block, offset), 0xff, part->blockBytes - offset); break; /* never programmed: an early cut */
    case 2: memmove(cell(block, 0), cell(written_block(), 0), part->blockBytes); break;
    case 3: change_span(cell(block, part->blockBytes - 6), 6); break; /* the trailer */
    case 4: memset(cell(block, 0), 0xff, part->blockBytes); break;
    default: change_span(cell(block, offset), 64);
  }
}

/* Seals what lies in a block again: its label first, for the other seeds hang on it. */
static void seal_block(uint32_t block, int label) {
  if (label) label_seal(block);
  for (uint32_t i = 0; i < unit_count; i++)
    if (units[i].block == block) unit_seal(&units[i]);
}
static void change_label(void) {
  const uint32_t block = written_block();
  if (below(3)) {
    static const uint8_t fields[] = {26, 42, 30, 4, 5, 9, 12, 14, 16, 18, 32, 34};
    change_byte(cell(block, fields[below(below(2) ? 2 : sizeof fields)] + below(2)));
  } else change_span(cell(block, 0), LABEL_DATA_BYTES);
  seal_block(block, 1);
}
/* A segment moves to another block, checksums and all: two of one LSN, or the newest one gone. */
static void copy_block(void) {
  const uint32_t source = written_block();
  const uint32_t target = below(part->blockCount);
  if (source == target) return;
  const uint32_t count = unit_count;
  memcpy(cell(target, 0), cell(source, 0), part->blockBytes);
  label_seal(target);
  for (uint32_t i = 0; i < count; i++)
    if (units[i].block == source) unit_seal(&(struct unit){target, units[i].offset, units[i].dataBytes});
}
/* A unit's bytes elsewhere, sealed for there. */
static void copy_unit(void) {
  const struct unit *source = any_unit();
  const struct unit *target = &units[below(unit_count)];
  const struct unit moved = {target->block, target->offset, source->dataBytes};
  if (moved.offset + unit_bytes(moved.dataBytes) > part->blockBytes) return;
  memmove(cell(moved.block, moved.offset), cell(source->block, source->offset), moved.dataBytes);
  unit_seal(&moved);
}
static void change_unit(void) {
  struct unit unit = *any_unit();
  uint8_t *data = cell(unit.block, unit.offset);
  change_span(data, unit.dataBytes);
  const uint32_t told = told_length(data);
  if (below(2) && told > 0 && told <= UNIT_DATA_MAX && unit.offset + unit_bytes(told) <= part->blockBytes) unit.dataBytes = told;
  unit_seal(&unit);
}
static void change_sealed(void) {
  switch (below(12)) {
    case 0: change_label(); break;
    case 1: copy_block(); break;
    case 2: copy_unit(); break;
    case 3: change_raw(); break;
    default: change_unit();
  }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed) {
  chance_begin(seed);
  if (!input_lay(data, size)) part_insert(below(GEOMETRIES));
  uint8_t plan = size > 1 ? data[1] : 0;
  if (below(4) == 0) plan ^= (uint8_t)(1u << below(8));
  const int sealed = is_sealed_form();
  if (sealed) units_find();
  for (uint32_t i = 1 + below(3); i > 0; i--) {
    if (sealed && unit_count > 0) change_sealed();
    else change_raw();
  }
  const size_t written = input_write(data, max, plan);
  return written != 0 ? written : size;
}

/* A block, or what lies in it from some place on, out of another image of this geometry. */
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2, size_t size2, uint8_t *out, size_t max, unsigned seed) {
  static uint8_t other[PART_BYTES_MAX];
  chance_begin(seed);
  if (size1 < INPUT_HEAD_BYTES || size2 < INPUT_HEAD_BYTES || data1[0] % GEOMETRIES != data2[0] % GEOMETRIES) return 0;
  input_lay(data2, size2);
  const size_t partBytes = (size_t)part->blockBytes * part->blockCount;
  memcpy(other, cells, partBytes);
  input_lay(data1, size1);
  for (uint32_t i = 1 + below(3); i > 0; i--) {
    const uint32_t block = below(part->blockCount);
    const uint32_t offset = below(2) ? 0 : below(part->blockBytes);
    memcpy(cell(block, offset), other + (size_t)block * part->blockBytes + offset, part->blockBytes - offset);
  }
  return input_write(out, max, data1[1]);
}

/*
 * Units of an image: found, and sealed anew. Written from docs/format.md, not from the core, and fast: the fuzzer does it for every input.
 */
#include "unit.h"
#include <string.h>
#ifdef __SSE4_2__
#include <nmmintrin.h>
#endif
#include "core.h"

enum { LABEL_MAGIC = 0x4c424648, SLICE_MAX = 239, BODY_DATA = 640, RECORD_UNIT = 624 };

struct unit units[UNITS_MAX];
uint32_t unit_count;

/* Of the store: told by its labels. */
static uint64_t store_id;
static uint32_t parity_bytes = 16;

static uint32_t crc_tables[8][256];
static uint8_t products[2][256][16]; /* a factor times the generator, for 16 and for 8 parity bytes */
static int ready;

static uint8_t times(uint8_t a, uint8_t b) {
  uint32_t product = 0;
  for (uint32_t x = a; b != 0; b >>= 1, x <<= 1) {
    if (x & 256) x ^= 0x11d;
    if (b & 1) product ^= x;
  }
  return (uint8_t)product;
}
static void make_generator(uint32_t parity, uint8_t rows[256][16]) {
  uint8_t generator[32] = {1};
  uint8_t root = 1;
  for (uint32_t i = 0; i < parity; i++, root = times(root, 2))
    for (uint32_t j = i + 1; j > 0; j--) generator[j] ^= times(generator[j - 1], root);
  for (uint32_t factor = 0; factor < 256; factor++)
    for (uint32_t i = 0; i < parity; i++) rows[factor][i] = times((uint8_t)factor, generator[i + 1]);
}
static void make_tables(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t c = i;
    for (int k = 0; k < 8; k++) c = c & 1 ? (c >> 1) ^ 0x82f63b78u : c >> 1;
    crc_tables[0][i] = c;
  }
  for (uint32_t i = 0; i < 256; i++)
    for (int k = 1; k < 8; k++) crc_tables[k][i] = (crc_tables[k - 1][i] >> 8) ^ crc_tables[0][crc_tables[k - 1][i] & 255];
  make_generator(16, products[0]);
  make_generator(8, products[1]);
  ready = 1;
}

uint32_t crc32c(uint32_t state, const uint8_t *bytes, uint32_t length) {
  if (!ready) make_tables();
  for (; length >= 8; length -= 8, bytes += 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
#ifdef __SSE4_2__
    state = (uint32_t)_mm_crc32_u64(state, word);
#else
    word ^= state;
    state = 0;
    for (int k = 0; k < 8; k++) state ^= crc_tables[7 - k][(word >> (8 * k)) & 255];
#endif
  }
  while (length-- > 0) state = (state >> 8) ^ crc_tables[0][(state ^ *bytes++) & 255];
  return state;
}
static void encode_parity(const uint8_t *data, uint32_t length, uint8_t *parity, uint32_t parityBytes) {
  if (!ready) make_tables();
  uint8_t rest[32] = {0};
  for (uint32_t i = 0; i < length; i++) {
    const uint8_t *row = products[parityBytes == 8][rest[0] ^ data[i]];
    memmove(rest, rest + 1, 16);
    for (int k = 0; k < 16; k++) rest[k] ^= row[k];
  }
  memcpy(parity, rest, parityBytes);
}

static uint32_t u32_at(const uint8_t *at) {
  uint32_t value;
  memcpy(&value, at, 4);
  return value;
}
uint8_t *cell(uint32_t block, uint32_t offset) { return cells + (size_t)block * part->blockBytes + offset; }
static uint32_t align(uint32_t value, uint32_t to) { return (value + to - 1) & ~(to - 1); }
static uint32_t header_offset(void) { return align(LABEL_BYTES, part->programBytes); }
static uint32_t address_unit(void) { return part->kind == 1 ? 4 : part->programBytes; }

uint32_t unit_bytes(uint32_t dataBytes) {
  return dataBytes + 4 + (dataBytes + 4 + SLICE_MAX - 1) / SLICE_MAX * parity_bytes;
}
static uint32_t unit_crc(uint32_t block, uint32_t offset, uint32_t eraseCount, const uint8_t *data, uint32_t dataBytes) {
  uint8_t seed[20];
  memcpy(seed, &store_id, 8);
  memcpy(seed + 8, &block, 4);
  memcpy(seed + 12, &offset, 4);
  memcpy(seed + 16, &eraseCount, 4);
  return ~crc32c(crc32c(0xffffffffu, seed, sizeof seed), data, dataBytes);
}
static int verifies(uint32_t block, uint32_t offset, uint32_t eraseCount, uint32_t dataBytes) {
  if (dataBytes == 0 || dataBytes > UNIT_DATA_MAX || offset + unit_bytes(dataBytes) > part->blockBytes) return 0;
  const uint8_t *data = cell(block, offset);
  return u32_at(data + dataBytes) == unit_crc(block, offset, eraseCount, data, dataBytes);
}
void unit_seal(const struct unit *unit) {
  uint8_t *data = cell(unit->block, unit->offset);
  const uint32_t crc = unit_crc(unit->block, unit->offset, erase_count(unit->block), data, unit->dataBytes);
  memcpy(data + unit->dataBytes, &crc, 4);
  const uint32_t length = unit->dataBytes + 4;
  const uint32_t slices = (length + SLICE_MAX - 1) / SLICE_MAX;
  const uint32_t step = (length + slices - 1) / slices;
  uint8_t *parity = data + length;
  for (uint32_t start = 0; start < length; start += step, parity += parity_bytes)
    encode_parity(data + start, length - start < step ? length - start : step, parity, parity_bytes);
}

static uint32_t label_crc(uint32_t block) {
  const uint32_t seed = block ^ LABEL_MAGIC;
  return ~crc32c(crc32c(0xffffffffu, (const uint8_t *)&seed, 4), cell(block, 0), LABEL_DATA_BYTES);
}
void label_seal(uint32_t block) {
  uint8_t *label = cell(block, 0);
  const uint32_t crc = label_crc(block);
  memcpy(label + LABEL_DATA_BYTES, &crc, 4);
  memset(label + 48, 0xff, 16);
  encode_parity(label, 48, label + 48, label[9] & 2 ? 8 : 16);
}
/* By the label when its checksum is right, else by what the header says of itself. */
uint32_t erase_count(uint32_t block) {
  if (u32_at(cell(block, LABEL_DATA_BYTES)) == label_crc(block)) return u32_at(cell(block, 26));
  return u32_at(cell(block, header_offset() + 17)) & 0xffffff;
}
static void know_store(void) {
  for (uint32_t b = 0; b < part->blockCount; b++) {
    const uint8_t *label = cell(b, 0);
    if (u32_at(label) != LABEL_MAGIC || u32_at(label + LABEL_DATA_BYTES) != label_crc(b)) continue;
    memcpy(&store_id, label + 18, 8);
    parity_bytes = label[9] & 2 ? 8 : 16;
    return;
  }
}

static uint32_t told_record(const uint8_t *unit) {
  const uint32_t n = unit[2] & 0x80 ? (unit[2] & 0x7fu) | (uint32_t)unit[3] << 7 : unit[2];
  return n >= 8 && n <= 2048 ? n : 0;
}
uint32_t told_length(const uint8_t *unit) {
  const uint32_t type = unit[0] >> 5;
  if (unit[0] == 0x15) return 24;
  if (unit[0] == 0x1b || type == 5 || type == 6) return unit[2] | (uint32_t)unit[3] << 8;
  return type >= 1 && type <= 4 ? told_record(unit) : 0;
}

static void note(uint32_t block, uint32_t offset, uint32_t dataBytes) {
  if (unit_count < UNITS_MAX) units[unit_count++] = (struct unit){block, offset, dataBytes};
}
/* The units of a record behind its head. Returns where they end. */
static uint32_t note_rest(uint32_t block, uint32_t offset, uint32_t eraseCount, uint32_t left) {
  while (left > 0) {
    const uint32_t n = left < RECORD_UNIT ? left : RECORD_UNIT;
    if (!verifies(block, offset, eraseCount, n)) break;
    note(block, offset, n);
    offset += unit_bytes(n);
    left -= n;
  }
  return offset;
}
static void find_in(uint32_t block) {
  const uint32_t count = erase_count(block);
  const uint32_t unit = address_unit();
  const uint32_t header = header_offset();
  const int checkpoint = *cell(block, header) == 0x15 && *cell(block, header + 1) == 4;
  for (uint32_t offset = header; offset + 16 < part->blockBytes;) {
    const uint8_t *data = cell(block, offset);
    uint32_t n = data[0] == 0xff ? 0 : told_length(data);
    const uint32_t whole = n;
    if (n > UNIT_DATA_MAX) n = data[0] >> 5 <= 4 && data[0] != 0x1b ? UNIT_DATA_MAX : 0;
    if (checkpoint && offset != header && !verifies(block, offset, count, n)) n = BODY_DATA;
    if (n == 0 || !verifies(block, offset, count, n)) {
      offset = align(offset + 1, unit);
      continue;
    }
    note(block, offset, n);
    offset += unit_bytes(n);
    if (whole > n && n == UNIT_DATA_MAX) offset = note_rest(block, offset, count, whole - n);
    offset = align(offset, unit);
  }
}
void units_find(void) {
  unit_count = 0;
  know_store();
  for (uint32_t b = 0; b < part->blockCount; b++)
    if (*cell(b, header_offset()) != 0xff) find_in(b);
}

/*
 * What a fuzzer's input is.
 *
 * An image: u8 geometry · u8 plan · spans until the end, each u16 block, u16 offset, u16 length, bytes. Spans are laid over a blank part in
 * their order; what sticks out of a block, or of the input, is cut off. Little-endian.
 *
 * A conversation: u8 store · u8 asked · messages until the end, each u16 length, bytes.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { INPUT_HEAD_BYTES = 2, SPAN_HEAD_BYTES = 6 };

/* Lays an image over a blank part of its geometry. 0 when it is too short to name one. */
int input_lay(const uint8_t *data, size_t size);
/* The part at hand as an input; bytes 0 and 1 as given. Returns its size, or 0 when it does not fit. */
size_t input_write(uint8_t *data, size_t max, uint8_t plan);

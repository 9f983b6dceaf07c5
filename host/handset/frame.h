/*
 * Frames on a serial line: SLIP (RFC 1055) around a payload and its CRC-32C.
 *
 *   C0 │ payload, then crc32c of the payload, little-endian; C0 goes as DB DC and DB as DB DD │ C0
 *
 * A line that loses or changes bytes costs one frame: the next C0 begins anew.
 */
#pragma once
#include <stdint.h>

#define FRAME_DAMAGED 0xffffffffu

/* Waits for a frame. Returns the bytes of its payload, or FRAME_DAMAGED: with its checksum longer than `limit`, or a wrong one. */
uint32_t frame_receive(uint8_t *target, uint32_t limit);

void frame_send(const uint8_t *source, uint32_t length);

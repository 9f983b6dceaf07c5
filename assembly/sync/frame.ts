/*
 * Every byte on the air. docs/sync.md holds the tables; host/relay/frame.ts is the other end's codec.
 *
 * A frame is written into the window and read from it. Others may take for granted that a frame which `isFrame` accepted
 * is whole, and that no field of it was believed yet.
 *
 *   0        2      3      4        8              16            24     28
 *   ├ length ┼ type ┼ kind ┼ message ┼ id ──────────┼ version ────┼ place ┼ payload … ┼ crc ┤
 */
import { crc32c } from "../base/crc32c";
import { WINDOW_BYTES } from "../base/limits";
import { WINDOW } from "../base/memory";

export namespace FrameType {
  export const HELLO: u32 = 1;
  export const WELCOME: u32 = 2;
  export const PUT: u32 = 3;
  export const ACK: u32 = 4;
  export const PULL: u32 = 5;
  export const REC: u32 = 6;
  export const TOMB: u32 = 7;
  // 8 RANGE and 9 WANT are reserved for range reconciliation.
  export const CHUNK: u32 = 10;
  export const BYE: u32 = 11;
}
export namespace AckFlag {
  export const DURABLE: u32 = 2;
  export const CONFLICT: u32 = 4;
  export const MORE: u32 = 8;
}
export const PROTOCOL: u32 = 1;
export const FRAME_HEADER_BYTES: u32 = 28;
export const FRAME_CRC_BYTES: u32 = 4;
/** Of a frame with a record: meta, entries of the version and body follow. */
export const RECORD_FIXED_BYTES: u32 = 20;
export const PAYLOAD: usize = WINDOW + FRAME_HEADER_BYTES;
export const RECORD_PAYLOAD: usize = PAYLOAD + RECORD_FIXED_BYTES;

/** Numbers of requests: a conversation begins them anywhere, so that answers to an earlier one are not taken for its own. */
let message: u32 = 0;
export function startMessages(nonce: u32): void {
  message = nonce;
}
export function takeMessage(): u32 {
  return ++message;
}
export function lastMessage(): u32 {
  return message;
}

/** Is what stands in the window one whole frame of `length` bytes? Source of the checksum: RFC 3720 §12.1. */
export function isFrame(length: u32): bool {
  if (length < FRAME_HEADER_BYTES + FRAME_CRC_BYTES || length > WINDOW_BYTES || load<u16>(WINDOW) != length) return false;
  const checked = length - FRAME_CRC_BYTES;
  return load<u32>(WINDOW + checked) == ~crc32c(0xffffffff, WINDOW, checked);
}

/** Heads and seals the frame whose payload stands in the window. Returns its length. */
export function sealFrame(type: u32, kind: u32, message: u32, id: u64, version: u64, place: u32, payloadBytes: u32): u32 {
  const checked = FRAME_HEADER_BYTES + payloadBytes;
  store<u16>(WINDOW, <u16>(checked + FRAME_CRC_BYTES));
  store<u8>(WINDOW, <u8>type, 2);
  store<u8>(WINDOW, <u8>kind, 3);
  store<u32>(WINDOW, message, 4);
  store<u64>(WINDOW, id, 8);
  store<u64>(WINDOW, version, 16);
  store<u32>(WINDOW, place, 24);
  store<u32>(WINDOW + checked, ~crc32c(0xffffffff, WINDOW, checked));
  return checked + FRAME_CRC_BYTES;
}

export function frameType(): u32 {
  return load<u8>(WINDOW, 2);
}
export function frameKind(): u32 {
  return load<u8>(WINDOW, 3);
}
export function frameMessage(): u32 {
  return load<u32>(WINDOW, 4);
}
export function frameId(): u64 {
  return load<u64>(WINDOW, 8);
}
export function frameVersion(): u64 {
  return load<u64>(WINDOW, 16);
}
export function framePlace(): u32 {
  return load<u32>(WINDOW, 24);
}
export function payloadBytes(): u32 {
  return <u32>load<u16>(WINDOW) - FRAME_HEADER_BYTES - FRAME_CRC_BYTES;
}

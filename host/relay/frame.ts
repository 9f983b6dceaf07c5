/*
 * Every byte on the air, as the relay's end writes and reads it. docs/sync.md holds the tables; assembly/sync/frame.ts is
 * the handset's codec, and tests/house compares the three.
 */
import { crc32c } from "../agent/crc32c.js";

export const FRAME = { HELLO: 1, WELCOME: 2, PUT: 3, ACK: 4, PULL: 5, REC: 6, TOMB: 7, CHUNK: 10, BYE: 11 } as const;
export const ACK_DURABLE = 2;
export const ACK_CONFLICT = 4;
export const ACK_MORE = 8;
export const PROTOCOL = 1;
export const FRAME_BYTES_MAX = 4096;
const HEADER_BYTES = 28;
const CRC_BYTES = 4;
const RECORD_FIXED_BYTES = 20;
export const ENTRY_BYTES = 7;

export interface Frame {
  type: number;
  kind: number;
  message: number;
  id: bigint;
  /** Stands for one version of one record. */
  version: bigint;
  /** Number within a burst, or offset of a piece of a body. */
  place: number;
  payload: Uint8Array;
}

/** What a PUT, REC or TOMB says of a record; `body` is as much of it as lies in the frame. */
export interface RecordFields {
  codec: number;
  bodyBytes: number;
  wallMs: number;
  seq: number;
  meta: Uint8Array;
  /** Entries of the version, 7 bytes each. */
  entries: Uint8Array;
  body: Uint8Array;
}

export function encodeFrame(frame: Partial<Frame> & { type: number }): Uint8Array {
  const { type, kind = 0, message = 0, id = 0n, version = 0n, place = 0, payload = new Uint8Array(0) } = frame;
  const bytes = new Uint8Array(HEADER_BYTES + payload.length + CRC_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, bytes.length, true);
  view.setUint8(2, type);
  view.setUint8(3, kind);
  view.setUint32(4, message, true);
  view.setBigUint64(8, id, true);
  view.setBigUint64(16, version, true);
  view.setUint32(24, place, true);
  bytes.set(payload, HEADER_BYTES);
  view.setUint32(bytes.length - CRC_BYTES, crc32c(bytes.subarray(0, bytes.length - CRC_BYTES)), true);
  return bytes;
}

/** undefined: no frame, or one that was damaged on the way. */
export function decodeFrame(bytes: Uint8Array): Frame | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < HEADER_BYTES + CRC_BYTES || bytes.length > FRAME_BYTES_MAX || view.getUint16(0, true) !== bytes.length)
    return undefined;
  const checked = bytes.length - CRC_BYTES;
  if (view.getUint32(checked, true) !== crc32c(bytes.subarray(0, checked))) return undefined;
  return {
    type: view.getUint8(2),
    kind: view.getUint8(3),
    message: view.getUint32(4, true),
    id: view.getBigUint64(8, true),
    version: view.getBigUint64(16, true),
    place: view.getUint32(24, true),
    payload: bytes.subarray(HEADER_BYTES, checked),
  };
}

/** undefined: the fields contradict each other. */
export function decodeRecord(payload: Uint8Array): RecordFields | undefined {
  if (payload.length < RECORD_FIXED_BYTES) return undefined;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const entriesAt = RECORD_FIXED_BYTES + view.getUint16(2, true);
  const bodyAt = entriesAt + view.getUint8(1) * ENTRY_BYTES;
  const bodyBytes = view.getUint32(4, true);
  if (bodyAt > payload.length || payload.length - bodyAt > bodyBytes) return undefined;
  return {
    codec: view.getUint8(0),
    bodyBytes,
    wallMs: u48(view, 8),
    seq: u48(view, 14),
    meta: payload.subarray(RECORD_FIXED_BYTES, entriesAt),
    entries: payload.subarray(entriesAt, bodyAt),
    body: payload.subarray(bodyAt),
  };
}

/** Encodes the fields with as much of `body` as fits one frame, from its beginning. */
export function encodeRecord({ codec, bodyBytes, wallMs, seq, meta, entries, body }: RecordFields): Uint8Array {
  const fixed = RECORD_FIXED_BYTES + meta.length + entries.length;
  const piece = body.subarray(0, FRAME_BYTES_MAX - HEADER_BYTES - CRC_BYTES - fixed);
  const payload = new Uint8Array(fixed + piece.length);
  const view = new DataView(payload.buffer);
  view.setUint8(0, codec);
  view.setUint8(1, entries.length / ENTRY_BYTES);
  view.setUint16(2, meta.length, true);
  view.setUint32(4, bodyBytes, true);
  setU48(view, 8, wallMs);
  setU48(view, 14, seq);
  payload.set(meta, RECORD_FIXED_BYTES);
  payload.set(entries, RECORD_FIXED_BYTES + meta.length);
  payload.set(piece, fixed);
  return payload;
}

/** Most bytes of body a CHUNK carries. */
export const CHUNK_BYTES = FRAME_BYTES_MAX - HEADER_BYTES - CRC_BYTES;

export function u48(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint16(at + 4, true) * 2 ** 32;
}
export function setU48(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % 2 ** 32, true);
  view.setUint16(at + 4, Math.floor(value / 2 ** 32), true);
}

/*
 * The codec of a body: how it is stored, in a number of three bits that the core keeps and does not look into (docs/format.md §5).
 *
 *   0 raw     the body as it is
 *   1 packed  varint n, then the body as raw deflate (RFC 1951) against the dictionary of its kind in set 1;
 *             the body has n bytes more than its deflate
 *
 * Others may take for granted: `unpack` gives back what `pack` was given, byte for byte, or throws; `unpackedBytes` knows the length from the
 * first bytes alone; no stored bytes, forged ones included, cost more memory than the longest body or more time than it takes to write that.
 */
import { HoldfastError } from "../errors.js";
import { deflate, inflate } from "./deflate.js";
import { dictionary } from "./dictionary.js";
import { readVarint, type Varint, varint } from "./varint.js";

export const CODEC_RAW = 0;
export const CODEC_PACKED = 1;

/** So many stored bytes tell the length of any body that is not raw. */
export const PACKED_HEAD_BYTES = 4;

/** A body as it goes to the core. */
export interface StoredBody {
  codec: number;
  bytes: Uint8Array;
}

/** Most bytes of a body, packed or not: what the core takes. */
const BODY_BYTES_MAX = 8 * 1024 * 1024;
/** A longer body is packed only when its beginning is worth it: JPEG under any kind is passed over at the price of the first bytes. */
const TRIED_BYTES = 1024;
/** Already packed by their makers: not tried. */
const PACKED_KINDS: ReadonlySet<string> = new Set(["photo"]);

/**
 * The shorter of packed and raw. What was packed has been unpacked again and compared. `packer` is another one in tests only.
 *
 * Cost  some 100 microseconds for a short body, 200 ms a megabyte.
 */
export function pack(kind: string, body: Uint8Array, packer: typeof deflate = deflate): StoredBody {
  const raw = { codec: CODEC_RAW, bytes: body };
  const preset = dictionary(CODEC_PACKED, kind);
  if (preset === undefined || PACKED_KINDS.has(kind)) return raw;
  if (body.length > 4 * TRIED_BYTES && !isWorth(body.subarray(0, TRIED_BYTES), preset)) return raw;

  const deflated = packer(body, preset);
  const saved = body.length - deflated.length;
  if (saved <= 0) return raw;
  const bytes = joined(varint(saved), deflated);
  return bytes.length < body.length && comesBack(bytes, body, preset) ? { codec: CODEC_PACKED, bytes } : raw;
}

/**
 * The body of a record of `kind` as it was given to `pack`. `during` begins the sentence of an error: "reading contact 01…".
 *
 * Errors  NEWER_FORMAT  a codec this version does not know.
 *         CORRUPT       bytes that no `pack` has written: another program's, as they passed their checksums.
 */
export function unpack(kind: string, codec: number, stored: Uint8Array, during = "unpacking"): Uint8Array {
  if (codec === CODEC_RAW) return stored;
  const preset = dictionary(codec, kind);
  if (preset === undefined) throw unknown(during, codec);
  const { saved, length } = lengths(codec, stored, stored.length, during);
  const body = inflate(stored.subarray(saved.bytes), preset, length);
  if (typeof body === "string") throw forged(during, body);
  return body;
}

/**
 * Length of the body of which `head` is the stored beginning, PACKED_HEAD_BYTES or all of it, and `storedBytes` the stored length.
 * Errors: as `unpack`.
 */
export function unpackedBytes(codec: number, head: Uint8Array, storedBytes: number, during = "unpacking"): number {
  return codec === CODEC_RAW ? storedBytes : lengths(codec, head, storedBytes, during).length;
}

function lengths(codec: number, head: Uint8Array, storedBytes: number, during: string): { saved: Varint; length: number } {
  if (codec !== CODEC_PACKED) throw unknown(during, codec);
  const saved = readVarint(head);
  if (saved === undefined) throw forged(during, "it does not begin with its length");
  const length = storedBytes - saved.bytes + saved.value;
  if (length <= storedBytes || length > BODY_BYTES_MAX) throw forged(during, `${storedBytes} stored bytes say they were ${length}`);
  return { saved, length };
}

/** Would the whole body pack? Told from its beginning: a sixteenth is little, but headers before base64 are short. */
function isWorth(beginning: Uint8Array, preset: Uint8Array): boolean {
  return deflate(beginning, preset).length < beginning.length - beginning.length / 16;
}

/** The packer is somebody else's code, and the text is the truth: what does not come back is not packed. */
function comesBack(bytes: Uint8Array, body: Uint8Array, preset: Uint8Array): boolean {
  const back = inflate(bytes.subarray(readVarint(bytes)?.bytes), preset, body.length);
  return typeof back !== "string" && back.every((byte, index) => byte === body[index]);
}

function unknown(during: string, codec: number): HoldfastError {
  return new HoldfastError("NEWER_FORMAT", `${during}: packed by the unknown codec ${codec}`);
}

function forged(during: string, why: string): HoldfastError {
  return new HoldfastError("CORRUPT", `${during}: its packed body does not unpack: ${why}`);
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}

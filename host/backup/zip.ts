/*
 * Zip as a backup uses it (APPNOTE 6.3.10: stored and deflated entries, no encryption, no ZIP64): written by fflate, read with
 * distrust. Every header is held against the bounds of the file before anything is unpacked, and nothing is unpacked beyond the
 * length that the directory tells and its CRC-32 confirms.
 */
import { crc32, inflateRawSync } from "node:zlib";
import { HoldfastError } from "../errors.js";

export interface ZipEntry {
  name: string;
  /** Of the packed bytes in the file. */
  start: number;
  end: number;
  isDeflated: boolean;
  bytes: number;
  crc32: number;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_BYTES = 22;

/** The entries in the order of the directory. Errors: TRUNCATED, CORRUPT with the place. Cost: the headers. */
export function zipEntries(file: Uint8Array): ZipEntry[] {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const end = file.length - END_BYTES;
  if (end < 0 || view.getUint32(end, true) !== END || view.getUint16(end + 20, true) !== 0) throw withoutEnd(view);
  const [count, length, start] = [view.getUint16(end + 10, true), view.getUint32(end + 12, true), view.getUint32(end + 16, true)];
  if (start + length !== end || view.getUint16(end + 8, true) !== count) throw damagedAt("the directory", end, file.length);
  const entries: ZipEntry[] = [];
  let at = start;
  while (at < end) {
    const entry = at + 46 <= end && view.getUint32(at, true) === CENTRAL ? directoryEntry(view, file, at, start) : undefined;
    if (entry === undefined) throw damagedAt("the directory", at, end);
    entries.push(entry.entry);
    at = entry.end;
  }
  if (at !== end || entries.length !== count) throw damagedAt("the directory", start, end);
  refuseOverlaps(entries);
  return entries;
}

/** What an entry holds. Errors: CORRUPT. */
export function contentOf(file: Uint8Array, entry: ZipEntry): Uint8Array {
  const packed = file.subarray(entry.start, entry.end);
  const bytes = entry.isDeflated ? inflated(packed, entry) : packed;
  if (bytes.length !== entry.bytes || crc32(bytes) !== entry.crc32) throw damagedAt(entry.name, entry.start, entry.end);
  return bytes;
}

function inflated(packed: Uint8Array, entry: ZipEntry): Uint8Array {
  try {
    return new Uint8Array(inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.bytes) }));
  } catch {
    throw damagedAt(entry.name, entry.start, entry.end);
  }
}

export function damagedAt(what: string, start: number, end: number): HoldfastError {
  return new HoldfastError(
    "CORRUPT",
    `damaged here: ${what}, bytes ${start} to ${end}`,
    "take another copy of this backup, or an older one",
  );
}

/** One row of the directory, held against the header in front of the data. Undefined: they do not agree. */
function directoryEntry(view: DataView, file: Uint8Array, at: number, dataEnd: number): { entry: ZipEntry; end: number } | undefined {
  const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true)) as [number, number, number];
  const end = at + 46 + nameBytes + extraBytes + commentBytes;
  const [flags, method, local] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true), view.getUint32(at + 42, true)];
  const [crc, packedBytes, bytes] = [16, 20, 24].map((offset) => view.getUint32(at + offset, true)) as [number, number, number];
  if (end > view.byteLength || flags & 1 || (method !== 0 && method !== 8) || local + 30 > dataEnd) return undefined;
  const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  const name = text(file, at + 46, nameBytes);
  const agrees =
    view.getUint32(local, true) === LOCAL &&
    view.getUint16(local + 8, true) === method &&
    view.getUint32(local + 14, true) === crc &&
    view.getUint32(local + 18, true) === packedBytes &&
    view.getUint32(local + 22, true) === bytes &&
    text(file, local + 30, view.getUint16(local + 26, true)) === name;
  if (!agrees || start + packedBytes > dataEnd || !isPlainName(name)) return undefined;
  return { entry: { name, start, end: start + packedBytes, isDeflated: method === 8, bytes, crc32: crc }, end };
}

function text(file: Uint8Array, start: number, length: number): string {
  return new TextDecoder().decode(file.subarray(start, start + length));
}

/** Relative, forward slashes, nothing that climbs. */
function isPlainName(name: string): boolean {
  return /^[\w-]+(?:\/[\w-]+)*(?:\.\w+)?$/.test(name);
}

/** Entries that share bytes make a small file unpack to a huge one. */
function refuseOverlaps(entries: readonly ZipEntry[]): void {
  const sorted = [...entries].sort((a, b) => a.start - b.start);
  for (const [i, entry] of sorted.entries()) {
    const next = sorted[i + 1];
    if (next && entry.end > next.start) throw damagedAt(`${entry.name} and ${next.name} overlap`, next.start, entry.end);
  }
}

/** A file without its last record is cut off when what is there reads well to its end, and damaged otherwise. */
function withoutEnd(view: DataView): HoldfastError {
  let at = 0;
  while (at + 4 <= view.byteLength) {
    const signature = view.getUint32(at, true);
    const length = headerBytes(view, at, signature);
    if (length === 0) return damagedAt("a header", at, Math.min(at + 46, view.byteLength));
    at += length;
  }
  return new HoldfastError(
    "TRUNCATED",
    `truncated: it ends after ${view.byteLength} bytes, in the middle`,
    "copy it again from where it came",
  );
}

/** Length of a header and what belongs to it, 0 when there is none at `at`; beyond the file where that is too short. */
function headerBytes(view: DataView, at: number, signature: number): number {
  const fixed = { [LOCAL]: 30, [CENTRAL]: 46 }[signature];
  if (fixed === undefined) return signature === END && at + END_BYTES > view.byteLength ? END_BYTES : 0;
  if (at + fixed > view.byteLength) return fixed;
  if (signature === LOCAL) return 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true) + view.getUint32(at + 18, true);
  return 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
}

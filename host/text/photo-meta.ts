// What a list shows of a picture: its name, when it was taken, where its small copy lies in it, and a hash that tells whether it is whole.
// Callers may take for granted: any bytes give a meta; the date is the camera's own clock (EXIF has no zone unless it says one) as if in UTC.
import { sha256 } from "@noble/hashes/sha2.js";
import ExifReader from "exifreader";
import { sameBytes } from "./bytes.js";
import { setLabel, type TextMeta } from "./record-meta.js";

/** First bytes of the SHA-256 of the body, as docs/format.md has it in meta. */
const HASH_BYTES = 16;
/** EXIF stands in a segment of at most 64 KiB at the beginning (Exif 2.3 §4.5.4). */
const HEAD_BYTES = 1 << 18;

/** Meta of a photo; `name` is the file's. Cost: its bytes once, for the hash. */
export function photoMeta(body: Uint8Array, name: string): TextMeta {
  const meta: TextMeta = { bodyHash: sha256(body).subarray(0, HASH_BYTES) };
  setLabel(meta, name);
  const tags = tagsOf(body.slice(0, HEAD_BYTES));
  const taken = takenMs(tags);
  if (taken !== undefined) meta.startMs = taken;
  const small = tags?.Thumbnail?.image;
  const at = small ? placeOf(body, new Uint8Array(small as ArrayBuffer)) : -1;
  if (small && at >= 0) meta.thumbnail = [at, small.byteLength];
  return meta;
}

type Tags = ExifReader.Tags;

function tagsOf(head: Uint8Array<ArrayBuffer>): Tags | undefined {
  try {
    return ExifReader.load(head.buffer) as Tags;
  } catch {
    return undefined; // no EXIF, or none that can be read: one picture in three has none
  }
}

function takenMs(tags: Tags | undefined): number | undefined {
  const date = String(tags?.DateTimeOriginal?.description ?? tags?.DateTime?.description ?? "");
  const offset = String(tags?.OffsetTimeOriginal?.description ?? "");
  const match = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)/.exec(date);
  if (!match) return undefined;
  const [, year, month, day, time] = match;
  const ms = Date.parse(`${year}-${month}-${day}T${time}${/^[+-]\d\d:\d\d$/.test(offset) ? offset : "Z"}`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** Where `part` stands in `whole`; -1 nowhere. */
function placeOf(whole: Uint8Array, part: Uint8Array): number {
  for (let at = whole.indexOf(part[0] ?? -1); at >= 0 && at + part.length <= whole.length; at = whole.indexOf(part[0]!, at + 1))
    if (sameBytes(whole.subarray(at, at + part.length), part)) return at;
  return -1;
}

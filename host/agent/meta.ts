/*
 * Meta: a small CBOR map, deterministic (RFC 8949 §4.2.1), so that equal meta are equal bytes: with the check, or without.
 *
 * Keys everybody knows are integers; any other string key is kept as text. An integer key this version does
 * not know reads as "#number" and is written back as that integer, so that nothing a newer version stored is
 * lost in an edit. No meta at all is no bytes at all.
 */
import { decode, encode, rfc8949EncodeOptions } from "cborg";
import { META_BYTES_MAX } from "../core/abi.js";
import { HoldfastError } from "../errors.js";
import { crc32c } from "./crc32c.js";
import type { RecordMeta } from "./types.js";

/** docs/format.md lists them too. A number is never reused. */
export const META_KEYS: Readonly<Record<string, number>> = {
  label: 1,
  phones: 2,
  startMs: 3,
  endMs: 4,
  dueMs: 5,
  done: 6,
  bodyHash: 7,
  emails: 8,
  repeatsUntilMs: 9,
  thumbnail: 10,
};

/** Of the other entries: by it a meta that was read without its unit is judged. */
const CHECK_KEY = 11;

const NAMES = new Map(Object.entries(META_KEYS).map(([name, key]) => [key, name]));

/** Errors: INVALID for what CBOR or a later reader could not give back the same; TOO_BIG above 480 bytes. */
export function encodeMeta(meta: RecordMeta | undefined): Uint8Array {
  const map = mapOf(meta);
  return map.size === 0 ? new Uint8Array(0) : encodeMap(map);
}

/** The same with its check, as a store keeps it; without, where it would get too long. */
export function encodeCheckedMeta(meta: RecordMeta | undefined): Uint8Array {
  const map = mapOf(meta);
  if (map.size === 0) return new Uint8Array(0);
  const bytes = encodeMap(map);
  const checked = encodeRaw(map.set(CHECK_KEY, checkOf(bytes)));
  return checked.length > META_BYTES_MAX ? bytes : checked;
}

function mapOf(meta: RecordMeta | undefined): Map<number | string, unknown> {
  const entries = Object.entries(meta ?? {}).filter(([, value]) => value !== undefined);
  for (const [name, value] of entries) checkValue(name, value, 0);
  return new Map(entries.map(([name, value]) => [keyOf(name), value]));
}

function encodeRaw(map: ReadonlyMap<unknown, unknown>): Uint8Array {
  return encode(map, { ...rfc8949EncodeOptions, ignoreUndefinedProperties: true });
}
/** Errors: TOO_BIG. */
function encodeMap(map: ReadonlyMap<unknown, unknown>): Uint8Array {
  const bytes = encodeRaw(map);
  if (bytes.length > META_BYTES_MAX) throw new HoldfastError("TOO_BIG", `meta of ${bytes.length} bytes; at most ${META_BYTES_MAX} fit`);
  return bytes;
}
function checkOf(bytes: Uint8Array): Uint8Array {
  const crc = crc32c(bytes);
  return Uint8Array.of((crc >> 8) & 255, crc & 255);
}

/** A meta by its check alone; undefined where it has none, or that does not hold. One in 65 536 of damaged ones is taken for whole. */
export function checkedMeta(bytes: Uint8Array): RecordMeta | undefined {
  try {
    const map = decodeMap(bytes);
    const check = map.get(CHECK_KEY);
    map.delete(CHECK_KEY);
    const told = checkOf(encodeMap(map));
    const holds = check instanceof Uint8Array && check.length === told.length && check.every((byte, at) => byte === told[at]);
    return holds ? (plain(map) as RecordMeta) : undefined;
  } catch {
    return undefined;
  }
}

/** Errors: CORRUPT when the bytes are not such a map: they passed their checksum, so another program wrote them. */
export function decodeMeta(bytes: Uint8Array): RecordMeta {
  if (bytes.length === 0) return {};
  const map = decodeMap(bytes);
  map.delete(CHECK_KEY);
  return plain(map) as RecordMeta;
}

function decodeMap(bytes: Uint8Array): Map<unknown, unknown> {
  let map: unknown;
  try {
    map = decode(bytes, { useMaps: true, strict: true, allowIndefinite: false, rejectDuplicateMapKeys: true });
  } catch (cause) {
    throw new HoldfastError("CORRUPT", `meta is not CBOR: ${(cause as Error).message}`);
  }
  if (!(map instanceof Map)) throw new HoldfastError("CORRUPT", "meta is not a CBOR map");
  return map;
}

function keyOf(name: string): number | string {
  if (Object.hasOwn(META_KEYS, name)) return META_KEYS[name];
  if (!/^#\d{1,9}$/.test(name)) return name;
  const key = Number(name.slice(1));
  if (key === CHECK_KEY) throw new HoldfastError("INVALID", `meta key "${name}" is made by Holdfast`, "leave it out");
  if (NAMES.has(key) || `#${key}` !== name)
    throw new HoldfastError("INVALID", `meta key "${name}": write "${NAMES.get(key) ?? `#${key}`}"`);
  return key;
}

/** Only what comes back the same: text, finite numbers, booleans, null, bytes, and lists and maps of these. */
function checkValue(name: string, value: unknown, depth: number): void {
  const refuse = (what: string) =>
    new HoldfastError("INVALID", `meta "${name}" ${what}`, "use text, numbers, booleans, null, Uint8Array, arrays and plain objects");
  if (depth > 8) throw refuse("is nested too deeply");
  if (value === null || typeof value === "boolean" || value instanceof Uint8Array) return;
  if (typeof value === "string") {
    if (/\p{Surrogate}/u.test(value)) throw refuse("is not well-formed text");
  } else if (typeof value === "number") {
    if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) throw refuse(`is the number ${value}`);
  } else if (Array.isArray(value)) {
    for (const item of value) checkValue(name, item, depth + 1);
  } else if (typeof value === "object" && (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null)) {
    for (const item of Object.values(value)) if (item !== undefined) checkValue(name, item, depth + 1);
  } else throw refuse(`holds a ${typeof value}`);
}

/** Maps become plain objects, all the way down; integer keys get their names only at the top. */
function plain(value: unknown, top = true): unknown {
  if (Array.isArray(value)) return value.map((item) => plain(item, false));
  if (!(value instanceof Map)) return value;
  const entries = [...value].map(([key, item]) => [nameOf(key, top), plain(item, false)]);
  return Object.fromEntries(entries); // defines even "__proto__" as an own property, never as a prototype
}

function nameOf(key: unknown, top: boolean): string {
  if (typeof key === "string") return key;
  if (!top || typeof key !== "number" || key < 0)
    throw new HoldfastError("CORRUPT", "meta has a key that is neither text nor a known number");
  return NAMES.get(key) ?? `#${key}`;
}

// Databases of a Palm handheld (.pdb): addresses, dates, to-dos, memos. Layouts: Palm OS Programmer's Companion (the database), and
// pilot-link's address.c, datebook.c, todo.c, memo.c (the records), which read real ones since 1996.
// Callers may take for granted: a record becomes text a phone reads (a card, an event, a to-do); its own bytes go along in
// X-HOLDFAST-PALM, in base64, so that nothing a conversion leaves out is lost. A memo is its text, byte for byte. Every record is taken
// or named, by its place in the database; nothing throws.

import { westernText } from "./encoding.js";
import { type Decode, palmCard, palmEvent, palmTodo } from "./palm-records.js";
import { property } from "./plain-property.js";
import { properties } from "./property.js";
import { calendarMeta, contactMeta, plainMeta, type TextMeta } from "./record-meta.js";

export interface PalmRecord {
  /** Place in the database, from 1. */
  line: number;
  kind?: "contact" | "event" | "todo" | "note";
  body?: Uint8Array;
  meta?: TextMeta;
  /** Why it is none. */
  refused?: string;
}

const HEADER_BYTES = 78;
const ENTRY_BYTES = 8;
const REMOVED = 0x80;
const SECRET = 0x10;
const UNFILED = 0;

const KINDS = { addr: "contact", date: "event", todo: "todo", memo: "note" } as const;
const READERS = { addr: palmCard, date: palmEvent, todo: palmTodo } as const;

interface Entry {
  bytes: Uint8Array;
  isRemoved: boolean;
  isSecret: boolean;
  category: number;
}

/** True for a database of one of the four, whatever the file is called. */
export function isPalm(bytes: Uint8Array): boolean {
  return bytes.length >= HEADER_BYTES && ascii(bytes, 60, 4) === "DATA" && /^[\w ]{4}$/.test(ascii(bytes, 64, 4));
}

/** Every record, in order. A string: why the database cannot be read. */
export function palmRecords(bytes: Uint8Array): PalmRecord[] | string {
  const creator = ascii(bytes, 64, 4);
  const entries = entriesOf(bytes);
  if (entries === undefined) return "the list of records points outside of the file: it is cut off or damaged";
  if (!Object.hasOwn(KINDS, creator)) return `a Palm database of "${creator}" holds no kind of record that is taken`;
  const kind = creator as keyof typeof KINDS;
  const decode = decoderOf(bytes);
  const categories = categoriesOf(bytes, decode);
  return entries.map((entry, i) => ({ line: i + 1, ...recordOf(kind, entry, categories, decode) }));
}

function recordOf(creator: keyof typeof KINDS, entry: Entry, categories: readonly string[], decode: Decode): Omit<PalmRecord, "line"> {
  const kind = KINDS[creator];
  if (entry.isRemoved) return { refused: "it was removed on the handheld" };
  try {
    if (creator === "memo") return memo(entry.bytes, decode);
    const { component, lines } = READERS[creator](entry.bytes, decode);
    const body = written(component, lines, entry, categories[entry.category] ?? "");
    const list = properties(body);
    return { kind, body, meta: kind === "contact" ? contactMeta(list) : calendarMeta(kind, list) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { refused: "it ends in the middle of a field" };
  }
}

function memo(bytes: Uint8Array, decode: Decode): Omit<PalmRecord, "line"> {
  const end = bytes.indexOf(0);
  const text = bytes.subarray(0, end < 0 ? bytes.length : end);
  if (text.length === 0) return { refused: "an empty memo" };
  const body = decode === japanese ? new TextEncoder().encode(decode(text)) : text;
  return { kind: "note", body, meta: plainMeta(body) };
}

function written(component: string, lines: readonly string[], entry: Entry, category: string): Uint8Array {
  const all = [
    ...(category === "" || entry.category === UNFILED ? [] : [property("CATEGORIES", category)]),
    ...(entry.isSecret ? [property("CLASS", "PRIVATE")] : []),
    property("X-HOLDFAST-PALM", Buffer.from(entry.bytes).toString("base64")),
  ];
  const nested = lines.findIndex((line) => line.startsWith("BEGIN:"));
  const own = nested < 0 ? lines : lines.slice(0, nested);
  const text = [`BEGIN:${component}\r\n`, ...own, ...all, ...lines.slice(own.length), `END:${component}\r\n`].join("");
  return new TextEncoder().encode(text);
}

function entriesOf(bytes: Uint8Array): Entry[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint16(76);
  if (HEADER_BYTES + count * ENTRY_BYTES > bytes.length) return undefined;
  const starts = Array.from({ length: count }, (_, i) => view.getUint32(HEADER_BYTES + i * ENTRY_BYTES));
  if (starts.some((start, i) => start > (starts[i + 1] ?? bytes.length))) return undefined;
  return starts.map((start, i) => {
    const attributes = view.getUint8(HEADER_BYTES + i * ENTRY_BYTES + 4);
    return {
      bytes: bytes.subarray(start, starts[i + 1] ?? bytes.length),
      isRemoved: (attributes & REMOVED) !== 0,
      isSecret: (attributes & SECRET) !== 0,
      category: attributes & 0x0f,
    };
  });
}

/** The sixteen names at the head of the application's block; none: no names. */
function categoriesOf(bytes: Uint8Array, decode: Decode): string[] {
  const at = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(52);
  if (at < HEADER_BYTES || at + 2 + 256 > bytes.length) return [];
  return Array.from({ length: 16 }, (_, i) => {
    const name = bytes.subarray(at + 2 + 16 * i, at + 18 + 16 * i);
    return decode(name.subarray(0, Math.max(0, name.indexOf(0))));
  });
}

const western: Decode = westernText;
const japanese: Decode = (bytes) => new TextDecoder("shift_jis").decode(bytes);

/** A handheld does not say which of the two it writes. Japanese: all of it is well-formed, and kana stand in it. */
function decoderOf(bytes: Uint8Array): Decode {
  try {
    const text = new TextDecoder("shift_jis", { fatal: true }).decode(textBytes(bytes));
    return /[\u3041-\u3096\u30a1-\u30fa]{2}/.test(text) ? japanese : western;
  } catch {
    return western;
  }
}

/** The category names, which every database has, and nothing that is no text. */
function textBytes(bytes: Uint8Array): Uint8Array {
  const at = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(52);
  return bytes.subarray(at + 2, at + 258);
}

function ascii(bytes: Uint8Array, at: number, lengthBytes: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + lengthBytes));
}

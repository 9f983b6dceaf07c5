// The phonebook of a SIM card: abbreviated dialling numbers (EF_ADN, 6F3A) and their extensions (EF_EXT1, 6F4A).
// Source: GSM 11.11 §10.5.1, §10.5.10, annex B (alpha fields in UCS2), TS 23.038 §6.2.1 (default alphabet). A record of EF_ADN is X + 14
// bytes: alpha field X, length of the number in bytes, TON/NPI, 10 bytes of BCD, capability identifier, extension identifier.
// Callers may take for granted: what decodes was encoded, and a field that holds other bytes decodes to something, never to an error.

export interface SimEntry {
  name: string;
  /** Digits, `*`, `#`, `p` for a pause, and a leading `+`. */
  number: string;
}

export interface SimShape {
  /** Records of EF_ADN. */
  slots: number;
  /** X: bytes of the alpha field. */
  alphaBytes: number;
  /** Records of EF_EXT1. */
  extensions: number;
}

export const SIM_SHAPE: SimShape = { slots: 250, alphaBytes: 14, extensions: 10 };

const TAIL_BYTES = 14;
const NUMBER_BYTES = 10;
const EXTENSION_BYTES = 13;
const NONE = 0xff;
const INTERNATIONAL = 0x91;
const UNKNOWN_TON = 0x81;
const ADDITIONAL_DATA = 2;
const ALPHABET =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const BCD = "0123456789*#p";

/** The alpha field: the form that holds most of the name. Returns also how many characters were cut off. */
export function encodeAlpha(name: string, alphaBytes: number): { field: Uint8Array; cut: number } {
  const units = [...name].flatMap((c) => (c.length === 1 ? [c] : ["?"])); // beyond 16 bits there is no form
  const codes = units.map((c) => ALPHABET.indexOf(c));
  const forms = [defaultForm(codes), based(units, codes, 0x81), based(units, codes, 0x82), wide(units)];
  const best = forms
    .filter((form) => form !== undefined)
    .map((form) => form(alphaBytes))
    .reduce((a, b) => (b.taken > a.taken ? b : a));
  const field = new Uint8Array(alphaBytes).fill(NONE);
  field.set(best.bytes);
  return { field, cut: units.length - best.taken };
}

type Form = (alphaBytes: number) => { bytes: Uint8Array; taken: number };

function defaultForm(codes: readonly number[]): Form | undefined {
  if (codes.some((code) => code < 0)) return undefined;
  return (alphaBytes) => ({ bytes: Uint8Array.from(codes.slice(0, alphaBytes)), taken: Math.min(codes.length, alphaBytes) });
}

/** All of it in UCS2, big-endian. */
function wide(units: readonly string[]): Form {
  return (alphaBytes) => {
    const taken = Math.min(units.length, Math.floor((alphaBytes - 1) / 2));
    const bytes = units.slice(0, taken).flatMap((c) => [c.charCodeAt(0) >> 8, c.charCodeAt(0) & 255]);
    return { bytes: Uint8Array.from([0x80, ...bytes]), taken };
  };
}

/** One byte a character: of the default alphabet, or up to 127 above a base (81: a multiple of 128, 82: any). */
function based(units: readonly string[], codes: readonly number[], form: 0x81 | 0x82): Form | undefined {
  const others = units.filter((_, i) => codes[i]! < 0).map((c) => c.charCodeAt(0));
  const least = Math.min(...others);
  const base = form === 0x81 ? least & 0x7f80 : least;
  if (others.length === 0 || others.some((code) => code - base > 127) || (form === 0x81 && least > 0x7fff)) return undefined;
  const head = form === 0x81 ? [base >> 7] : [base >> 8, base & 255];
  return (alphaBytes) => {
    const taken = Math.max(0, Math.min(units.length, alphaBytes - 2 - head.length));
    const bytes = units.slice(0, taken).map((c, i) => (codes[i]! >= 0 ? codes[i]! : 0x80 | (c.charCodeAt(0) - base)));
    return { bytes: Uint8Array.from([form, taken, ...head, ...bytes]), taken };
  };
}

export function decodeAlpha(field: Uint8Array): string {
  const [form, count = 0] = field;
  const code = (byte: number, base: number) => (byte & 0x80 ? String.fromCharCode(base + (byte & 0x7f)) : (ALPHABET[byte] ?? ""));
  if (form === 0x80) {
    const units = Array.from({ length: (field.length - 1) >> 1 }, (_, i) => (field[1 + 2 * i]! << 8) | field[2 + 2 * i]!);
    return units
      .filter((unit) => unit !== 0xffff)
      .map((unit) => String.fromCharCode(unit))
      .join("");
  }
  if (form === 0x81) return [...field.subarray(3, 3 + count)].map((byte) => code(byte, field[2]! << 7)).join("");
  if (form === 0x82) return [...field.subarray(4, 4 + count)].map((byte) => code(byte, (field[2]! << 8) | field[3]!)).join("");
  return [...field]
    .filter((byte) => byte !== NONE)
    .map((byte) => code(byte & 0x7f, 0))
    .join("");
}

/** Two digits a byte, the first in the low half, filled up with F. */
function bcd(digits: string): number[] {
  const halves = [...digits].map((c) => BCD.indexOf(c));
  return Array.from({ length: Math.ceil(halves.length / 2) }, (_, i) => halves[2 * i]! | ((halves[2 * i + 1] ?? 15) << 4));
}
function digitsOf(bytes: Uint8Array): string {
  return [...bytes]
    .flatMap((byte) => [byte & 15, byte >> 4])
    .map((half) => BCD[half] ?? "")
    .join("");
}

/** What a number becomes on a SIM: separators left out; undefined where nothing is left to dial. */
export function simNumber(number: string): string | undefined {
  const clean = number.replace(/[;,]/g, "p").replace(/(?!^\+)[^\d*#p]/g, "");
  return /\d|[*#]/.test(clean) ? clean : undefined;
}

export interface SimFiles {
  adn: Uint8Array;
  ext1: Uint8Array;
}

export interface SimReport {
  /** Entries written. */
  entries: number;
  namesCut: number;
  /** Numbers for which no record of EF_ADN, or no extension, was left. */
  dropped: SimEntry[];
}

/** Both files of a card of this shape, the first entries first. */
export function simFiles(entries: readonly SimEntry[], shape: SimShape = SIM_SHAPE): { files: SimFiles; report: SimReport } {
  const recordBytes = shape.alphaBytes + TAIL_BYTES;
  const files = {
    adn: new Uint8Array(shape.slots * recordBytes).fill(NONE),
    ext1: new Uint8Array(shape.extensions * EXTENSION_BYTES).fill(NONE),
  };
  const report: SimReport = { entries: 0, namesCut: 0, dropped: [] };
  let extensions = 0;
  for (const entry of entries) {
    const digits = entry.number.replace(/^\+/, "");
    const more = Math.ceil(Math.max(0, digits.length - 2 * NUMBER_BYTES) / (2 * NUMBER_BYTES));
    if (report.entries === shape.slots || extensions + more > shape.extensions) {
      report.dropped.push(entry);
      continue;
    }
    const { field, cut } = encodeAlpha(entry.name, shape.alphaBytes);
    const number = bcd(digits.slice(0, 2 * NUMBER_BYTES));
    const type = entry.number.startsWith("+") ? INTERNATIONAL : UNKNOWN_TON;
    const padded = [...number, ...Array.from({ length: NUMBER_BYTES - number.length }, () => NONE)];
    files.adn.set([...field, number.length + 1, type, ...padded, NONE, more > 0 ? extensions + 1 : NONE], report.entries * recordBytes);
    for (let i = 0; i < more; i++) {
      const piece = bcd(digits.slice(2 * NUMBER_BYTES * (i + 1), 2 * NUMBER_BYTES * (i + 2)));
      const next = i + 1 < more ? extensions + 2 : NONE;
      const rest = Array.from({ length: NUMBER_BYTES - piece.length }, () => NONE);
      files.ext1.set([ADDITIONAL_DATA, piece.length, ...piece, ...rest, next], extensions * EXTENSION_BYTES);
      extensions++;
    }
    report.entries++;
    if (cut > 0) report.namesCut++;
  }
  return { files, report };
}

/** The entries on a card, free records left out. */
export function simEntries({ adn, ext1 }: SimFiles, alphaBytes = SIM_SHAPE.alphaBytes): SimEntry[] {
  const recordBytes = alphaBytes + TAIL_BYTES;
  const entries: SimEntry[] = [];
  for (let at = 0; at + recordBytes <= adn.length; at += recordBytes) {
    const record = adn.subarray(at, at + recordBytes);
    const [length = NONE, type] = record.subarray(alphaBytes);
    if (length === NONE || length === 0 || length > NUMBER_BYTES + 1) continue;
    const digits = digitsOf(record.subarray(alphaBytes + 2, alphaBytes + 1 + length)) + extended(ext1, record[recordBytes - 1]!);
    const isInternational = ((type ?? 0) & 0x70) === 0x10;
    entries.push({ name: decodeAlpha(record.subarray(0, alphaBytes)), number: (isInternational ? "+" : "") + digits });
  }
  return entries;
}

/** Digits in a chain of extension records, each followed once. */
function extended(ext1: Uint8Array, first: number): string {
  let digits = "";
  const seen = new Set<number>();
  for (let id = first; id !== NONE && id !== 0 && id * EXTENSION_BYTES <= ext1.length && !seen.has(id); ) {
    seen.add(id);
    const record = ext1.subarray((id - 1) * EXTENSION_BYTES, id * EXTENSION_BYTES);
    if ((record[0]! & ADDITIONAL_DATA) === 0 || record[1]! > NUMBER_BYTES) break;
    digits += digitsOf(record.subarray(2, 2 + record[1]!));
    id = record[EXTENSION_BYTES - 1]!;
  }
  return digits;
}

/** One entry for the first number of every contact, then the further numbers as far as there is room. */
export function rankedEntries(contacts: readonly { label?: string; phones?: readonly string[] }[]): {
  entries: SimEntry[];
  withoutNumber: number;
} {
  const usable = contacts.map(({ label = "", phones = [] }) =>
    phones.map(simNumber).flatMap((number) => (number ? [{ name: label, number }] : [])),
  );
  const first = usable.flatMap((numbers) => numbers.slice(0, 1));
  const further = usable.flatMap((numbers) => numbers.slice(1));
  return { entries: [...first, ...further], withoutNumber: usable.filter((numbers) => numbers.length === 0).length };
}

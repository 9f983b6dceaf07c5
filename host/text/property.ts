// Reads the properties of one vCard or iCalendar component, for labels, dates and UIDs. Read only: the text itself is never rewritten.
// Callers may take for granted: only the component's own properties are given, not those of components nested in it, nor those of a time
// zone that stands behind it; broken lines are skipped; nothing throws.
import { decodeText, isWestern, westernText } from "./encoding.js";
import { logicalLines } from "./lines.js";

export interface Property {
  /** In capitals, without the group ("item1."). */
  name: string;
  /** As it is written; absent: the line is in none. */
  group?: string;
  /** In capitals; a bare vCard 2.1 parameter (`TEL;CELL`) stands as TYPE. */
  params: Map<string, string>;
  /** Quoted-printable is decoded; backslash escapes are not. */
  value: string;
}

/** The properties of the outermost component in `bytes`, in order. Cost: one pass over its text. */
export function properties(bytes: Uint8Array): Property[] {
  const found: Property[] = [];
  let depth = 0;
  for (const line of logicalLines(decodeText(bytes))) {
    const property = readProperty(line.text);
    if (property?.name === "BEGIN" && depth === 0 && found.length > 0 && /^VTIMEZONE$/i.test(property.value.trim())) break;
    if (property?.name === "BEGIN") depth++;
    else if (property?.name === "END") depth--;
    else if (property && depth === 1) found.push(property);
  }
  return found;
}

/** Every property of the component and of what is nested in it, with its depth from 1; a line that is none has the name "". */
export function* deepProperties(bytes: Uint8Array): Generator<Property & { depth: number }> {
  let depth = 0;
  for (const line of logicalLines(decodeText(bytes))) {
    const property = readProperty(line.text) ?? { name: "", params: new Map<string, string>(), value: line.text };
    if (property.name === "BEGIN") depth++;
    else if (property.name === "END") depth--;
    else yield { ...property, depth };
  }
}

/** The value of the first property of that name that is not blank. */
export function firstValue(list: Property[], name: string): string | undefined {
  return list.find((property) => property.name === name && property.value.trim() !== "")?.value.trim();
}

/** Undoes the backslash escapes of vCard 3.0/4.0 and iCalendar text. */
export function unescapeText(value: string): string {
  return value.replace(/\\([\s\S])/g, (_, c: string) => (c === "n" || c === "N" ? "\n" : c));
}

/** Splits a structured value (N, ORG) at `;` that is not escaped, and unescapes the pieces. */
export function components(value: string): string[] {
  return (value.slice(0, headCharsMax).match(/(?:\\[\s\S]|[^;\\])*(?:;|$)/g) ?? []).map((piece) =>
    unescapeText(piece.replace(/;$/, "")).trim(),
  );
}

/** Longer names and parameters than this are not a property anyone wrote. */
const headCharsMax = 4096;

/** One logical line; undefined: it is no property. */
export function readProperty(line: string): Property | undefined {
  const colon = valueColon(line);
  const match = /^[ \t]*(?:([\w-]+)\.)?([\w-]+)(?:[ \t]*$|;(.*))/s.exec(line.slice(0, Math.max(0, colon)));
  if (!match) return undefined;
  const params = readParams(match[3] ?? "");
  const value = line.slice(colon + 1);
  const quoted = params.get("ENCODING")?.toUpperCase() === "QUOTED-PRINTABLE";
  const group = match[1] === undefined ? {} : { group: match[1] };
  return { name: (match[2] ?? "").toUpperCase(), ...group, params, value: quoted ? decodeQuoted(value, params.get("CHARSET")) : value };
}

/** Index of the colon before the value: the first one outside double quotes, or the first of all where a quote is never closed. */
export function valueColon(line: string): number {
  let quoted = false;
  for (let index = 0; index < Math.min(line.length, headCharsMax); index++) {
    const c = line[index];
    if (c === '"') quoted = !quoted;
    else if (c === ":" && !quoted) return index;
  }
  return line.slice(0, headCharsMax).indexOf(":");
}

/** Parameters as they stand between name and value, without the first `;`. */
export function readParams(text: string): Map<string, string> {
  const params = new Map<string, string>();
  for (const piece of text.match(/(?:"[^"]*"|[^";])+/g) ?? []) {
    const cut = piece.indexOf("=");
    const bare = cut < 0;
    const name = bare ? (/^quoted-printable$/i.test(piece) ? "ENCODING" : "TYPE") : piece.slice(0, cut).trim().toUpperCase();
    const value = piece.slice(cut + 1).replace(/^"|"$/g, "");
    params.set(name, params.has(name) ? `${params.get(name)},${value}` : value);
  }
  return params;
}

/** Quoted-printable to text; `charset` unknown or absent: UTF-8, else Windows-1252. */
export function decodeQuoted(value: string, charset?: string): string {
  const encoder = new TextEncoder();
  const bytes: number[] = [];
  for (const [piece] of value.matchAll(/=[0-9A-Fa-f]{2}|=|[^=]+/g)) {
    if (piece.length === 3 && piece.startsWith("=")) bytes.push(Number.parseInt(piece.slice(1), 16));
    else for (const byte of encoder.encode(piece)) bytes.push(byte);
  }
  const raw = Uint8Array.from(bytes);
  if (charset && isWestern(charset)) return westernText(raw);
  if (charset && !/^utf-?8$/i.test(charset)) {
    try {
      return new TextDecoder(charset).decode(raw);
    } catch {
      // a charset nobody knows: judged like text without one
    }
  }
  return decodeText(raw, { encoding: "utf-8", bomBytes: 0, unitBytes: 1 });
}

// What the bytes of a text file are written in. Callers may take for granted: nothing here changes a byte, and a file of no known
// encoding is still readable (as Windows-1252), so a label can be shown for it.

export interface TextForm {
  encoding: "utf-8" | "utf-16le" | "utf-16be";
  /** Bytes of the byte order mark at the start of the file: 0, 2 or 3. */
  bomBytes: number;
  /** Bytes of one code unit: 1 or 2. */
  unitBytes: 1 | 2;
}

/** Tells the form from a byte order mark or, without one, from the zero bytes that ASCII leaves in UTF-16. Reads at most 8 bytes. */
export function textForm(bytes: Uint8Array): TextForm {
  const [a, b, c, d] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: "utf-8", bomBytes: 3, unitBytes: 1 };
  if (a === 0xff && b === 0xfe) return { encoding: "utf-16le", bomBytes: 2, unitBytes: 2 };
  if (a === 0xfe && b === 0xff) return { encoding: "utf-16be", bomBytes: 2, unitBytes: 2 };
  if (a === 0 && b && c === 0 && d) return { encoding: "utf-16be", bomBytes: 0, unitBytes: 2 };
  if (a && b === 0 && c && d === 0) return { encoding: "utf-16le", bomBytes: 0, unitBytes: 2 };
  return { encoding: "utf-8", bomBytes: 0, unitBytes: 1 };
}

/** The text of `bytes`, for looking at, never for storing: bytes that are not UTF-8 are read as Windows-1252. */
export function decodeText(bytes: Uint8Array, form: TextForm = textForm(bytes)): string {
  if (form.unitBytes === 2) return new TextDecoder(form.encoding).decode(bytes);
  return isUtf8(bytes) ? new TextDecoder("utf-8").decode(bytes) : westernText(bytes);
}

/** What Windows-1252 has in the place of the controls 0x80 to 0x9f (WHATWG Encoding, index-windows-1252). */
const WESTERN = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

/** Windows-1252, every byte a character. Not by TextDecoder: that of Node 20 reads these bytes as Latin-1. */
export function westernText(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes).replace(/[\u0080-\u009f]/g, (c) => WESTERN[c.charCodeAt(0) - 0x80]!);
}

/** The byte of a character in Windows-1252; undefined: it has none. */
export function westernByte(character: string): number | undefined {
  const code = character.codePointAt(0)!;
  const [at, isControl] = [WESTERN.indexOf(character), code >= 0x80 && code <= 0x9f];
  if (at >= 0) return 0x80 + at;
  return code <= 0xff && !isControl ? code : undefined;
}

/** The names Windows-1252 goes by; Latin-1 is read as it everywhere on the web (WHATWG Encoding). */
export function isWestern(charset: string): boolean {
  return /^((windows|cp)-?1252|iso-?8859-1|latin-?1|us-ascii)$/i.test(charset);
}

export function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** The text of the first `lengthBytes` of a file, without its byte order mark; a character cut in two at the end is left out. */
export function decodeHead(bytes: Uint8Array, lengthBytes: number): string {
  const form = textForm(bytes);
  const head = bytes.subarray(form.bomBytes, lengthBytes);
  try {
    return new TextDecoder(form.encoding, { fatal: true }).decode(head, { stream: true });
  } catch {
    return decodeText(head, form);
  }
}

/** True when `bytes` are text without doubt: well-formed UTF-8 or UTF-16, and no control characters but tab, line ends and form feed. */
export function isPlainText(bytes: Uint8Array): boolean {
  const form = textForm(bytes);
  if (bytes.length % form.unitBytes !== 0) return false;
  try {
    const text = new TextDecoder(form.encoding, { fatal: true }).decode(bytes);
    return !/(?![\t\n\f\r])\p{Cc}/u.test(text.replaceAll("\u0085", ""));
  } catch {
    return false;
  }
}

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
  return new TextDecoder(isUtf8(bytes) ? "utf-8" : "windows-1252").decode(bytes);
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

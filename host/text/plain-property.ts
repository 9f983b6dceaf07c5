// One property of a text that is made new: escaped, folded, in UTF-8 with CRLF. A record that is there is patched instead (patch.ts).
import { escapedLine } from "./written-line.js";

/** The line with its end. `head` is the name and its parameters: `TEL;TYPE=cell`. */
export function property(head: string, value: string): string {
  return `${escapedLine(head, head.split(";")[0]!, value, "\r\n")}\r\n`;
}

/** `;` between the parts of a structured value (N, ADR), each part escaped. */
export function structured(head: string, parts: readonly string[]): string {
  return property(head, parts.map((part) => part.replace(/[\\;,]/g, "\\$&")).join(";"));
}

// One property as it is written into a record: escaped and folded, or in quoted-printable, in the record's encoding and with its line ends.
import { HoldfastError } from "../errors.js";
import { isUtf8, westernByte } from "./encoding.js";
import type { Sheet } from "./sheet.js";

/** Values that are one text: `;` and `,` in them mean themselves. */
const TEXTS = new Set("FN TITLE ROLE NOTE MAILER LABEL SORT-STRING SUMMARY DESCRIPTION LOCATION COMMENT CONTACT UID X-ABLABEL".split(" "));
/** Values in parts or lists: who sets them writes `;` and `,` between them. */
const PARTS = new Set("N ADR ORG NICKNAME CATEGORIES RESOURCES GENDER".split(" "));
const DATES = new Set("DTSTART DTEND DUE RECURRENCE-ID".split(" "));
/** RFC 5545 §3.1, RFC 6350 §3.2: octets of a line without its end. RFC 2045 §6.7: characters of a quoted-printable line, the `=` included. */
const FOLD_BYTES = 75;
const QUOTED_CHARS = 76;

const encoder = new TextEncoder();

/** The bytes of the line. Errors: INVALID for a value that the property or the record's encoding cannot hold. */
export function writtenLine(head: string, name: string, value: string, sheet: Sheet, body: Uint8Array): Uint8Array {
  const given = head.toUpperCase();
  if (/;(ENCODING=)?(B|BASE64)(;|$)/.test(given))
    throw new HoldfastError("INVALID", `${name} holds bytes, not text`, "remove it, or put the whole record anew");
  const dated = DATES.has(name) ? datedHead(head, name, value, sheet.isQuoted) : head;
  const line = sheet.isQuoted ? quotedLine(dated, value, sheet.lineEnd) : escapedLine(dated, name, value, sheet.lineEnd);
  return encoded(`${line}${sheet.lineEnd}`, name, sheet, body);
}

export function escapedLine(head: string, name: string, value: string, lineEnd: string): string {
  const lines = value.replace(/\r\n|\r/g, "\n");
  if (lines.includes("\n") && !TEXTS.has(name) && !PARTS.has(name) && !name.startsWith("X-"))
    throw new HoldfastError("INVALID", `${name} takes one line`, "only texts like NOTE or DESCRIPTION may have more");
  const text = TEXTS.has(name) ? lines.replace(/[\\;,]/g, "\\$&") : lines;
  return foldedLine(`${withoutParams(head, ["ENCODING", "CHARSET"])}:${text.replaceAll("\n", "\\n")}`, `${lineEnd} `);
}

/** RFC 2426 §2.6, RFC 5545 §3.1: `fold` is the line end and a blank. */
export function foldedLine(line: string, fold: string): string {
  let [out, width] = ["", 0];
  for (const c of line) {
    const bytes = encoder.encode(c).length;
    if (width + bytes > FOLD_BYTES) [out, width] = [out + fold, 1];
    out += c;
    width += bytes;
  }
  return out;
}

/** As vCard 2.1 and vCalendar 1.0 write it: quoted-printable where it is not plain ASCII. Without its line end. */
export function quotedLine(head: string, value: string, lineEnd: string): string {
  const plain = withoutParams(head, ["ENCODING", "CHARSET"]);
  if (/^[\x20-\x7e]*$/.test(value)) return `${plain}:${value}`;
  const start = `${plain};CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:`;
  let [out, width] = [start, start.length];
  for (const byte of encoder.encode(value.replace(/\r\n|\r|\n/g, "\r\n"))) {
    const isPlain = byte > 0x20 && byte < 0x7f && byte !== 0x3d;
    const piece = isPlain ? String.fromCharCode(byte) : `=${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    if (width + piece.length > QUOTED_CHARS - 1) [out, width] = [`${out}=${lineEnd}`, 0];
    out += piece;
    width += piece.length;
  }
  return out;
}

/** A day, a local time or an instant, and the parameters that go with it. */
function datedHead(head: string, name: string, value: string, isQuoted: boolean): string {
  const [, time, zulu] = /^\d{8}(T\d{6}(Z)?)?$/.exec(value) ?? [undefined, undefined, "none"];
  if (zulu === "none")
    throw new HoldfastError("INVALID", `${name} cannot be "${value}"`, "write 20261224, 20261224T183000 or 20261224T183000Z");
  const bare = withoutParams(head, time === undefined || zulu ? ["VALUE", "TZID"] : ["VALUE"]);
  return time === undefined && !isQuoted ? `${bare};VALUE=DATE` : bare;
}

function withoutParams(head: string, names: readonly string[]): string {
  const [first = "", ...params] = head.match(/(?:"[^"]*"|[^";])+/g) ?? [];
  const named = (param: string) => names.includes(param.split("=")[0]!.trim().toUpperCase());
  const bare = (param: string) => names.includes("ENCODING") && /^(quoted-printable|8bit|7bit)$/i.test(param);
  return [first, ...params.filter((param) => !named(param) && !bare(param))].join(";");
}

function encoded(line: string, name: string, { form }: Sheet, body: Uint8Array): Uint8Array {
  if (form.unitBytes === 2) {
    const bytes = new Uint8Array(2 * line.length);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < line.length; i++) view.setUint16(2 * i, line.charCodeAt(i), form.encoding === "utf-16le");
    return bytes;
  }
  if (isUtf8(body)) return encoder.encode(line);
  const bytes = [...line].map((c) => westernByte(c) ?? c);
  const strange = bytes.find((byte) => typeof byte === "string");
  if (strange !== undefined)
    throw new HoldfastError(
      "INVALID",
      `the record is in Windows-1252, which has no "${strange}" for ${name}`,
      "put the record anew in UTF-8",
    );
  return Uint8Array.from(bytes as number[]);
}

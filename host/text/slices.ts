// Files whose records lie in them one after another, each a slice of the file (Palm's are written anew): mbox, SMS Backup & Restore, Gammu, LDIF, CSV, Palm.
import { csvRows } from "./csv.js";
import { decodeHead, textForm } from "./encoding.js";
import { gammuSections, isGammu } from "./gammu.js";
import { isLdif, ldifEntries } from "./ldif.js";
import { isMbox, mboxMails } from "./mbox.js";
import { isPalm, palmRecords } from "./palm.js";
import { mailMeta, type TextMeta } from "./record-meta.js";
import { isSmsXml, xmlMessages } from "./sms-xml.js";
import { bytesOfUnits } from "./units.js";

export type SliceKind = "contact" | "event" | "todo" | "note" | "message" | "mail";

export interface Slice {
  line: number;
  /** Why this is no record; then there is nothing else. */
  refused?: string;
  kind?: SliceKind;
  body?: Uint8Array;
  meta?: TextMeta;
}

/** The slices of a file of one of these formats; undefined: it is of none. Told by what stands in it; a table only by its name (`suffix`). */
export function slicesOf(bytes: Uint8Array, suffix = ""): Slice[] | undefined {
  if (isPalm(bytes)) return palm(bytes);
  const head = decodeHead(bytes, 4096);
  if (isMbox(bytes)) return mboxMails(bytes).map(({ body, line }) => ({ kind: "mail", body, line, meta: mailMeta(body) }));
  if (isSmsXml(head)) return messages(bytes);
  if (isGammu(head)) return sections(bytes);
  if (isLdif(head)) return entries(bytes);
  return suffix === "csv" ? rows(bytes) : undefined;
}

function palm(bytes: Uint8Array): Slice[] {
  const found = palmRecords(bytes);
  return typeof found === "string" ? [{ line: 1, refused: found }] : found;
}

function entries(bytes: Uint8Array): Slice[] {
  return ldifEntries(bytes).map(({ body, line, meta }) => {
    return meta ? { kind: "contact", body, line, meta } : { line, refused: "an entry without name, number or address" };
  });
}

function rows(bytes: Uint8Array): Slice[] {
  const found = csvRows(bytes);
  if (typeof found === "string") return [{ line: 1, refused: found }];
  return found.map(({ body, line, meta }) => ({ kind: "contact", body, line, meta }));
}

function messages(bytes: Uint8Array): Slice[] {
  const form = textForm(bytes);
  return xmlMessages(bytes, form).map(({ start, end, line, meta }) => {
    if (meta === undefined) return { line, refused: "a message that is never closed" };
    return { kind: "message", body: bytesOfUnits(bytes, form, start, end), line, meta };
  });
}

function sections(bytes: Uint8Array): Slice[] {
  const form = textForm(bytes);
  return gammuSections(bytes, form).map(({ name, kind, start, end, line, meta }) => {
    if (kind === undefined) return { line, refused: `section [${name.replace(/\p{C}/gu, "?")}] is not a kind of record` };
    return { kind, body: bytesOfUnits(bytes, form, start, end), line, meta };
  });
}

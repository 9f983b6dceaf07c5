// Files whose records lie in them one after another, each a slice of the file: mbox, SMS Backup & Restore, Gammu.
import { decodeHead, textForm } from "./encoding.js";
import { gammuSections, isGammu } from "./gammu.js";
import { isMbox, mboxMails } from "./mbox.js";
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

/** The slices of a file of one of these formats; undefined: it is of none. Told by what stands in it, not by its name. */
export function slicesOf(bytes: Uint8Array): Slice[] | undefined {
  const head = decodeHead(bytes, 4096);
  if (isMbox(bytes)) return mboxMails(bytes).map(({ body, line }) => ({ kind: "mail", body, line, meta: mailMeta(body) }));
  if (isSmsXml(head)) return messages(bytes);
  return isGammu(head) ? sections(bytes) : undefined;
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

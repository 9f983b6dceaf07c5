// Messages in the XML of "SMS Backup & Restore": one <sms/> or <mms>…</mms> element a record, exactly as it stands in the file.
// Callers may take for granted: elements are found by their tags, with quotes and comments told apart, so a file that no XML reader takes
// (surrogate pairs as two references) gives every message all the same.
import type { TextForm } from "./encoding.js";
import { setLabel, type TextMeta } from "./record-meta.js";
import { lineAt, textOfUnits, unitsOf } from "./units.js";

export interface XmlMessage {
  start: number;
  end: number;
  line: number;
  /** Missing: the element is never closed. */
  meta?: TextMeta;
}

/** True for a file whose first element is <smses>. */
export function isSmsXml(head: string): boolean {
  return /^\ufeff?\s*(?:<\?[^>]*\?>\s*|<!--[\s\S]*?-->\s*)*<smses[\s>]/.test(head);
}

/** The messages in order, as places in the units of the text. Cost: one pass. */
export function xmlMessages(bytes: Uint8Array, form: TextForm): XmlMessage[] {
  const units = unitsOf(bytes, form);
  const found: XmlMessage[] = [];
  const tag = /<!--[\s\S]*?(?:-->|$)|<(sms|mms)\b((?:[^>"']|"[^"]*"|'[^']*')*)>/g;
  for (let match = tag.exec(units); match !== null; match = tag.exec(units)) {
    const [all, name, attributes = ""] = match;
    if (name === undefined) continue;
    const isWhole = attributes.endsWith("/") || name === "sms";
    const close = isWhole ? match.index + all.length : units.indexOf(`</${name}>`, tag.lastIndex);
    const end = isWhole || close < 0 ? match.index + all.length : close + name.length + 3;
    const text = textOfUnits(bytes, form, match.index, end);
    found.push({ start: match.index, end, line: lineAt(units, match.index), ...(close < 0 ? {} : { meta: messageMeta(text) }) });
    tag.lastIndex = end;
  }
  return found;
}

const HEAD = /^<\w+((?:[^>"']|"[^"]*"|'[^']*')*)>/;

/** All of the text of an <sms>, or of the plain parts of an <mms>; undefined where there is none. */
export function messageText(element: string): string | undefined {
  const body = attribute(HEAD.exec(element)?.[1] ?? "", "body");
  if (body !== undefined) return body;
  const parts = [...element.matchAll(/<part\b((?:[^>"']|"[^"]*"|'[^']*')*)>/g)].map(([, part]) => part!);
  const texts = parts.filter((part) => attribute(part, "ct") === "text/plain").map((part) => attribute(part, "text"));
  const plain = texts.filter((text) => text !== undefined).join("\n");
  return plain === "" ? undefined : plain;
}

/** Number, time and first words of an <sms> or <mms> element. `box`: "in" or "out". */
export function messageMeta(element: string): TextMeta {
  const meta: TextMeta = {};
  const value = (name: string) => attribute(HEAD.exec(element)?.[1] ?? "", name);
  setLabel(meta, messageText(element) ?? value("sub") ?? "");
  const numbers = (value("address") ?? "").split("~").map((number) => number.replace(/(?!^\+)[^\d]/g, "").slice(0, 21));
  const distinct = [...new Set(numbers.filter((number) => /\d/.test(number)))].slice(0, 8);
  if (distinct.length > 0) meta.phones = distinct;
  const wallMs = Number(value("date"));
  if (Number.isFinite(wallMs) && wallMs > 0 && wallMs < 8.64e15) meta.startMs = wallMs;
  const box = value("type") ?? value("msg_box");
  if (box === "1" || box === "2") meta.box = box === "1" ? "in" : "out";
  return meta;
}

/** The value of an attribute; undefined when it is absent or the word "null", which the app writes for nothing. */
function attribute(head: string, name: string): string | undefined {
  const match = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(head);
  const value = match?.[1] ?? match?.[2];
  return value === undefined || value === "null" ? undefined : unescapeXml(value);
}

const NAMED: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** References to text; a surrogate pair written as two references becomes the one character it is. */
export function unescapeXml(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w{2,4}));/g, (all, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return NAMED[name] ?? all;
    const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal);
    return code <= 0x10ffff ? (code < 0x10000 ? String.fromCharCode(code) : String.fromCodePoint(code)) : all;
  });
}

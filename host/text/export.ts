// Turns records into files. Pure: the caller fetches the records and writes the bytes.
// Callers may take for granted: raw gives every body back byte for byte; vcf and ics keep the bytes of each record too, but for UTF-16 text,
// which becomes UTF-8 so that the file has one encoding, and a line end that is added where a body lacks one. In ics the time zones of all
// records stand before them, each once.
import { concat, sameBytes } from "./bytes.js";
import { type CardVersion, convertedCard, type Step } from "./card-version.js";
import { decodeHead, decodeText, textForm } from "./encoding.js";
import { mboxFile } from "./mbox.js";
import { firstValue, properties } from "./property.js";
import { splitParts } from "./split.js";
import { type ZoneSlice, zonesOf } from "./zones.js";

export interface ExportRecord {
  kind: string;
  id: string;
  body: Uint8Array;
  wallMs?: number;
  meta?: { label?: string; phones?: string[]; startMs?: number; endMs?: number; dueMs?: number; done?: boolean; [key: string]: unknown };
}

export interface RawFile {
  /** `<kind>/<id>.<suffix>`, with forward slashes. */
  path: string;
  bytes: Uint8Array;
}

/** By how the body begins; else by kind. */
const beginnings: readonly [RegExp, string][] = [
  [/^[\s\ufeff]*BEGIN:[ \t]*VCARD/i, "vcf"],
  [/^[\s\ufeff]*BEGIN:[ \t]*V(EVENT|TODO|JOURNAL)/i, "ics"],
  [/^[\s\ufeff]*BEGIN:[ \t]*VNOTE/i, "vnt"],
  [/^[\s\ufeff]*BEGIN:[ \t]*VMSG/i, "vmg"],
  [/^<(sms|mms)\b/, "xml"],
  [/^[\s\ufeff]*\[\w+\]/, "backup"],
  [/^dn::?[ \t]/i, "ldif"],
];
const suffixes: Record<string, string> = { contact: "vcf", event: "ics", todo: "ics", mail: "eml", photo: "jpg", vault: "bin" };
const encoder = new TextEncoder();
const calendarHead = encoder.encode("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Holdfast//Holdfast//EN\r\n");
const calendarEnd = encoder.encode("END:VCALENDAR\r\n");

/** The file of one record: its original bytes. */
export function rawFile(record: ExportRecord): RawFile {
  const head = record.kind === "photo" || record.kind === "mail" ? "" : decodeHead(record.body, 256);
  const isRow = record.kind === "contact" && /^[\s\ufeff]*"?[\w -]+"?[,;\t\r\n]/.test(head);
  const suffix = beginnings.find(([pattern]) => pattern.test(head))?.[1] ?? (isRow ? "csv" : (suffixes[record.kind] ?? "txt"));
  return { path: `${record.kind}/${record.id}.${suffix}`, bytes: record.body };
}

/** True for the records a vCard file (`vcf`), an iCalendar file (`ics`), a mailbox (`mbox`), a SIM card (`sim`) or a memory card (`card`) can hold. */
export function fitsFormat(record: ExportRecord, format: "vcf" | "ics" | "mbox" | "sim" | "card"): boolean {
  if (format === "mbox") return record.kind === "mail";
  if (format === "sim") return record.kind === "contact";
  if (format === "card") return record.kind === "photo";
  if (format === "vcf") return isComponent(record.body, "VCARD");
  return isComponent(record.body, "VEVENT|VTODO|VJOURNAL");
}

/** The mails in one mailbox (mboxrd). */
export function mailboxFile(records: Iterable<ExportRecord>): Uint8Array {
  return concat(mboxFile([...records].filter((record) => fitsFormat(record, "mbox"))));
}

/** The cards one after another. */
export function vcfFile(records: Iterable<ExportRecord>): Uint8Array {
  return concat([...records].filter((record) => fitsFormat(record, "vcf")).map((record) => exported(record.body)));
}

/** The cards in one version of vCard, and of each what is not the same in it. */
export function convertedCards(
  records: Iterable<ExportRecord>,
  version: CardVersion,
): { bytes: Uint8Array; steps: { kind: string; id: string; steps: Step[] }[] } {
  const cards = [...records]
    .filter((record) => fitsFormat(record, "vcf"))
    .map((record) => ({ record, ...convertedCard(record.body, version) }));
  return {
    bytes: concat(cards.map(({ bytes }) => exported(bytes))),
    steps: cards.flatMap(({ record: { kind, id }, steps }) => (steps.length === 0 ? [] : [{ kind, id, steps }])),
  };
}

/** The components in one VCALENDAR, each time zone once; in one more where two records mean different zones by one name. */
export function icsFile(records: Iterable<ExportRecord>): Uint8Array {
  const pieces: Uint8Array[] = [calendarHead];
  let zones = new Map<string, Uint8Array>();
  for (const record of records) {
    if (!fitsFormat(record, "ics")) continue;
    const body = exported(record.body);
    const split = splitParts(body);
    const own = zonesOf(split, body);
    const isOther = ({ name, bytes }: ZoneSlice) => !sameBytes(zones.get(name) ?? bytes, bytes);
    if (own.some(isOther)) {
      pieces.push(calendarEnd, calendarHead);
      zones = new Map();
    }
    for (const { name, bytes } of own) {
      if (!zones.has(name)) pieces.push(bytes);
      zones.set(name, bytes);
    }
    let at = 0;
    for (const { start, end } of split.zones) {
      pieces.push(body.subarray(at, start));
      at = end;
    }
    pieces.push(body.subarray(at));
  }
  return concat([...pieces, calendarEnd]);
}

/** An array of { kind, id, uid?, wallMs?, meta, text | base64 }: text where UTF-8 gives the same bytes back, else base64. */
export function jsonFile(records: Iterable<ExportRecord>): Uint8Array {
  const rows = [...records].map(({ kind, id, body, wallMs, meta }) => ({
    kind,
    id,
    uid: uidOf(body),
    wallMs,
    meta: meta ?? {},
    ...content(body),
  }));
  return encoder.encode(`${JSON.stringify(rows, jsonValue, 2)}\n`);
}

/** One line a record, RFC 4180, UTF-8 with CRLF: kind, id, label, phones (joined by `;`), start, end, due (ISO 8601 UTC), done. */
export function csvFile(records: Iterable<ExportRecord>): Uint8Array {
  const lines = ["kind,id,label,phones,start,end,due,done"];
  for (const { kind, id, meta = {} } of records) {
    const dates = [meta.startMs, meta.endMs, meta.dueMs].map((ms) => (ms === undefined ? "" : new Date(ms).toISOString()));
    const row = [kind, id, meta.label ?? "", (meta.phones ?? []).join(";"), ...dates, meta.done ? "yes" : ""];
    lines.push(row.map(csvField).join(","));
  }
  return encoder.encode(`${lines.join("\r\n")}\r\n`);
}

function csvField(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

function isComponent(body: Uint8Array, names: string): boolean {
  return new RegExp(`^[\\s\\ufeff]*BEGIN:[ \\t]*(${names})[ \\t]*[\\r\\n]`, "i").test(decodeHead(body, 256));
}

/** A body as it stands in a joined file: UTF-8 or the bytes it has, ending in a line end. */
function exported(body: Uint8Array): Uint8Array {
  const bytes = textForm(body).unitBytes === 2 ? encoder.encode(decodeText(body)) : body;
  const last = bytes.at(-1);
  return last === 0x0a || last === 0x0d ? bytes : concat([bytes, encoder.encode("\r\n")]);
}

function uidOf(body: Uint8Array): string | undefined {
  return isComponent(body, "VCARD|VEVENT|VTODO|VJOURNAL") ? firstValue(properties(body), "UID") : undefined;
}

function content(body: Uint8Array): { text: string } | { base64: string } {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body) };
  } catch {
    return { base64: Buffer.from(body).toString("base64") };
  }
}

function jsonValue(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value;
}

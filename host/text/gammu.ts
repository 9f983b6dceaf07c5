// Backups of Gammu (.backup, .smsbackup): an INI file, one section a record, exactly as it stands in the file.
// Callers may take for granted: a section begins at its [Name] line and ends before the next; what comes before the first, and sections that
// tell of the backup itself, are context. Sections of other kinds are named.
import type { TextForm } from "./encoding.js";
import { setLabel, type TextMeta } from "./record-meta.js";
import { textOfUnits, unitsOf } from "./units.js";

export type SectionKind = "contact" | "event" | "todo" | "note" | "message";

export interface Section {
  /** "PhonePBK001". */
  name: string;
  /** Absent: not a kind of record. */
  kind?: SectionKind;
  start: number;
  end: number;
  line: number;
  meta: TextMeta;
}

const KINDS: Record<string, SectionKind> = {
  PHONEPBK: "contact",
  SIMPBK: "contact",
  CALENDAR: "event",
  TODO: "todo",
  NOTE: "note",
  SMSBACKUP: "message",
  SMS: "message",
};
/** Of the backup itself. */
const CONTEXT = new Set(["BACKUP", "CHECKSUM", "HEADER"]);

/** True for an INI file one of whose first sections is Gammu's. */
export function isGammu(head: string): boolean {
  return /^\ufeff?(?:\s|;[^\r\n]*)*\[(?:Backup|(?:PhonePBK|SIMPBK|Calendar|ToDo|Note|SMSBackup)\d{1,5})\]/i.test(head);
}

/** The sections in order, context left out. Cost: one pass. */
export function gammuSections(bytes: Uint8Array, form: TextForm): Section[] {
  const units = unitsOf(bytes, form);
  const heads = [...units.matchAll(/(?:^|(?<=[\r\n]))\[([^\]\r\n]{1,64})\][ \t]*(?=[\r\n]|$)/g)];
  const found: Section[] = [];
  let line = 1;
  let counted = 0;
  for (const [i, head] of heads.entries()) {
    line += units.slice(counted, head.index).match(/\r\n|\n|\r/g)?.length ?? 0;
    counted = head.index;
    const end = heads[i + 1]?.index ?? units.length;
    const name = head[1]!;
    const stem = name.replace(/\d+$/, "").toUpperCase();
    if (CONTEXT.has(stem)) continue;
    const kind = KINDS[stem];
    const text = textOfUnits(bytes, form, head.index, end);
    found.push({ name, ...(kind === undefined ? {} : { kind }), start: head.index, end, line, meta: kind ? metaOf(kind, text) : {} });
  }
  return found;
}

/** Values by key; `KeyUnicode`, UTF-16 in hex, goes before `Key`. */
function valuesOf(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const [, key = "", value = ""] of text.matchAll(/^[ \t]*([\w.]{1,64})[ \t]*=[ \t]*(.*?)[ \t\r]*$/gm)) {
    const name = key.replace(/Unicode$/, "");
    const plain = /^"(.*)"$/.exec(value)?.[1] ?? value;
    if (name !== key) values.set(name, fromHex(value) || (values.get(name) ?? ""));
    else if (!values.get(name)) values.set(name, plain);
  }
  return values;
}

function fromHex(hex: string): string {
  return (hex.match(/[0-9a-fA-F]{4}/g) ?? []).map((unit) => String.fromCharCode(Number.parseInt(unit, 16))).join("");
}

function metaOf(kind: SectionKind, text: string): TextMeta {
  const values = valuesOf(text);
  const meta: TextMeta = {};
  const entries = [...values]
    .filter(([key]) => /^Entry\d+Type$/i.test(key))
    .map(([key, type]) => ({ type, text: values.get(key.replace(/Type$/i, "Text")) ?? "" }));
  const entry = (pattern: RegExp) => entries.find(({ type, text: value }) => pattern.test(type) && value !== "")?.text;
  const labels: Record<SectionKind, string | undefined> = {
    contact: entry(/^Name$/i) ?? [entry(/^FirstName$/i), entry(/^LastName$/i)].filter(Boolean).join(" "),
    event: values.get("Text"),
    todo: values.get("Text"),
    note: values.get("Text"),
    message: messageText(values),
  };
  setLabel(meta, (labels[kind] || values.get("Description")) ?? "");
  const numbers =
    kind === "message" ? [values.get("Number") ?? ""] : entries.filter(({ type }) => /^Number/i.test(type)).map((each) => each.text);
  const phones = [
    ...new Set(numbers.map((number) => number.replace(/(?!^\+)[^\d]/g, "").slice(0, 21)).filter((number) => /\d/.test(number))),
  ];
  if (phones.length > 0) meta.phones = phones.slice(0, 8);
  const dates = { startMs: kind === "message" ? "DateTime" : "StartTime", endMs: "StopTime", dueMs: "EndTime" } as const;
  for (const [key, name] of Object.entries(dates)) {
    const ms = instant(values.get(name));
    if (ms !== undefined) meta[key] = ms;
  }
  if (kind === "message") meta.box = /^(Deliver|Status_Report)$/i.test(values.get("PDU") ?? "") ? "in" : "out";
  return meta;
}

/** Text of an SMS: one or more lines of UTF-16 in hex, unless it is 8-bit data. */
function messageText(values: Map<string, string>): string {
  if (/^8bit$/i.test(values.get("Coding") ?? "")) return "";
  return [...values]
    .filter(([key]) => /^Text\d\d$/i.test(key))
    .map(([, hex]) => fromHex(hex))
    .join("");
}

function instant(value: string | undefined): number | undefined {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)/.exec(value ?? "") ?? [];
  return year === undefined ? undefined : Date.UTC(+year, +month! - 1, +day!, +hour!, +minute!, +second!);
}

// What a list shows of a record, read from its text: label, phone digits, dates. A cache: it can be rebuilt from the body at any time.
// Callers may take for granted: the result is small (label of at most 48 characters, at most 8 phone numbers of 20 digits, well inside
// the 480 bytes of a record's meta), and a property nobody can read is left out.
import { instantMs } from "./date-time.js";
import { decodeHead } from "./encoding.js";
import { components, deepProperties, firstValue, type Property, properties, unescapeText } from "./property.js";
import { zonedMs } from "./zoned-time.js";
import type { ZoneSlice } from "./zones.js";

export interface TextMeta {
  label?: string;
  phones?: string[];
  emails?: string[];
  startMs?: number;
  endMs?: number;
  dueMs?: number;
  done?: boolean;
  /** Of a to-do: 1 is first, 9 last. */
  priority?: number;
  /** It happens more than once; the last time is over by then (occurrences.ts). */
  repeatsUntilMs?: number;
  [key: string]: unknown;
}

const labelChars = 48;
const phoneCount = 8;
const phoneDigits = 20;
const mailCount = 3;
const mailChars = 48;

/** Meta of a vCard. */
export function contactMeta(list: Property[]): TextMeta {
  const meta: TextMeta = {};
  setLabel(meta, contactName(list));
  setPhones(
    meta,
    list.filter((property) => property.name === "TEL").map((property) => property.value),
  );
  setMails(
    meta,
    list.filter((property) => property.name === "EMAIL").map((property) => unescapeText(property.value)),
  );
  return meta;
}

/** Gives `meta` the addresses in small letters, each once, at most three; a longer one than anybody dictates is left out. */
export function setMails(meta: TextMeta, addresses: readonly string[]): void {
  const mails = addresses.map((address) => address.trim().toLowerCase()).filter((address) => /^[^\s\p{C}]+@[^\s\p{C}]+$/u.test(address));
  const distinct = [...new Set(mails)].filter((mail) => mail.length <= mailChars).slice(0, mailCount);
  if (distinct.length > 0) meta.emails = distinct;
}

/** Every number of a contact: those of its card as written there, else those that stand in its meta. */
export function contactNumbers(body: Uint8Array, phones: readonly string[] = []): string[] {
  const told = properties(body).filter(({ name, value }) => name === "TEL" && value.trim() !== "");
  return told.length > 0
    ? told.map(({ value }) =>
        value
          .replace(/^tel:/i, "")
          .replace(/;ext=.*$/is, "")
          .trim(),
      )
    : [...phones];
}

/** Gives `meta` the numbers as they are dialled, each once, at most eight. */
export function setPhones(meta: TextMeta, numbers: readonly string[]): void {
  const distinct = [...new Set(numbers.map(dialled).filter((phone) => phone !== ""))].slice(0, phoneCount);
  if (distinct.length > 0) meta.phones = distinct;
}

/** Meta of an event, todo, journal or vNote: of the master, the first of its components. `zones` are those of the record. */
export function calendarMeta(kind: string, list: Property[], zones: readonly ZoneSlice[] = []): TextMeta {
  const meta: TextMeta = {};
  setLabel(meta, unescapeText(firstValue(list, "SUMMARY") ?? firstValue(list, "DESCRIPTION") ?? firstValue(list, "BODY") ?? ""));
  const dates = { startMs: "DTSTART", endMs: "DTEND", dueMs: "DUE" } as const;
  for (const [key, name] of Object.entries(dates)) {
    const property = list.find((candidate) => candidate.name === name);
    const ms = property && zonedMs(property.value, property.params.get("TZID"), zones);
    if (ms !== undefined) meta[key] = ms;
  }
  // A vNote has no other date than that of its making.
  const made = meta.startMs === undefined && firstValue(list, "BODY") !== undefined ? firstValue(list, "DCREATED") : undefined;
  const madeMs = made === undefined ? undefined : instantMs(made, undefined);
  if (madeMs !== undefined) meta.startMs = madeMs;
  if (firstValue(list, "STATUS")?.toUpperCase() === "COMPLETED" || firstValue(list, "COMPLETED")) meta.done = true;
  const priority = kind === "todo" ? priorityOf(list) : undefined;
  if (priority !== undefined) meta.priority = priority;
  return meta;
}

/** The order of a to-do, 1 first, as its text gives it (RFC 5545 §3.8.1.9); undefined: none. */
export function priorityOf(list: Property[]): number | undefined {
  const priority = Number(firstValue(list, "PRIORITY"));
  return Number.isInteger(priority) && priority >= 1 && priority <= 9 ? priority : undefined;
}

/** Meta of a plain text: its first line that is not blank. */
export function plainMeta(body: Uint8Array): TextMeta {
  const meta: TextMeta = {};
  const head = decodeHead(body, 1024);
  setLabel(meta, head.split(/[\r\n]+/).find((line) => line.trim() !== "") ?? "");
  return meta;
}

/** Meta of a message in RFC 5322: its subject, unless that is encoded, and when it was sent. */
export function mailMeta(body: Uint8Array): TextMeta {
  const meta: TextMeta = {};
  const head = decodeHead(body, 16384).split(/\r?\n\r?\n/)[0] ?? "";
  const subject = /^subject:[ \t]*((?:.|\r?\n[ \t])*)/im.exec(head)?.[1]?.replace(/\r?\n/g, "") ?? "";
  if (!subject.includes("=?")) setLabel(meta, subject);
  const sentMs = Date.parse(/^date:[ \t]*(.*?)(?:[ \t]*\(.*)?$/im.exec(head)?.[1] ?? "");
  if (!Number.isNaN(sentMs)) meta.startMs = sentMs;
  return meta;
}

/** The lines of a vMessage's innermost body. */
export function vMessageText(body: Uint8Array): string {
  const lines = [...deepProperties(body)].filter(({ name, depth }) => name === "" && depth > 2);
  return lines.map(({ value }) => value).join("\n");
}

/** Meta of a vMessage (IrMC, .vmg): number and name stand in its cards, the text in its innermost body. */
export function vMessageMeta(body: Uint8Array): TextMeta {
  const meta: TextMeta = {};
  const list = [...deepProperties(body)];
  setLabel(meta, vMessageText(body));
  setPhones(
    meta,
    list.filter(({ name }) => name === "TEL").map(({ value }) => value),
  );
  const date = list.find(({ name }) => name === "DATE" || name === "X-NOK-DT")?.value;
  const ms = date === undefined ? undefined : instantMs(date, undefined);
  if (ms !== undefined) meta.startMs = ms;
  const box = list
    .find(({ name }) => name === "X-IRMC-BOX" || name === "X-MESSAGE-TYPE")
    ?.value.trim()
    .toUpperCase();
  if (box === "INBOX" || box === "DELIVER") meta.box = "in";
  else if (box !== undefined) meta.box = "out";
  return meta;
}

/** Gives `meta` a label of one line and at most 48 characters, or none. */
export function setLabel(meta: TextMeta, text: string): void {
  const clean = text
    .slice(0, 1024)
    .replace(/[\s\p{Cc}]+/gu, " ") // control characters would garble a terminal
    .trim();
  if (clean !== "") meta.label = [...clean].slice(0, labelChars).join("");
}

function contactName(list: Property[]): string {
  const formatted = unescapeText(firstValue(list, "FN") ?? "");
  if (formatted !== "") return formatted;
  const [family = "", given = "", middle = ""] = components(firstValue(list, "N") ?? "");
  const name = [given, middle, family].filter((piece) => piece !== "").join(" ");
  return (
    name ||
    components(firstValue(list, "ORG") ?? "")
      .join(" ")
      .trim() ||
    unescapeText(firstValue(list, "EMAIL") ?? "")
  );
}

/** `+1 (202) 555-0101` and `tel:+1-202-555-0101;ext=1` as they are dialled. */
function dialled(value: string): string {
  const number = value.replace(/^tel:/i, "").replace(/;.*$/s, "").trim();
  const digits = number.replace(/[^\d]/g, "").slice(0, phoneDigits);
  return digits === "" ? "" : (number.startsWith("+") ? "+" : "") + digits;
}

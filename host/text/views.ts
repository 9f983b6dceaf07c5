// Typed views over the bytes, for applications: what a record says, read when it is asked for. The bytes stay the truth; to change them,
// patch them (patch.ts).
// Callers may take for granted: nothing throws; what a text does not say is absent; a view never holds more than the text does.
import { decodeHead, decodeText } from "./encoding.js";
import { components, firstValue, type Property, properties, unescapeText } from "./property.js";
import { priorityOf, vMessageMeta, vMessageText } from "./record-meta.js";
import { messageMeta, messageText } from "./sms-xml.js";
import { splitParts } from "./split.js";
import { zonedMs } from "./zoned-time.js";
import { type ZoneSlice, zonesOf } from "./zones.js";

export interface Labelled {
  value: string;
  /** In small letters: "cell", "home", "work", "pref". */
  types: string[];
}

export interface ContactView {
  name?: string;
  given?: string;
  family?: string;
  organization?: string;
  title?: string;
  birthday?: string;
  note?: string;
  phones: Labelled[];
  emails: Labelled[];
}

export interface EventView {
  summary?: string;
  location?: string;
  description?: string;
  startMs?: number;
  endMs?: number;
  /** DTSTART is a day without a time. */
  isAllDay: boolean;
  /** The rule as it is written; absent: it happens once. */
  recurrence?: string;
}

export interface TodoView {
  summary?: string;
  dueMs?: number;
  isDone: boolean;
  /** 1 is first; absent: none was given. */
  priority?: number;
}

export interface MessageView {
  text?: string;
  numbers: string[];
  atMs?: number;
  isIncoming?: boolean;
}

export interface MailView {
  subject?: string;
  from?: string;
  to?: string;
  atMs?: number;
}

/** Of a vCard of any version. */
export function contactView(body: Uint8Array): ContactView {
  const list = properties(body);
  const text = (name: string) => plainValue(list, name);
  const [family, given] = components(firstValue(list, "N") ?? "").map(withOneBreak);
  const [organization] = components(firstValue(list, "ORG") ?? "").map(withOneBreak);
  return withoutBlanks({
    name: text("FN"),
    given,
    family,
    organization,
    title: text("TITLE"),
    birthday: text("BDAY"),
    note: text("NOTE"),
    phones: labelled(list, "TEL"),
    emails: labelled(list, "EMAIL"),
  });
}

/** Of the first component that is no override. */
export function eventView(body: Uint8Array): EventView {
  const list = properties(body);
  const zones = zonesOf(splitParts(body), body);
  const start = list.find(({ name }) => name === "DTSTART");
  return withoutBlanks({
    summary: plainValue(list, "SUMMARY"),
    location: plainValue(list, "LOCATION"),
    description: plainValue(list, "DESCRIPTION"),
    startMs: timeOf(list, "DTSTART", zones),
    endMs: timeOf(list, "DTEND", zones),
    isAllDay: start !== undefined && !start.value.includes("T"),
    recurrence: firstValue(list, "RRULE"),
  });
}

export function todoView(body: Uint8Array): TodoView {
  const list = properties(body);
  const zones = zonesOf(splitParts(body), body);
  return withoutBlanks({
    summary: plainValue(list, "SUMMARY"),
    dueMs: timeOf(list, "DUE", zones),
    isDone: firstValue(list, "STATUS")?.toUpperCase() === "COMPLETED" || firstValue(list, "COMPLETED") !== undefined,
    priority: priorityOf(list),
  });
}

/** Of a message of SMS Backup & Restore, or a vMessage. */
export function messageView(body: Uint8Array): MessageView {
  const isElement = /^\s*<(sms|mms)\b/.test(decodeHead(body, 64));
  const meta = isElement ? messageMeta(decodeText(body)) : vMessageMeta(body);
  return withoutBlanks({
    text: isElement ? messageText(decodeText(body)) : vMessageText(body),
    numbers: meta.phones ?? [],
    atMs: meta.startMs,
    isIncoming: meta.box === undefined ? undefined : meta.box === "in",
  });
}

/** Headers as they stand; encoded words are not decoded. */
export function mailView(body: Uint8Array): MailView {
  const head = decodeHead(body, 16384).split(/\r?\n\r?\n/)[0] ?? "";
  const header = (name: string) => new RegExp(`^${name}:[ \\t]*((?:.|\\r?\\n[ \\t])*)`, "im").exec(head)?.[1]?.replace(/\r?\n/g, "").trim();
  const atMs = Date.parse(header("date")?.replace(/[ \t]*\(.*$/, "") ?? "");
  return withoutBlanks({ subject: header("subject"), from: header("from"), to: header("to"), atMs: Number.isNaN(atMs) ? undefined : atMs });
}

function plainValue(list: Property[], name: string): string | undefined {
  const value = firstValue(list, name);
  return value === undefined ? undefined : withOneBreak(unescapeText(value));
}

/** Line ends of a text are "\n", however they are written, and none stands at its end. */
const withOneBreak = (text: string): string => text.replace(/\r\n|\r/g, "\n").trim();

function timeOf(list: Property[], name: string, zones: readonly ZoneSlice[]): number | undefined {
  const property = list.find((each) => each.name === name);
  return property && zonedMs(property.value, property.params.get("TZID"), zones);
}

function labelled(list: Property[], name: string): Labelled[] {
  const filled = list.filter((property) => property.name === name && property.value.trim() !== "");
  return filled.map(({ value, params }) => ({
    value: unescapeText(value.replace(/^tel:([^;]*);ext=/i, "$1 ext. ").replace(/^tel:|^mailto:/i, "")).trim(),
    types: typesOf(params),
  }));
}

/** "pref" last, be it a type as before 4.0 or a parameter; INTERNET, which says nothing of an address, is left out. */
function typesOf(params: Map<string, string>): string[] {
  const words = (params.get("TYPE") ?? "")
    .toLowerCase()
    .replaceAll("type=", "")
    .split(",")
    .filter((word) => word !== "" && word !== "internet");
  const isPreferred = params.has("PREF") || words.includes("pref");
  return [...words.filter((word) => word !== "pref"), ...(isPreferred ? ["pref"] : [])];
}

/** The same without what is undefined or empty text. */
export function withoutBlanks<T extends object>(view: { [Key in keyof T]: T[Key] | undefined }): T {
  return Object.fromEntries(Object.entries(view).filter(([, value]) => value !== undefined && value !== "")) as T;
}

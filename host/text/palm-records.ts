// The records of Palm's four applications, field by field, as the lines of a card, an event or a to-do. Big-endian throughout.
// Callers may take for granted: a record that ends in the middle of a field throws RangeError, and nothing else is thrown.
import { property, structured } from "./plain-property.js";

/** Reads the bytes of a text. */
export type Decode = (bytes: Uint8Array) => string;

export interface PalmText {
  component: "VCARD" | "VEVENT" | "VTODO";
  /** Its properties with their ends, what is nested last. */
  lines: string[];
}

/** Fields of an address, in the order of the bits that say which are there. */
const FIELDS = [
  "last",
  "first",
  "company",
  "phone1",
  "phone2",
  "phone3",
  "phone4",
  "phone5",
  "street",
  "city",
  "state",
  "zip",
  "country",
].concat(["title", "custom1", "custom2", "custom3", "custom4", "note"]);
/** What the eight labels of a number mean. */
const NUMBER_HEADS = ["TEL;TYPE=work", "TEL;TYPE=home", "TEL;TYPE=fax", "TEL", "EMAIL", "TEL;TYPE=pref", "TEL;TYPE=pager", "TEL;TYPE=cell"];
const WEEKDAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
const NO_DATE = 0xffff;
const UNTIMED = 0xffff;

/** Reads one record from its first byte to its last. */
class Fields {
  private at = 0;
  private readonly bytes: Uint8Array;
  private readonly decode: Decode;
  private readonly view: DataView;

  constructor(bytes: Uint8Array, decode: Decode) {
    this.bytes = bytes;
    this.decode = decode;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(): number {
    return this.view.getUint8(this.at++);
  }

  short(): number {
    this.at += 2;
    return this.view.getUint16(this.at - 2);
  }

  long(): number {
    this.at += 4;
    return this.view.getUint32(this.at - 4);
  }

  /** Up to a zero; lines end in LF as on the handheld. */
  text(): string {
    const end = this.bytes.indexOf(0, this.at);
    if (end < 0) throw new RangeError("a text without its end");
    const text = this.decode(this.bytes.subarray(this.at, end));
    this.at = end + 1;
    return text;
  }
}

export function palmCard(bytes: Uint8Array, decode: Decode): PalmText {
  const fields = new Fields(bytes, decode);
  const labels = fields.long();
  const present = fields.long();
  fields.byte(); // where the company stands, for the handheld's own list
  const value: Record<string, string> = {};
  for (const [bit, name] of FIELDS.entries()) value[name] = (present >>> bit) & 1 ? fields.text() : "";
  const { last = "", first = "", company = "", title = "", note = "" } = value;
  const name = [first, last].filter(Boolean).join(" ") || company;
  const lines = ["VERSION:3.0\r\n", structured("N", [last, first, "", "", ""]), property("FN", name)];
  if (company !== "") lines.push(structured("ORG", [company]));
  if (title !== "") lines.push(property("TITLE", title));
  for (let i = 0; i < 5; i++) {
    const number = value[`phone${i + 1}`] ?? "";
    if (number !== "") lines.push(property(NUMBER_HEADS[(labels >>> (4 * i)) & 7]!, number));
  }
  const address = ["street", "city", "state", "zip", "country"].map((part) => value[part] ?? "");
  if (address.some(Boolean)) lines.push(structured("ADR", ["", "", ...address]));
  for (let i = 1; i <= 4; i++) if (value[`custom${i}`]) lines.push(property(`X-PALM-CUSTOM${i}`, value[`custom${i}`]!));
  if (note !== "") lines.push(property("NOTE", note));
  return { component: "VCARD", lines };
}

export function palmTodo(bytes: Uint8Array, decode: Decode): PalmText {
  const fields = new Fields(bytes, decode);
  const due = fields.short();
  const state = fields.byte();
  const [summary, note] = [fields.text(), fields.text()];
  const lines = [property("SUMMARY", summary)];
  if (note !== "") lines.push(property("DESCRIPTION", note));
  if (due !== NO_DATE) lines.push(property("DUE;VALUE=DATE", day(due)));
  const order = state & 0x7f; // 1 to 5, where iCalendar has 1 to 9
  if (order >= 1 && order <= 5) lines.push(property("PRIORITY", String(2 * order - 1)));
  lines.push(property("STATUS", state & 0x80 ? "COMPLETED" : "NEEDS-ACTION"));
  return { component: "VTODO", lines };
}

export function palmEvent(bytes: Uint8Array, decode: Decode): PalmText {
  const fields = new Fields(bytes, decode);
  const [start, end, date, flags] = [fields.short(), fields.short(), fields.short(), fields.byte()];
  fields.byte();
  const time = start === UNTIMED ? "" : clock(start);
  const head = start === UNTIMED ? ";VALUE=DATE" : "";
  const lines = [property(`DTSTART${head}`, day(date) + time)];
  if (time !== "" && end >= start) lines.push(property("DTEND", day(date) + clock(end)));
  const alarm = flags & 0x40 ? { advance: fields.byte(), unit: fields.byte() } : undefined;
  if (flags & 0x20) lines.push(property("RRULE", rule(fields, time !== "")));
  if (flags & 0x08) {
    const days = Array.from({ length: fields.short() }, () => day(fields.short()) + time);
    if (days.length > 0) lines.push(property(`EXDATE${head}`, days.join(",")));
  }
  if (flags & 0x04) lines.push(property("SUMMARY", fields.text()));
  if (flags & 0x10) lines.push(property("DESCRIPTION", fields.text()));
  return { component: "VEVENT", lines: alarm === undefined || alarm.advance === 0xff ? lines : [...lines, ...alarmLines(alarm)] };
}

function rule(fields: Fields, isTimed: boolean): string {
  const type = fields.byte();
  fields.byte();
  const [until, interval, on, weekStart] = [fields.short(), fields.byte(), fields.byte(), fields.byte()];
  fields.byte();
  const week = on / 7 >= 4 ? -1 : Math.floor(on / 7) + 1;
  const parts = [
    "",
    "FREQ=DAILY",
    `FREQ=WEEKLY;WKST=${weekStart === 1 ? "MO" : "SU"};BYDAY=${WEEKDAYS.filter((_, i) => (on >> i) & 1).join(",")}`,
    `FREQ=MONTHLY;BYDAY=${week}${WEEKDAYS[on % 7]}`,
    "FREQ=MONTHLY",
    "FREQ=YEARLY",
  ][type];
  if (!parts) throw new RangeError(`no kind of repetition: ${type}`);
  return `${parts};INTERVAL=${Math.max(1, interval)}${until === NO_DATE ? "" : `;UNTIL=${day(until)}${isTimed ? "T235959" : ""}`}`;
}

function alarmLines({ advance, unit }: { advance: number; unit: number }): string[] {
  const before = unit === 2 ? `-P${advance}D` : `-PT${advance}${unit === 1 ? "H" : "M"}`;
  return ["BEGIN:VALARM\r\n", property("ACTION", "DISPLAY"), property("TRIGGER", before), "END:VALARM\r\n"];
}

/** Days are packed as years since 1904, month, day. */
function day(packed: number): string {
  return `${(packed >> 9) + 1904}${two((packed >> 5) & 15)}${two(packed & 31)}`;
}

/** Hour and minute in a byte each. */
function clock(packed: number): string {
  return `T${two(packed >> 8)}${two(packed & 255)}00`;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}

// A record's text as something that can be written on: where each property of its component stands, and how such text is written there.
// Callers may take for granted: nothing is decoded that is not looked at, and every place is a byte offset into the body.
import { type TextForm, textForm } from "./encoding.js";
import { isQuotedPrintable, logicalLines } from "./lines.js";
import { readParams, valueColon } from "./property.js";
import { unitsOf } from "./units.js";

export interface PropertyLine {
  /** Bytes of the body, folds and line end included. */
  start: number;
  end: number;
  /** "item1", or empty. */
  group: string;
  /** In capitals. */
  name: string;
  /** All before the colon, as it stands. */
  head: string;
  params: Map<string, string>;
}

export interface Sheet {
  form: TextForm;
  /** VCARD, VEVENT, VTODO, VJOURNAL. */
  component: string;
  /** The component's own properties in order, not those of what is nested in it. */
  lines: PropertyLine[];
  /** Where a further property goes: before what is nested in a calendar component, before the END of a card. */
  end: number;
  lineEnd: string;
  /** Written as vCard 2.1 and vCalendar 1.0 do, in quoted-printable, instead of with backslashes and folds. */
  isQuoted: boolean;
}

/** The sheet of the first component that is no override (RECURRENCE-ID), else of the first; undefined where there is none. */
export function sheetOf(body: Uint8Array): Sheet | undefined {
  const form = textForm(body);
  const sheets: Sheet[] = [];
  const open: string[] = [];
  for (const line of logicalLines(unitsOf(body, form))) {
    const place = (index: number) => Math.min(form.bomBytes + index * form.unitBytes, body.length);
    const property = propertyLine(line.text, place(line.start), place(line.end));
    if (property === undefined) continue;
    const sheet = sheets.at(-1);
    if (property.name === "BEGIN") {
      if (open.length === 0) sheets.push(blankSheet(form, line.text, lineEndOf(body.subarray(property.start, property.end), form)));
      if (open.length === 1 && sheet && sheet.end < 0 && sheet.component !== "VCARD") sheet.end = property.start;
      open.push(property.name);
    } else if (property.name === "END") {
      open.pop();
      if (open.length === 0 && sheet && sheet.end < 0) sheet.end = property.start;
    } else if (open.length === 1) sheet?.lines.push(property);
  }
  const whole = sheets.filter((sheet) => sheet.end >= 0 && sheet.component !== "VTIMEZONE");
  const chosen = whole.find((sheet) => !sheet.lines.some((line) => line.name === "RECURRENCE-ID")) ?? whole[0];
  if (chosen) chosen.isQuoted = isQuotedStyle(chosen, body);
  return chosen;
}

function propertyLine(text: string, start: number, end: number): PropertyLine | undefined {
  const head = text.slice(0, Math.max(0, valueColon(text)));
  const match = /^[ \t]*(?:([\w-]+)\.)?([\w-]+)[ \t]*(?:$|;(.*))/s.exec(head);
  if (!match) return undefined;
  return { start, end, group: match[1] ?? "", name: (match[2] ?? "").toUpperCase(), head, params: readParams(match[3] ?? "") };
}

function blankSheet(form: TextForm, begin: string, lineEnd: string): Sheet {
  return {
    form,
    component: begin
      .slice(begin.indexOf(":") + 1)
      .trim()
      .toUpperCase(),
    lines: [],
    end: -1,
    lineEnd,
    isQuoted: false,
  };
}

function lineEndOf(line: Uint8Array, form: TextForm): string {
  return /(?:\r\n|\n|\r)$/.exec(unitsOf(line, { ...form, bomBytes: 0 }))?.[0] ?? "\r\n";
}

/** A card says its version. An event stands without its VCALENDAR: only quoted-printable in it tells of version 1.0. */
function isQuotedStyle({ lines, form }: Sheet, body: Uint8Array): boolean {
  const version = lines.find((line) => line.name === "VERSION");
  if (version === undefined) return lines.some((line) => isQuotedPrintable(`${line.head}:`));
  return /:[ \t]*[12]\.[01][ \t]*$/.test(unitsOf(body.subarray(version.start, version.end), { ...form, bomBytes: 0 }).trimEnd());
}

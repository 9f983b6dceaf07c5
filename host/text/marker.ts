// Finds the BEGIN: and END: lines of a vCard or iCalendar file in its bytes, with what the splitter must know about their surroundings.
// Callers may take for granted: offsets are byte offsets into the file as given, any of CRLF, LF and CR ends a line, also mixed, and
// no byte is decoded but the few that could be a marker.
import type { TextForm } from "./encoding.js";
import { isQuotedPrintable } from "./lines.js";

export interface Marker {
  type: "BEGIN" | "END";
  /** Component name in capitals, as written after the colon, trimmed. */
  name: string;
  /** Line number from 1. */
  line: number;
  /** First byte of the line (after a byte order mark in mid-file). */
  start: number;
  /** First byte after the line end. */
  end: number;
  /** The line begins with a space or tab: perhaps the continuation of a folded line. */
  indented: boolean;
  /** What stands on the line before: an indented marker continues a "line", and a "marker" that itself turned out to be text. */
  after: "nothing" | "marker" | "line";
  /** The line before ended in a quoted-printable soft break: perhaps a piece of text. */
  soft: boolean;
  /** The line before is an `AGENT:` property without value (vCard 2.1): the next card is nested. */
  afterAgent: boolean;
  /** The next line that is not blank is a marker, or there is none. */
  beforeMarker: boolean;
}

interface Line {
  number: number;
  start: number;
  /** First byte of the line end. */
  textEnd: number;
  /** First byte after the line end. */
  end: number;
}

const headUnits = 1000;
const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const COLON = 0x3a;
const EQUALS = 0x3d;

type UnitReader = (offset: number) => number;

function unitReader(bytes: Uint8Array, form: TextForm): UnitReader {
  if (form.unitBytes === 1) return (offset) => bytes[offset] ?? -1;
  const [low, high] = form.encoding === "utf-16le" ? [0, 1] : [1, 0];
  return (offset) => (offset + 1 < bytes.length ? (bytes[offset + low] ?? 0) | ((bytes[offset + high] ?? 0) << 8) : -1);
}

function* physicalLines(bytes: Uint8Array, form: TextForm, unit: UnitReader): Generator<Line> {
  const step = form.unitBytes;
  let start = form.bomBytes;
  for (let number = 1; start < bytes.length; number++) {
    let textEnd = start;
    while (textEnd < bytes.length && unit(textEnd) !== LF && unit(textEnd) !== CR) textEnd += step;
    textEnd = Math.min(textEnd, bytes.length);
    let end = Math.min(textEnd + step, bytes.length);
    if (unit(textEnd) === CR && unit(end) === LF) end += step;
    yield { number, start: start + innerBom(bytes, start, form), textEnd, end };
    start = end;
  }
}

/** Length of a UTF-8 byte order mark at the start of a line: files that were joined carry it in the middle. */
function innerBom(bytes: Uint8Array, start: number, form: TextForm): number {
  const has = form.unitBytes === 1 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf;
  return has ? 3 : 0;
}

/** The head of a line: markers and property names are short, and a hostile line may be megabytes long. */
function lineText(line: Line, form: TextForm, unit: UnitReader): string {
  let text = "";
  const textEnd = Math.min(line.textEnd, line.start + headUnits * form.unitBytes);
  for (let at = line.start; at < textEnd; at += form.unitBytes) text += String.fromCharCode(unit(at));
  return text;
}

/** First and last unit of a line that are not blank; -1 where all are. */
function edges(line: Line, form: TextForm, unit: UnitReader): { first: number; last: number } {
  const blank = (u: number) => u === SPACE || u === TAB;
  let from = line.start;
  let to = line.textEnd - form.unitBytes;
  while (from < line.textEnd && blank(unit(from))) from += form.unitBytes;
  while (to > from && blank(unit(to))) to -= form.unitBytes;
  return from < line.textEnd ? { first: unit(from), last: unit(to) } : { first: -1, last: -1 };
}

/** Every BEGIN: and END: line of the file in order, those included that may turn out to be folded or soft-broken text. Cost: one pass. */
export function markers(bytes: Uint8Array, form: TextForm): Marker[] {
  const unit = unitReader(bytes, form);
  const found: Marker[] = [];
  let open: Marker | undefined; // the newest marker while its next line is not known
  let after: Marker["after"] = "nothing";
  let [soft, afterAgent] = [false, false];
  for (const line of physicalLines(bytes, form, unit)) {
    const { first, last } = edges(line, form, unit);
    if (first === -1) {
      if (line.start === line.textEnd) after = "nothing";
      soft = false;
      continue;
    }
    const marker = "BbEe".includes(String.fromCharCode(first)) ? markerOf(lineText(line, form, unit)) : undefined;
    if (open) open.beforeMarker = marker !== undefined;
    open = undefined;
    if (marker) {
      const indented = unit(line.start) === SPACE || unit(line.start) === TAB;
      const place = { line: line.number, start: line.start, end: line.end };
      open = { ...marker, ...place, indented, after, soft, afterAgent, beforeMarker: true };
      found.push(open);
    }
    soft = last === EQUALS && (soft || isQuotedPrintable(lineText(line, form, unit)));
    afterAgent = last === COLON && /^([\w-]+\.)?AGENT(;[^:]*)?:[ \t]*$/i.test(lineText(line, form, unit));
    after = marker ? "marker" : "line";
  }
  return found;
}

function markerOf(text: string): Pick<Marker, "type" | "name"> | undefined {
  const match = /^[ \t]*(BEGIN|END):[ \t]*(.*?)[ \t]*$/i.exec(text);
  if (!match) return undefined;
  return { type: match[1]?.toUpperCase() as Marker["type"], name: match[2]?.toUpperCase() ?? "" };
}

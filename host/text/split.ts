// Splits a vCard, iCalendar or vCalendar file into the parts that become records, and everything around them.
//
// Callers may take for granted:
// - The parts cover the file: their byte ranges, joined in order, are the file. A record part is a whole component from its BEGIN line
//   to its END line, line end included, exactly as it stands in the file (UTF-16 stays UTF-16). All between is a container part:
//   the VCALENDAR wrapper, VTIMEZONE, blank lines, byte order marks, and what is refused.
// - VCARD is a contact, VEVENT an event, VTODO a todo, VJOURNAL and VNOTE a note, VMSG a message. What is nested in one stays inside it
//   (VALARM, a vCard 2.1 AGENT card, the cards and envelopes of a VMSG). VCALENDAR and VTIMEZONE are context. Any other component is refused by name, once, with its line; events, todos and
//   journals inside such a stranger are taken all the same.
// - A damaged file costs no more than the damaged part: a BEGIN that cannot stand inside the open component says that the open one was
//   never ended; it is refused and reading goes on. Nothing here throws.
//
// Two texts look like markers and are not: an indented line continues a folded one (unless it follows a marker, or the whole file is
// indented), and a line after a quoted-printable soft break is text (unless what follows it shows that a phone cut the value short).
import { type TextForm, textForm } from "./encoding.js";
import { type Marker, markers } from "./marker.js";

export type PartKind = "contact" | "event" | "todo" | "note" | "message";

export interface Part {
  type: "record" | "container";
  /** "VCARD", "VEVENT", "VTODO", "VJOURNAL", "VNOTE", "VMSG"; empty for a container. */
  component: string;
  /** Only for a record. */
  kind?: PartKind;
  start: number;
  end: number;
  /** Line of the BEGIN, from 1; 0 for a container. */
  line: number;
  /** Which VCALENDAR of the file it stands in, from 1; 0: in none. */
  calendar: number;
}

/** A VTIMEZONE: what a TZID in the same VCALENDAR means. */
export interface Zone {
  start: number;
  end: number;
  calendar: number;
}

export interface SplitRefusal {
  line: number;
  reason: string;
}

export interface Split {
  form: TextForm;
  parts: Part[];
  zones: Zone[];
  refused: SplitRefusal[];
  /** False: there is no BEGIN line at all, the file is of another kind. */
  hasBegin: boolean;
}

const componentKinds = new Map<string, PartKind>([
  ["VCARD", "contact"],
  ["VEVENT", "event"],
  ["VTODO", "todo"],
  ["VJOURNAL", "note"],
  ["VNOTE", "note"],
  ["VMSG", "message"],
]);
const context = new Set(["VCALENDAR", "VTIMEZONE"]);
/** Components that never stand inside an event, todo or journal. */
const siblings = new Set([...componentKinds.keys(), ...context, "VFREEBUSY", "VAVAILABILITY"]);

/** Deeper strangers are not followed, so that a file of nothing but BEGIN lines costs no more than its length. */
const wrapperDepth = 64;

/** Splits the bytes of one file. Cost: one pass over the bytes; the parts hold offsets, no copies. */
export function splitParts(bytes: Uint8Array): Split {
  const form = textForm(bytes);
  const found = markers(bytes, form);
  const splitter = new Splitter();
  for (const marker of found) splitter.take(marker);
  splitter.finish();
  const parts = withContainers(splitter.parts, bytes.length);
  return {
    form,
    parts,
    zones: splitter.zones,
    refused: splitter.refused.sort((a, b) => a.line - b.line),
    hasBegin: found.some((m) => m.type === "BEGIN"),
  };
}

interface OpenComponent {
  name: string;
  line: number;
  start: number;
  indented: boolean;
}

class Splitter {
  readonly parts: Part[] = [];
  readonly zones: Zone[] = [];
  private calendar = 0;
  readonly refused: SplitRefusal[] = [];
  /** Open components outside records: VCALENDAR, VTIMEZONE, strangers. */
  private wrappers: OpenComponent[] = [];
  private part: OpenComponent | undefined;
  /** Cards open inside the open card (AGENT). */
  private agents = 0;

  /** The marker before turned out to be text. */
  private wasText = false;

  take(marker: Marker): void {
    this.wasText = this.isText(marker);
    if (this.wasText) return;
    if (this.part) this.inside(this.part, marker);
    else this.outside(marker);
  }

  finish(): void {
    if (this.part) this.refuseOpen(this.part);
    this.closeWrappers(0);
  }

  private isText(marker: Marker): boolean {
    const innermost = this.part ?? this.wrappers.at(-1);
    const continues = marker.after === "line" || (marker.after === "marker" && this.wasText);
    if (marker.indented && innermost && !innermost.indented && continues) return true;
    return marker.soft && this.part !== undefined && (marker.type === "BEGIN" || !marker.beforeMarker);
  }

  private inside(part: OpenComponent, marker: Marker): void {
    if (marker.type === "BEGIN") {
      if (part.name === "VCARD" && marker.name === "VCARD" && marker.afterAgent) this.agents++;
      else if (endsUnfinished(part.name, marker.name)) this.abandon(part, marker);
    } else if (marker.name === part.name) {
      if (this.agents > 0) this.agents--;
      else this.close(part, marker.end);
    } else if (marker.name === "VCALENDAR" && this.wrappers.some((wrapper) => wrapper.name === "VCALENDAR")) {
      this.abandon(part, marker);
    }
  }

  private close(part: OpenComponent, end: number): void {
    const kind = componentKinds.get(part.name);
    if (kind)
      this.parts.push({ type: "record", component: part.name, kind, start: part.start, end, line: part.line, calendar: this.inCalendar() });
    this.part = undefined;
  }

  /** The open component was never ended; `marker` belongs to what comes after it. */
  private abandon(part: OpenComponent, marker: Marker): void {
    this.refuseOpen(part);
    this.part = undefined;
    this.outside(marker);
  }

  private outside(marker: Marker): void {
    if (marker.type === "BEGIN") this.begin(marker);
    else this.end(marker);
  }

  private begin(marker: Marker): void {
    const { name, line, start, indented } = marker;
    const inStranger = this.wrappers.some((wrapper) => !context.has(wrapper.name));
    if (componentKinds.has(name) && !(name === "VCARD" && inStranger)) {
      this.part = { name, line, start, indented };
      this.agents = 0;
      return;
    }
    if (name === "VCALENDAR") {
      this.closeWrappers(0);
      this.calendar++;
    }
    const inContext = this.wrappers.every((wrapper) => wrapper.name === "VCALENDAR");
    if (!context.has(name) && inContext)
      this.refused.push({ line, reason: `${shown(name) || "a component without a name"} is not a kind of record` });
    if (this.wrappers.length < wrapperDepth) this.wrappers.push({ name, line, start, indented });
  }

  private end(marker: Marker): void {
    const index = this.wrappers.findLastIndex((wrapper) => wrapper.name === marker.name);
    if (index < 0) this.refused.push({ line: marker.line, reason: `END:${shown(marker.name)} without BEGIN:${shown(marker.name)}` });
    else {
      this.closeWrappers(index + 1);
      const start = this.wrappers.pop()!.start;
      if (marker.name === "VTIMEZONE") this.zones.push({ start, end: marker.end, calendar: this.inCalendar() });
    }
  }

  private inCalendar(): number {
    return this.wrappers.some((wrapper) => wrapper.name === "VCALENDAR") ? this.calendar : 0;
  }

  /** Drops the wrappers from `from` on, which were never ended. Strangers were named when they began. */
  private closeWrappers(from: number): void {
    for (const wrapper of this.wrappers.splice(from)) if (context.has(wrapper.name)) this.refuseOpen(wrapper);
  }

  private refuseOpen(open: OpenComponent): void {
    const rest = open.name === "VCALENDAR" ? "; what is whole inside was read" : "";
    this.refused.push({ line: open.line, reason: `BEGIN:${shown(open.name)} without END:${shown(open.name)}${rest}` });
  }
}

/** A name from a file as it may stand on a terminal. */
function shown(name: string): string {
  return name.slice(0, 40).replace(/\p{C}/gu, "?");
}

function endsUnfinished(open: string, begun: string): boolean {
  if (open === "VCARD") return begun === "VCARD" || begun === "VCALENDAR";
  return open === "VMSG" ? begun === "VMSG" : siblings.has(begun);
}

function withContainers(records: Part[], lengthBytes: number): Part[] {
  const parts: Part[] = [];
  let at = 0;
  const fill = (end: number) => {
    if (end > at) parts.push({ type: "container", component: "", start: at, end, line: 0, calendar: 0 });
  };
  for (const record of records) {
    fill(record.start);
    parts.push(record);
    at = record.end;
  }
  fill(lengthBytes);
  return parts;
}

// What of an event or to-do says when it happens, in the words ical.js reads: the properties of time, the overrides, the time zones.
// Everything else stays out, so that one broken line of a record costs nothing here, and the old forms (vCalendar 1.0) are brought up to
// date on the way. Callers may take for granted: the record's bytes are not touched; nothing throws.
import ICAL from "ical.js";
import { decodeText } from "./encoding.js";
import { deepProperties, firstValue, type Property, properties } from "./property.js";
import { splitParts } from "./split.js";
import { modernRule } from "./vcalendar-rule.js";
import { zoneComponent } from "./zoned-time.js";
import { type ZoneSlice, zonesOf } from "./zones.js";

export interface Timing {
  component: ICAL.Component;
  summary?: string;
  /** RECURRENCE-ID as it is written; absent in a master. */
  recurrenceId?: string;
  alarms: Alarm[];
}

/** `seconds` before (below zero) or after the start or the end, or at an instant. */
export type Alarm = { seconds: number; fromEnd: boolean } | { value: string; name?: string };

export interface Timings {
  all: Timing[];
  zones: ZoneSlice[];
}

const TIMES = new Set(["DTSTART", "DTEND", "DUE", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"]);

/** Of every component of the record, in order; those that ical.js cannot make sense of are left out. */
export function timingsOf(body: Uint8Array): Timings {
  const split = splitParts(body);
  const zones = zonesOf(split, body);
  const calendar = calendarWith(zones);
  const all: Timing[] = [];
  for (const part of split.parts) {
    if (part.kind !== "event" && part.kind !== "todo") continue;
    const slice = body.subarray(part.start, part.end);
    const list = properties(slice);
    const component = componentOf(part.component, list, calendar);
    if (component === undefined) continue;
    const [summary, recurrenceId] = [firstValue(list, "SUMMARY"), firstValue(list, "RECURRENCE-ID")];
    const told = { ...(summary === undefined ? {} : { summary }), ...(recurrenceId === undefined ? {} : { recurrenceId }) };
    all.push({ component, ...told, alarms: alarmsOf(slice) });
  }
  return { all, zones };
}

function calendarWith(zones: readonly ZoneSlice[]): ICAL.Component {
  const calendar = new ICAL.Component("vcalendar");
  for (const { bytes } of zones) {
    const zone = zoneComponent(decodeText(bytes));
    if (zone) calendar.addSubcomponent(zone);
  }
  return calendar;
}

/** Added to the calendar before anything is asked of it: ical.js settles the zone of a time when that is first looked at. */
function componentOf(name: string, list: readonly Property[], calendar: ICAL.Component): ICAL.Component | undefined {
  const lines = list.filter((property) => TIMES.has(property.name)).map(lineOf);
  const start = list.find((property) => property.name === "DTSTART");
  const hasDates = list.some((property) => property.name === "RDATE") && !list.some((property) => property.name === "RRULE");
  if (hasDates && start) lines.push(lineOf({ ...start, name: "RDATE" })); // the start counts, which ical.js forgets beside a list of dates
  try {
    const component = new ICAL.Component(ICAL.parse([`BEGIN:${name}`, ...lines, `END:${name}`].join("\r\n")) as unknown[]);
    calendar.addSubcomponent(component);
    return component.getFirstPropertyValue("dtstart") instanceof ICAL.Time ? component : undefined;
  } catch {
    return undefined;
  }
}

function lineOf({ name, params, value }: Property): string {
  const [zone, range] = [params.get("TZID"), params.get("RANGE")];
  const text = modernValue(name, value.trim());
  const isDay = /^\d{8}(,\d{8})*$/.test(text) && name !== "RRULE";
  const head = [name, isDay ? "VALUE=DATE" : "", zone && !isDay ? `TZID="${zone.replaceAll('"', "")}"` : "", range ? `RANGE=${range}` : ""];
  return `${head.filter(Boolean).join(";")}:${text}`;
}

/** vCalendar 1.0 separates dates with `;`, and a period of RDATE counts by its start. */
function modernValue(name: string, value: string): string {
  if (name === "RRULE") return modernRule(value);
  if (name !== "RDATE" && name !== "EXDATE") return value;
  return value
    .split(/[,;]/)
    .map((date) => date.trim().split("/")[0])
    .filter(Boolean)
    .join(",");
}

function alarmsOf(slice: Uint8Array): Alarm[] {
  const alarms: Alarm[] = [];
  for (const { name, params, value, depth } of deepProperties(slice)) {
    if (depth === 2 && name === "TRIGGER") alarms.push(...triggerOf(params, value.trim()));
    if (depth === 1 && /^[ADM]ALARM$/.test(name)) alarms.push({ value: value.split(";")[0]!.trim() });
  }
  return alarms;
}

function triggerOf(params: Map<string, string>, value: string): Alarm[] {
  if (/^\d{8}T/.test(value)) return [{ value }];
  try {
    return [{ seconds: ICAL.Duration.fromString(value).toSeconds(), fromEnd: params.get("RELATED")?.toUpperCase() === "END" }];
  } catch {
    return [];
  }
}

// When a local time is, by the time zone that stands with it: the VTIMEZONE of the file first, else what the name means everywhere.
// Callers may take for granted: nothing throws; a zone nobody knows is UTC, as everywhere on this floor.
import ICAL from "ical.js";
import { instantMs } from "./date-time.js";
import { decodeText } from "./encoding.js";
import type { ZoneSlice } from "./zones.js";

/** The instant of an iCalendar date or time; undefined where it is none. `zones` are those of the record. */
export function zonedMs(value: string, name: string | undefined, zones: readonly ZoneSlice[]): number | undefined {
  const slice = zones.find((zone) => zone.name === name);
  const localMs = instantMs(value);
  if (slice === undefined || localMs === undefined || !/T/.test(value) || value.trim().endsWith("Z")) return instantMs(value, name);
  const offsetSeconds = offsetAt(slice, localMs);
  return offsetSeconds === undefined ? instantMs(value, name) : localMs - 1000 * offsetSeconds;
}

/** One zone a calendar, read once: whoever lists ten thousand events meets the same few. */
const read = new Map<string, ICAL.Timezone | undefined>();
const readMax = 200;

/** How far the zone is ahead of UTC at a local time; undefined where ical.js cannot read it. */
function offsetAt(slice: ZoneSlice, localMs: number): number | undefined {
  try {
    const zone = timezoneOf(decodeText(slice.bytes));
    return zone?.utcOffset(ICAL.Time.fromDateTimeString(new Date(localMs).toISOString().slice(0, 19)));
  } catch {
    return undefined;
  }
}

function timezoneOf(text: string): ICAL.Timezone | undefined {
  if (read.has(text)) return read.get(text);
  if (read.size >= readMax) read.clear();
  const component = zoneComponent(text);
  const zone = component && new ICAL.Timezone(component);
  read.set(text, zone);
  return zone;
}

/** A VTIMEZONE as ical.js reads it; undefined where it cannot: then its name is left. */
export function zoneComponent(text: string): ICAL.Component | undefined {
  try {
    const zone = new ICAL.Component(ICAL.parse(text.trim()) as unknown[]);
    for (const change of zone.getAllSubcomponents()) startsItsList(change);
    return zone;
  } catch {
    return undefined;
  }
}

/** DTSTART is the first change of its list (RFC 5545 §3.6.5); ical.js 2.2 forgets it where there are an RDATE and no RRULE, and is told. */
export function startsItsList(change: ICAL.Component): void {
  const start = change.getFirstPropertyValue("dtstart");
  if (start instanceof ICAL.Time && change.hasProperty("rdate") && !change.hasProperty("rrule"))
    change.addPropertyWithValue("rdate", start);
}

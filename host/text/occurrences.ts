// When an event happens: every time of its rule between two instants, with its overrides, its exceptions and its own time zone. The
// expansion itself is ical.js's (RFC 5545 §3.8.5); here stands what a record is to it, and what a person wants to know of it.
// Callers may take for granted: nothing throws, and no rule takes for ever: after `STEPS_MAX` times it is given up and said so.
import ICAL from "ical.js";
import { instantMs } from "./date-time.js";
import { unescapeText } from "./property.js";
import { type Alarm, type Timing, type Timings, timingsOf } from "./timing.js";
import { zonedMs } from "./zoned-time.js";

export interface Occurrence {
  startMs: number;
  /** The same as startMs for what has no length. */
  endMs: number;
  isAllDay: boolean;
  summary?: string;
  /** When it rings, in order. */
  alarmsMs: number[];
}

export interface Occurrences {
  found: Occurrence[];
  /** The rule was given up before `untilMs`: there are more of it than anybody counts. */
  isCut: boolean;
}

/** Times of one rule that are looked at. */
export const STEPS_MAX = 50_000;
/** The end of what repeats for ever, as a Date can say it (ECMA-262 §21.4.1.1). */
export const FOR_EVER_MS = 8.64e15;

/** What of the record is on at some time from `fromMs` on and before `untilMs`, by start. Cost: a step for every time since the first. */
export function occurrences(body: Uint8Array, fromMs: number, untilMs: number): Occurrences {
  const timings = timingsOf(body);
  const result: Occurrences = { found: [], isCut: false };
  const take = (one: Occurrence | undefined) => {
    if (one && one.startMs < untilMs && (one.endMs > fromMs || one.startMs >= fromMs)) result.found.push(one);
  };
  const master = timings.all.find(({ recurrenceId }) => recurrenceId === undefined);
  const overrides = timings.all.filter((timing) => timing !== master);
  const used = master === undefined ? new Set<Timing>() : expand(master, overrides, timings, untilMs, take, result);
  for (const override of overrides) if (!used.has(override)) take(alone(override, timings));
  result.found.sort((a, b) => a.startMs - b.startMs);
  return result;
}

/** The first and the last moment of all of it; the last is FOR_EVER_MS where a rule has no end by date. Undefined: it says no time. */
export function span(body: Uint8Array): { startMs: number; endMs: number; repeats: boolean } | undefined {
  const timings = timingsOf(body);
  const each = timings.all.map((timing) => alone(timing, timings)).filter((one) => one !== undefined);
  if (each.length === 0) return undefined;
  const ends = [...each.map(({ endMs }) => endMs), ...timings.all.flatMap((timing) => ruleEnds(timing, timings))];
  const repeats = timings.all.some(isRepeating);
  return { startMs: Math.min(...each.map(({ startMs }) => startMs)), endMs: Math.min(Math.max(...ends), FOR_EVER_MS), repeats };
}

function expand(
  master: Timing,
  overrides: readonly Timing[],
  timings: Timings,
  untilMs: number,
  take: (one: Occurrence | undefined) => void,
  result: Occurrences,
): Set<Timing> {
  const used = new Set<Timing>();
  try {
    const exceptions = overrides.map(({ component }) => component);
    const event = new ICAL.Event(master.component, { exceptions, strictExceptions: false });
    const iterator = event.iterator();
    for (let step = 0; step < STEPS_MAX; step++) {
      const next = iterator.next();
      if (next === null || next === undefined) return used;
      const { item, startDate, endDate } = event.getOccurrenceDetails(next);
      const timing = overrides.find(({ component }) => component === item.component) ?? master;
      if (timing !== master) used.add(timing);
      const one = occurrenceOf(timing, startDate, endDate, timings);
      take(one);
      if (one === undefined || (one.startMs >= untilMs && msOf(next, master, timings) >= untilMs)) return used;
    }
    result.isCut = true;
  } catch {
    take(alone(master, timings)); // a rule nobody can follow: it happens once for sure
  }
  return used;
}

/** A component without its rule. */
function alone(timing: Timing, timings: Timings): Occurrence | undefined {
  try {
    const event = new ICAL.Event(timing.component, { strictExceptions: true });
    return occurrenceOf(timing, event.startDate, event.endDate, timings);
  } catch {
    return undefined;
  }
}

function occurrenceOf(timing: Timing, start: ICAL.Time, end: ICAL.Time, timings: Timings): Occurrence | undefined {
  const startMs = msOf(start, timing, timings);
  const endMs = Math.max(startMs, end ? msOf(end, timing, timings) : startMs);
  if (!Number.isFinite(startMs) || !Number.isFinite(endMs)) return undefined;
  const alarmsMs = timing.alarms.map((alarm) => alarmMs(alarm, startMs, endMs, timings)).filter((ms) => ms !== undefined);
  const summary = timing.summary === undefined ? {} : { summary: unescapeText(timing.summary) };
  return { startMs, endMs, isAllDay: start.isDate, ...summary, alarmsMs: alarmsMs.sort((a, b) => a - b) };
}

/** A time of ical.js as an instant. One whose zone the file does not define is taken by the name that stands with DTSTART. */
function msOf(time: ICAL.Time, { component }: Timing, { zones }: Timings): number {
  const isKnown = time.zone !== ICAL.Timezone.localTimezone;
  if (isKnown && !time.isDate) return time.toUnixTime() * 1000;
  const name = component.getFirstProperty("dtstart")?.getFirstParameter("tzid");
  return zonedMs(time.toICALString(), time.isDate ? undefined : name, zones) ?? Number.NaN;
}

function alarmMs(alarm: Alarm, startMs: number, endMs: number, { zones }: Timings): number | undefined {
  if ("value" in alarm) return zonedMs(alarm.value, undefined, zones);
  return (alarm.fromEnd ? endMs : startMs) + 1000 * alarm.seconds;
}

function isRepeating({ component }: Timing): boolean {
  return component.hasProperty("rrule") || component.hasProperty("rdate");
}

/** Where the rules of a component end; a rule that counts, has no end, or cannot be read, ends never as far as a list need know. */
function ruleEnds(timing: Timing, timings: Timings): number[] {
  const one = alone(timing, timings);
  if (one === undefined || !isRepeating(timing)) return [];
  try {
    return timing.component
      .getAllProperties()
      .flatMap((property) => ends(property, timing, timings).map((ms) => ms + one.endMs - one.startMs));
  } catch {
    return [FOR_EVER_MS];
  }
}

/** The last starts that a property gives. */
function ends(property: ICAL.Property, timing: Timing, timings: Timings): number[] {
  if (property.name === "rdate") return property.getValues().map((date) => msOf(date as ICAL.Time, timing, timings));
  if (property.name !== "rrule") return [];
  const { until } = property.getFirstValue() as ICAL.Recur;
  const untilMs = until ? instantMs(until.toICALString()) : undefined;
  // A day to spare: an end by day counts in the zone of the rule.
  return [untilMs === undefined ? FOR_EVER_MS : untilMs + 86_400_000];
}

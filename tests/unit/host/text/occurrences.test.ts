import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FOR_EVER_MS, occurrences, STEPS_MAX, span } from "../../../../host/text/occurrences.js";

const test = suite("host/text/occurrences");
const component = (name: string, ...lines: string[]) => [`BEGIN:${name}`, ...lines, `END:${name}`, ""].join("\r\n");
const event = (...lines: string[]) => component("VEVENT", "UID:a", ...lines);
const bytes = (...texts: string[]) => new Uint8Array(Buffer.from(texts.join("")));
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 16);
const [from, until] = [Date.UTC(2009, 9, 1), Date.UTC(2009, 10, 1)];
const starts = (body: Uint8Array) =>
  occurrences(body, from, until).found.map(({ startMs, summary }) => `${iso(startMs)} ${summary ?? ""}`.trim());

test("what happens once, in and out of the window; a day is a day long", () => {
  assert.equal(starts(bytes(event("DTSTART:20091002T080000Z", "DTEND:20091002T090000Z"))), ["2009-10-02T08:00"]);
  assert.equal(starts(bytes(event("DTSTART:20091102T080000Z"))), []);
  const [day] = occurrences(bytes(event("DTSTART;VALUE=DATE:20091002")), from, until).found;
  assert.equal([day?.isAllDay, (day?.endMs ?? 0) - (day?.startMs ?? 0)], [true, 86_400_000]);
  assert.is(occurrences(bytes(event("DTSTART:20090930T230000Z", "DURATION:PT2H")), from, until).found.length, 1);
  assert.is(occurrences(bytes(event("DTSTART:20090930T230000Z", "DURATION:PT1H")), from, until).found.length, 0);
});

test("a rule with an exception, an override within and one moved in from outside", () => {
  const master = event("DTSTART:20090928T080000Z", "RRULE:FREQ=WEEKLY;COUNT=8", "EXDATE:20091012T080000Z", "SUMMARY:Choir");
  const late = event("RECURRENCE-ID:20091019T080000Z", "DTSTART:20091019T100000Z", "SUMMARY:Choir\\, late");
  const moved = event("RECURRENCE-ID:20091109T080000Z", "DTSTART:20091030T080000Z", "SUMMARY:Moved");
  assert.equal(starts(bytes(master, late, moved)), [
    "2009-10-05T08:00 Choir",
    "2009-10-19T10:00 Choir, late",
    "2009-10-26T08:00 Choir",
    "2009-10-30T08:00 Moved",
  ]);
});

test("an override for this and all that follow moves them all", () => {
  const master = event("DTSTART:20091005T080000Z", "RRULE:FREQ=WEEKLY;COUNT=4", "SUMMARY:Choir");
  const later = event("RECURRENCE-ID;RANGE=THISANDFUTURE:20091019T080000Z", "DTSTART:20091019T100000Z", "SUMMARY:Later");
  assert.equal(starts(bytes(master, later)), [
    "2009-10-05T08:00 Choir",
    "2009-10-12T08:00 Choir",
    "2009-10-19T10:00 Later",
    "2009-10-26T10:00 Later",
  ]);
});

test("the clock changes within a rule: by the zone of the file, else by the name of the zone", () => {
  const weekly = event("DTSTART;TZID=Europe/Paris:20091019T100000", "RRULE:FREQ=WEEKLY;COUNT=2");
  assert.equal(starts(bytes(weekly)), ["2009-10-19T08:00", "2009-10-26T09:00"]);
  const zone = component(
    "VTIMEZONE",
    "TZID:Europe/Paris",
    component("STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0300", "TZOFFSETTO:+0300").trimEnd(),
  );
  assert.equal(starts(bytes(weekly, zone)), ["2009-10-19T07:00", "2009-10-26T07:00"]);
});

test("dates of a list count, also as periods and in the form of vCalendar 1.0", () => {
  const body = event("DTSTART:20091002T080000Z", "RDATE;VALUE=PERIOD:20091003T080000Z/PT1H", "RDATE:20091004T080000Z;20091005T080000Z");
  assert.equal(
    starts(bytes(body)).map((text) => text.slice(8, 10)),
    ["02", "03", "04", "05"],
  );
  assert.equal(
    starts(bytes(event("DTSTART:20091002T080000Z", "RRULE:D2 #3"))).map((text) => text.slice(8, 10)),
    ["02", "04", "06"],
  );
});

test("alarms: before the start, after the end, at an instant, and those of 1996", () => {
  const alarm = (trigger: string) => component("VALARM", "ACTION:DISPLAY", trigger).trimEnd();
  const body = bytes(
    event(
      "DTSTART:20091002T080000Z",
      "DTEND:20091002T090000Z",
      alarm("TRIGGER:-PT15M"),
      alarm("TRIGGER;RELATED=END:PT5M"),
      alarm("TRIGGER;VALUE=DATE-TIME:20091001T000000Z"),
      alarm("TRIGGER:soon"),
      "DALARM:20091002T070000Z;;;x",
    ),
  );
  assert.equal(occurrences(body, from, until).found[0]?.alarmsMs.map(iso), [
    "2009-10-01T00:00",
    "2009-10-02T07:00",
    "2009-10-02T07:45",
    "2009-10-02T09:05",
  ]);
});

test("the span: first moment, end of the rule, for ever", () => {
  const told = (...lines: string[]) => {
    const whole = span(bytes(event("DTSTART:20091002T080000Z", "DURATION:PT1H", ...lines)));
    return whole && [iso(whole.startMs), whole.endMs === FOR_EVER_MS ? "ever" : iso(whole.endMs), whole.repeats];
  };
  assert.equal(told(), ["2009-10-02T08:00", "2009-10-02T09:00", false]);
  assert.equal(told("RRULE:FREQ=DAILY"), ["2009-10-02T08:00", "ever", true]);
  assert.equal(told("RRULE:FREQ=DAILY;UNTIL=20091012T080000Z"), ["2009-10-02T08:00", "2009-10-13T09:00", true]);
  assert.equal(told("RDATE:20091102T080000Z"), ["2009-10-02T08:00", "2009-11-02T09:00", true]);
  assert.is(span(bytes("no event")), undefined);
});

test("a rule nobody can follow happens once; one with more times than anybody counts says so; nothing throws", () => {
  assert.equal(starts(bytes(event("DTSTART:20091002T080000Z", "RRULE:FREQ=WEEKLY;BYDAY=XX"))), []);
  const endless = occurrences(bytes(event("DTSTART:20090101T000000Z", "RRULE:FREQ=SECONDLY")), from, until);
  assert.equal([endless.isCut, endless.found.length], [true, 0]);
  assert.ok(STEPS_MAX < 100_000);
  assert.is(span(bytes(event("DTSTART:20091002", "RDATE:1997-09-T1T00:00:Z")))?.endMs, FOR_EVER_MS);
  for (const line of [
    "DTSTART:soon",
    "DTSTART",
    "DTSTART:99999999T999999",
    "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "EXDATE:,",
    "DURATION:long",
  ])
    occurrences(bytes(event(line), event("DTSTART:20091002", line)), from, until);
});

test.run();

// Every recurring event of the corpora expanded twice: by ical.js from the calendar as it lies there, and from the record that an import
// makes of it. The same instances, in the same instants.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ICAL from "ical.js";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { occurrences } from "../../host/text/occurrences.js";
import { startsItsList } from "../../host/text/zoned-time.js";
import { decodeText, importPlan, sourceFiles } from "../../host/text/index.js";

const test = suite("corpora/occurrences");
const corpora = fileURLToPath(new URL("../../../shared/corpora", import.meta.url));
const INSTANCES = 60;

/** The first instances of each UID with a rule in one file, as ical.js sees the whole of it; undefined: it does not read it. */
function original(text: string): Map<string, number[]> | undefined {
  let calendar: ICAL.Component;
  try {
    const parsed = ICAL.parse(text.trim()) as unknown[];
    calendar = new ICAL.Component(parsed);
    if (calendar.name !== "vcalendar") return undefined;
    for (const zone of calendar.getAllSubcomponents("vtimezone")) for (const change of zone.getAllSubcomponents()) startsItsList(change);
  } catch {
    return undefined;
  }
  const found = new Map<string, number[]>();
  const all = calendar.getAllSubcomponents("vevent");
  for (const component of all) {
    const uid = component.getFirstPropertyValue("uid");
    if (component.hasProperty("recurrence-id") || !component.hasProperty("rrule") || typeof uid !== "string") continue;
    if (all.filter((each) => each.getFirstPropertyValue("uid") === uid && !each.hasProperty("recurrence-id")).length > 1) continue;
    const exceptions = all.filter((each) => each.getFirstPropertyValue("uid") === uid && each.hasProperty("recurrence-id"));
    const instances = firstInstances(component, exceptions);
    if (instances) found.set(uid, instances);
  }
  return found;
}

/** Undefined where a zone is not defined in the file (then ical.js counts it as floating) or ical.js gives up. */
function firstInstances(component: ICAL.Component, exceptions: ICAL.Component[]): number[] | undefined {
  try {
    const event = new ICAL.Event(component, { exceptions, strictExceptions: false });
    const iterator = event.iterator();
    const instants: number[] = [];
    for (let step = 0; step < INSTANCES; step++) {
      const next = iterator.next();
      if (!next) break;
      const { startDate } = event.getOccurrenceDetails(next);
      const zoneName = component.getFirstProperty("dtstart")?.getFirstParameter("tzid");
      if (zoneName && startDate.zone === ICAL.Timezone.localTimezone) return undefined;
      instants.push(startDate.toUnixTime() * 1000);
    }
    return instants.length === 0 ? undefined : instants;
  } catch {
    return undefined;
  }
}

if (existsSync(corpora)) {
  test("recurring events: the record gives the instances of the original", async () => {
    let [events, instances, files] = [0, 0, 0];
    for (const file of await sourceFiles([corpora])) {
      if (!/\.ics$/i.test(file.path)) continue;
      const bytes = await file.read();
      const expected = original(decodeText(bytes));
      if (expected === undefined || expected.size === 0) continue;
      files++;
      for (const { uid, body, kind } of importPlan(file.path, bytes).records) {
        const wanted = kind === "event" && uid !== undefined ? expected.get(uid) : undefined;
        if (wanted === undefined) continue;
        const [first, last] = [Math.min(...wanted), Math.max(...wanted)];
        const told = occurrences(body, first, last + 1).found.map(({ startMs }) => startMs);
        for (const instant of wanted) assert.ok(told.includes(instant), `${file.path}: ${uid} at ${new Date(instant).toISOString()}`);
        events++;
        instances += wanted.length;
      }
    }
    console.log(`${events} recurring events of ${files} files, ${instances} instances the same`);
    assert.ok(events > 100 && instances > 3000, `${events} events, ${instances} instances`);
  });
} else {
  console.log(`SKIPPED: ${corpora} is not there, so no real rule was expanded`);
  if (process.env.HOLDFAST_REQUIRE_ALL !== "1") test.skip("recurring events: the record gives the instances of the original", () => {});
}

test.run();

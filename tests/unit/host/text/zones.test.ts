import { suite } from "uvu";
import * as assert from "uvu/assert";
import { eventView, icsFile, importPlan } from "../../../../host/text/index.js";
import { patched } from "../../../../host/text/patch.js";
import { splitParts } from "../../../../host/text/split.js";
import { zonedMs } from "../../../../host/text/zoned-time.js";
import { zonesOf } from "../../../../host/text/zones.js";

const test = suite("host/text/zones");
const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const text = (body: Uint8Array | undefined) => Buffer.from(body ?? []).toString();

const zone = (name: string, offset: string) =>
  `BEGIN:VTIMEZONE\r\nTZID:${name}\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:${offset}\r\nTZOFFSETTO:${offset}\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n`;
const event = (uid: string, name: string) =>
  `BEGIN:VEVENT\r\nUID:${uid}\r\nDTSTART;TZID=${name}:20091002T080000\r\nSUMMARY:${uid}\r\nEND:VEVENT\r\n`;
const calendar = (...parts: string[]) => bytes(`BEGIN:VCALENDAR\r\n${parts.join("")}END:VCALENDAR\r\n`);
const plain = "BEGIN:VEVENT\r\nUID:p\r\nDTSTART:20091002T080000Z\r\nEND:VEVENT\r\n";

test("a record takes the zones with it that it names, byte for byte, wherever they stand in its calendar", () => {
  const harbour = zone("Harbour", "+0130");
  const { records } = importPlan("a.ics", calendar(event("a", '"Harbour"'), plain, harbour, zone("Elsewhere", "+0200")));
  assert.equal(
    records.map(({ body }) => text(body)),
    [event("a", '"Harbour"') + harbour, plain],
  );
  assert.is(records[0]?.meta.startMs, Date.UTC(2009, 9, 2, 6, 30));
  assert.is(eventView(records[0]!.body).startMs, Date.UTC(2009, 9, 2, 6, 30), "a view says the same time as a list");
});

test("a zone of another calendar of the same file is not taken", () => {
  const file = Buffer.concat([calendar(zone("Harbour", "+0100")), calendar(event("a", "Harbour"))]);
  assert.is(text(importPlan("a.ics", file).records[0]?.body), event("a", "Harbour"));
});

test("the id is that of the component alone: what was imported without its zone is found again", () => {
  const without = importPlan("a.ics", calendar("BEGIN:VEVENT\r\nDTSTART;TZID=Harbour:20091002T080000\r\nEND:VEVENT\r\n")).records[0]!;
  const withZone = importPlan(
    "a.ics",
    calendar("BEGIN:VEVENT\r\nDTSTART;TZID=Harbour:20091002T080000\r\nEND:VEVENT\r\n", zone("Harbour", "+0100")),
  );
  assert.is(withZone.records[0]?.id, without.id);
});

test("export writes each zone once, and a second calendar where one name means two zones; all of it comes back equal", () => {
  const one = importPlan("a.ics", calendar(event("a", "Harbour"), event("b", "Harbour"), zone("Harbour", "+0100"))).records;
  const two = importPlan("b.ics", calendar(event("c", "Harbour"), zone("Harbour", "+0200"))).records;
  const file = icsFile([...one, ...two]);
  assert.is(text(file).match(/BEGIN:VTIMEZONE/g)?.length, 2);
  assert.is(text(file).match(/BEGIN:VCALENDAR/g)?.length, 2);
  assert.equal(
    importPlan("c.ics", file).records.map(({ id, body }) => [id, text(body)]),
    [...one, ...two].map(({ id, body }) => [id, text(body)]),
  );
});

test("an edit finds the event, never its zone", () => {
  const override =
    "BEGIN:VEVENT\r\nUID:a\r\nRECURRENCE-ID;TZID=Harbour:20091002T080000\r\nDTSTART;TZID=Harbour:20091002T090000\r\nSUMMARY:x\r\nEND:VEVENT\r\n";
  const [record] = importPlan("a.ics", calendar(override, zone("Harbour", "+0100"))).records;
  assert.is(
    text(patched(record!.body, [{ property: "SUMMARY", value: "y" }])),
    (override + zone("Harbour", "+0100")).replace("SUMMARY:x", "SUMMARY:y"),
  );
});

test("a file that ends in its event keeps the event as it is", () => {
  const cut = event("a", "Harbour").trimEnd();
  const { records } = importPlan("a.ics", bytes(`BEGIN:VCALENDAR\r\n${zone("Harbour", "+0100")}${cut}`));
  assert.is(text(records[0]?.body), cut);
});

test("a zone that cannot be read falls back to what its name means everywhere", () => {
  const file = bytes(zone("Europe/Paris", "soon"));
  const zones = zonesOf(splitParts(file), file);
  assert.is(zones.length, 1);
  assert.is(zonedMs("20091024T120000", "Europe/Paris", zones), Date.UTC(2009, 9, 24, 10));
  assert.is(zonedMs("20091024T120000", "Nowhere", zones), Date.UTC(2009, 9, 24, 12));
  assert.is(zonedMs("20091024", "Europe/Paris", zones), Date.UTC(2009, 9, 24));
});

test.run();

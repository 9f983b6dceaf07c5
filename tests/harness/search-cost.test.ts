/*
 * What a search costs: 10 000 contacts and 5 000 events on one part. The first one after a mount reads the heads of one kind, later ones only what they found.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { NorFlash, presets, TraceFlash } from "../../host/flash/index.js";
import { formatFlash, openAgent } from "../../host/index.js";
import { Agenda, Directory, Importer } from "../../host/text/index.js";
import { Chance } from "../support/probe-chance.js";

const test = suite("harness/search-cost");
const CONTACTS = 10_000;
const EVENTS = 5_000;
const BYTES_A_RECORD = 100;
const DAY_MS = 86_400_000;
const FIRST_DAY_MS = Date.UTC(2009, 0, 1);
const NAMES = ["Zoë", "Ann", "Bernhard", "Chidinma", "Dmitri", "Eleanor", "Farouk", "Guillermina", "Hans-Peter", "Ingrid"];
const FAMILIES = ["Okafor", "Müller", "Example", "van der Berg", "Smith", "Nakamura", "Hernández", "Lindqvist"];

function cards(): string {
  const chance = new Chance(10);
  return Array.from({ length: CONTACTS }, (_, i) => {
    const [given, family] = [NAMES[i % NAMES.length]!, `${FAMILIES[chance.below(FAMILIES.length)]!} ${i}`];
    const lines = ["BEGIN:VCARD", "VERSION:3.0", `N:${family};${given};;;`, `FN:${given} ${family}`];
    lines.push(`TEL;TYPE=CELL:+4917${String(10_000_000 + i)}`);
    if (i % 2 === 0) lines.push(`TEL;TYPE=HOME:+49 30 ${String(1_000_000 + i)}`);
    if (i % 3 === 0) lines.push(`EMAIL;TYPE=INTERNET:person${i}@example.org`);
    lines.push(
      `ADR;TYPE=HOME:;;${1 + (i % 200)} Harbour Street;Springfield;;${10_000 + (i % 90_000)};`,
      `NOTE:met on day ${chance.below(4000)}`,
    );
    return [...lines, "END:VCARD", ""].join("\r\n");
  }).join("");
}
function calendar(): string {
  const stamp = (atMs: number) => new Date(atMs).toISOString().replace(/[-:]|\.\d+/g, "");
  const events = Array.from({ length: EVENTS }, (_, i) => {
    const startMs = FIRST_DAY_MS + Math.floor((i * 3650 * DAY_MS) / EVENTS);
    const times = [`DTSTART:${stamp(startMs)}`, `DTEND:${stamp(startMs + DAY_MS / 24)}`];
    return ["BEGIN:VEVENT", `UID:event-${i}@example.org`, ...times, `SUMMARY:Meeting ${i}`, "LOCATION:Room 12", "END:VEVENT"].join("\r\n");
  });
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//EN", ...events, "END:VCALENDAR", ""].join("\r\n");
}

async function filled(): Promise<NorFlash> {
  const part = new NorFlash(presets["spi-nor-8m"]);
  await formatFlash(part);
  const agent = await openAgent(part);
  const importer = new Importer(agent);
  await importer.add("book.vcf", Buffer.from(cards()));
  await importer.add("dates.ics", Buffer.from(calendar()));
  await importer.finish();
  assert.equal([agent.stat().counts.contact, agent.stat().counts.event], [CONTACTS, EVENTS]);
  agent.close();
  return part;
}

test(`the first search after a mount reads at most ${BYTES_A_RECORD} bytes a record, later ones only what they found`, async () => {
  const part = await filled();
  const flash = new TraceFlash(part);
  const agent = await openAgent(flash);
  const directory = new Directory(agent);
  let mark = flash.mark();
  const read = () => {
    const { readBytes } = flash.since(mark);
    mark = flash.mark();
    return readBytes;
  };
  const say = (words: string, bytes: number, records: number) =>
    console.log(`search-cost: ${words}: ${bytes} bytes, ${(bytes / records).toFixed(1)} a record`);

  const found = await directory.find("zoe 4710");
  const first = read();
  say(`first search by name in ${CONTACTS} contacts`, first, CONTACTS);
  assert.is(found.length, 1);
  assert.ok(first <= BYTES_A_RECORD * CONTACTS, `${first / CONTACTS} bytes a record`);

  assert.is((await directory.caller("0171 0004711")).length, 1);
  assert.is((await directory.find("hernández")).length > 1000, true);
  assert.is(read(), 0, "a later search reads nothing, its hits are read by whoever shows them");
  agent.put("contact", agent.get("contact", found[0]!.id)!.body, { meta: { label: "Zoë the newest" } });
  read();
  assert.is((await directory.find("newest")).length, 1);
  say("search after one change", read(), 1);

  const agenda = new Agenda(agent);
  const june = Date.UTC(2012, 5, 1);
  const month = await agenda.between(june, june + 30 * DAY_MS);
  const all = read();
  say(`first month of ${EVENTS} events, ${month.entries.length} of them on`, all, EVENTS);
  assert.ok(month.entries.length >= 40 && month.entries.length <= 43, `${month.entries.length}`);
  assert.ok(all <= BYTES_A_RECORD * EVENTS, `${all / EVENTS} bytes a record`);
  const next = await agenda.between(june + 30 * DAY_MS, june + 60 * DAY_MS);
  const later = read();
  say("a later month, for each event that is on", later, next.entries.length);
  assert.ok(later <= 700 * next.entries.length, `${later} bytes for ${next.entries.length} events`);
  agent.close();
});

test.run();

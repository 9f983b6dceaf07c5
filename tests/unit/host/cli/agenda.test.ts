import { writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { freshImage, holdfast, inFolder } from "./command-line.js";

const test = suite("host/cli/agenda");
const FILE = [
  "BEGIN:VCALENDAR",
  "BEGIN:VEVENT\nUID:c\nSUMMARY:Choir\nDTSTART:20090907T190000Z\nDTEND:20090907T203000Z\nRRULE:FREQ=WEEKLY\nBEGIN:VALARM\nTRIGGER:-PT30M\nEND:VALARM\nEND:VEVENT",
  "BEGIN:VEVENT\nUID:h\nSUMMARY:Holiday\nDTSTART;VALUE=DATE:20091002\nEND:VEVENT",
  "BEGIN:VTODO\nUID:t\nSUMMARY:Stamps\nDUE:20091003T120000Z\nEND:VTODO",
  "END:VCALENDAR\n",
].join("\n");

test("two weeks from a day, as text and as JSON; the next alarm; who calls", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("a.flash"));
    writeFileSync(path("a.ics"), FILE);
    writeFileSync(path("a.vcf"), "BEGIN:VCARD\nVERSION:3.0\nFN:Zoe\nTEL:+49 30 1234567\nEND:VCARD\n");
    await holdfast(["import", path("a.ics"), path("a.vcf"), "-i", image]);
    const told = await holdfast(["agenda", "--from", "2009-10-02", "--days", "5", "-i", image]);
    assert.equal(
      told.stdout
        .trim()
        .split("\n")
        .map((line) => line.replace(/ +[0-9a-f]{16} +/, " | ").replace(/ +/g, " ")),
      ["2009-10-02 event | Holiday", "2009-10-03T12:00:00Z due todo | Stamps", "2009-10-05T19:00:00Z - 20:30:00Z event | Choir"],
    );
    assert.match(told.stderr, /3 entries; next alarm: 2009-10-05T18:30:00Z Choir/);
    const { json } = await holdfast(["agenda", "--from", "2009-10-05", "--days", "1", "-i", image, "--json"]);
    assert.equal([json.entries.length, json.entries[0].alarms, json.nextAlarm.at], [1, ["2009-10-05T18:30:00Z"], "2009-10-05T18:30:00Z"]);
    for (const bad of [
      ["--from", "tomorrow"],
      ["--days", "0"],
    ])
      assert.is((await holdfast(["agenda", ...bad, "-i", image])).exitCode, 2);
    assert.is((await holdfast(["list", "--number", "030 1234567", "-i", image, "--json"])).json.records[0].meta.label, "Zoe");
    assert.is((await holdfast(["list", "note", "--number", "1", "-i", image])).exitCode, 2);
  }));

test.run();

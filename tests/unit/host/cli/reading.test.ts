import { writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { freshImage, holdfast, inFolder } from "./command-line.js";

const test = suite("host/cli/reading");
const sms = (type: number, address: string, at: string, body: string) =>
  `<sms protocol="0" address="${address}" date="${Date.parse(at)}" type="${type}" body="${body}" read="1" status="-1" />`;
const MESSAGES = [
  "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>",
  '<smses count="4">',
  sms(1, "+49301234567", "2009-10-02T08:00:00Z", "are you there"),
  sms(2, "030 1234567", "2009-10-02T08:05:00Z", "here"),
  sms(1, "112", "2009-10-01T08:00:00Z", "help"),
  sms(1, "+49301234567", "2009-10-03T08:00:00Z", "still there"),
  "</smses>",
].join("\n");
const TODOS = [
  "BEGIN:VCALENDAR",
  "BEGIN:VTODO\nUID:a\nSUMMARY:Stamps\nDUE:20091003T120000Z\nEND:VTODO",
  "BEGIN:VTODO\nUID:b\nSUMMARY:Bread\nEND:VTODO",
  "BEGIN:VTODO\nUID:c\nSUMMARY:Coal\nPRIORITY:1\nEND:VTODO",
  "BEGIN:VTODO\nUID:d\nSUMMARY:Done\nSTATUS:COMPLETED\nDUE:20091001T120000Z\nEND:VTODO",
  "BEGIN:VTODO\nUID:e\nSUMMARY:Earlier\nDUE:20091002T120000Z\nEND:VTODO",
  "BEGIN:VJOURNAL\nUID:j\nSUMMARY:A day\nDTSTART;VALUE=DATE:20091002\nEND:VJOURNAL",
  "BEGIN:VJOURNAL\nUID:k\nSUMMARY:Another\nDTSTART;VALUE=DATE:20090930\nEND:VJOURNAL",
  "END:VCALENDAR\n",
].join("\n");
const NOTE = "BEGIN:VNOTE\r\nVERSION:1.1\r\nBODY:Made on a phone\r\nDCREATED:20091001T070000Z\r\nEND:VNOTE\r\n";
const columns = (stdout: string) =>
  stdout
    .trim()
    .split("\n")
    .map((line) =>
      line
        .replace(/ *[0-9a-f]{16} */, " | ")
        .replace(/ {2,}/g, " ")
        .trim(),
    );

test("messages in threads, to-dos in order, notes by date; as text and as JSON", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("a.flash"));
    writeFileSync(path("sms.xml"), MESSAGES);
    writeFileSync(path("todo.ics"), TODOS);
    writeFileSync(path("a.vnt"), NOTE);
    writeFileSync(path("a.vcf"), "BEGIN:VCARD\nVERSION:3.0\nFN:Zoe\nTEL:+49 30 1234567\nEND:VCARD\n");
    assert.is((await holdfast(["import", path("sms.xml"), path("todo.ics"), path("a.vnt"), path("a.vcf"), "-i", image])).exitCode, 0);
    await holdfast(["put", "note", "-i", image], { stdin: "undated" });

    assert.equal(columns((await holdfast(["threads", "-i", image])).stdout), [
      "2009-10-03T08:00:00Z 3 messages Zoe still there",
      "2009-10-01T08:00:00Z 1 message 112 help",
    ]);
    assert.equal(columns((await holdfast(["threads", "030/1234567", "-i", image])).stdout), [
      "2009-10-02T08:00:00Z in | are you there",
      "2009-10-02T08:05:00Z out | here",
      "2009-10-03T08:00:00Z in | still there",
    ]);
    const { json } = await holdfast(["threads", "-i", image, "--json"]);
    assert.equal([json.threads[0].names, json.threads[0].messages[1].incoming, json.damaged], [["Zoe"], false, []]);
    assert.is((await holdfast(["threads", "555", "-i", image])).exitCode, 4);

    assert.equal(columns((await holdfast(["todos", "-i", image])).stdout), [
      "2009-10-02T12:00:00Z | Earlier",
      "2009-10-03T12:00:00Z | Stamps",
      "- 1 | Coal",
      "- | Bread",
    ]);
    const todos = (await holdfast(["todos", "--all", "-i", image, "--json"])).json.todos;
    assert.equal([todos.length, todos[2].priority, todos[4].label, todos[4].done], [5, 1, "Done", true]);

    assert.equal(columns((await holdfast(["diary", "-i", image])).stdout), [
      "2009-09-30T00:00:00Z | Another",
      "2009-10-01T07:00:00Z | Made on a phone",
      "2009-10-02T00:00:00Z | A day",
      "- | undated",
    ]);
    const october = (await holdfast(["diary", "--from", "2009-10-01", "--days", "1", "-i", image, "--json"])).json.notes;
    assert.equal(
      october.map(({ label }: { label: string }) => label),
      ["Made on a phone"],
    );
    assert.is((await holdfast(["diary", "--from", "soon", "-i", image])).exitCode, 2);
  }));

test.run();

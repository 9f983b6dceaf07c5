import { suite } from "uvu";
import * as assert from "uvu/assert";
import { NorFlash } from "../../../../host/flash/index.js";
import { formatFlash, openAgent } from "../../../../host/index.js";
import { Agenda, Importer } from "../../../../host/text/index.js";

const test = suite("host/text/agenda");
const flash = new NorFlash({ kind: "nor", blockBytes: 4096, blockCount: 64, pageBytes: 256, programBytes: 1 });
const event = (uid: string, ...lines: string[]) =>
  ["BEGIN:VEVENT", `UID:${uid}`, `SUMMARY:${uid}`, ...lines, "END:VEVENT", ""].join("\r\n");
const day = (date: number) => Date.UTC(2009, 9, date);

test("what is on, to-dos by when they are due, and the next alarm", async () => {
  await formatFlash(flash);
  const agent = await openAgent(flash);
  const importer = new Importer(agent);
  const parts = [
    event("choir", "DTSTART:20090907T190000Z", "RRULE:FREQ=WEEKLY", "BEGIN:VALARM", "TRIGGER:-PT1H", "END:VALARM"),
    event("past", "DTSTART:20090101T190000Z", "RRULE:FREQ=WEEKLY;COUNT=4;UNTIL=20090201T000000Z"),
    event("trip", "DTSTART;VALUE=DATE:20091001", "DTEND;VALUE=DATE:20091006"),
    event("later", "DTSTART:20091101T190000Z"),
    "BEGIN:VTODO\r\nUID:t\r\nSUMMARY:stamps\r\nDUE:20091005T120000Z\r\nSTATUS:COMPLETED\r\nEND:VTODO\r\n",
  ];
  await importer.add("a.ics", Buffer.from(`BEGIN:VCALENDAR\r\n${parts.join("")}END:VCALENDAR\r\n`));
  await importer.finish();
  agent.put("event", "BEGIN:VEVENT\nSUMMARY:told nothing\nDTSTART:20091007T080000Z\nEND:VEVENT\n"); // no meta: its text is asked
  const agenda = new Agenda(agent);
  const page = await agenda.between(day(5), day(8));
  assert.equal(
    page.entries.map(({ kind, summary, startMs, isDone }) => [kind, summary, new Date(startMs).toISOString().slice(5, 13), isDone ?? null]),
    [
      ["event", "trip", "10-01T00", null],
      ["todo", "stamps", "10-05T12", true],
      ["event", "choir", "10-05T19", null],
      ["event", "told nothing", "10-07T08", null],
    ],
  );
  const alarm = await agenda.nextAlarm(day(6));
  assert.equal([alarm?.entry.summary, alarm?.atMs], ["choir", Date.UTC(2009, 9, 12, 18)]);
  const [trip] = page.entries;
  agent.remove("event", trip!.id);
  assert.is((await agenda.between(day(5), day(8))).entries.length, 3);
  agent.close();
});

test("a rule with no end is given up by name, and damage is named", async () => {
  const damaged = { kind: "event", id: "d", lsn: 1n, meta: {}, damaged: true };
  const endless = { kind: "event", id: "e", lsn: 2n, meta: { startMs: 0, repeatsUntilMs: 8.64e15 } };
  const gone = { kind: "event", id: "g", lsn: 3n, meta: { startMs: day(5) } };
  const todo = { kind: "todo", id: "t", lsn: 4n, meta: {}, damaged: true };
  const agenda = new Agenda({
    list: (kind: string) => [damaged, endless, gone, todo].filter((each) => each.kind === kind),
    changes: () => [],
    newestLsn: () => 4n,
    get: (_kind, id) => {
      if (id === "g") throw Object.assign(new Error("damaged"), { code: "CORRUPT" });
      return { body: Buffer.from(event("e", "DTSTART:20090101T000000Z", "RRULE:FREQ=SECONDLY")) };
    },
  });
  assert.equal(await agenda.between(day(5), day(6)), { entries: [], damaged: ["d", "g", "t"], cut: ["e"] });
});

test.run();

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { contactView, eventView, mailView, messageView, todoView } from "../../../../host/text/views.js";

const test = suite("host/text/views");
const bytes = (...lines: string[]) => new Uint8Array(Buffer.from(lines.join("\r\n")));

test("a contact of any version", () => {
  const card = bytes(
    "BEGIN:VCARD",
    "VERSION:3.0",
    "N:Washburne;Zoë;;;",
    "FN:Zoë\\, first mate",
    "ORG:Serenity;Crew",
    "item1.TEL;type=CELL;type=pref:+1 202",
    "TEL;VALUE=uri:tel:+1-303",
    "EMAIL:z@example.org",
    "TEL:",
    "END:VCARD",
  );
  assert.equal(contactView(card), {
    name: "Zoë, first mate",
    given: "Zoë",
    family: "Washburne",
    organization: "Serenity",
    phones: [
      { value: "+1 202", types: ["cell", "pref"] },
      { value: "+1-303", types: [] },
    ],
    emails: [{ value: "z@example.org", types: [] }],
  });
  const old = bytes("BEGIN:VCARD", "VERSION:2.1", "N;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:M=C3=BCller", "TEL;HOME;VOICE:1", "END:VCARD");
  assert.equal(contactView(old), { family: "Müller", phones: [{ value: "1", types: ["home", "voice"] }], emails: [] });
});

test("events, to-dos, messages and mails", () => {
  assert.equal(eventView(bytes("BEGIN:VEVENT", "SUMMARY:Day", "DTSTART;VALUE=DATE:20260102", "RRULE:FREQ=YEARLY", "END:VEVENT")), {
    summary: "Day",
    startMs: Date.UTC(2026, 0, 2),
    isAllDay: true,
    recurrence: "FREQ=YEARLY",
  });
  assert.equal(todoView(bytes("BEGIN:VTODO", "SUMMARY:Milk", "DUE:20260102T030405Z", "PRIORITY:2", "STATUS:COMPLETED", "END:VTODO")), {
    summary: "Milk",
    dueMs: Date.UTC(2026, 0, 2, 3, 4, 5),
    isDone: true,
    priority: 2,
  });
  assert.equal(messageView(bytes('<sms address="+1" date="5" type="2" body="hi" />')), {
    text: "hi",
    numbers: ["+1"],
    atMs: 5,
    isIncoming: false,
  });
  assert.equal(mailView(bytes("Subject: a", " b", "From: x@y", "Date: Fri, 23 May 2014 19:44:50 +0200", "", "Subject: no")), {
    subject: "a b",
    from: "x@y",
    atMs: Date.UTC(2014, 4, 23, 17, 44, 50),
  });
});

test("bytes that are nothing give a view of nothing", () => {
  for (const body of [new Uint8Array(0), Uint8Array.of(0, 255, 254, 13), bytes("hello")]) {
    assert.equal(contactView(body), { phones: [], emails: [] });
    assert.equal(eventView(body), { isAllDay: false });
    assert.equal(todoView(body), { isDone: false });
    assert.equal(messageView(body), { numbers: [] });
    assert.equal(mailView(body), {});
  }
});

test.run();

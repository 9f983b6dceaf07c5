import { suite } from "uvu";
import * as assert from "uvu/assert";
import { properties } from "../../../../host/text/property.js";
import { calendarMeta, contactMeta, mailMeta, plainMeta, setLabel } from "../../../../host/text/record-meta.js";

const test = suite("host/text/record-meta");
const list = (lines: string) => properties(new Uint8Array(Buffer.from(`BEGIN:X\n${lines}\nEND:X\n`)));
const bytes = (text: string) => new Uint8Array(Buffer.from(text));

test("a card is called by FN, else N, ORG or EMAIL", () => {
  assert.is(contactMeta(list("N:Sokolova;Anna\nFN:Anna\\, S.")).label, "Anna, S.");
  assert.is(contactMeta(list("FN:\nN:Sokolova;Anna;M.")).label, "Anna M. Sokolova");
  assert.is(contactMeta(list("ORG:Works;Paint")).label, "Works Paint");
  assert.is(contactMeta(list("EMAIL:a@example.com")).label, "a@example.com");
  assert.equal(contactMeta(list("X:1")), {});
});

test("numbers as dialled, each once, at most eight", () => {
  const meta = contactMeta(list("TEL:+1 (202) 555-0101\nTEL;TYPE=x:tel:+1-202-555-0101;ext=2\nTEL:\nTEL:none"));
  assert.equal(meta.phones, ["+12025550101"]);
  assert.is(contactMeta(list(Array.from({ length: 20 }, (_, i) => `TEL:555${i}`).join("\n"))).phones?.length, 8);
});

test("events and todos: summary, dates, done", () => {
  assert.equal(calendarMeta("event", list("SUMMARY:A\\;b\nDTSTART:20091002\nDTEND:20091003\nDUE:soon")), {
    label: "A;b",
    startMs: Date.UTC(2009, 9, 2),
    endMs: Date.UTC(2009, 9, 3),
  });
  assert.is(calendarMeta("todo", list("STATUS:completed")).done, true);
  assert.is(calendarMeta("todo", list("STATUS:NEEDS-ACTION")).done, undefined);
  assert.is(calendarMeta("todo", list("PRIORITY:2")).priority, 2);
  assert.is(calendarMeta("todo", list("PRIORITY:0")).priority, undefined);
  assert.is(calendarMeta("event", list("PRIORITY:2")).priority, undefined);
  assert.is(calendarMeta("note", list("BODY:x\nDCREATED:20091001T070000Z")).startMs, Date.UTC(2009, 9, 1, 7));
});

test("notes are called by their first line, mail by its subject", () => {
  assert.equal(plainMeta(bytes("\ufeff\n \nBread\nmilk")), { label: "Bread" });
  assert.equal(mailMeta(bytes("From: a\r\nSubject: One\r\n two\r\n\r\nSubject: no")), { label: "One two" });
  assert.equal(mailMeta(bytes("Subject: =?utf-8?q?x?=\r\n\r\n")), {});
});

test("a label is one line of at most 48 characters, without control characters", () => {
  const meta: { label?: string } = {};
  setLabel(meta, " a\n\u001b[31mb ");
  assert.is(meta.label, "a [31mb");
  setLabel(meta, "𝒜".repeat(60));
  assert.is([...(meta.label ?? "")].length, 48);
});

test.run();

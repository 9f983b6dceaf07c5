import { zipSync } from "fflate";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bodyBytesMax, importPlan } from "../../../../host/text/plan.js";

const test = suite("host/text/plan");
const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const plan = (name: string, text: string) => importPlan(name, bytes(text));
const event = (...lines: string[]) => ["BEGIN:VEVENT", ...lines, "END:VEVENT", ""].join("\n");
const bodies = (text: string) => plan("a.ics", text).records.map((record) => Buffer.from(record.body).toString());

test("kinds by content and name", () => {
  const kind = (name: string, text: string) => plan(name, text).records[0]?.kind;
  assert.is(kind("a.vcf", "BEGIN:VCARD\nEND:VCARD"), "contact");
  assert.is(kind("a.txt", "\n BEGIN:VCARD\nEND:VCARD"), "contact");
  assert.is(kind("a.txt", "he said\nBEGIN:VCARD\nEND:VCARD"), "note");
  assert.is(kind("a.eml", "Subject: x\n\nBEGIN:VCARD\nEND:VCARD\n"), "mail");
  assert.is(kind("noname", "Grüße"), "note");
  assert.is(importPlan("legacy.txt", Uint8Array.of(0x4d, 0xfc)).records[0]?.kind, "note");
  assert.is(importPlan("a.vcf", Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)).records[0]?.kind, "photo");
});

test("what is not taken is named with file, line and reason", () => {
  const refused = (name: string, data: Uint8Array | string) => importPlan(name, typeof data === "string" ? bytes(data) : data).refused;
  assert.equal(refused("e.vcf", ""), [{ file: "e.vcf", line: 1, reason: "the file is empty" }]);
  assert.equal(refused("e.ics", "hello"), [{ file: "e.ics", line: 1, reason: "no BEGIN line in it" }]);
  assert.equal(refused("e.vcf", "BEGIN:VCARD\nEND:VCARD\nBEGIN:VCARD\n"), [
    { file: "e.vcf", line: 3, reason: "BEGIN:VCARD without END:VCARD" },
  ]);
  assert.match(refused("e.bin", Uint8Array.of(1, 2, 3))[0]?.reason ?? "", /^no kind of file that is taken/);
  assert.match(refused("e.xml", "<a/>")[0]?.reason ?? "", /\.xml/);
});

test("bodies over 8 MiB are refused, whole or in parts, and the rest is taken", () => {
  const long = "x".repeat(bodyBytesMax);
  assert.match(plan("a.txt", `${long}y`).refused[0]?.reason ?? "", /more than a record can hold/);
  assert.is(plan("a.txt", long).records.length, 1);
  const { records, refused } = plan("a.vcf", `BEGIN:VCARD\nEND:VCARD\nBEGIN:VCARD\nNOTE:${long}\nEND:VCARD\n`);
  assert.equal([records.length, refused.length, refused[0]?.line], [1, 1, 3]);
});

test("overrides of one UID are one record with their master, in file order", () => {
  const [master, other, moved] = [event("UID:a"), event("UID:b"), event("UID:a", "RECURRENCE-ID:20091002")];
  assert.equal(bodies(master + other + moved), [master + moved, other]);
  assert.equal(bodies(moved + other + master), [moved + master, other]);
  assert.equal(bodies(moved), [moved]);
});

test("the label of a series is its master's", () => {
  const text = event("UID:a", "RECURRENCE-ID:20091002", "SUMMARY:moved") + event("UID:a", "SUMMARY:master");
  assert.is(plan("a.ics", text).records[0]?.meta.label, "master");
});

test("two masters of one UID are two records; equal ones are one", () => {
  const [a, b] = [event("UID:a", "SEQUENCE:0"), event("UID:a", "SEQUENCE:1")];
  assert.equal(bodies(a + b), [a, b]);
  const ids = plan("a.ics", a + b).records.map((record) => record.id);
  assert.is(new Set(ids).size, 2);
  assert.is(ids[0], plan("a.ics", a).records[0]?.id);
  assert.equal([bodies(a + a), plan("a.ics", a + a).repeated], [[a], 1]);
});

test("the UID of an alarm or an agent is not that of the record", () => {
  assert.is(plan("a.ics", event("BEGIN:VALARM", "UID:x", "END:VALARM")).records[0]?.uid, undefined);
});

test("bodies are the file's own bytes, not copies of its text", () => {
  const file = Uint8Array.from([...bytes("junk\nBEGIN:VCARD\nFN:"), 0xfc, 0, 0x80, ...bytes("\r\nEND:VCARD\r")]);
  assert.equal(importPlan("a.vcf", file).records[0]?.body, file.subarray(5));
});

test("vNote is a note, vMessage a message with number, time and text from its envelopes", () => {
  const [note] = plan("a.vnt", "BEGIN:VNOTE\r\nVERSION:1.1\r\nBODY;ENCODING=QUOTED-PRINTABLE:=\r\nmilk=20\r\nEND:VNOTE\r\n").records;
  assert.equal([note?.kind, note?.meta.label], ["note", "milk"]);
  const card = "BEGIN:VCARD\nVERSION:2.1\nTEL:+1 202\nEND:VCARD\n";
  const message = `BEGIN:VMSG\nVERSION:1.1\nX-IRMC-BOX:INBOX\n${card}BEGIN:VENV\n${card}BEGIN:VBODY\nDate:20081002T101112Z\nsee you\nEND:VBODY\nEND:VENV\nEND:VMSG\n`;
  const { records, refused } = plan("b.vmg", message);
  assert.equal([records.length, refused, Buffer.from(records[0]!.body).toString()], [1, [], message]);
  assert.equal(records[0]!.meta, { label: "see you", phones: ["+1202"], startMs: Date.UTC(2008, 9, 2, 10, 11, 12), box: "in" });
});

test("mailboxes, messages and Gammu's sections are slices; the same one twice counts once", () => {
  const from = "From a Sun Jul 16 15:06:25 2023\n";
  const { records, repeated } = plan("x", `${from}Subject: a\n\nb\n\n${from}Subject: a\n\nb\n`);
  assert.equal([records.length, repeated, records[0]?.kind, records[0]?.meta.label], [1, 1, "mail", "a"]);
  assert.equal(plan("x.xml", "<smses count='0'></smses>").refused[0]?.reason, "no record in it");
});

test("a zip gives the records of its files, and its refusals name them", () => {
  const zip = zipSync({ "a.vcf": bytes("BEGIN:VCARD\nFN:A\nEND:VCARD\n"), "b.bin": Uint8Array.of(1, 2, 3), "c.zip": zipSync({}) });
  const { records, refused } = importPlan("x.zip", zip);
  assert.equal([records.length, records[0]?.meta.label], [1, "A"]);
  assert.equal(
    refused.map(({ file }) => file),
    ["x.zip/b.bin", "x.zip/c.zip"],
  );
  assert.match(importPlan("x.zip", zip.subarray(0, 40)).refused[0]?.reason ?? "", /the zip cannot be read/);
});

test.run();

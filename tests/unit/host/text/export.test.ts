import { suite } from "uvu";
import * as assert from "uvu/assert";
import { csvFile, icsFile, jsonFile, mailboxFile, rawFile, vcfFile } from "../../../../host/text/export.js";
import { importPlan } from "../../../../host/text/plan.js";

const test = suite("host/text/export");
const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const text = (data: Uint8Array) => Buffer.from(data).toString();
const record = (kind: string, body: string | Uint8Array, meta = {}) => ({
  kind,
  id: "0123456789abcdef",
  body: typeof body === "string" ? bytes(body) : body,
  meta,
});
const card = record("contact", "BEGIN:VCARD\nUID:u\nFN:Ä\nEND:VCARD");
const event = record("event", "BEGIN:VEVENT\r\nEND:VEVENT\r\n");

test("raw is the body, under a name that tells what it is", () => {
  assert.equal(rawFile(card), { path: "contact/0123456789abcdef.vcf", bytes: card.body });
  assert.is(rawFile(event).path, "event/0123456789abcdef.ics");
  assert.is(rawFile(record("note", "BEGIN:VJOURNAL\nEND:VJOURNAL\n")).path, "note/0123456789abcdef.ics");
  assert.is(rawFile(record("note", "Bread")).path, "note/0123456789abcdef.txt");
  assert.is(rawFile(record("photo", "x")).path, "photo/0123456789abcdef.jpg");
});

test("vcf and ics hold what they can hold, and read back", () => {
  assert.is(text(vcfFile([card, event, card])), `${text(card.body)}\r\n`.repeat(2));
  const ics = icsFile([card, event]);
  assert.match(text(ics), /^BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:[^\r]+\r\nBEGIN:VEVENT\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n$/);
  assert.equal(importPlan("a.ics", ics).records[0]?.body, event.body);
});

test("UTF-16 cards become UTF-8 in a joined file", () => {
  const wide = record("contact", new Uint8Array(Buffer.from(text(card.body), "utf16le")));
  assert.is(text(vcfFile([wide])), `${text(card.body)}\r\n`);
});

test("json carries text or base64, and the UID", () => {
  const rows = JSON.parse(text(jsonFile([{ ...card, meta: { label: "Ä", x: 1n } }, record("photo", Uint8Array.of(255))])));
  assert.equal([rows[0].uid, rows[0].text, rows[0].meta], ["u", text(card.body), { label: "Ä", x: "1" }]);
  assert.is(rows[1].base64, "/w==");
});

test("csv quotes what must be quoted", () => {
  const csv = text(
    csvFile([record("contact", "", { label: 'a "b", c', phones: ["1", "2"] }), record("todo", "", { dueMs: 0, done: true })]),
  );
  assert.is(
    csv,
    'kind,id,label,phones,start,end,due,done\r\ncontact,0123456789abcdef,"a ""b"", c",1;2,,,,\r\ntodo,0123456789abcdef,,,,,1970-01-01T00:00:00.000Z,yes\r\n',
  );
});

test("a raw file is named after what its body is", () => {
  const pathOf = (kind: string, text: string) => rawFile({ kind, id: "1", body: new Uint8Array(Buffer.from(text)) }).path;
  assert.equal(
    [
      ["note", "BEGIN:VNOTE\r\n"],
      ["note", "BEGIN:VJOURNAL\r\n"],
      ["note", "milk"],
      ["message", "<sms body=''/>"],
      ["message", "BEGIN:VMSG\n"],
      ["contact", "[PhonePBK001]\n"],
      ["contact", "dn: cn=a\n"],
      ["contact", "First Name,Phone\na,1\n"],
      ["mail", "Subject: x"],
    ].map(([kind, text]) => pathOf(kind!, text!)),
    [
      "note/1.vnt",
      "note/1.ics",
      "note/1.txt",
      "message/1.xml",
      "message/1.vmg",
      "contact/1.backup",
      "contact/1.ldif",
      "contact/1.csv",
      "mail/1.eml",
    ],
  );
});

test("a mailbox holds the mails and nothing else", () => {
  const record = (kind: string, text: string) => ({ kind, id: "1", body: new Uint8Array(Buffer.from(text)), wallMs: 0 });
  const file = Buffer.from(mailboxFile([record("mail", "S: 1\n\nx\n"), record("note", "y")])).toString();
  assert.is(file, "From MAILER-DAEMON Thu Jan  1 00:00:00 1970\nS: 1\n\nx\n\n");
});

test.run();

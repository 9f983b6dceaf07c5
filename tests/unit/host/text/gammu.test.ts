import { suite } from "uvu";
import * as assert from "uvu/assert";
import { textForm } from "../../../../host/text/encoding.js";
import { gammuSections, isGammu } from "../../../../host/text/gammu.js";
import { bytesOfUnits } from "../../../../host/text/units.js";

const test = suite("host/text/gammu");
const FILE = `; comment\r\n[Backup]\r\nFormat = 1.04\r\n
[PhonePBK001]\r\nLocation = 001\r\nEntry00Type = Name\r\nEntry00Text = "Zoe"\r\nEntry01Type = NumberMobile\r\nEntry01Text = "+1 202 555"\r\n
[Calendar001]\r\nText = "Dentist"\r\nStartTime = 20080217T103000Z\r\nStopTime = 20080217T110000Z\r\n
[TODO001]\r\nText = "Milk"\r\nEndTime = 20080218T000000\r\n
[SMSBackup000]\r\nPDU = Deliver\r\nDateTime = 20100114T204215\r\nNumber = "5574"\r\nNumberUnicode = 0035003500370034\r\nText00 = 0048006900210020\r\nText01 = 00F6\r\n
[WAPSettings1]\r\nTitle = "x"\r\n[Checksum]\r\nMD5=0\r\n`;

function sections(bytes: Uint8Array): { name: string; kind?: string; text: string; meta: object; line: number }[] {
  const form = textForm(bytes);
  const encoding = form.unitBytes === 2 ? "utf16le" : "utf8";
  return gammuSections(bytes, form).map(({ name, kind, start, end, meta, line }) => {
    const text = Buffer.from(bytesOfUnits(bytes, form, start, end)).toString(encoding);
    return { name, ...(kind ? { kind } : {}), text, meta, line };
  });
}

test("a section is a record as it stands, with what a list shows of it", () => {
  const all = sections(new Uint8Array(Buffer.from(FILE)));
  assert.equal(
    all.map(({ name, kind }) => [name, kind]),
    [
      ["PhonePBK001", "contact"],
      ["Calendar001", "event"],
      ["TODO001", "todo"],
      ["SMSBackup000", "message"],
      ["WAPSettings1", undefined],
    ],
  );
  assert.ok(FILE.includes(all.map(({ text }) => text).join("")), "the slices are the file");
  assert.equal(all[0]!.meta, { label: "Zoe", phones: ["+1202555"] });
  assert.equal(all[1]!.meta, { label: "Dentist", startMs: Date.UTC(2008, 1, 17, 10, 30), endMs: Date.UTC(2008, 1, 17, 11) });
  assert.equal(all[2]!.meta, { label: "Milk", dueMs: Date.UTC(2008, 1, 18) });
  assert.equal(all[3]!.meta, { label: "Hi! ö", phones: ["5574"], startMs: Date.UTC(2010, 0, 14, 20, 42, 15), box: "in" });
  assert.is(all[0]!.line, 5);
});

test("UTF-16 gives the same records", () => {
  const wide = new Uint8Array(Buffer.from(`\ufeff${FILE}`, "utf16le"));
  assert.equal(sections(wide), sections(new Uint8Array(Buffer.from(FILE))));
});

test("data in an SMS is not shown as text", () => {
  const [only] = sections(new Uint8Array(Buffer.from("[SMSBackup000]\nPDU = Submit\nCoding = 8bit\nText00 = 00480049\n")));
  assert.equal(only!.meta, { box: "out" });
});

test("the file is told by its first section", () => {
  for (const text of ["[Backup]\n", "; x\n\n[SMSBackup000]\n", "\n[PhonePBK12]"]) assert.ok(isGammu(text), text);
  for (const text of ["[Settings]\n", "Backup", "[Note]"]) assert.not(isGammu(text), text);
});

test.run();

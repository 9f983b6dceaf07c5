import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sheetOf } from "../../../../host/text/sheet.js";

const test = suite("host/text/sheet");
const bytes = (text: string, encoding: BufferEncoding = "utf8") => new Uint8Array(Buffer.from(text, encoding));

test("every property knows its bytes, folds included; what is nested keeps its own", () => {
  const text = "BEGIN:VEVENT\r\nSUMMARY:a\r\n b\r\nitem1.X-Y;P=1:c\r\nBEGIN:VALARM\r\nTRIGGER:d\r\nEND:VALARM\r\nEND:VEVENT\r\n";
  const sheet = sheetOf(bytes(text))!;
  assert.is(sheet.component, "VEVENT");
  assert.equal(
    sheet.lines.map(({ start, end }) => text.slice(start, end)),
    ["SUMMARY:a\r\n b\r\n", "item1.X-Y;P=1:c\r\n"],
  );
  assert.is(sheet.end, text.indexOf("BEGIN:VALARM"));
  assert.is(sheet.lines[1]!.group, "item1");
  assert.is(sheet.lines[1]!.params.get("P"), "1");
});

test("a card's further properties go before its END, behind an AGENT card", () => {
  const text = "BEGIN:VCARD\nVERSION:2.1\nAGENT:\nBEGIN:VCARD\nN:x\nEND:VCARD\nEND:VCARD\n";
  const sheet = sheetOf(bytes(text))!;
  assert.is(sheet.end, text.lastIndexOf("END:VCARD"));
  assert.equal([sheet.lineEnd, sheet.isQuoted], ["\n", true]);
});

test("the master of a series, wherever it stands; else the first override", () => {
  const part = (id: string) => `BEGIN:VEVENT\n${id}SUMMARY:x\nEND:VEVENT\n`;
  const both = part("RECURRENCE-ID:20260101\n") + part("");
  assert.is(sheetOf(bytes(both))!.lines[0]!.name, "SUMMARY");
  assert.is(sheetOf(bytes(part("RECURRENCE-ID:20260101\n")))!.lines[0]!.name, "RECURRENCE-ID");
});

test("places in UTF-16 and behind a byte order mark are bytes of the body", () => {
  const text = "BEGIN:VCARD\r\nN:Ä\r\nTEL:1\r\nEND:VCARD\r\n";
  for (const [body, unit, first] of [
    [bytes(`\ufeff${text}`), 1, 3],
    [bytes(`\ufeff${text}`, "utf16le"), 2, 2],
  ] as const) {
    const { start, end } = sheetOf(body)!.lines[1]!;
    const expected = unit === 2 ? [first + 2 * text.indexOf("TEL"), 14] : [first + Buffer.from(text).indexOf("TEL"), 7];
    assert.equal([start, end - start], expected);
  }
});

test("the style: a card's version, an event's quoted-printable", () => {
  const event = (line: string) => sheetOf(bytes(`BEGIN:VEVENT\n${line}\nEND:VEVENT\n`))!.isQuoted;
  assert.ok(event("SUMMARY;ENCODING=QUOTED-PRINTABLE:=41"));
  assert.not(event("SUMMARY:A"));
  assert.not(sheetOf(bytes("BEGIN:VCARD\nVERSION:3.0\nN;ENCODING=QUOTED-PRINTABLE:=41\nEND:VCARD\n"))!.isQuoted);
});

test("text without a whole component has no sheet", () => {
  for (const text of ["", "hello", "BEGIN:VCARD\nN:x\n", "END:VCARD\n"]) assert.is(sheetOf(bytes(text)), undefined);
});

test.run();

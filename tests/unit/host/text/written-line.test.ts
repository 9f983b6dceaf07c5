import { suite } from "uvu";
import * as assert from "uvu/assert";
import { properties } from "../../../../host/text/property.js";
import { sheetOf } from "../../../../host/text/sheet.js";
import { writtenLine } from "../../../../host/text/written-line.js";

const test = suite("host/text/written-line");
const STYLES = { "2.1": true, "3.0": false } as const;

function written(head: string, value: string, version: keyof typeof STYLES = "3.0", encoding: BufferEncoding = "utf8"): string {
  const body = new Uint8Array(Buffer.from(`BEGIN:VCARD\r\nVERSION:${version}\r\nX-Q:ü\r\nEND:VCARD\r\n`, encoding));
  const name = head.split(";")[0]!.split(".").at(-1)!;
  return Buffer.from(writtenLine(head, name, value, sheetOf(body)!, body)).toString(encoding);
}

test("texts are escaped, parts are not, and a line that takes one line says so", () => {
  assert.is(written("NOTE", "a,b;c\\d\ne"), "NOTE:a\\,b\\;c\\\\d\\ne\r\n");
  assert.is(written("N", "Last;First"), "N:Last;First\r\n");
  assert.is(written("TEL;TYPE=CELL", "+1,2"), "TEL;TYPE=CELL:+1,2\r\n");
  assert.throws(
    () => written("TEL", "1\n2"),
    (error: Error) => error.message === "TEL takes one line",
  );
});

test("long lines are folded at 75 octets, never inside a character, and read back", () => {
  const value = "ä€😀x".repeat(40);
  const line = written("NOTE", value);
  for (const piece of line.trimEnd().split("\r\n")) assert.ok(Buffer.byteLength(piece) <= 75 && !piece.includes("\ufffd"));
  assert.is(properties(new Uint8Array(Buffer.from(`BEGIN:VCARD\r\n${line}END:VCARD\r\n`)))[0]!.value, value);
});

test("version 2.1: quoted-printable where ASCII does not do, lines of at most 76 characters, and read back", () => {
  assert.is(written("N;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8", "plain;name", "2.1"), "N:plain;name\r\n");
  const value = "Zoë = 1\nand two ".repeat(9);
  const line = written("NOTE;QUOTED-PRINTABLE", value, "2.1");
  assert.match(line, /^NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:/);
  for (const piece of line.trimEnd().split("\r\n")) assert.ok(piece.length <= 76, piece);
  assert.is(properties(new Uint8Array(Buffer.from(`BEGIN:VCARD\r\n${line}END:VCARD\r\n`)))[0]!.value, value.replaceAll("\n", "\r\n"));
});

test("dates bring their parameters along", () => {
  assert.is(written("DTSTART;TZID=Europe/Berlin", "20261224T183000"), "DTSTART;TZID=Europe/Berlin:20261224T183000\r\n");
  assert.is(written("DTSTART;TZID=Europe/Berlin", "20261224T183000Z"), "DTSTART:20261224T183000Z\r\n");
  assert.is(written("DTSTART;TZID=Europe/Berlin", "20261224"), "DTSTART;VALUE=DATE:20261224\r\n");
  assert.is(written("DTSTART;VALUE=DATE", "20261224T183000"), "DTSTART:20261224T183000\r\n");
  assert.is(written("DUE", "20261224", "2.1"), "DUE:20261224\r\n");
  assert.throws(() => written("DTSTART", "tomorrow"), /DTSTART cannot be "tomorrow"/);
});

test("the record's encoding is kept, and what it cannot hold is refused by name", () => {
  assert.is(written("NOTE", "ü", "3.0", "latin1"), "NOTE:ü\r\n");
  assert.throws(() => written("NOTE", "Ω", "3.0", "latin1"), /Windows-1252, which has no "Ω" for NOTE/);
  assert.is(written("NOTE", "€😀", "3.0", "utf16le"), "NOTE:€😀\r\n");
  assert.throws(() => written("PHOTO;ENCODING=b", "x"), /PHOTO holds bytes/);
});

test.run();

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { components, decodeQuoted, firstValue, properties, unescapeText } from "../../../../host/text/property.js";

const test = suite("host/text/property");
const read = (text: string) => properties(new Uint8Array(Buffer.from(text)));
const card = (lines: string) => read(`BEGIN:VCARD\n${lines}\nEND:VCARD\n`);

test("names, groups, bare and repeated parameters", () => {
  const [tel] = card('item1.tel;CELL;TYPE=home;X="a;b:c":+1;2');
  assert.is(tel?.name, "TEL");
  assert.is(tel?.params.get("TYPE"), "CELL,home");
  assert.is(tel?.params.get("X"), "a;b:c");
  assert.is(tel?.value, "+1;2");
});

test("folding is undone, with a space and with a tab", () => {
  assert.is(firstValue(card("NOTE:one\n  two\r\n\tthree"), "NOTE"), "one twothree");
});

test("quoted-printable: soft breaks joined, charsets decoded", () => {
  assert.is(firstValue(card("N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=\n=BCller"), "N"), "Müller");
  assert.is(firstValue(card("N;QUOTED-PRINTABLE;CHARSET=ISO-8859-1:M=FCller"), "N"), "Müller");
  assert.is(decodeQuoted("M=FC=ZZ=", "no-such-charset"), "Mü=ZZ=");
});

test("nested components keep their properties to themselves", () => {
  const list = read("BEGIN:VEVENT\nBEGIN:VALARM\nUID:alarm\nEND:VALARM\nUID:event\nEND:VEVENT\n");
  assert.is(firstValue(list, "UID"), "event");
});

test("blank values do not count, and broken lines are passed over", () => {
  assert.is(firstValue(card("UID:  \nnonsense\n:\nUID: x "), "UID"), "x");
  assert.is(firstValue(card('TEL;X="open:123'), "TEL"), "123");
});

test("escapes and structured values", () => {
  assert.is(unescapeText("a\\, b\\nc\\\\"), "a, b\nc\\");
  assert.equal(components("d\\;e; f ;"), ["d;e", "f", "", ""].slice(0, components("d\\;e; f ;").length));
});

test("hostile lines end quickly", () => {
  assert.equal(card(`${'A;"'.repeat(300_000)}`), []);
  assert.is(card(`N;ENCODING=QUOTED-PRINTABLE:${"a=\n".repeat(100_000)}`).length, 1);
});

test.run();

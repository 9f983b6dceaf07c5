import { suite } from "uvu";
import * as assert from "uvu/assert";
import { splitParts } from "../../../../host/text/split.js";

const test = suite("host/text/split");

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, "utf8"));
const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("utf8");

/** The record slices as text, after checking that all parts together are the file. */
function slices(bytes: Uint8Array): string[] {
  const { parts } = splitParts(bytes);
  const whole = Buffer.concat(parts.map((part) => bytes.subarray(part.start, part.end)));
  assert.ok(whole.equals(Buffer.from(bytes)), "the parts joined are the file");
  return parts.filter((part) => part.type === "record").map((part) => textOf(bytes.subarray(part.start, part.end)));
}
const reasons = (text: string) => splitParts(bytesOf(text)).refused.map(({ line, reason }) => `${line}: ${reason}`);

test("cards are cut out with their line ends, whatever these are", () => {
  for (const end of ["\r\n", "\n", "\r"]) {
    const card = ["BEGIN:VCARD", "VERSION:3.0", "FN:A", "END:VCARD", ""].join(end);
    assert.equal(slices(bytesOf(`${card}${end}${card}`)), [card, card]);
  }
});

test("mixed line ends, no line end at the end, lower case and trailing blanks", () => {
  assert.equal(slices(bytesOf("begin:vcard \r\nFN:A\rEND:VCard\t\nBEGIN:VCARD\nEND:VCARD")), [
    "begin:vcard \r\nFN:A\rEND:VCard\t\n",
    "BEGIN:VCARD\nEND:VCARD",
  ]);
});

test("byte order marks stay outside, also where files were joined", () => {
  const card = "BEGIN:VCARD\nFN:A\nEND:VCARD\n";
  assert.equal(slices(bytesOf(`\ufeff${card}\ufeff${card}`)), [card, card]);
});

test("UTF-16 slices are the file's own bytes, with and without byte order mark", () => {
  const text = "BEGIN:VCARD\r\nFN:Ȧ\u0a0d\u0d0a\r\nEND:VCARD\r\n";
  const little = Buffer.from(text, "utf16le");
  const big = Buffer.from(little).swap16();
  for (const [bom, body] of [
    [[0xff, 0xfe], little],
    [[], little],
    [[0xfe, 0xff], big],
    [[], big],
  ] as [number[], Buffer][]) {
    const file = new Uint8Array([...bom, ...body, ...body]);
    const { parts } = splitParts(file);
    const records = parts.filter((part) => part.type === "record");
    assert.equal(
      records.map((part) => part.end - part.start),
      [body.length, body.length],
    );
    for (const part of records) assert.ok(Buffer.from(file.subarray(part.start, part.end)).equals(body));
  }
});

test("calendar components are told apart; wrapper and time zones are context", () => {
  const file = bytesOf(
    "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nBEGIN:STANDARD\nEND:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\nBEGIN:VALARM\nEND:VALARM\nEND:VEVENT\nBEGIN:VTODO\nEND:VTODO\nBEGIN:VJOURNAL\nEND:VJOURNAL\nEND:VCALENDAR\n",
  );
  const { parts, refused } = splitParts(file);
  assert.equal(refused, []);
  const records = parts.filter((part) => part.type === "record");
  assert.equal(
    records.map((part) => `${part.kind} ${part.line}`),
    ["event 6", "todo 10", "note 12"],
  );
  assert.match(slices(file)[0] ?? "", /BEGIN:VALARM\nEND:VALARM\nEND:VEVENT\n$/);
});

test("an AGENT card stays inside its card", () => {
  const card = "BEGIN:VCARD\nAGENT:\n\nBEGIN:VCARD\nN:B\nEND:VCARD\nN:A\nEND:VCARD\n";
  assert.equal(slices(bytesOf(card + card)), [card, card]);
  const inline = "BEGIN:VCARD\nAGENT:BEGIN:VCARD\n N:B\n END:VCARD\nEND:VCARD\n";
  assert.equal(slices(bytesOf(inline)), [inline]);
});

test("folded and quoted-printable text that looks like a marker is text", () => {
  const folded = "BEGIN:VCARD\nNOTE:text\n END:VCARD\n BEGIN:VCARD\nEND:VCARD\n";
  assert.equal(slices(bytesOf(folded)), [folded]);
  const soft = "BEGIN:VCARD\nNOTE;ENCODING=QUOTED-PRINTABLE:text=\nEND:VCARD\nFN:A\nEND:VCARD\n";
  assert.equal(slices(bytesOf(soft)), [soft]);
});

test("a quoted-printable value cut short does not swallow the next card, nor does base64 ending in =", () => {
  const cut = "BEGIN:VCARD\nNOTE;QUOTED-PRINTABLE:text=\nEND:VCARD\n";
  assert.equal(slices(bytesOf(cut + cut)), [cut, cut]);
  const base64 = "BEGIN:VCARD\nPHOTO;ENCODING=b:AA==\nEND:VCARD\n";
  assert.equal(slices(bytesOf(base64 + base64)), [base64, base64]);
});

test("an indented file is read", () => {
  assert.equal(slices(bytesOf("BEGIN:VCALENDAR\n  BEGIN:VEVENT\n  SUMMARY:A\n  END:VEVENT\nEND:VCALENDAR\n")), [
    "  BEGIN:VEVENT\n  SUMMARY:A\n  END:VEVENT\n",
  ]);
});

test("a component that is never ended is refused and costs nothing else", () => {
  const text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:A\nBEGIN:VEVENT\nSUMMARY:B\nEND:VEVENT\nBEGIN:VTODO\nEND:VCALENDAR\n";
  assert.equal(slices(bytesOf(text)), ["BEGIN:VEVENT\nSUMMARY:B\nEND:VEVENT\n"]);
  assert.equal(reasons(text), ["2: BEGIN:VEVENT without END:VEVENT", "7: BEGIN:VTODO without END:VTODO"]);
  assert.equal(reasons("BEGIN:VCARD\nBEGIN:VCARD\nEND:VCARD\n"), ["1: BEGIN:VCARD without END:VCARD"]);
  assert.equal(reasons("BEGIN:VCARD\nFN:A\n"), ["1: BEGIN:VCARD without END:VCARD"]);
  assert.equal(reasons("BEGIN:VCALENDAR\n"), ["1: BEGIN:VCALENDAR without END:VCALENDAR; what is whole inside was read"]);
});

test("an END without BEGIN is refused with its line", () => {
  assert.equal(reasons("\nEND:VCARD\nBEGIN:VCARD\nEND:VCARD\n"), ["2: END:VCARD without BEGIN:VCARD"]);
});

test("strangers are named once; events inside them are taken, cards are not", () => {
  const text =
    "BEGIN:VFREEBUSY\nEND:VFREEBUSY\nBEGIN:X-BOX\nBEGIN:X-IN\nEND:X-IN\nBEGIN:VEVENT\nEND:VEVENT\nBEGIN:VCARD\nEND:VCARD\nEND:X-BOX\n";
  assert.equal(slices(bytesOf(text)), ["BEGIN:VEVENT\nEND:VEVENT\n"]);
  assert.equal(reasons(text), ["1: VFREEBUSY is not a kind of record", "3: X-BOX is not a kind of record"]);
  assert.equal(reasons("BEGIN:X\u001b[31m\nEND:X\u001b[31m\n"), ["1: X?[31M is not a kind of record"]);
});

test("a file of nothing but BEGIN lines, or of one endless line, is read in one pass", () => {
  assert.is(slices(bytesOf("BEGIN:X\n".repeat(200_000))).length, 0);
  assert.is(slices(bytesOf(`BEGIN:VCARD\n${"QUOTED-PRINTABLE".repeat(200_000)}=\nEND:VCARD\n`)).length, 1);
});

test("any bytes split without an exception, and the parts are the file", () => {
  const pieces = [
    "BEGIN:VCARD",
    "END:VCARD",
    "BEGIN:VEVENT",
    "END:VEVENT",
    "BEGIN:VCALENDAR",
    "END:VCALENDAR",
    "AGENT:",
    "\n",
    "\r\n",
    "\r",
    " ",
    "\0",
    "ü",
    "N;QUOTED-PRINTABLE:x=",
  ];
  let seed = 1;
  for (let round = 0; round < 2000; round++) {
    let text = "";
    for (let i = 0; i < 20; i++) {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      text += pieces[(seed >>> 8) % pieces.length];
    }
    slices(bytesOf(text));
    slices(new Uint8Array(Buffer.from(`\ufeff${text}`, "utf16le")).subarray(0, 30 + (round % 40)));
  }
});

test.run();

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isQuotedPrintable, logicalLines } from "../../../../host/text/lines.js";

const test = suite("host/text/lines");
const texts = (text: string) => [...logicalLines(text)].map((line) => line.text);

test("folds and soft breaks are joined, any line end counts", () => {
  assert.equal(texts("A:1\r\n 2\nB:3\rC:4"), ["A:12", "B:3", "C:4"]);
  assert.equal(texts("N;QUOTED-PRINTABLE:a=\r\nb=\r\nc\r\nD:1\r\n"), ["N;QUOTED-PRINTABLE:abc", "D:1"]);
  assert.equal(texts("N;QUOTED-PRINTABLE:a=\nEND:VCARD\n"), ["N;QUOTED-PRINTABLE:a=", "END:VCARD"]);
  assert.equal(texts(""), []);
});

test("the lines cover the text without a gap", () => {
  const text = "A:1\r\n\r\nB;QUOTED-PRINTABLE:=\n x=\ny\n\tz\n\nEND:X";
  let at = 0;
  for (const { start, end } of logicalLines(text)) {
    assert.is(start, at);
    assert.ok(end > start);
    at = end;
  }
  assert.is(at, text.length);
});

test("only the head says that a value is quoted-printable", () => {
  assert.ok(isQuotedPrintable("N;encoding=quoted-printable:x"));
  assert.not(isQuotedPrintable("NOTE:QUOTED-PRINTABLE:"));
});

test.run();

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { textForm } from "../../../../host/text/encoding.js";
import { isSmsXml, messageMeta, unescapeXml, xmlMessages } from "../../../../host/text/sms-xml.js";

const test = suite("host/text/sms-xml");
const HEAD = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<!-- made by a > b -->\n<smses count=\"2\">\n";
const found = (text: string) => {
  const bytes = new Uint8Array(Buffer.from(text));
  return xmlMessages(bytes, textForm(bytes)).map(({ start, end, line, meta }) => ({
    line,
    meta,
    text: Buffer.from(bytes.subarray(start, end)).toString(),
  }));
};

test("each element is a record as it stands, comments and quotes told apart", () => {
  const sms = `<sms address="+1 202" date="1319205347629" type="1" body="a > b 'x' <c>" />`;
  const mms = `<mms date="1" msg_box='2' address="1~+2"><parts><part ct="text/plain" text="hi&#10;you"/></parts></mms>`;
  const all = found(`${HEAD}  ${sms}\n<!-- <sms body="no"/> -->\n${mms}</smses>`);
  assert.equal(
    all.map(({ text, line }) => [line, text]),
    [
      [4, sms],
      [6, mms],
    ],
  );
  assert.equal(all[0]!.meta, { label: "a > b 'x' <c>", phones: ["+1202"], startMs: 1319205347629, box: "in" });
  assert.equal(all[1]!.meta, { label: "hi you", phones: ["1", "+2"], startMs: 1, box: "out" });
});

test("an element that is never closed has no meta, and those before it stand", () => {
  const all = found(`${HEAD}<sms address="1" body="x"/><mms date="2"><parts>`);
  assert.equal([all.length, all[1]!.meta], [2, undefined]);
});

test("surrogate pairs as references are one character; null is nothing", () => {
  assert.is(unescapeXml("&#55357;&#56832; &#x1F600; &amp;&lt;&gt;&quot;&apos; &nbsp; &#1114112;"), "😀 😀 &<>\"' &nbsp; &#1114112;");
  assert.equal(messageMeta('<sms address="null" date="x" type="3" body="null" subject="null" />'), {});
});

test("the file is told by its first element", () => {
  assert.ok(isSmsXml(HEAD) && isSmsXml("\ufeff<smses>"));
  assert.not(isSmsXml("<vcards><smses>") || isSmsXml("smses"));
});

test.run();

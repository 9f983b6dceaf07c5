import { suite } from "uvu";
import * as assert from "uvu/assert";
import { slicesOf } from "../../../../host/text/slices.js";

const test = suite("host/text/slices");
const kinds = (text: string) => slicesOf(new Uint8Array(Buffer.from(text)))?.map(({ kind, refused }) => kind ?? refused);

test("each format by what stands in the file", () => {
  assert.equal(kinds("From a Sun Jul 16 15:06:25 2023\nSubject: x\n\ny\n"), ["mail"]);
  assert.equal(kinds('<smses><sms body="x"/><mms>'), ["message", "a message that is never closed"]);
  assert.equal(kinds("[Backup]\n[PhonePBK1]\nx=1\n[Ringtone1]\n"), ["contact", "section [Ringtone1] is not a kind of record"]);
  assert.is(kinds("BEGIN:VCARD\n"), undefined);
  assert.is(kinds(""), undefined);
});

test.run();

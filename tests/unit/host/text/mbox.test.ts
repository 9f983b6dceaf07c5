import { suite } from "uvu";
import * as assert from "uvu/assert";
import { concat } from "../../../../host/text/bytes.js";
import { isMbox, mboxFile, mboxMails } from "../../../../host/text/mbox.js";

const test = suite("host/text/mbox");
const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const texts = (file: Uint8Array) => mboxMails(file).map(({ body, line }) => [line, Buffer.from(body).toString()]);
const FROM = "From a@b Sun Jul 16 15:06:25 2023\n";

test("mails between From_ lines, quotes taken off, the blank line in front of the next one too", () => {
  const file = bytes(`${FROM}Subject: 1\n\n>From me\n>>From him\n\n${FROM}Subject: 2\n\nx\n`);
  assert.equal(texts(file), [
    [1, "Subject: 1\n\nFrom me\n>From him\n"],
    [7, "Subject: 2\n\nx\n"],
  ]);
});

test("a From line in the middle of a text is text; CRLF is kept", () => {
  assert.equal(texts(bytes(`${FROM}S: 1\n\nx\nFrom here on\n`)), [[1, "S: 1\n\nx\nFrom here on\n"]]);
  const crlf = FROM.replace("\n", "\r\n");
  assert.equal(texts(bytes(`${crlf}S: 1\r\n\r\nx\r\n\r\n${crlf}S: 2\r\n\r\n`)), [
    [1, "S: 1\r\n\r\nx\r\n"],
    [6, "S: 2\r\n"],
  ]);
});

test("only a From_ line with a year begins a mailbox", () => {
  for (const text of [FROM, "From - Sat Jan  3 01:05:34 1996\r\n", "From a Sat Jan  3 01:05:34 1996 +0100\n"])
    assert.ok(isMbox(bytes(text)), text);
  for (const text of ["From me to you\n", "From: a@b\n", "", `x\n${FROM}`]) assert.not(isMbox(bytes(text)), text);
});

test("what is written is read back, byte for byte, whatever looks like a From_ line", () => {
  const bodies = ["S: 1\n\nFrom me\n\nFrom you 2023\n>From\n>>From x\n", "S: 2\r\n\r\nno end", "", "From the start\n"].map(bytes);
  const file = concat(mboxFile(bodies.map((body, i) => ({ body, wallMs: Date.UTC(2026, 10, 20 + i) }))));
  assert.match(Buffer.from(file).toString(), /^From MAILER-DAEMON Fri Nov 20 00:00:00 2026\n/);
  assert.equal(
    mboxMails(file).map(({ body }) => Buffer.from(body).toString()),
    ["S: 1\n\nFrom me\n\nFrom you 2023\n>From\n>>From x\n", "S: 2\r\n\r\nno end\n", "\n", "From the start\n"],
  );
});

test.run();

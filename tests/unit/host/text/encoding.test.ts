import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeHead, decodeText, isPlainText, textForm, westernByte, westernText } from "../../../../host/text/encoding.js";

const test = suite("host/text/encoding");
const utf8 = (text: string) => new Uint8Array(Buffer.from(text));
const utf16 = (text: string) => new Uint8Array(Buffer.from(text, "utf16le"));

test("the form is told by mark or by zeros", () => {
  assert.equal(textForm(utf8("abc")), { encoding: "utf-8", bomBytes: 0, unitBytes: 1 });
  assert.is(textForm(utf8("\ufeffabc")).bomBytes, 3);
  assert.is(textForm(utf16("\ufeffab")).encoding, "utf-16le");
  assert.is(textForm(utf16("ab")).encoding, "utf-16le");
  assert.is(textForm(Uint8Array.of(0, 66, 0, 69)).encoding, "utf-16be");
  assert.is(textForm(Uint8Array.of(66, 0, 0, 0)).encoding, "utf-8");
  assert.is(textForm(new Uint8Array(0)).encoding, "utf-8");
});

test("bytes that are not UTF-8 still read", () => {
  assert.is(decodeText(Uint8Array.of(0x4d, 0xfc)), "Mü");
  assert.is(decodeText(utf16("\ufeffMü")), "Mü");
});

test("Windows-1252 has quotes and the euro where Latin-1 has controls, there and back", () => {
  const all = Uint8Array.from({ length: 256 }, (_, i) => i);
  assert.is(westernText(Uint8Array.of(0x80, 0x92, 0x99)), "€’™");
  assert.equal([...westernText(all)].map(westernByte), [...all]);
  assert.equal(["Α", "\u0092", "😀"].map(westernByte), [undefined, undefined, undefined]);
});

test("a head cut inside a character loses that character only", () => {
  assert.is(decodeHead(utf8("\ufeffaü"), 5), "a");
  assert.is(decodeHead(utf16("aü"), 3), "a");
});

test("plain text is well-formed and free of control characters", () => {
  assert.ok(isPlainText(utf8("a\tb\r\nü\f")));
  assert.ok(isPlainText(utf16("\ufeffΑθήνα")));
  assert.not(isPlainText(Uint8Array.of(0x4d, 0xfc)));
  assert.not(isPlainText(utf8("a\0b")));
  assert.not(isPlainText(utf8("a\u001bb")));
});

test.run();

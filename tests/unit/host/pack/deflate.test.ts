/* Deflate against a dictionary, and inflating whatever the bytes are. */
import { deflateSync } from "fflate";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { deflate, inflate } from "../../../../host/pack/deflate.js";
import { Chance } from "../../../support/probe-chance.js";

const test = suite("host/pack/deflate");
const dictionary = new TextEncoder().encode("the names that every record has: BEGIN:VCARD VERSION:3.0 END:VCARD");
const utf8 = (text: string) => new TextEncoder().encode(text);

test("what was deflated comes back, over every length at which something ends", () => {
  const chance = new Chance(1);
  for (const length of [0, 1, 2, 3, 100, 511, 512, 513, 5000, 32_767, 32_768, 40_000, 100_000]) {
    const words = Uint8Array.from({ length }, () => 97 + chance.below(4) * chance.below(4));
    for (const body of [words, chance.bytes(length), new Uint8Array(length)])
      assert.equal(inflate(deflate(body, dictionary), dictionary, length), body, `${length} bytes`);
  }
});

test("the dictionary shortens a short text, and another one does not read it", () => {
  const body = utf8("BEGIN:VCARD VERSION:3.0 END:VCARD");
  const deflated = deflate(body, dictionary);
  assert.ok(deflated.length < 12, `${deflated.length} bytes`);
  assert.not.equal(inflate(deflated, dictionary.slice().reverse(), body.length), body);
});

test("more or less than it should be is told in words", () => {
  const body = utf8("abcdefgh ".repeat(400));
  const deflated = deflate(body, dictionary);
  assert.match(String(inflate(deflated, dictionary, body.length - 1)), /longer than it says/);
  assert.match(String(inflate(deflated, dictionary, body.length + 1)), /ends after 3600 of 3601/);
  assert.type(inflate(deflated.subarray(0, deflated.length - 3), dictionary, body.length), "string");
  assert.type(inflate(new Uint8Array(0), dictionary, 5), "string");
});

test("a bomb is put out long before its end: that it has none is not noticed", () => {
  const bomb = deflateSync(new Uint8Array(8 * 1024 * 1024), { level: 9 }).subarray(0, -20);
  assert.match(String(inflate(bomb, dictionary, 8 * 1024 * 1024)), /unexpected EOF/);
  assert.match(String(inflate(bomb, dictionary, 70_000)), /longer than it says/);
});

test("any bytes give a body of the length asked for, or words", () => {
  const chance = new Chance(7);
  const whole = deflate(utf8("VERSION:3.0 of a text that is a little longer than nothing ".repeat(20)), dictionary);
  for (let round = 0; round < 3000; round++) {
    const bytes = round % 2 ? chance.bytes(chance.below(300)) : whole.slice();
    if (round % 2 === 0) for (let i = 1 + chance.below(4); i > 0; i--) bytes[chance.below(bytes.length)] = chance.below(256);
    const made = inflate(bytes, dictionary, 1200);
    assert.ok(typeof made === "string" ? made.length > 0 : made.length === 1200, `round ${round}`);
  }
});

test.run();

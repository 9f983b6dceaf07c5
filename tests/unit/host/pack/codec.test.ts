/* Packing and unpacking of bodies: the same bytes back, for any body and any stored bytes. */
import { deflateSync } from "fflate";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { KINDS } from "../../../../host/agent/kinds.js";
import { HoldfastError } from "../../../../host/errors.js";
import { deflate } from "../../../../host/pack/deflate.js";
import { dictionary } from "../../../../host/pack/dictionary.js";
import { CODEC_PACKED, CODEC_RAW, PACKED_HEAD_BYTES, pack, unpack, unpackedBytes } from "../../../../host/pack/index.js";
import { Chance } from "../../../support/probe-chance.js";

const test = suite("host/pack/codec");
const utf8 = (text: string) => new TextEncoder().encode(text);
const CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Zoë Ångström\r\nN:Ångström;Zoë;;;\r\nTEL;TYPE=CELL:+46 70 123 45 67\r\nEND:VCARD\r\n";

function refuses(work: () => unknown, code: string, words: RegExp): void {
  try {
    work();
  } catch (thrown) {
    assert.ok(thrown instanceof HoldfastError && thrown.code === code, `${thrown}`);
    assert.match(thrown.message, words);
    return;
  }
  assert.unreachable(`expected ${code}`);
}

test("a card is stored in less than half its length, and its first bytes tell how long it was", () => {
  const body = utf8(CARD);
  const { codec, bytes } = pack("contact", body);
  assert.is(codec, CODEC_PACKED);
  assert.ok(bytes.length < body.length / 2, `${bytes.length} of ${body.length}`);
  assert.equal(unpack("contact", codec, bytes), body);
  assert.is(unpackedBytes(codec, bytes.subarray(0, PACKED_HEAD_BYTES), bytes.length), body.length);
});

test("what packing does not shorten is stored as it is", () => {
  for (const body of ["", "a", "milk", "4711"]) assert.equal(pack("note", utf8(body)), { codec: CODEC_RAW, bytes: utf8(body) });
  const noise = new Chance(3).bytes(3000);
  assert.is(pack("note", noise).bytes, noise);
});

test("packed is always shorter than raw", () => {
  const chance = new Chance(5);
  for (let length = 0; length < 300; length++) {
    const body = Uint8Array.from({ length }, () => 97 + chance.below(26));
    const { codec, bytes } = pack("message", body);
    assert.ok(codec === CODEC_RAW ? bytes === body : bytes.length < length, `${length} bytes`);
    assert.equal(unpack("message", codec, bytes), body);
  }
});

test("what a faulty packer makes does not get in: the body is stored as it is", () => {
  const body = utf8(CARD);
  const faulty: ((deflated: Uint8Array) => Uint8Array)[] = [
    (deflated) => deflated.subarray(0, -1),
    (deflated) => deflated.map((byte, at) => (at === 20 ? byte ^ 8 : byte)),
    () => deflate(utf8(CARD.replace("Zoë", "Zoe ")), dictionary(1, "contact") as Uint8Array),
    () => new Uint8Array(0),
  ];
  for (const spoil of faulty)
    assert.equal(
      pack("contact", body, (text, preset) => spoil(deflate(text, preset))),
      { codec: CODEC_RAW, bytes: body },
    );
});

test("photos are not tried, nor long bodies whose beginning does not pack", () => {
  const text = utf8(CARD.repeat(100));
  assert.is(pack("photo", text).codec, CODEC_RAW);
  assert.is(pack("note", text).codec, CODEC_PACKED);
  const late = new Uint8Array(text.length + 1024);
  late.set(new Chance(1).bytes(1024));
  late.set(text, 1024);
  assert.is(pack("note", late).codec, CODEC_RAW);
});

test("every kind and many kinds of bytes come back the same", () => {
  const bodies = [utf8(CARD), utf8("日本語 ".repeat(400)), new Uint8Array(70_000), Buffer.from(CARD, "utf16le"), utf8(`${CARD}\0\xff`)];
  for (const kind of KINDS) {
    for (const body of bodies) {
      const { codec, bytes } = pack(kind, body);
      assert.ok(Buffer.from(unpack(kind, codec, bytes)).equals(Buffer.from(body)), kind);
      assert.is(unpackedBytes(codec, bytes.subarray(0, PACKED_HEAD_BYTES), bytes.length), body.length);
    }
  }
});

test("the longest body packs and comes back", () => {
  const body = new Uint8Array(8 * 1024 * 1024).fill(0x41);
  const { codec, bytes } = pack("note", body);
  assert.ok(codec === CODEC_PACKED && bytes.length < 10_000);
  const back = unpack("note", codec, bytes);
  assert.ok(back.length === body.length && back.every((byte) => byte === 0x41));
});

test("a codec of a newer Holdfast is told by number", () => {
  for (const codec of [2, 3, 4, 5, 6, 7]) {
    refuses(() => unpack("note", codec, utf8("x")), "NEWER_FORMAT", new RegExp(`unknown codec ${codec}`));
    refuses(() => unpackedBytes(codec, utf8("x"), 1), "NEWER_FORMAT", /unknown codec/);
  }
});

test("a forged body is CORRUPT in words, whatever is wrong with it", () => {
  const body = utf8(CARD);
  const { bytes } = pack("contact", body);
  const forged = (change: (copy: Uint8Array) => Uint8Array) => () => unpack("contact", CODEC_PACKED, change(bytes.slice()), "reading it");
  refuses(
    forged(() => new Uint8Array(0)),
    "CORRUPT",
    /reading it: its packed body does not unpack: it does not begin with its length/,
  );
  refuses(
    forged(() => Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80)),
    "CORRUPT",
    /does not begin/,
  );
  refuses(
    forged((copy) => copy.subarray(0, -2)),
    "CORRUPT",
    /does not unpack/,
  );
  refuses(
    forged((copy) => copy.fill(0, 0, 1)),
    "CORRUPT",
    /stored bytes say/,
  );
  refuses(
    forged((copy) => copy.with(0, copy[0] - 1)),
    "CORRUPT",
    /longer than it says/,
  );
  refuses(
    forged((copy) => copy.with(0, copy[0] + 1)),
    "CORRUPT",
    /ends after/,
  );
  refuses(
    forged((copy) => Uint8Array.of(0xff, 0xff, 0xff, 0x7f, ...copy.subarray(1))),
    "CORRUPT",
    /stored bytes say they were/,
  );
});

test("a bomb that tells the truth about nothing costs a body at most", () => {
  const bomb = deflateSync(new Uint8Array(32 * 1024 * 1024), { level: 9, dictionary: dictionary(1, "note") });
  refuses(() => unpack("note", CODEC_PACKED, Uint8Array.of(0x80, 0x80, 0x80, 3, ...bomb)), "CORRUPT", /longer than it says/);
});

test.run();

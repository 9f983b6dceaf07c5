import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeFrame, FrameReader } from "../../../../host/handset/frame.js";

const test = suite("host/handset/frame");

/** What a reader tells of `pieces`, one after the other. */
function read(...pieces: Uint8Array[]): (number[] | "damaged")[] {
  const told: (number[] | "damaged")[] = [];
  const reader = new FrameReader((payload) => told.push(payload === undefined ? "damaged" : [...payload]));
  for (const piece of pieces) reader.take(piece);
  return told;
}

test("the bytes on the line are those of RFC 1055, with a CRC-32C behind the payload", () => {
  const digits = new TextEncoder().encode("123456789"); // RFC 3720: E3 06 92 83
  assert.equal([...encodeFrame(digits)], [0xc0, ...digits, 0x83, 0x92, 0x06, 0xe3, 0xc0]);
  assert.equal([...encodeFrame(Uint8Array.of(0xc0, 0xdb)).slice(0, 5)], [0xc0, 0xdb, 0xdc, 0xdb, 0xdd]);
});

test("every byte comes through, whole or in pieces of one", () => {
  const payload = Uint8Array.from({ length: 512 }, (_, i) => i & 0xff);
  const line = encodeFrame(payload);
  assert.equal(read(line), [[...payload]]);
  assert.equal(read(...Array.from(line, (byte) => Uint8Array.of(byte))), [[...payload]]);
  assert.equal(read(encodeFrame(new Uint8Array(0)), line), [[], [...payload]]);
});

test("every single flipped bit is seen, and costs no other frame", () => {
  const line = encodeFrame(Uint8Array.of(1, 0xc0, 2, 0xdb, 3));
  const next = encodeFrame(Uint8Array.of(7));
  for (let bit = 8; bit < 8 * (line.length - 1); bit++) {
    const bent = line.slice();
    bent[bit >> 3]! ^= 1 << (bit & 7);
    const told = read(bent, next);
    assert.equal(told.at(-1), [7], `bit ${bit}`);
    assert.ok(told.length > 1 && told.slice(0, -1).every((frame) => frame === "damaged"), `bit ${bit}`);
  }
});

test("a lost byte, noise before a frame and an escape at its end are damage, not data", () => {
  const [line, next] = [encodeFrame(Uint8Array.of(1, 2, 3)), encodeFrame(Uint8Array.of(7))];
  for (let lost = 1; lost < line.length - 1; lost++)
    assert.equal(read(line.slice(0, lost), line.slice(lost + 1), next), ["damaged", [7]], `${lost}`);
  assert.equal(read(Uint8Array.of(0x55, 0xaa), next), ["damaged", [7]]);
  assert.equal(read(Uint8Array.of(0xc0, 1, 2, 3, 4, 5, 0xdb, 0xc0), next), ["damaged", [7]]);
});

test.run();

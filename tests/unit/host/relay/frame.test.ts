/*
 * The relay's codec against golden frames in hex, and docs/sync.md against the codec.
 */
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeFrame, decodeRecord, encodeFrame, encodeRecord, FRAME, FRAME_BYTES_MAX } from "../../../../host/relay/frame.js";

const test = suite("host/relay/frame");
const { frames } = JSON.parse(readFileSync("tests/conformance/frames/1.json", "utf8")) as {
  frames: { meaning: string; hex: string; fields: Record<string, unknown> }[];
};

test("every golden frame says what it always said", () => {
  assert.ok(frames.length >= 9);
  for (const { meaning, hex, fields } of frames) {
    const bytes = new Uint8Array(Buffer.from(hex, "hex"));
    const frame = decodeFrame(bytes);
    assert.ok(frame, meaning);
    const { payload, ...head } = frame;
    const told = { ...head, id: String(head.id), version: String(head.version), payload: Buffer.from(payload).toString("hex") };
    assert.equal(told, fields, meaning);
    assert.equal(encodeFrame(frame), bytes, meaning);
  }
});

test("there is a golden frame of every type", () => {
  const types = new Set(frames.map(({ fields }) => fields.type));
  assert.equal([...types].sort(), Object.values(FRAME).sort());
});

test("a record comes back field by field, its body as far as it fits", () => {
  for (const length of [0, 10, 4000, 20_000]) {
    const body = new Uint8Array(length).map((_, i) => i);
    const fields = {
      codec: 1,
      bodyBytes: length,
      wallMs: 1.4e14,
      seq: 2 ** 40 + 7,
      meta: Uint8Array.of(1, 2),
      entries: new Uint8Array(14).fill(3),
      body,
    };
    const payload = encodeRecord(fields);
    assert.ok(payload.length + 32 <= FRAME_BYTES_MAX);
    assert.equal(decodeRecord(payload), { ...fields, body: body.subarray(0, Math.min(length, 4096 - 32 - 36)) });
  }
});

test("fields that reach beyond their frame are refused", () => {
  const good = encodeRecord({
    codec: 0,
    bodyBytes: 3,
    wallMs: 0,
    seq: 0,
    meta: new Uint8Array(2),
    entries: new Uint8Array(7),
    body: new Uint8Array(3),
  });
  for (const [at, value] of [
    [1, 200],
    [2, 255],
    [4, 2],
  ]) {
    const forged = good.slice();
    forged[at] = value;
    assert.is(decodeRecord(forged), undefined, `byte ${at}`);
  }
  for (let length = 0; length < 29; length++) assert.is(decodeRecord(good.subarray(0, length)), undefined);
});

test("docs/sync.md names every type with its number", () => {
  const text = readFileSync("docs/sync.md", "utf8");
  for (const [name, number] of Object.entries(FRAME)) assert.match(text, new RegExp(`^\\| ${number} ${name} \\|`, "m"));
});

test.run();

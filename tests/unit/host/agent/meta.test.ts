/* Meta as bytes and back. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crc32c } from "../../../../host/agent/crc32c.js";
import { checkedMeta, decodeMeta, encodeCheckedMeta, encodeMeta } from "../../../../host/agent/meta.js";
import type { RecordMeta } from "../../../../host/agent/types.js";

const test = suite("host/agent/meta");
const code = (expected: string) => (error: Error & { code?: string }) => error.code === expected;
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, "hex"));

test("the bytes are those of docs/format.md", () => {
  assert.is(hex(encodeMeta({ label: "Zoë", done: true })), "a20164" + "5a6fc3ab" + "06f5");
  assert.is(hex(encodeMeta({ startMs: 1, endMs: -1, dueMs: 256 })), "a3" + "0301" + "0420" + "05190100");
  assert.is(hex(encodeMeta({ phones: ["1"], bodyHash: Uint8Array.of(9) })), "a2" + "02816131" + "074109");
  assert.is(hex(encodeMeta({ zz: null, a: 1.5 })), "a2" + "6161f93e00" + "627a7af6");
  const check = crc32c(bytes("a2" + "01645a6fc3ab" + "06f5"));
  assert.is(
    hex(encodeCheckedMeta({ label: "Zoë", done: true })),
    `a301645a6fc3ab06f50b42${(check & 0xffff).toString(16).padStart(4, "0")}`,
  );
});

test("meta bears itself out, and no single damaged byte does", () => {
  const meta = encodeCheckedMeta({ label: "Zoë Example", phones: ["+4917012345678"], emails: ["zoe@example.org"], colour: "green" });
  assert.equal(checkedMeta(meta), decodeMeta(meta));
  for (let at = 0; at < meta.length; at++)
    for (const mask of [1, 0x80, 0xff]) assert.not.ok(checkedMeta(meta.map((byte, i) => (i === at ? byte ^ mask : byte))), `byte ${at}`);
  assert.not.ok(checkedMeta(meta.subarray(0, -1)));
  assert.not.ok(checkedMeta(new Uint8Array(0)));
  assert.not.ok(checkedMeta(bytes("a10161" + "61")), "one without a check");
  assert.not.ok(checkedMeta(bytes("a2016161" + "0b01")), "one with another check");
});

test("the check is left out where it would make meta too long, and is nothing a caller sees or gives", () => {
  const long = encodeCheckedMeta({ label: "x".repeat(473) });
  assert.is(long.length, 478);
  assert.not.ok(checkedMeta(long));
  assert.is(encodeCheckedMeta({ label: "x".repeat(471) }).length, 480);
  assert.equal(decodeMeta(encodeCheckedMeta({ label: "x" })), { label: "x" });
  assert.is(encodeCheckedMeta(undefined).length, 0);
  assert.throws(() => encodeMeta({ "#11": "x" }), code("INVALID"));
});

test("no meta is no bytes, and no bytes are no meta", () => {
  assert.is(encodeMeta(undefined).length, 0);
  assert.is(encodeMeta({}).length, 0);
  assert.is(encodeMeta({ label: undefined }).length, 0);
  assert.equal(decodeMeta(new Uint8Array(0)), {});
});

test("equal meta are equal bytes, whatever their order", () => {
  assert.equal(encodeMeta({ label: "a", x: { p: 1, q: 2 }, done: false }), encodeMeta({ done: false, x: { q: 2, p: 1 }, label: "a" }));
});

test("everything comes back", () => {
  const meta: RecordMeta = {
    label: "Ναταλία",
    phones: ["+4917012345678", "112"],
    startMs: 1_255_000_000_000,
    endMs: 1_255_000_000_000.5,
    dueMs: -1,
    done: false,
    bodyHash: Uint8Array.of(0, 255),
    colour: "green",
    nested: { list: [1, null, { deep: true }] },
  };
  assert.equal(decodeMeta(encodeMeta(meta)), meta);
});

test("a key a newer version knows survives an edit here", () => {
  const newer = bytes("a2" + "0100" + "182a" + "f5"); // {1: 0, 42: true}
  assert.equal(decodeMeta(newer), { label: 0, "#42": true });
  assert.equal(encodeMeta(decodeMeta(newer)), newer);
});

test("a key cannot be written in two ways", () => {
  assert.throws(() => encodeMeta({ "#1": "x" }), code("INVALID"));
  assert.throws(() => encodeMeta({ "#042": "x" }), code("INVALID"));
});

test("what would not come back the same is refused", () => {
  const unfit = [Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60, 1n, new Date(0), () => 1, Symbol("x"), "\ud800", new Map(), [undefined]];
  for (const value of unfit) assert.throws(() => encodeMeta({ x: value }), code("INVALID"));
  const deep: unknown[] = [];
  deep.push(deep);
  assert.throws(() => encodeMeta({ x: deep }), code("INVALID"));
});

test("more than 480 bytes are too big", () => {
  assert.is(encodeMeta({ label: "x".repeat(475) }).length, 480);
  assert.throws(() => encodeMeta({ label: "x".repeat(476) }), code("TOO_BIG"));
});

test("bytes that are no meta are damage, never a crash", () => {
  for (const bad of ["ff", "01", "a1", "a10101" + "00", "a201010101", "a1f500", "a12000", "bf0101ff", "a1181901".replace("19", "05")]) {
    assert.throws(() => decodeMeta(bytes(bad)), code("CORRUPT"), bad);
  }
});

test("a hostile key reaches no prototype", () => {
  const meta = decodeMeta(bytes(`a169${Buffer.from("__proto__").toString("hex")}a1616101`));
  assert.is(Object.getPrototypeOf(meta), Object.prototype);
  assert.is((meta as { a?: unknown }).a, undefined);
});

test("noise is answered within a moment, by meta or by CORRUPT", () => {
  let state = 1;
  for (let round = 0; round < 2000; round++) {
    const noise = Uint8Array.from({ length: 1 + (round % 60) }, () => {
      state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
      return state >>> 24;
    });
    try {
      decodeMeta(noise);
    } catch (error) {
      assert.is((error as { code?: string }).code, "CORRUPT");
    }
  }
});

test.run();

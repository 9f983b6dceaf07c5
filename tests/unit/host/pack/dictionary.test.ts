/* The dictionaries are a part of the format: not a byte of one that was released may change. */
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crc32c } from "../../../../host/agent/crc32c.js";
import { KINDS } from "../../../../host/agent/kinds.js";
import { dictionary } from "../../../../host/pack/dictionary.js";

const test = suite("host/pack/dictionary");

/** docs/format.md names them too. Never correct a line here: a changed dictionary is a new set. */
const FROZEN: Record<string, [lengthBytes: number, crc32c: number]> = {
  contact: [2012, 0x29c10246],
  event: [2712, 0x645e9099],
  todo: [2712, 0x645e9099],
  note: [1952, 0xa1a9406c],
  message: [1952, 0xa1a9406c],
  mail: [1952, 0xa1a9406c],
  photo: [1952, 0xa1a9406c],
  vault: [1952, 0xa1a9406c],
};

test("set 1 is what it was when it was released", () => {
  for (const kind of KINDS) {
    const bytes = dictionary(1, kind) as Uint8Array;
    assert.equal([bytes.length, crc32c(bytes)], FROZEN[kind], kind);
  }
});

test("docs/format.md names them", () => {
  const document = readFileSync("docs/format.md", "utf8");
  for (const [kind, [lengthBytes, crc]] of Object.entries(FROZEN)) {
    const row = `\\| [a-z, ]*\\b${kind}\\b[a-z, ]* \\| ${lengthBytes} \\| 0x${crc.toString(16).padStart(8, "0").toUpperCase()} \\|`;
    assert.match(document, new RegExp(row), kind);
  }
});

test("it holds printable ASCII and line ends, within the reach of deflate", () => {
  for (const kind of KINDS) {
    const bytes = dictionary(1, kind) as Uint8Array;
    assert.ok(bytes.length <= 32_768 && bytes.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 13 || byte === 10), kind);
  }
});

test("there is no other set, and none for what is no kind", () => {
  assert.is(dictionary(0, "contact"), undefined);
  assert.is(dictionary(2, "contact"), undefined);
  assert.is(dictionary(1, "constructor"), undefined);
});

test.run();

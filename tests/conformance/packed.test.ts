/*
 * What was packed once unpacks for ever: tests/conformance/packed holds bodies as each set of dictionaries packed them.
 */
import { readdirSync, readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CODEC_PACKED, unpack, unpackedBytes } from "../../host/pack/index.js";
import { PACKED, type PackedBody } from "./packed-bodies.js";

const test = suite("conformance/packed");
const files = readdirSync(PACKED);

for (const file of files) {
  test(`every body of ${file} unpacks to its bytes`, () => {
    const codec = Number(file.replace(".json", ""));
    const all: PackedBody[] = JSON.parse(readFileSync(PACKED + file, "utf8"));
    assert.ok(all.length >= 50);
    for (const [index, { kind, body, packed }] of all.entries()) {
      const stored = Buffer.from(packed, "hex");
      assert.is(Buffer.from(unpack(kind, codec, stored)).toString("hex"), body, `${index}, ${kind}`);
      assert.is(unpackedBytes(codec, stored, stored.length), body.length / 2);
    }
  });
}

test("there are such bodies of the codec that is written today", () => {
  assert.ok(files.includes(`${CODEC_PACKED}.json`));
});

test.run();

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sameBytes } from "../../../../host/text/bytes.js";

const test = suite("host/text/bytes");

test("the same bytes, and nothing else", () => {
  assert.ok(sameBytes(new Uint8Array(), new Uint8Array()));
  assert.ok(sameBytes(Uint8Array.of(1, 2), new Uint8Array(Buffer.from([1, 2]))));
  assert.not.ok(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3)));
  assert.not.ok(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 3)));
});

test.run();

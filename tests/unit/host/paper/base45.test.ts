import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fromBase45, toBase45 } from "../../../../host/paper/base45.js";

const test = suite("host/paper/base45");
const bytes = (text: string) => new Uint8Array(Buffer.from(text));

test("the examples of RFC 9285 §4", () => {
  assert.is(toBase45(bytes("AB")), "BB8");
  assert.is(toBase45(bytes("Hello!!")), "%69 VD92EX0");
  assert.is(toBase45(bytes("base-45")), "UJCLQE7W581");
  assert.is(Buffer.from(fromBase45("QED8WEX0")).toString(), "ietf!");
});

test("every byte there and back, alone and in pairs; letters that no bytes have are refused", () => {
  for (let first = 0; first < 256; first++) {
    assert.equal(fromBase45(toBase45(Uint8Array.of(first))), Uint8Array.of(first));
    assert.equal(fromBase45(toBase45(Uint8Array.of(255 - first, first))), Uint8Array.of(255 - first, first));
  }
  for (const text of ["A", "GGW", "::", "ab8", "BB8A"]) assert.throws(() => fromBase45(text), /letters that no bytes have/, text);
});

test.run();

/* Ids, and the numbers they are at the core's door. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { formatId, mintId, parseId, platformEntropy } from "../../../../host/agent/ids.js";

const test = suite("host/agent/ids");

test("an id is two halves, the high one first", () => {
  assert.equal(parseId("0123456789abcdef"), { high: 0x01234567, low: 0x89abcdef });
  assert.is(formatId(0x01234567, 0x89abcdef), "0123456789abcdef");
  assert.is(formatId(-1, 0), "ffffffff00000000");
});

test("capital digits are read, small ones written", () => {
  const { high, low } = parseId("00C0FFEE00C0FFEE");
  assert.is(formatId(high, low), "00c0ffee00c0ffee");
});

test("what is no id is refused by name", () => {
  for (const bad of ["", "0123456789abcde", "0123456789abcdef0", "0123456789abcdeg", "0x23456789abcdef", 5 as unknown as string]) {
    assert.throws(
      () => parseId(bad),
      (error: Error & { code?: string }) => error.code === "INVALID" && error.message.includes(String(bad)),
    );
  }
});

test("a minted id is made of the entropy alone", () => {
  assert.equal(
    mintId((target) => target.set([1, 2, 3, 4, 5, 6, 7, 8])),
    { high: 0x01020304, low: 0x05060708 },
  );
});

test("the platform's entropy does not repeat itself", () => {
  const seen = new Set(Array.from({ length: 64 }, () => JSON.stringify(mintId(platformEntropy))));
  assert.is(seen.size, 64);
});

test.run();

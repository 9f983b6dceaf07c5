/* Kinds and their numbers. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { KINDS, kindName, kindNumber } from "../../../../host/agent/kinds.js";

const test = suite("host/agent/kinds");

test("the numbers are those of the format, for ever", () => {
  assert.equal(KINDS.map(kindNumber), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.equal(KINDS, ["contact", "event", "todo", "note", "message", "mail", "photo", "vault"]);
  for (const kind of KINDS) assert.is(kindName(kindNumber(kind)), kind);
});

test("an unknown kind is refused by name", () => {
  for (const bad of ["contacts", "", "__proto__", "length"]) {
    assert.throws(
      () => kindNumber(bad),
      (error: Error & { code?: string }) => error.code === "INVALID" && error.message.includes(`"${bad}"`),
    );
  }
});

test("a number this version does not know means a newer one wrote it", () => {
  assert.throws(
    () => kindName(8),
    (error: Error & { code?: string }) => error.code === "NEWER_FORMAT",
  );
});

test.run();

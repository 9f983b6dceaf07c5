import { suite } from "uvu";
import * as assert from "uvu/assert";
import { digestOfBytes, idOfBytes, idOfUid } from "../../../../host/text/record-id.js";

const test = suite("host/text/record-id");

test("ids are the same for ever: known answers", () => {
  assert.is(idOfUid("contact", "fixture-contact-100@holdfast.example"), "cf4cce22cf13c267");
  assert.is(idOfBytes("note", new Uint8Array(Buffer.from("Bread, milk, batteries\nRye if they have it\n"))), "fb9f6ef10992b19f");
});

test("kind, UID and bytes each count", () => {
  const ids = [idOfUid("event", "a"), idOfUid("todo", "a"), idOfUid("event", "b"), idOfBytes("event", Uint8Array.of(97))];
  assert.is(new Set(ids).size, 4);
  for (const id of ids) assert.match(id, /^[0-9a-f]{16}$/);
  assert.match(digestOfBytes("event", Uint8Array.of(97)), /^[0-9a-f]{64}$/);
});

test.run();

/*
 * The owner's edits touch one line and no other byte.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { edited } from "../../../../host/demo/owner.js";

const test = suite("host/demo/owner");

const edit = (text: string, serial: number) => Buffer.from(edited(Buffer.from(text, "latin1"), serial)).toString("latin1");

test("a property is added before the last END, then set again in its place", () => {
  const card = "BEGIN:VCARD\r\nAGENT:\r\nBEGIN:VCARD\r\nEND:VCARD\r\nFN:Zo\u00e9\r\nEND:VCARD\r\n";
  const once = edit(card, 7);
  assert.is(once, card.replace(/END:VCARD\r\n$/, "X-HOLDFAST-EDIT:7\r\nEND:VCARD\r\n"));
  assert.is(edit(once, 8), once.replace("EDIT:7", "EDIT:8"));
});

test("bare line feeds stay bare, and a missing last line end stays missing", () => {
  assert.is(edit("BEGIN:VCARD\nEND:VCARD", 1), "BEGIN:VCARD\nX-HOLDFAST-EDIT:1\nEND:VCARD");
});

test("a plain text gets another ending, once", () => {
  assert.is(edit("Milk", 1), "Milk (edited 1)");
  assert.is(edit("Milk (edited 1)", 2), "Milk (edited 2)");
});

test("bytes beyond ASCII go through unchanged", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  assert.equal([...edited(bytes, 1).subarray(0, 256)], [...bytes]);
});

test.run();

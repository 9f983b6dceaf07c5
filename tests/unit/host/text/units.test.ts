import { suite } from "uvu";
import * as assert from "uvu/assert";
import { textForm } from "../../../../host/text/encoding.js";
import { bytesOfUnits, lineAt, textOfUnits, unitsOf } from "../../../../host/text/units.js";

const test = suite("host/text/units");

test("an index in the units is a place in the bytes, in every encoding", () => {
  for (const [encoding, mark] of [
    ["utf8", ""],
    ["utf8", "\ufeff"],
    ["latin1", ""],
    ["utf16le", "\ufeff"],
  ] as const) {
    const bytes = new Uint8Array(Buffer.from(`${mark}ä\r\nB:ö`, encoding));
    const form = textForm(bytes);
    const units = unitsOf(bytes, form);
    const at = units.indexOf("B:");
    assert.is(textOfUnits(bytes, form, at, units.length), "B:ö");
    assert.is(bytesOfUnits(bytes, form, at, at + 1).length, form.unitBytes);
    assert.is(lineAt(units, at), 2);
  }
});

test.run();

/*
 * Words for values.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  asCount,
  asId,
  asKind,
  asOneOf,
  bytesInWords,
  jsonText,
  labelInWords,
  plural,
  table,
  timeInWords,
} from "../../../../host/cli/words.js";

const test = suite("host/cli/words");

test("kinds, ids and numbers are checked", () => {
  assert.is(asKind("todo"), "todo");
  assert.throws(() => asKind("Todo"), /unknown kind/);
  assert.is(asId("00AABBCCDDEEFF11"), "00aabbccddeeff11");
  assert.throws(() => asId("00aabb"), /not an id/);
  assert.is(asCount("12", "--pulls", 0, 20), 12);
  for (const wrong of ["-1", "21", "1.5", "", "0x1", " 1"]) assert.throws(() => asCount(wrong, "--pulls", 0, 20), /--pulls needs/);
  assert.is(asOneOf("vcf", "--to", ["vcf", "ics"]), "vcf");
  assert.throws(() => asOneOf("vfc", "--to", ["vcf", "ics"]), /--to does not know/);
});

test("amounts and times", () => {
  assert.equal([0, 1023, 1024, 8 << 20].map(bytesInWords), ["0 B", "1023 B", "1.0 KiB", "8.0 MiB"]);
  assert.equal(
    [0, 1, 2].map((count) => plural(count, "record")),
    ["0 records", "1 record", "2 records"],
  );
  assert.is(timeInWords(Date.UTC(2009, 9, 13, 9, 30)), "2009-10-13T09:30:00Z");
  assert.equal([undefined, Number.NaN, 1e300].map(timeInWords), ["-", "-", "-"]);
});

test("columns line up, and a label cannot write to the terminal", () => {
  assert.equal(
    table(
      [
        ["a", "1", "x"],
        ["bbb", "22", "y z"],
      ],
      [1],
    ),
    ["a     1  x", "bbb  22  y z"],
  );
  assert.is(labelInWords({ label: "a\u001b[2Jb\u009bc\n" }), "a [2Jb c ");
});

test("JSON of what JSON has no words for", () => {
  assert.is(jsonText({ lsn: 7n, hash: Uint8Array.of(1, 255) }), '{"lsn":7,"hash":"01ff"}');
});

test.run();

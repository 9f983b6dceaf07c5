/*
 * A byte has three homes: the table in docs/format.md, one codec file, one golden image. This holds the first two
 * together; tests/conformance/golden.test.ts the third.
 *
 * docs/format.md gives each structure below a section with that heading and, in it, a table with rows
 * `| offset | type | field |`, type u8, u16, u24, u32, u48, u64, or u8[n]. Fields of variable place have no row.
 */
import { existsSync, readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { skip } from "../support/skip.js";

/** Heading in the document → codec file. */
const STRUCTURES = { "Block label": "label", "Segment header": "segment", Root: "root", Summary: "summary" };
const DOCUMENT = "docs/format.md";
const house = suite("house/format");

/** Constant offsets that the codec stores to: offset → bits. */
function written(source: string): Map<number, number> {
  const fields = new Map<number, number>();
  for (const line of source.split("\n")) {
    const plain = /\bstore<u(\d+)>\(target(?: \+ (\d+))?, .*?(?:, (\d+|[A-Z_]+))?\);$/.exec(line.trim());
    const odd = /\bstoreU(24|48)\(target(?: \+ (\d+))?,/.exec(line.trim());
    if (plain) fields.set(Number(plain[2] ?? 0) + offsetOf(plain[3], source), Number(plain[1]));
    if (odd) fields.set(Number(odd[2] ?? 0), Number(odd[1]));
  }
  return fields;
}

function offsetOf(text: string | undefined, source: string): number {
  if (text === undefined) return 0;
  return /^\d+$/.test(text) ? Number(text) : Number(new RegExp(`const ${text}[^=]*= (\\d+)`).exec(source)?.[1]);
}

/** Rows `| offset | type | field |` of a section: offset → bits. */
function documented(document: string, heading: string): Map<number, number> {
  const section = document.split(new RegExp(`^#+ .*\\b${heading}\\b.*$`, "m"))[1]?.split(/^#+ /m)[0] ?? "";
  const rows = [...section.matchAll(/^\| (\d+) \| `?u(\d+)(?:\[\d+\])?`? \|/gm)];
  return new Map(rows.map((row) => [Number(row[1]), Number(row[2])]));
}

if (existsSync(DOCUMENT)) {
  for (const [heading, file] of Object.entries(STRUCTURES)) {
    house(`${heading}: every field the codec writes stands in ${DOCUMENT}, at its offset and width`, () => {
      const source = readFileSync(`assembly/format/${file}.ts`, "utf8");
      const fields = written(source);
      const rows = documented(readFileSync(DOCUMENT, "utf8"), heading);
      assert.ok(fields.size >= 4, `only ${fields.size} fields found in ${file}.ts`);
      for (const [offset, bits] of fields) assert.is(rows.get(offset), bits, `${file}.ts writes u${bits} at ${offset}`);
    });
  }
} else skip(house, "codec offsets equal the tables of docs/format.md", "there is no docs/format.md", "write it");

house("a field in the wrong place is seen", () => {
  const document =
    "# 3 Block label\n\n| 0 | u32 | magic |\n| 4 | `u8` | versionMajor |\n| 34 | u8[8] | quotas |\n\n# 4 Root\n| 9 | u8 | x |\n";
  assert.equal(
    [...documented(document, "Block label")],
    [
      [0, 32],
      [4, 8],
      [34, 8],
    ],
  );
  assert.equal(
    [
      ...written(
        "const END: u32 = 44;\n  store<u32>(target, MAGIC);\n  store<u16>(target, <u16>n, 2);\n  storeU24(target + 4, x);\n  store<u32>(target, ~crc(a, b), END);",
      ),
    ],
    [
      [0, 32],
      [2, 16],
      [4, 24],
      [44, 32],
    ],
  );
});

house.run();

/*
 * Twenty ways in which the file may not be the backup it should be, and what is said of each.
 */
import { zipSync } from "fflate";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openBackup } from "../../../../host/backup/read.js";
import { checkSource, sourceOf } from "../../../../host/backup/source.js";
import { makeBackup } from "../../../../host/backup/write.js";
import { zipEntries } from "../../../../host/backup/zip.js";
import type { HoldfastError } from "../../../../host/index.js";
import { household, SMALL } from "./household.js";

const test = suite("host/backup/read");
const { bytes, manifest } = makeBackup(await household(), { geometry: SMALL, wallMs: 1e12 });
const entries = zipEntries(bytes);
const entryOf = (name: string) => entries.find((entry) => entry.name === name)!;
const card = entries.find((entry) => entry.name.startsWith("contact/"))!;
const list = entryOf("manifest.json");
const text = (value: string) => new Uint8Array(Buffer.from(value));

function flipped(...places: number[]): Uint8Array {
  const copy = bytes.slice();
  for (const at of places) copy[at]! ^= 0x40;
  return copy;
}
function changed(change: (copy: Uint8Array) => void): Uint8Array {
  const copy = bytes.slice();
  change(copy);
  return copy;
}
function zipped(version: string, records: string): Uint8Array {
  return zipSync({ "holdfast-backup": [text(`holdfast backup, version ${version}\n`), { level: 0 }], "manifest.json": text(records) });
}

/** The code and the words with which a file is refused, or what is missing of one that opens. */
function verdict(file: Uint8Array): string {
  try {
    const missing = checkSource(sourceOf("x.zip", file, openBackup(file))).missing.map(({ kind, why }) => `${kind}: ${why}`);
    return missing.length === 0 ? "whole" : missing.join("; ");
  } catch (error) {
    const { code, message, hint } = error as HoldfastError;
    assert.ok(hint.length > 10, `no remedy: ${message}`);
    return `${code} ${message}`;
  }
}

const FAULTS: [string, Uint8Array, RegExp][] = [
  ["as it was made", bytes, /^whole$/],
  ["empty", new Uint8Array(0), /^TRUNCATED truncated: the file is empty/],
  ["the first ten bytes", bytes.slice(0, 10), /^TRUNCATED truncated: it ends after 10 bytes/],
  ["cut in the middle of a body", bytes.slice(0, card.start + 5), /^TRUNCATED truncated/],
  ["cut in front of the list", bytes.slice(0, list.start - 60), /^TRUNCATED truncated/],
  ["cut in the directory", bytes.slice(0, bytes.length - 200), /^TRUNCATED truncated/],
  ["without its last byte", bytes.slice(0, -1), /^TRUNCATED truncated/],
  ["zeros from the middle on", changed((copy) => copy.fill(0, card.end)), /^CORRUPT damaged here: a header, bytes \d+ to/],
  ["a flip in the first signature", flipped(0), /^CORRUPT damaged here/],
  ["a flip in the marker", flipped(entryOf("holdfast-backup").start), /^CORRUPT damaged here: holdfast-backup/],
  ["a flip in the version", flipped(entryOf("holdfast-backup").end - 2), /^CORRUPT damaged here: holdfast-backup/],
  ["a flip in a header in front of a body", flipped(card.start - 30 - card.name.length + 18), /^CORRUPT damaged here: the directory/],
  ["a flip in the directory", flipped(bytes.length - 22 - 60), /^CORRUPT damaged here/],
  ["a flip in the end record", flipped(bytes.length - 10), /^CORRUPT damaged here/],
  ["a flip in the signature at the end", flipped(bytes.length - 22), /^CORRUPT damaged here: a header/],
  ["a flip in the list", flipped(list.start + 30), /^CORRUPT damaged here: manifest\.json, bytes \d+ to \d+/],
  ["a flip in a body", flipped(card.start + 20), /^contact: damaged here: contact\/[0-9a-f]{16}\.vcf, bytes \d+ to \d+$/],
  ["a JPEG", Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, ...text("JFIF and so on, quite long")), /^NOT_FORMATTED another program's file$/],
  ["another program's zip", zipSync({ "a.txt": text("a") }), /^NOT_FORMATTED another program's file: a zip/],
  ["a newer Holdfast's", zipped("2", "{}"), /^NEWER_FORMAT a newer Holdfast's backup \(version 2\)/],
  ["a list that is none", zipped("1", '{"format":"holdfast-backup","version":1}'), /^CORRUPT damaged here: the list of records/],
  ["bytes behind its end", Uint8Array.of(...bytes, 0), /^CORRUPT damaged here/],
];

test(`${FAULTS.length - 1} faults, each with its cause`, () => {
  for (const [name, file, expected] of FAULTS) assert.match(verdict(file), expected, name);
});

test("every single flipped bit is noticed", () => {
  let seed = 1;
  for (let i = 0; i < 400; i++) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    const at = seed % bytes.length;
    const told = verdict(changed((copy) => copy.fill(copy[at]! ^ (1 << (i & 7)), at, at + 1)));
    // dates of entries and the text for people are nobody's proof
    if (told === "whole") assert.ok(isUnchecked(at), `byte ${at}`);
    else assert.not.match(told, /TRUNCATED|NOT_FORMATTED|NEWER/, `byte ${at}`);
  }
});

/** Bytes that nothing which comes back depends on: texts for people, dates and versions in headers. */
function isUnchecked(at: number): boolean {
  const page = ["README.txt", "index.html"].map(entryOf).some(({ start, end }) => at >= start && at < end);
  const local = entries.some(({ name, start }) => {
    const offset = at - (start - 30 - Buffer.byteLength(name));
    return (offset >= 4 && offset < 8) || (offset >= 10 && offset < 14);
  });
  return page || local || at >= list.end;
}

test("lying headers and names that climb are refused", () => {
  const climbing = zipSync({ "holdfast-backup": text("holdfast backup, version 1\n"), "../x": text("y") });
  assert.match(verdict(climbing), /^CORRUPT damaged here: the directory/);
  const bomb = zipSync({ "holdfast-backup": text("holdfast backup, version 1\n"), "manifest.json": new Uint8Array(80 << 20) });
  assert.match(verdict(bomb), /^CORRUPT damaged here: the list of records/);
  const doubled = { ...manifest, records: [manifest.records[0], manifest.records[0]] };
  assert.match(verdict(zipped("1", JSON.stringify(doubled))), /record 2 of 2 is not whole/);
});

test.run();

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeAlpha, encodeAlpha, rankedEntries, type SimEntry, simEntries, simFiles, simNumber } from "../../../../host/text/sim.js";
import { Chance } from "../../../support/probe-chance.js";

const test = suite("host/text/sim");
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex").toUpperCase();

test("a record as GSM 11.11 lays it out", () => {
  const { files } = simFiles([{ name: "Ann@Home", number: "+12025550101" }], { slots: 1, alphaBytes: 10, extensions: 0 });
  assert.is(hex(files.adn), ["416E6E00486F6D65FFFF", "07", "91", "2120550501F1", "FFFFFFFF", "FF", "FF"].join(""));
});

test("the forms of the alpha field, the examples of annex B among them", () => {
  assert.is(hex(encodeAlpha("Привет", 20).field).slice(0, 18), "810608" + "9FC0B8B2B5C2"); // one byte a letter above 0400
  assert.is(hex(encodeAlpha("日本", 8).field), "8065E5672CFFFFFF");
  assert.match(hex(encodeAlpha("aŻšb", 12).field), /^82|^81/);
  for (const name of ["Zoë", "Привет, Anna", "日本語の名前", "", "100 % §", "ŻÓŁW", "a\u{1f600}b"]) {
    const { field, cut } = encodeAlpha(name, 40);
    assert.is(cut, 0, name);
    assert.is(decodeAlpha(field), name.replace("\u{1f600}", "?"), name);
  }
});

test("a name is cut to what fits, in the form that holds most of it", () => {
  const { field, cut } = encodeAlpha("Привет, Владимир", 14);
  assert.equal([decodeAlpha(field), cut], ["Привет, Вла", 5]);
  assert.equal(decodeAlpha(encodeAlpha("abcdefghijklmnopqrst", 14).field), "abcdefghijklmn");
});

test("numbers of more than 20 digits go on in EXT1, and come back", () => {
  const entries: SimEntry[] = [
    { name: "short", number: "112" },
    { name: "pause", number: "+12025550101p1234*#" },
    { name: "long", number: "+1234567890123456789012345" },
    { name: "longest", number: "9".repeat(60) },
  ];
  const { files, report } = simFiles(entries);
  assert.equal(report, { entries: 4, namesCut: 0, dropped: [] });
  assert.equal(simEntries(files), entries);
});

test("what has no room is told, not written", () => {
  const entries = Array.from({ length: 5 }, (_, i) => ({ name: `n${i}`, number: i === 1 ? "1".repeat(30) : `${i}` }));
  const { files, report } = simFiles(entries, { slots: 3, alphaBytes: 4, extensions: 0 });
  assert.equal([report.entries, report.dropped.map(({ name }) => name)], [3, ["n1", "n4"]]);
  assert.is(simEntries(files, 4).length, 3);
});

test("numbers as they are dialled; what nobody can dial is none", () => {
  assert.equal(["+1 (202) 555-0101", "112", "*100#", "555,12", "fax", "+"].map(simNumber), [
    "+12025550101",
    "112",
    "*100#",
    "555p12",
    undefined,
    undefined,
  ]);
});

test("first numbers of all come before second numbers of any", () => {
  const { entries, withoutNumber } = rankedEntries([{ label: "A", phones: ["1", "2"] }, { label: "B" }, { label: "C", phones: ["3"] }]);
  assert.equal([entries.map(({ name, number }) => `${name}${number}`), withoutNumber], [["A1", "C3", "A2"], 1]);
});

test("any bytes decode to something", () => {
  const chance = new Chance(7);
  for (let i = 0; i < 3000; i++) {
    const bytes = chance.bytes(56);
    for (const { name, number } of simEntries({ adn: bytes, ext1: bytes.slice(0, 39) }))
      assert.ok(name.length <= 14 && number.length <= 90);
  }
});

test.run();

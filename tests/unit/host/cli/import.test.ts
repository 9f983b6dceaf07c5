/*
 * import and export: in, never doubled, and out again in every format.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { simEntries } from "../../../../host/text/index.js";
import { freshImage, holdfast, inFolder } from "./command-line.js";

const test = suite("host/cli/import");

const card = (name: string) => `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:${name}\r\nFN:${name}\r\nEND:VCARD\r\n`;
const EVENT = "BEGIN:VEVENT\r\nUID:e1\r\nSUMMARY:Dinner\r\nDTSTART:20091013T180000Z\r\nEND:VEVENT\r\n";
const CALENDAR = `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${EVENT}END:VCALENDAR\r\n`;

test("a folder goes in, twice without doubling, and out again in every format", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("handset.flash"));
    mkdirSync(path("in"));
    writeFileSync(path("in/people.vcf"), card("Ann") + card("Bob"));
    writeFileSync(path("in/year.ics"), CALENDAR);
    writeFileSync(path("in/list.txt"), "Milk\n");
    const first = await holdfast(["import", path("in"), "-i", image, "--json"]);
    assert.equal(first.json, { files: 3, added: 4, replaced: 0, unchanged: 0, refused: [], dryRun: false });
    assert.is((await holdfast(["import", path("in"), "-i", image, "--json"])).json.unchanged, 4);

    assert.is((await holdfast(["export", "contact", "--to", "vcf", "-", "-i", image])).stdout.length, (card("Ann") + card("Bob")).length);
    assert.match((await holdfast(["export", "--to", "ics", "-", "-i", image])).stdout, EVENT);
    assert.is(JSON.parse((await holdfast(["export", "--to", "json", "-", "-i", image])).stdout).length, 4);
    assert.is((await holdfast(["export", "--to", "csv", "-", "-i", image])).stdout.trim().split("\r\n").length, 5);

    const raw = await holdfast(["export", "--to", "raw", path("out"), "-i", image, "--json"]);
    assert.is(raw.json.exported, 4);
    assert.is(readdirSync(path("out/contact")).length, 2);
    const bodies = readdirSync(path("out/contact")).map((name) => readFileSync(path(`out/contact/${name}`), "utf8"));
    assert.equal(bodies.sort(), [card("Ann"), card("Bob")]);
    assert.is(readFileSync(path(`out/event/${readdirSync(path("out/event"))[0]}`), "utf8"), EVENT);
  }));

test("what cannot be taken is named by file and line, and the exit code is 3", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("handset.flash"));
    writeFileSync(path("broken.vcf"), `${card("Ann")}BEGIN:VCARD\r\nFN:Nobody\r\n`);
    writeFileSync(path("empty.vcf"), "");
    writeFileSync(path("program.bin"), Uint8Array.from([0, 1, 2, 3]));
    const ended = await holdfast(["import", path("broken.vcf"), path("empty.vcf"), path("program.bin"), "-i", image, "--json"]);
    assert.is(ended.exitCode, 3);
    assert.is(ended.json.added, 1);
    assert.equal(
      ended.json.refused.map(({ file, line }: { file: string; line: number }) => [file, line]),
      [
        [path("broken.vcf"), 6],
        [path("empty.vcf"), 1],
        [path("program.bin"), 1],
      ],
    );
    assert.match(ended.stderr, `${path("broken.vcf")}:6: not taken`);
  }));

test("stdin can be imported; a missing file is said before anything is written", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("handset.flash"));
    assert.is((await holdfast(["import", "-", "-i", image, "--json"], { stdin: CALENDAR })).json.added, 1);
    writeFileSync(path("a.vcf"), card("Ann"));
    const missing = await holdfast(["import", path("a.vcf"), path("b.vcf"), "-i", image]);
    assert.is(missing.exitCode, 4);
    assert.match(missing.stderr, path("b.vcf"));
    assert.is((await holdfast(["list", "contact", "-i", image, "--json"])).json.count, 0);
  }));

test("export never replaces a file unasked, and says what a format cannot hold", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("handset.flash"));
    await holdfast(["import", "-", "-i", image], { stdin: card("Ann") });
    await holdfast(["put", "note", "-i", image], { stdin: "Milk" });
    writeFileSync(path("mine.vcf"), "mine");
    assert.is((await holdfast(["export", "--to", "vcf", path("mine.vcf"), "-i", image])).exitCode, 2);
    assert.is(readFileSync(path("mine.vcf"), "utf8"), "mine");
    const forced = await holdfast(["export", "--to", "vcf", path("mine.vcf"), "--force", "-i", image, "--json"]);
    assert.is(forced.json.exported, 1);
    assert.is(forced.json.leftOut, 1);
    assert.is(readFileSync(path("mine.vcf"), "utf8"), card("Ann"));
    assert.is((await holdfast(["export", "--to", "vcf", path("new.vcf"), "--dry-run", "-i", image])).exitCode, 0);
    assert.not.ok(existsSync(path("new.vcf")));
  }));

test("formats that are not there yet, unknown, or missing: usage", () =>
  inFolder(async (path) => {
    for (const words of [
      ["--to", "card", "-"],
      ["--to", "sim", "-"],
      ["--to", "vfc", "x"],
      ["x"],
      ["--to", "raw", "-"],
      ["--to", "vcf", path(".")],
    ]) {
      const ended = await holdfast(["export", ...words, "-i", path("none")]);
      assert.is(ended.exitCode, 2, words.join(" "));
    }
    assert.match((await holdfast(["export", "--to", "vfc", "x"])).stderr, "did you mean vcf?");
  }));

test("a SIM card's two files, and what they cannot hold is told first", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("a.flash"));
    const card = (name: string, ...numbers: string[]) =>
      `BEGIN:VCARD\nVERSION:3.0\nFN:${name}\n${numbers.map((n) => `TEL:${n}\n`).join("")}END:VCARD\n`;
    writeFileSync(path("c.vcf"), card("Ann", "+1 202 555", "112") + card("Bertha Longname the Third", "5") + card("Nobody"));
    await holdfast(["import", path("c.vcf"), "-i", image]);
    const words = ["export", "--to", "sim", path("sim"), "--slots", "2", "-i", image, "--json"];
    const dry = await holdfast([...words, "--dry-run"]);
    assert.equal(dry.json.sim, { entries: 2, namesCut: 1, dropped: 1, withoutNumber: 1 });
    assert.match(
      dry.stderr,
      /^2 of 3 numbers fit; 1 name cut at 14 bytes; 1 number dropped; 1 contact without a number left out\na SIM card .* is no backup/,
    );
    assert.not.ok(existsSync(path("sim")));
    assert.is((await holdfast(words)).exitCode, 0);
    const [adn, ext1] = ["EF_ADN.6F3A", "EF_EXT1.6F4A"].map((name) => new Uint8Array(readFileSync(path(`sim/${name}`)))) as [
      Uint8Array,
      Uint8Array,
    ];
    assert.equal(simEntries({ adn, ext1 }), [
      { name: "Ann", number: "+1202555" },
      { name: "Bertha Longnam", number: "5" },
    ]);
    assert.is((await holdfast([...words.slice(0, 4), "--slots", "0", "-i", image])).exitCode, 2);
  }));

test.run();

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { freshImage, holdfast, inFolder } from "./command-line.js";

const test = suite("host/cli/export-version");
const CARD = ["BEGIN:VCARD", "VERSION:4.0", "FN:Ada", "KIND:individual", 'ADR;LABEL="Hof 1":;;Hof 1;;;;', "TEL;PREF=1:1", "END:VCARD", ""];

const withCard = (work: (image: string, path: (name: string) => string) => Promise<void>) =>
  inFolder(async (path) => {
    const image = await freshImage(path("a.flash"));
    writeFileSync(path("ada.vcf"), CARD.join("\r\n"));
    await holdfast(["import", path("ada.vcf"), "-i", image]);
    await work(image, path);
  });

test("cards are written in the version that is asked for, and what it cannot say is named", () =>
  withCard(async (image, path) => {
    const ended = await holdfast(["export", "--to", "vcf", path("out.vcf"), "--card-version", "3.0", "-i", image, "--json"]);
    assert.is(ended.exitCode, 3);
    assert.match(readFileSync(path("out.vcf"), "utf8"), /^BEGIN:VCARD\r\nVERSION:3\.0\r\nFN:Ada\r\n/);
    assert.match(ended.stderr, /contact [0-9a-f]{16}: ADR loses its parameter LABEL.*; dropped/);
    assert.match(ended.stderr, /KIND is no property of 3\.0; kept all the same/);
    assert.match(ended.stderr, /vCard 3\.0: 2 steps in 1 card, of which 1 dropped something/);
    assert.equal(ended.json.steps[0].steps[0], { property: "KIND", what: "is no property of 3.0", isDropped: false });
    const own = await holdfast(["export", "--to", "vcf", path("own.vcf"), "--card-version", "4.0", "-i", image, "--json"]);
    assert.equal([own.exitCode, own.json.steps], [0, []]);
    assert.is(readFileSync(path("own.vcf"), "utf8"), CARD.join("\r\n"));
  }));

test("--strict writes nothing where something would be dropped", () =>
  withCard(async (image, path) => {
    const words = ["export", "--to", "vcf", path("out.vcf"), "--card-version", "2.1", "--strict", "-i", image, "--json"];
    const ended = await holdfast(words);
    assert.equal([ended.exitCode, ended.json.dryRun], [3, true]);
    assert.not.ok(existsSync(path("out.vcf")));
  }));

test("the options are for vcf, and versions are those three", () =>
  withCard(async (image, path) => {
    for (const words of [
      ["--to", "json", path("out"), "--card-version", "3.0"],
      ["--to", "vcf", path("out"), "--card-version", "5"],
      ["--to", "vcf", path("out"), "--strict"],
    ]) {
      const ended = await holdfast(["export", ...words, "-i", image]);
      assert.is(ended.exitCode, 2, words.join(" "));
      assert.not.ok(existsSync(path("out")));
    }
  }));

test.run();

import { readFileSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { freshImage, holdfast, inFolder } from "./command-line.js";

const test = suite("host/cli/salvage");

test("an image without its first blocks is salvaged into a backup, and restored into a new one", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("a.flash"));
    for (let i = 0; i < 12; i++)
      await holdfast(["put", "note", "-i", image, "--id", i.toString(16).padStart(16, "0")], { stdin: `note ${i}` });
    const bytes = readFileSync(image);
    bytes.fill(0, 0, 4096);
    writeFileSync(path("broken.flash"), bytes);
    const dry = await holdfast(["salvage", path("broken.flash"), path("found.zip"), "--dry-run", "--json"]);
    assert.equal([dry.exitCode, dry.json.records, dry.json.path], [0, 12, null]);
    const found = await holdfast(["salvage", path("broken.flash"), path("found.zip"), "--json"]);
    assert.equal([found.exitCode, found.json.records, found.json.incomplete], [0, 12, []]);
    const other = await freshImage(path("b.flash"));
    assert.is((await holdfast(["restore", path("found.zip"), "-i", other])).exitCode, 0);
    assert.is((await holdfast(["get", "note", "000000000000000b", "-i", other])).stdout, "note 11");
    assert.is((await holdfast(["salvage", image, path("found.zip")])).exitCode, 2, "never written over");
  }));

test("no label, no image, an unknown preset: each says so", () =>
  inFolder(async (path) => {
    assert.is((await holdfast(["salvage", path("none"), path("x.zip")])).exitCode, 10);
    writeFileSync(path("blank"), Buffer.alloc(8 << 20, 255));
    assert.is((await holdfast(["salvage", path("blank"), path("x.zip")])).exitCode, 10);
    const blank = await holdfast(["salvage", path("blank"), path("x.zip"), "--preset", "spi-nor-8m"]);
    assert.equal([blank.exitCode, /no label of a store/.test(blank.stderr)], [10, true]);
    assert.is((await holdfast(["salvage", path("blank"), path("x.zip"), "--preset", "spi"])).exitCode, 2);
  }));

test.run();

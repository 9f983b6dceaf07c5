/*
 * image map, dump, block and diff: look at any image, write to none.
 */
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { freshImage, holdfast, inFolder } from "./command-line.js";

const test = suite("host/cli/inspect");

test("a record put is found in the map, the dump, the block and the difference", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("a.flash"));
    copyFileSync(image, path("b.flash"));
    await holdfast(["put", "note", "-i", image], { stdin: "Milk and bread" });
    const before = readFileSync(image);

    const diff = (await holdfast(["image", "diff", path("b.flash"), image, "--json"])).json;
    assert.ok(diff.differing > 0);
    const map = await holdfast(["image", "map", "-i", image, "--json"]);
    assert.is(map.json.blocks.length, 2048);
    assert.is(
      Object.values(map.json.counts as Record<string, number>).reduce((sum, count) => sum + count),
      2048,
    );
    const dump = (await holdfast(["image", "dump", "-i", image, "--json"])).json;
    const records = dump.blocks.filter(({ lines }: { lines: { what: string }[] }) => lines.some(({ what }) => what === "record"));
    assert.is(records.length, 1);
    const block = await holdfast(["image", "block", String(records[0].block), "-i", image]);
    assert.match(block.stdout, "record");
    assert.match(block.stdout, "Milk");
    assert.is((await holdfast(["image", "diff", image, image.replace("a.flash", "./a.flash")])).exitCode, 11);
    assert.ok(readFileSync(image).equals(before));
  }));

test("the map has a letter a block and a legend", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("a.flash"));
    const lines = (await holdfast(["image", "map", "-i", image])).stdout.split("\n");
    assert.is(
      lines.slice(0, 32).every((line) => /^ *\d+ {2}\S{64}$/.test(line)),
      true,
    );
    assert.is(lines[32], "");
    assert.ok(lines.length > 33);
  }));

test("no difference is said so; two parts cannot be compared", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("a.flash"));
    copyFileSync(image, path("b.flash"));
    assert.is((await holdfast(["image", "diff", image, path("b.flash")])).stdout, "no difference\n");
    await holdfast(["init", "--preset", "ecc-nor-16m", "-i", path("c.flash")]);
    assert.is((await holdfast(["image", "diff", image, path("c.flash")])).exitCode, 2);
  }));

test("usage: unknown view, wrong number of words, no such block", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("a.flash"));
    for (const words of [["mpa"], ["map", "1"], ["block"], ["block", "2048"], ["block", "x"], ["diff", image]]) {
      assert.is((await holdfast(["image", ...words, "-i", image])).exitCode, 2, words.join(" "));
    }
    assert.match((await holdfast(["image", "mpa", "-i", image])).stderr, "did you mean map?");
  }));

test("an image whose labels are gone is looked at with --preset", () =>
  inFolder(async (path) => {
    writeFileSync(path("noise"), Buffer.alloc(8 << 20, 0x5a));
    assert.is((await holdfast(["image", "map", "-i", path("noise")])).exitCode, 10);
    const map = await holdfast(["image", "map", "--preset", "spi-nor-8m", "-i", path("noise"), "--json"]);
    assert.is(map.exitCode, 0);
    assert.is(Object.keys(map.json.counts).length, 1);
  }));

test.run();

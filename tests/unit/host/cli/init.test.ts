/*
 * init: makes an empty store, says that it is plain, and touches nothing that is there unasked.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { presets } from "../../../../host/flash/index.js";
import { freshImage, holdfast, inFolder } from "./command-line.js";

const test = suite("host/cli/init");

test("every preset can be made, and is as large as its part", () =>
  inFolder(async (path) => {
    for (const [preset, { blockBytes, blockCount }] of Object.entries(presets)) {
      const made = await holdfast(["init", "--preset", preset, "-i", path(preset), "--json"]);
      assert.is(made.exitCode, 0, made.stderr);
      assert.is(made.json.bytes, blockBytes * blockCount);
      assert.is(readFileSync(path(preset)).length, blockBytes * blockCount);
      assert.equal((await holdfast(["stat", "-i", path(preset), "--json"])).json.geometry.blockCount, blockCount);
    }
  }));

test("unknown presets and parities are refused, with the nearest, and nothing is made", () =>
  inFolder(async (path) => {
    const misspelt = await holdfast(["init", "--preset", "spi-nor-8", "-i", path("a")]);
    assert.is(misspelt.exitCode, 2);
    assert.match(misspelt.stderr, "did you mean spi-nor-8m?");
    assert.is((await holdfast(["init", "--parity", "5", "-i", path("a")])).exitCode, 2);
    assert.is((await holdfast(["init", "--parity-bytes", "9", "-i", path("a")])).exitCode, 2);
    assert.not.ok(existsSync(path("a")));
  }));

test("init without a key says in words that the store is plain", () =>
  inFolder(async (path) => {
    const made = await holdfast(["init", "-i", path("a")]);
    assert.is(made.exitCode, 0);
    assert.match(made.stderr, "the store is plain");
    assert.is(made.stdout, "");
    assert.is((await holdfast(["init", "-i", path("b"), "--json"])).json.sealed, false);
  }));

test("a key that could not be used is refused, not ignored", () =>
  inFolder(async (path) => {
    assert.is((await holdfast(["init", "-i", path("a"), "--key-file", path("k")])).exitCode, 2);
    assert.is((await holdfast(["init", "-i", path("a")], { environment: { HOLDFAST_KEY: "00" } })).exitCode, 2);
    assert.is((await holdfast(["init", "-i", path("a"), "--plain"], { environment: { HOLDFAST_KEY: "00" } })).exitCode, 0);
  }));

test("init touches what is there only with --force", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("handset.flash"));
    await holdfast(["put", "note", "-i", image], { stdin: "keep me" });
    assert.is((await holdfast(["init", "-i", image])).exitCode, 2);
    assert.is((await holdfast(["list", "-i", image, "--json"])).json.count, 1);
    assert.is((await holdfast(["init", "-i", image, "--force"])).exitCode, 0);
    assert.is((await holdfast(["list", "-i", image, "--json"])).json.count, 0);

    writeFileSync(path("letter.txt"), "Dear Zoe");
    const other = await holdfast(["init", "-i", path("letter.txt")]);
    assert.is(other.exitCode, 10);
    assert.is(readFileSync(path("letter.txt"), "utf8"), "Dear Zoe");
  }));

test.run();

/*
 * demo: the main job in small, and its usage. The story itself: tests/unit/host/demo.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { holdfast, inFolder } from "./command-line.js";

const test = suite("host/cli/demo");

test("the address book of the project, few pulls: lost is 0, in words and as an object", async () => {
  const told = await holdfast(["demo", "--pulls", "12", "--seed", "4"]);
  assert.is(told.exitCode, 0, told.stderr);
  assert.is(told.stdout.trimEnd().split("\n").at(-1), "lost: 0");
  assert.match(told.stdout, /^battery pulls +12 /m);
  const { json } = await holdfast(["demo", "--pulls", "12", "--seed", "4", "--json"]);
  assert.is(json.lost, 0);
  assert.is(json.pulls, 12);
  assert.ok(json.imported >= 300, `${json.imported} records imported`);
  assert.ok(json.compactions > 0);
  assert.is(json.image, null);
  const { household } = json;
  assert.equal([household.deletedByEmptyRelay, household.digestsEqual, household.restored], [0, true, json.recordsAtEnd]);
});

test("a folder of the user's, and an image that is kept and can be read", () =>
  inFolder(async (path) => {
    mkdirSync(path("mine"));
    writeFileSync(path("mine/zoe.vcf"), "BEGIN:VCARD\r\nUID:zoe\r\nFN:Zoe\r\nEND:VCARD\r\n");
    const { exitCode, json, stderr } = await holdfast(["demo", path("mine"), "--pulls", "3", "-i", path("kept.flash"), "--json"]);
    assert.is(exitCode, 0, stderr);
    assert.is((await holdfast(["stat", "-i", path("kept.flash"), "--json"])).json.records, json.recordsAtEnd);
    assert.is((await holdfast(["verify", "-i", path("kept.flash")])).exitCode, 0);
  }));

test("an image that is there is not touched, HOLDFAST_IMAGE never", () =>
  inFolder(async (path) => {
    writeFileSync(path("mine.flash"), "mine");
    assert.is((await holdfast(["demo", "--pulls", "1", "-i", path("mine.flash")])).exitCode, 2);
    const environment = { HOLDFAST_IMAGE: path("other.flash") };
    assert.is((await holdfast(["demo", "--pulls", "1"], { environment })).exitCode, 0);
    assert.not.ok(existsSync(path("other.flash")));
  }));

test("usage: no such folder, no number", async () => {
  assert.is((await holdfast(["demo", "/nonexistent"])).exitCode, 4);
  assert.is((await holdfast(["demo", "--pulls", "many"])).exitCode, 2);
});

test.run();

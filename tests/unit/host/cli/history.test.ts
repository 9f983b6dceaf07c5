import { writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { freshImage, holdfast, inFolder } from "./command-line.js";

const test = suite("host/cli/history");

const withNote = (work: (image: string, id: string, lsns: number[]) => Promise<void>) =>
  inFolder(async (path) => {
    const image = await freshImage(path("a.flash"));
    const lsns: number[] = [];
    let id = "";
    for (const words of ["one", "two"]) {
      writeFileSync(path("note.txt"), words);
      const { json } = await holdfast(["put", "note", path("note.txt"), ...(id ? ["--id", id] : []), "-i", image, "--json"]);
      id = json.id;
      lsns.push(json.lsn);
    }
    await work(image, id, lsns);
  });

test("history lists what stands, newest first; --lsn prints one of them", () =>
  withNote(async (image, id, [first, second]) => {
    const told = await holdfast(["history", "note", id, "-i", image]);
    assert.is(told.exitCode, 0);
    assert.match(told.stdout, new RegExp(`^${second}  .*\\n\\s*${first}  `));
    assert.is((await holdfast(["history", "note", id, "--lsn", `${first}`, "-i", image])).stdout, "one");
    const { json } = await holdfast(["history", "note", id, "-i", image, "--json"]);
    assert.equal([json.count, json.versions[1].lsn, json.body], [2, first, null]);
  }));

test("undo puts back what was, also what was removed, and says what it did", () =>
  withNote(async (image, id, [first, second]) => {
    const dry = await holdfast(["undo", `${second}`, "--dry-run", "-i", image, "--json"]);
    assert.equal([dry.exitCode, dry.json.lsn, dry.json.restored], [0, null, first]);
    const done = await holdfast(["undo", `${second}`, "-i", image]);
    assert.equal([done.exitCode, done.stdout], [0, ""]);
    assert.match(done.stderr, new RegExp(`undone: change ${second} of note ${id}: version ${first} is back`));
    assert.is((await holdfast(["get", "note", id, "-i", image])).stdout, "one");
    const { json } = await holdfast(["rm", "note", id, "-i", image, "--json"]);
    assert.is((await holdfast(["undo", `${json.lsn}`, "-i", image])).exitCode, 0);
    assert.is((await holdfast(["get", "note", id, "-i", image])).stdout, "one");
  }));

test("what is not there is exit 4, what was changed since or is no number exit 2", () =>
  withNote(async (image, id, [first]) => {
    assert.is((await holdfast(["history", "note", "0123456789abcdef", "-i", image])).exitCode, 4);
    assert.is((await holdfast(["history", "note", id, "--lsn", "999", "-i", image])).exitCode, 4);
    assert.is((await holdfast(["undo", "999", "-i", image])).exitCode, 4);
    const since = await holdfast(["undo", `${first}`, "-i", image]);
    assert.is(since.exitCode, 2);
    assert.match(since.stderr, /was changed since/);
    assert.is((await holdfast(["undo", "x", "-i", image])).exitCode, 2);
  }));

test.run();

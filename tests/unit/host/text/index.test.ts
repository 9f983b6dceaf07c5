import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { importPlan, sourceFiles } from "../../../../host/text/index.js";

const test = suite("host/text (fixtures)");
const fixtures = fileURLToPath(new URL("../../../fixtures", import.meta.url));
const folders = ["contacts", "calendar", "notes", "pictures"].map((name) => join(fixtures, name));

test("the fixtures are what their generator writes", async () => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-fixtures-"));
  try {
    const run = spawnSync(process.execPath, [join(fixtures, "generate.mjs"), folder]);
    assert.is(run.status, 0, String(run.stderr));
    const here = await sourceFiles(folders);
    assert.is((await sourceFiles([folder])).length, here.length);
    for (const { path } of here) assert.ok(readFileSync(path).equals(readFileSync(join(folder, relative(fixtures, path)))), path);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("they hold at least 300 records of text, six pictures, nothing refused, and names in ten scripts", async () => {
  const kinds = new Map<string, number>();
  let labels = "";
  for (const file of await sourceFiles(folders)) {
    const plan = importPlan(file.path, await file.read());
    assert.equal([plan.refused, plan.repeated], [[], 0], file.path);
    for (const { kind } of plan.records) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    labels += plan.records.map((record) => record.meta.label).join(" ");
  }
  assert.equal(Object.fromEntries(kinds), { event: 84, todo: 31, contact: 236 + 6, photo: 6, note: 18 });
  for (const script of ["Latin", "Cyrillic", "Greek", "Arabic", "Hebrew", "Devanagari", "Han", "Hiragana", "Hangul", "Thai"])
    assert.match(labels, new RegExp(`\\p{Script=${script}}`, "u"), script);
});

test("pictures are whole baseline JPEGs of 2 to 40 KB", async () => {
  for (const file of await sourceFiles([join(fixtures, "pictures")])) {
    const bytes = await file.read();
    assert.ok(bytes.length > 2000 && bytes.length < 40_000, file.path);
    assert.equal([...bytes.subarray(0, 4), ...bytes.subarray(-2)], [0xff, 0xd8, 0xff, 0xe0, 0xff, 0xd9]);
  }
});

test.run();

/*
 * The examples of docs/ run as they stand, against the package as it is built.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("conformance/examples");
const APP = "docs/examples/address-book.mjs";

test("the address book: added, found by name and by caller, one number changed, in under 60 lines", () => {
  assert.ok(readFileSync(APP, "utf8").split("\n").length <= 60);
  const folder = mkdtempSync(join(tmpdir(), "holdfast-example-"));
  try {
    const run = (...words: string[]): string => {
      const ended = spawnSync(process.execPath, [APP, join(folder, "book.flash"), ...words], { encoding: "utf8" });
      assert.is(ended.status, 0, ended.stderr);
      return ended.stdout.trim();
    };
    const id = run("add", "Zoe Washburne", "+1 202 555 0101");
    assert.match(id, /^[0-9a-f]{16}$/);
    assert.is(run("find", "zoe"), `${id} Zoe Washburne +1 202 555 0101`);
    run("number", id, "+1 202 555 0142");
    assert.is(run("call", "2025550142"), `${id} Zoe Washburne +1 202 555 0142`);
    assert.is(run("call", "2025550101"), "");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sourceFiles } from "../../../../host/text/folder.js";

const test = suite("host/text/folder");

test("files as they are, folders in order, dot names and looping links passed over", async () => {
  const root = mkdtempSync(join(tmpdir(), "holdfast-folder-"));
  try {
    mkdirSync(join(root, "b"));
    for (const name of ["z.txt", "a.txt", ".hidden", "b/c.txt"]) writeFileSync(join(root, name), name);
    symlinkSync(root, join(root, "loop"));
    const files = await sourceFiles([join(root, "z.txt"), root]);
    assert.equal(
      files.map((file) => file.path.slice(root.length + 1)),
      ["z.txt", "a.txt", "b/c.txt", "z.txt"],
    );
    assert.is(Buffer.from((await files[1]?.read()) ?? []).toString(), "a.txt");
    assert.is(files[2]?.lengthBytes, 7);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("a path that is not there is an error", async () => {
  let code: unknown;
  await sourceFiles(["/nonexistent/holdfast"]).catch((error) => {
    code = error.code;
  });
  assert.is(code, "ENOENT");
});

test.run();

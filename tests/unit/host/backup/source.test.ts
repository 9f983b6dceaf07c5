import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { restore } from "../../../../host/backup/restore.js";
import { checkSource, openSource } from "../../../../host/backup/source.js";
import { makeBackup } from "../../../../host/backup/write.js";
import type { LocalAgent } from "../../../../host/index.js";
import { emptyStore, household, idOf, SMALL, shown } from "./household.js";

const test = suite("host/backup/source");

async function inFolder(work: (path: (name: string) => string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-source-"));
  try {
    await work((name) => join(folder, name));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Writes a backup of what changed since the one at `earlier`. */
function backUp(agent: LocalAgent, path: string, earlier?: string): number {
  const since = earlier === undefined ? undefined : openSource(earlier);
  const base = since && { base: { file: earlier!.split("/").at(-1)!, sha256: since.sha256 }, manifest: since.manifest };
  const { bytes, manifest } = makeBackup(agent, { geometry: SMALL, wallMs: 1e12, ...(base ? { since: base } : {}) });
  writeFileSync(path, bytes);
  return manifest.records.filter((record) => record.path !== undefined).length;
}

test("three backups in a row hold what changed, and the last restores all of it, removals included", () =>
  inFolder(async (path) => {
    const agent = await household();
    assert.is(backUp(agent, path("a.zip")), 18);
    agent.put("note", "new", { id: idOf(7) });
    agent.remove("contact", idOf(4));
    assert.is(backUp(agent, path("b.zip"), path("a.zip")), 1);
    agent.put("contact", "changed", { id: idOf(5) });
    assert.is(backUp(agent, path("c.zip"), path("b.zip")), 1);
    const source = openSource(path("c.zip"));
    assert.equal(checkSource(source), { records: 18, ok: 18, missing: [] });
    const to = await emptyStore();
    await restore(to, source, { mode: "merge" });
    assert.equal(shown(to), shown(agent));
  }));

test("without an earlier one, or with another in its place, every body that was in it is named", () =>
  inFolder(async (path) => {
    const agent = await household();
    backUp(agent, path("a.zip"));
    agent.put("note", "new", { id: idOf(7) });
    backUp(agent, path("b.zip"), path("a.zip"));
    renameSync(path("a.zip"), path("elsewhere.zip"));
    const { ok, missing } = checkSource(openSource(path("b.zip")));
    assert.equal([ok, missing.length], [1, 18]);
    assert.is(missing[0]!.why, "the earlier backup a.zip is not there");
    backUp(agent, path("a.zip"));
    assert.is(checkSource(openSource(path("b.zip"))).missing[0]!.why, "the earlier backup a.zip is not the one it was");
  }));

test("another store's backup is no base", async () => {
  const agent = await household();
  const { manifest } = makeBackup(await household(), { geometry: SMALL, wallMs: 1e12 });
  assert.throws(
    () => makeBackup(agent, { geometry: SMALL, wallMs: 1e12, since: { base: { file: "a.zip", sha256: "" }, manifest } }),
    /a backup of another store/,
  );
});

test.run();

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sha256 } from "../../../../host/backup/digest.js";
import { makeBackup } from "../../../../host/backup/write.js";
import { HoldfastError } from "../../../../host/index.js";
import { household, idOf, SMALL } from "./household.js";

const test = suite("host/backup/write");

test("any zip program reads it: original files by kind, a page, a text, a list with their hashes", async () => {
  const agent = await household();
  const { bytes, manifest } = makeBackup(agent, { geometry: SMALL, wallMs: 1e12 });
  const files = unzipSync(bytes);
  assert.equal(Buffer.from(files[`contact/${idOf(1)}.vcf`]!), Buffer.from(agent.get("contact", idOf(1))!.body));
  for (const { path, sha256: told } of manifest.records) assert.is(sha256(files[path!]!), told);
  assert.match(Buffer.from(files["index.html"]!).toString(), /<a href="contact\/0000000000000001\.vcf">Person 1<\/a>/);
  assert.match(Buffer.from(files["README.txt"]!).toString(), /sha256sum contact\/ID\.vcf/);
  assert.equal(JSON.parse(Buffer.from(files["manifest.json"]!).toString()), JSON.parse(JSON.stringify(manifest)));
});

test("Python's zipfile, which knows nothing of Holdfast, finds no fault in it", async () => {
  if (spawnSync("python3", ["--version"]).status !== 0) return;
  const folder = mkdtempSync(join(tmpdir(), "holdfast-zip-"));
  try {
    const { bytes, manifest } = makeBackup(await household(), { geometry: SMALL, wallMs: 1e12 });
    writeFileSync(join(folder, "b.zip"), bytes);
    const script = "import zipfile,sys; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; z.extractall(sys.argv[2])";
    const run = spawnSync("python3", ["-c", script, join(folder, "b.zip"), folder], { encoding: "utf8" });
    assert.is(run.status, 0, run.stderr);
    for (const { path, sha256: told } of manifest.records) assert.is(sha256(readFileSync(join(folder, path!))), told);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("labels cannot break out of the page", async () => {
  const agent = await household();
  agent.put("note", "x", { id: idOf(9), meta: { label: '<script>"&' } });
  const page = Buffer.from(unzipSync(makeBackup(agent, { geometry: SMALL, wallMs: 1e12 }).bytes)["index.html"]!).toString();
  assert.not.match(page, /<script/);
  assert.match(page, /&#60;script&#62;&#34;&#38;/);
});

test("a damaged record is named and left out, and all others are in it", async () => {
  const agent = await household();
  const get = agent.get.bind(agent);
  agent.get = (kind, id) => {
    if (kind === "contact" && id === idOf(3)) throw new HoldfastError("CORRUPT");
    return get(kind, id);
  };
  const { manifest } = makeBackup(agent, { geometry: SMALL, wallMs: 1e12 });
  assert.equal([manifest.damaged, manifest.records.length], [[{ kind: "contact", id: idOf(3) }], 17]);
});

test.run();

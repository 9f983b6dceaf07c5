import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FileFlash } from "../../../../host/flash/index.js";
import { openAgent } from "../../../../host/index.js";
import { freshImage, holdfast, inFolder } from "./command-line.js";

const test = suite("host/cli/fsck");
const FILE = [
  "BEGIN:VCARD\nVERSION:3.0\nUID:a\nFN:Ann\nTEL:+1 202 555\nEND:VCARD\n",
  "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:e\nSUMMARY:Day\nDTSTART:20260102T030405Z\nEND:VEVENT\nEND:VCALENDAR\n",
];

async function stocked(path: (name: string) => string): Promise<string> {
  const image = await freshImage(path("a.flash"));
  for (const [i, text] of FILE.entries()) writeFileSync(path(`${i}.vcf`), text);
  await holdfast(["import", path("0.vcf"), path("1.vcf"), "-i", image]);
  return image;
}
const metas = async (image: string) =>
  (await holdfast(["list", "-i", image, "--json"])).json.records.map(({ meta, wallMs }: { meta: object; wallMs: number }) => [
    meta,
    wallMs,
  ]);

test("all well: nothing found, nothing written", () =>
  inFolder(async (path) => {
    const image = await stocked(path);
    const { exitCode, json, stdout } = {
      ...(await holdfast(["fsck", "-i", image])),
      json: (await holdfast(["fsck", "--reindex", "-i", image, "--json"])).json,
    };
    assert.equal([exitCode, stdout, json.findings, json.reindexed], [0, "2 records read, nothing wrong\n", [], 0]);
  }));

test("every meta deleted, then rebuilt from the bodies: equal, and the times too", () =>
  inFolder(async (path) => {
    const image = await stocked(path);
    const before = await metas(image);
    const flash = FileFlash.open(image);
    const agent = await openAgent(flash);
    for (const { kind, id } of [...agent.list()]) {
      const { body, wallMs } = agent.get(kind, id)!;
      agent.put(kind, body, { id, wallMs, meta: { odd: 7 } });
    }
    agent.close();
    flash.close();
    const dry = await holdfast(["fsck", "--reindex", "--dry-run", "-i", image, "--json"]);
    assert.is(dry.json.reindexed, 2);
    const { exitCode, json } = await holdfast(["fsck", "--reindex", "-i", image, "--json"]);
    assert.equal([exitCode, json.reindexed], [20, 2]);
    assert.equal(
      await metas(image),
      before.map(([meta, wallMs]: [object, number]) => [{ ...meta, odd: 7 }, wallMs]),
    );
  }));

test("a label that was given to a note by hand stays", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("a.flash"));
    await holdfast(["put", "note", "-", "--label", "shopping", "-i", image], { stdin: "milk" });
    assert.is((await holdfast(["fsck", "--reindex", "-i", image, "--json"])).json.reindexed, 0);
  }));

test("damage is named with its reason and its remedy, exit 21; what began to rot is moved, exit 20", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("a.flash"));
    const marker = randomBytes(400);
    await holdfast(["put", "note", "-", "-i", image], { stdin: marker });
    const spoil = (change: (bytes: Buffer, at: number) => void) => {
      const bytes = readFileSync(image);
      change(bytes, bytes.lastIndexOf(marker.subarray(0, 100)));
      writeFileSync(image, bytes);
    };
    spoil((bytes, at) => {
      for (let i = 0; i < 5; i++) bytes[at + 20 * i + 1]! ^= 4;
    });
    const looked = await holdfast(["fsck", "-i", image]);
    assert.equal([looked.exitCode, looked.stdout.split("\n")[0]], [20, "corrected in reading: 1 place"]);
    const mended = await holdfast(["fsck", "--repair", "-i", image, "--json"]);
    assert.equal([mended.exitCode, mended.json.relocated], [20, 1]);
    assert.is((await holdfast(["fsck", "-i", image])).exitCode, 0);
    spoil((bytes) => bytes.fill(0, bytes.lastIndexOf(marker.subarray(0, 20)), bytes.lastIndexOf(marker.subarray(0, 20)) + 90));
    const { exitCode, stdout } = await holdfast(["fsck", "-i", image]);
    assert.is(exitCode, 21, stdout);
    assert.match(stdout, /^(damaged: note|lost without a name)[\s\S]*\n {2}why: .*\n {2}next: `holdfast restore`/);
  }));

test.run();

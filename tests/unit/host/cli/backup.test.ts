import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { freshImage, holdfast, inFolder } from "./command-line.js";

const test = suite("host/cli/backup");
const CARD = (n: number) => `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u${n}\r\nFN:Person ${n}\r\nTEL:+1 202 555 ${1000 + n}\r\nEND:VCARD\r\n`;

async function stocked(image: string): Promise<string> {
  await freshImage(image);
  const cards = `${image}.vcf`;
  writeFileSync(cards, [1, 2, 3, 4, 5].map(CARD).join(""));
  await holdfast(["import", cards, "-i", image]);
  return image;
}
const rawOf = async (image: string): Promise<string> => (await holdfast(["export", "--to", "json", "-", "-i", image])).stdout;

test("backup, drill, restore: the round, with the same bytes, ids, times and meta", () =>
  inFolder(async (path) => {
    const image = await stocked(path("a.flash"));
    const made = await holdfast(["backup", path("b.zip"), "-i", image, "--json"]);
    assert.is(made.exitCode, 0, made.stderr);
    assert.equal([made.json.records, made.json.bodies, made.json.drill.equal, made.json.drill.missing], [5, 5, 5, []]);
    assert.match(made.stderr, /every byte was read back\n.*restored into a NAND of 64 blocks of 128\.0 KiB: 5 of 5 records equal/);
    assert.is((await holdfast(["drill", path("b.zip"), "-i", image, "--json"])).json.equal, 5);
    const other = await freshImage(path("c.flash"));
    const restored = await holdfast(["restore", path("b.zip"), "-i", other, "--json"]);
    assert.is(restored.exitCode, 0);
    assert.match(restored.stderr, /restored 5 records: 5 added/);
    assert.is(await rawOf(other), await rawOf(image));
    const proofs = JSON.parse(readFileSync(`${image}.proofs.json`, "utf8")).proofs;
    assert.equal([proofs.length, proofs[0].records, proofs[0].sha256], [1, 5, made.json.sha256]);
    assert.ok(proofs[0].drilledMs > 0);
  }));

test("a folder gets a file named after the time; a backup is never written over; nothing is left behind", () =>
  inFolder(async (path) => {
    const image = await stocked(path("a.flash"));
    mkdirSync(path("card"));
    assert.match((await holdfast(["backup", path("card"), "-i", image])).stdout, /card\/holdfast-20\d\d-\d\d-\d\dT\d\d-\d\d-\d\dZ\.zip\n$/);
    writeFileSync(path("b.zip"), "precious");
    const refused = await holdfast(["backup", path("b.zip"), "-i", image]);
    assert.is(refused.exitCode, 2);
    assert.match(refused.stderr, /never written over/);
    assert.is(readFileSync(path("b.zip"), "utf8"), "precious");
    assert.is((await holdfast(["backup", path("none/b.zip"), "-i", image])).exitCode, 4);
    assert.is((await holdfast(["backup", "-", "-i", image])).exitCode, 2);
    assert.equal(readdirSync(path("card")).length, 1);
    const dry = await holdfast(["backup", path("d.zip"), "-i", image, "--dry-run", "--json"]);
    assert.equal([dry.json.records, dry.json.path, existsSync(path("d.zip"))], [5, null, false]);
  }));

test("--since writes what changed; both files together restore all", () =>
  inFolder(async (path) => {
    const image = await stocked(path("a.flash"));
    await holdfast(["backup", path("b.zip"), "-i", image, "--no-drill"]);
    writeFileSync(path("n.txt"), "milk");
    await holdfast(["put", "note", path("n.txt"), "-i", image]);
    const second = await holdfast(["backup", path("c.zip"), "--since", path("b.zip"), "-i", image, "--json"]);
    assert.equal([second.json.records, second.json.bodies, second.json.drill.equal], [6, 1, 6]);
    const other = await freshImage(path("o.flash"));
    assert.is((await holdfast(["restore", path("c.zip"), "-i", other])).exitCode, 0);
    assert.is(await rawOf(other), await rawOf(image));
    mkdirSync(path("far"));
    copyFileSync(path("c.zip"), path("far/c.zip"));
    const alone = await holdfast(["restore", path("far/c.zip"), "-i", await freshImage(path("p.flash")), "--json"]);
    assert.equal([alone.exitCode, alone.json.added, alone.json.missing.length], [3, 1, 5]);
    assert.match(alone.stderr, /missing: contact [0-9a-f]{16} \(Person \d\): the earlier backup b\.zip is not there/);
    assert.is((await holdfast(["backup", path("far/d.zip"), "--since", path("b.zip"), "-i", image])).exitCode, 2);
  }));

test("what is no whole backup has its cause and its exit code, and nothing is written", () =>
  inFolder(async (path) => {
    const image = await stocked(path("a.flash"));
    await holdfast(["backup", path("b.zip"), "-i", image, "--no-drill"]);
    const good = readFileSync(path("b.zip"));
    const other = await freshImage(path("o.flash"));
    const before = readFileSync(other);
    for (const [bytes, exitCode, said] of [
      [good.subarray(0, 300), 21, /truncated: it ends after 300 bytes/],
      [Buffer.concat([good.subarray(0, 50), Buffer.from("x"), good.subarray(51)]), 21, /damaged here: holdfast-backup, bytes 45 to/],
      [Buffer.from("hello"), 10, /another program's file/],
    ] as const) {
      writeFileSync(path("x.zip"), bytes);
      for (const words of [
        ["restore", path("x.zip"), "-i", other],
        ["drill", path("x.zip")],
      ]) {
        const ended = await holdfast(words);
        assert.is(ended.exitCode, exitCode, ended.stderr);
        assert.match(ended.stderr, said);
      }
    }
    assert.equal(readFileSync(other), before);
    assert.is((await holdfast(["restore", path("none.zip"), "-i", other])).exitCode, 4);
    assert.is((await holdfast(["restore", path("b.zip"), "--mode", "mrge", "-i", other])).exitCode, 2);
    assert.is((await holdfast(["restore", path("b.zip"), "--dry-run", "-i", other, "--json"])).json.added, 5);
    assert.equal(readFileSync(other), before);
  }));

test.run();

import { writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Ended, freshImage, holdfast, inFolder } from "./command-line.js";

const test = suite("host/cli/edit");
const CARD =
  "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Zoe\r\nitem1.TEL;TYPE=CELL:+12025550101\r\nitem1.X-ABLabel:boat\r\nX-ODD:;,\r\nEND:VCARD\r\n";
const ID = "00112233445566aa";

function onCard(
  work: (edit: (...words: string[]) => Promise<Ended>, body: () => Promise<string>, image: string) => Promise<void>,
): Promise<void> {
  return inFolder(async (path) => {
    const image = await freshImage(path("handset.flash"));
    writeFileSync(path("zoe.vcf"), CARD);
    await holdfast(["put", "contact", path("zoe.vcf"), "--id", ID, "-i", image]);
    const edit = (...words: string[]) => holdfast(["edit", "contact", ID, ...words, "-i", image, "--json"]);
    await work(edit, async () => (await holdfast(["get", "contact", ID, "-i", image])).stdout, image);
  });
}

test("a number is set, with its parameters told; list finds it by the new number", () =>
  onCard(async (edit, body, image) => {
    const done = await edit("--set", "TEL;TYPE=CELL=+1 202 555 0142");
    assert.is(done.exitCode, 0, done.stderr);
    assert.ok(done.json.changed && done.json.lsn > 0);
    assert.is(await body(), CARD.replace("+12025550101", "+1 202 555 0142"));
    const [listed] = (await holdfast(["list", "contact", "-i", image, "--json"])).json.records;
    assert.equal(listed.meta, { label: "Zoe", phones: ["+12025550142"] });
  }));

test("several changes in one go: removals, changes, additions", () =>
  onCard(async (edit, body) => {
    assert.is((await edit("--add", "NOTE=a, b", "--remove", "TEL", "--set", "FN=Zoë", "--add", "EMAIL=z@example.org")).exitCode, 0);
    const lines = ["FN:Zoë", "X-ODD:;,", "NOTE:a\\, b", "EMAIL:z@example.org"];
    assert.is(await body(), `BEGIN:VCARD\r\nVERSION:3.0\r\n${lines.join("\r\n")}\r\nEND:VCARD\r\n`);
  }));

test("a dry run and a change that is none write nothing", () =>
  onCard(async (edit, body) => {
    assert.equal((await edit("--set", "FN=Kaylee", "--dry-run")).json.lsn, null);
    assert.equal((await edit("--set", "FN=Zoe")).json.changed, false);
    assert.is(await body(), CARD);
  }));

test("mistakes are named, with exit 2 or 4, and change nothing", () =>
  onCard(async (edit, body, image) => {
    for (const [words, said] of [
      [[], /nothing to change/],
      [["--set", "FN"], /not PROP=VALUE/],
      [["--set", "TEL#3=1"], /has 1 of them/],
      [["--remove", "EMAIL"], /no EMAIL to remove/],
      [["--set", "BEGIN=VCARD"], /is no name of a property/],
    ] as const) {
      const ended = await edit(...words);
      assert.is(ended.exitCode, 2, words.join(" "));
      assert.match(ended.stderr, said);
    }
    assert.is(await body(), CARD);
    assert.is((await holdfast(["edit", "contact", "00112233445566ff", "--set", "FN=x", "-i", image])).exitCode, 4);
  }));

test.run();

import { readFileSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crc32c } from "../../../../host/agent/crc32c.js";
import { piecesOf, printBlock } from "../../../../host/paper/block.js";
import { layOut } from "../../../../host/paper/layout.js";
import { freshImage, holdfast, inFolder } from "./command-line.js";

const test = suite("host/cli/print");
const card = (i: number) => `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u${i}\r\nFN:Person ${i}\r\nTEL:+1202555${1000 + i}\r\nEND:VCARD\r\n`;

test("a book of contacts: readable, vault left out, and restored from its blocks into another image", () =>
  inFolder(async (path) => {
    const image = await freshImage(path("a.flash"));
    writeFileSync(path("book.vcf"), Array.from({ length: 60 }, (_, i) => card(i)).join(""));
    await holdfast(["import", path("book.vcf"), "-i", image]);
    await holdfast(["put", "vault", "--plain", "-i", image], { stdin: "pin 1234" });
    const printed = await holdfast(["print", path("book.html"), "-i", image, "--json"]);
    assert.equal([printed.exitCode, printed.json.records, printed.json.vault], [0, 60, 1]);
    const html = readFileSync(path("book.html"), "utf8");
    assert.ok(html.includes("Person 59") && !html.includes("1234"));
    assert.is((await holdfast(["print", path("book.html"), "-i", image])).exitCode, 2, "it is there already");
    assert.is((await holdfast(["print", "vault", path("v.html"), "-i", image])).exitCode, 2);
    const dry = await holdfast(["print", "contact", path("dry.html"), "--dry-run", "-i", image, "--json"]);
    assert.equal([dry.json.path, dry.json.pages], [null, printed.json.pages]);

    const listed = (await holdfast(["list", "contact", "-i", image, "--json"])).json.records;
    const records = [];
    for (const { id, wallMs, meta } of listed) {
      const { bytes } = await holdfast(["get", "contact", id, "-i", image]);
      records.push({ kind: "contact" as const, id, wallMs, label: meta.label, meta: new Uint8Array(0), body: new Uint8Array(bytes) });
    }
    const pages = layOut(records).pages.map(({ bytes }, i, all) => {
      const crc = crc32c(bytes).toString(16).toUpperCase().padStart(8, "0");
      const pieces = piecesOf(bytes);
      return pieces.map((piece, j) =>
        printBlock({ book: "4F2A91C0", page: i + 1, pages: all.length, block: j + 1, blocks: pieces.length, crc, piece }),
      );
    });
    const other = await freshImage(path("b.flash"));
    writeFileSync(path("scan.txt"), pages.slice(1).flat().join("\n"));
    const part = await holdfast(["restore", path("scan.txt"), "-i", other, "--json"]);
    assert.is(part.exitCode, 3);
    assert.match(part.stderr, /page 1 of \d+: not there/);
    assert.equal(
      part.json.missing.map(({ id }: { id: string }) => id).sort(),
      layOut(records)
        .pages[0]!.data.records.map(({ id }) => id)
        .sort(),
    );
    writeFileSync(path("scan.txt"), pages.flat().join("\r\n"));
    const whole = await holdfast(["restore", path("scan.txt"), "-i", other, "--json"]);
    assert.equal([whole.exitCode, whole.json.missing], [0, []]);
    for (const { id } of listed)
      assert.equal(
        (await holdfast(["get", "contact", id, "-i", other])).bytes,
        (await holdfast(["get", "contact", id, "-i", image])).bytes,
      );
    writeFileSync(path("scan.txt"), "HOLDFAST:9:4F2A91C0:1/1:1/1:00000000:00");
    assert.is((await holdfast(["restore", path("scan.txt"), "-i", other])).exitCode, 25);
  }));

test.run();

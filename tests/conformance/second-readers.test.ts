/*
 * What Holdfast writes, read by programs that have nothing to do with it: exported cards by Gammu, meta by a second CBOR library.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode } from "cbor2";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeMeta, encodeMeta, META_KEYS } from "../../host/agent/meta.js";
import { contactView, importPlan, sourceFiles, vcfFile } from "../../host/text/index.js";
import { hasCommand, skip } from "../support/skip.js";

const test = suite("conformance/second-readers");
const GAMMU = "cards of vCard 2.1 that were exported are read by Gammu: the same names and numbers";

interface Person {
  name: string;
  numbers: string[];
}

/** The phonebook of a Gammu backup, by its own keys. */
function phonebook(text: string): Person[] {
  return text
    .split(/^\[/m)
    .filter((section) => section.startsWith("PhonePBK"))
    .map((section) => {
      const entry = (n: string, key: string) => new RegExp(`^Entry${n}${key} = (.*)$`, "m").exec(section)?.[1]?.trim() ?? "";
      const numbers = [...section.matchAll(/^Entry(\d+)Type = (\w+)$/gm)].map(
        ([, n, type]) => [type!, textOf(entry(n!, "TextUnicode"))] as const,
      );
      const of = (wanted: RegExp) => numbers.filter(([type]) => wanted.test(type)).map(([, value]) => value);
      return { name: of(/^FormalName$/)[0] ?? "", numbers: of(/^Number/).sort() };
    });
}
/** UTF-16 in hex, most significant first. */
const textOf = (hex: string) => Buffer.from(hex, "hex").swap16().toString("utf16le");

if (!hasCommand("gammu")) skip(test, GAMMU, "no gammu", "apt-get install -y gammu");
else
  test(GAMMU, () => {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-gammu-"));
    try {
      const { records } = importPlan("old-phone-2.1.vcf", readFileSync("tests/fixtures/contacts/old-phone-2.1.vcf"));
      assert.ok(records.length > 50);
      writeFileSync(join(folder, "book.vcf"), vcfFile(records));
      const { status, stderr } = spawnSync("gammu", ["convertbackup", join(folder, "book.vcf"), join(folder, "book.backup")], {
        encoding: "utf8",
      });
      assert.is(status, 0, stderr);
      const read = phonebook(readFileSync(join(folder, "book.backup"), "utf8"));
      const ours = records.map(({ body }): Person => {
        const { name = "", phones } = contactView(body);
        return { name, numbers: phones.map(({ value }) => value.replace(/[^\d+*#pw]/g, "")).sort() };
      });
      const theirs = read.map(({ name, numbers }) => ({
        name,
        numbers: numbers.map((number) => number.replace(/[^\d+*#pw]/g, "")).sort(),
      }));
      assert.is(theirs.length, ours.length);
      for (const [i, { name, numbers }] of theirs.entries()) {
        // Gammu takes the numbers of a card nested in a card (AGENT) for those of the outer one.
        const isNested = /^AGENT/m.test(Buffer.from(records[i]!.body).toString());
        const own = isNested ? numbers.filter((number) => ours[i]!.numbers.includes(number)) : numbers;
        assert.equal({ name, numbers: own }, ours[i], `card ${i + 1}`);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

test("meta of every fixture reads alike in a second CBOR library", async () => {
  const names = new Map(Object.entries(META_KEYS).map(([name, key]) => [key, name]));
  let read = 0;
  for (const file of await sourceFiles(["tests/fixtures"]))
    for (const { meta } of importPlan(file.path, await file.read()).records) {
      const bytes = encodeMeta(meta);
      if (bytes.length === 0) continue;
      const theirs = decode<Map<unknown, unknown> | Record<string, unknown>>(bytes, { rejectDuplicateKeys: true });
      const entries = theirs instanceof Map ? [...theirs] : Object.entries(theirs);
      const plain = Object.fromEntries(entries.map(([key, value]) => [names.get(Number(key)) ?? String(key), value]));
      assert.equal(plain, decodeMeta(bytes), file.path);
      read++;
    }
  assert.ok(read > 300, `${read} read`);
});

test.run();

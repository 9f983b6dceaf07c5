// Real address books and calendars of other projects, read where they lie (../shared/corpora), imported with the battery pulled.
// Absent, they are skipped, loudly; they are no package that could be installed, so HOLDFAST_REQUIRE_ALL does not ask for them. The
// project's own files always make the same journey.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeText, importPlan, sourceFiles, splitParts } from "../../host/text/index.js";
import { pulledImport } from "./pulled.js";

const test = suite("corpora/import");
const corpora = fileURLToPath(new URL("../../../shared/corpora", import.meta.url));
const fixtures = fileURLToPath(new URL("../fixtures", import.meta.url));

interface Sample {
  path: string;
  bytes: Uint8Array;
}

const COMPONENTS = /\.(vcf|ics|vcs)$/i;
/** Files of other shapes, and how many records one has, told by its text alone. */
const OTHERS: Record<string, (text: string, bytes: Uint8Array) => number> = {
  vnt: (text) => count(text, /^BEGIN:VNOTE/gm),
  eml: () => 1,
  mbox: (text) => count(text, /^From \S+@.*\d{4}\r?$/gm),
  xml: (text) => (/<smses/.test(text) ? count(text.replace(/<!--[\s\S]*?-->/g, ""), /<(sms|mms)\s/g) : 1),
  csv: (text) => text.trim().split(/\r?\n/).length - 1,
  backup: (text) => count(text, /^\[(?!Backup\]|Checksum\]|Header\])/gim),
  pdb: (_text, bytes) => Math.max(1, palmCount(bytes)), // one without a record is named once
  smsbackup: (text) => count(text, /^\[(?!Backup\]|Checksum\]|Header\])/gim),
};
/** Of a Palm database: what its header says. */
const palmCount = (bytes: Uint8Array): number => (bytes[76]! << 8) | bytes[77]!;
const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/** Every file under the folder whose name `wanted` answers to. */
async function samples(folder: string, wanted = COMPONENTS): Promise<Sample[]> {
  const found: Sample[] = [];
  for (const file of await sourceFiles([folder])) {
    if (!wanted.test(file.path)) continue;
    found.push({ path: file.path, bytes: await file.read() });
  }
  return found;
}

/** Told without the splitter: some line of the text begins with BEGIN:. */
function hasBegin({ bytes }: Sample): boolean {
  return /^[ \t\ufeff]*BEGIN:/im.test(decodeText(bytes).replaceAll("\r", "\n"));
}

function checkPlan({ path, bytes }: Sample): number {
  const { parts, zones } = splitParts(bytes);
  const joined = Buffer.concat(parts.map((part) => bytes.subarray(part.start, part.end)));
  assert.ok(joined.equals(bytes), `${path}: the parts are not the file`);
  const plan = importPlan(path, bytes);
  for (const { body, kind, id } of plan.records) {
    assert.match(id, /^[0-9a-f]{16}$/);
    assert.ok(
      slicesMake(
        body,
        parts.filter((part) => part.kind === kind).map(({ start, end }) => bytes.subarray(start, end)),
        zones.map(({ start, end }) => bytes.subarray(start, end)),
      ),
      `${path}: ${kind} ${id}`,
    );
  }
  return plan.records.length;
}

/** True when `body` is some of the slices, joined in order, and then some of the zones. */
function slicesMake(body: Uint8Array, slices: Uint8Array[], zones: Uint8Array[]): boolean {
  let at = 0;
  const isNext = (slice: Uint8Array) => at < body.length && Buffer.compare(body.subarray(at, at + slice.length), slice) === 0;
  for (const slice of slices) if (isNext(slice)) at += slice.length;
  for (let zone = zones.find(isNext); zone !== undefined; zone = zones.find(isNext)) at += zone.length;
  return at === body.length;
}

async function pullAll(all: Sample[]): Promise<void> {
  const sum = { records: 0, pulls: 0, torn: 0 };
  for (const [index, { path, bytes }] of all.entries()) {
    try {
      const journey = await pulledImport(path, bytes, index + 1);
      for (const key of ["records", "pulls", "torn"] as const) sum[key] += journey[key];
    } catch (error) {
      throw new Error(`${path}, seed ${index + 1}: ${error instanceof Error ? error.message : error}`, { cause: error });
    }
  }
  console.log(`${all.length} files, ${sum.records} records, ${sum.pulls} pulls, ${sum.torn} torn writes`);
}

test("the project's own files split into parts that are the file, and survive five pulls each", async () => {
  const all = await samples(fixtures);
  assert.is(all.length, 17);
  for (const sample of all) checkPlan(sample);
  await pullAll(all);
});

if (existsSync(corpora)) {
  test("every file of the corpora splits into parts that are the file", async () => {
    const all = await samples(corpora);
    assert.ok(all.length >= 494, `${all.length} files`);
    assert.ok(all.filter(hasBegin).length >= 490); // the other four hold BEGIN: in the middle of a line, or not at all
    assert.ok(all.reduce((sum, sample) => sum + checkPlan(sample), 0) > 1800);
  });

  test("every file of the corpora survives five pulls, byte for byte", async () => {
    await pullAll((await samples(corpora)).filter(hasBegin));
  });

  for (const [suffix, recordsIn] of Object.entries(OTHERS))
    test(`every .${suffix} of the corpora: each record is taken or named, and survives five pulls`, async () => {
      const all = await samples(corpora, new RegExp(`\\.${suffix}$`, "i"));
      let [taken, named] = [0, 0];
      for (const { path, bytes } of all) {
        const { records, refused, repeated } = importPlan(path, bytes);
        assert.is(records.length + repeated + refused.length, recordsIn(decodeText(bytes), bytes), path);
        taken += records.length;
        named += refused.length;
      }
      assert.ok(all.length > 0 && taken > 0);
      console.log(`.${suffix}: ${taken} records taken, ${named} refusals named`);
      await pullAll(all.filter(({ path, bytes }) => importPlan(path, bytes).records.length > 0));
    });
} else {
  console.log(`SKIPPED: ${corpora} is not there, so no real file of other projects was imported`);
  if (process.env.HOLDFAST_REQUIRE_ALL !== "1") test.skip("every file of the corpora survives five pulls, byte for byte", () => {});
}

test.run();

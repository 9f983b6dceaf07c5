// Everything in ../shared/corpora through the packer and back: the records an import makes of the files, and the files as arbitrary bytes
// under every kind. Absent, it is skipped, loudly; the project's own files always make the journey.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { KINDS } from "../../host/index.js";
import { CODEC_PACKED, PACKED_HEAD_BYTES, pack, unpack, unpackedBytes } from "../../host/pack/index.js";
import { importPlan } from "../../host/text/index.js";

const test = suite("corpora/packing");
const corpora = fileURLToPath(new URL("../../../shared/corpora", import.meta.url));
const fixtures = fileURLToPath(new URL("../fixtures", import.meta.url));

interface Sum {
  bodies: number;
  packed: number;
  bytes: number;
  stored: number;
}

/** Packs and unpacks one body, and adds it to the sum. */
function journey(kind: string, body: Uint8Array, what: string, sum: Sum): void {
  const { codec, bytes } = pack(kind, body);
  assert.ok(Buffer.from(unpack(kind, codec, bytes)).equals(body), `${what} as ${kind}: other bytes`);
  assert.is(unpackedBytes(codec, bytes.subarray(0, PACKED_HEAD_BYTES), bytes.length), body.length, `${what} as ${kind}: another length`);
  assert.ok(codec === CODEC_PACKED ? bytes.length < body.length : bytes.length === body.length, `${what} as ${kind}: not shorter`);
  sum.bodies++;
  sum.packed += codec === CODEC_PACKED ? 1 : 0;
  sum.bytes += body.length;
  sum.stored += bytes.length;
}

function folderJourney(folder: string): { records: Sum; files: Sum } {
  const records: Sum = { bodies: 0, packed: 0, bytes: 0, stored: 0 };
  const files: Sum = { bodies: 0, packed: 0, bytes: 0, stored: 0 };
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) {
    const path = join(folder, name);
    if (!statSync(path).isFile()) continue;
    const bytes = readFileSync(path);
    for (const { kind, id, body } of importPlan(name, bytes).records) journey(kind, body, `${name}, ${id}`, records);
    for (const kind of KINDS) journey(kind, bytes, name, files);
  }
  for (const [what, { bodies, packed, bytes, stored }] of Object.entries({ records, files }))
    console.log(`${what}: ${bodies} bodies, ${packed} packed, ${bytes} bytes stored as ${stored} (${((100 * stored) / bytes).toFixed(1)} %)`);
  return { records, files };
}

test("every body of the project's own files comes back", () => {
  const { records, files } = folderJourney(fixtures);
  assert.ok(records.bodies > 300 && records.packed > 300 && files.packed > 100);
});

if (existsSync(corpora)) {
  test("every body of the corpora comes back", () => {
    const { records, files } = folderJourney(corpora);
    assert.ok(records.bodies > 2000, `${records.bodies} records`);
    assert.ok(files.bodies >= 700 * KINDS.length, `${files.bodies} files`);
  });
} else {
  console.log(`SKIPPED: ${corpora} is not there, so no real file of other projects was packed`);
  if (process.env.HOLDFAST_REQUIRE_ALL !== "1") test.skip("every body of the corpora comes back", () => {});
}

test.run();

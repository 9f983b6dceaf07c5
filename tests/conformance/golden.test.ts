/*
 * Stores written by earlier versions mount, and show what they held: old phones must mount.
 */
import { readdirSync, readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeCheckedMeta, META_KEYS } from "../../host/agent/meta.js";
import { openWorkbench } from "../../host/core/workbench.js";
import { NandFlash, NorFlash, TraceFlash } from "../../host/flash/index.js";
import { unpackSnapshot } from "../../host/flash/snapshot.js";
import { formatFlash, openAgent } from "../../host/index.js";
import { presetNames } from "../../host/proof/geometries.js";
import { IMAGES, shown } from "./golden-store.js";

const test = suite("conformance/golden");
const images = readdirSync(IMAGES).filter((name) => name.endsWith(".zip"));
const versions = new Set(images.map((name) => name.split("-")[0]));

/** A part that holds the image and watches the rules of the real one from here on. */
function partOf(name: string): NorFlash | NandFlash {
  const { geometry, bytes } = unpackSnapshot(new Uint8Array(readFileSync(IMAGES + name)));
  return geometry.kind === "nand" ? new NandFlash(geometry, { backing: bytes }) : new NorFlash(geometry, { backing: bytes });
}

for (const name of images.filter((image) => !image.endsWith("-witness.zip"))) {
  test(`${name} mounts, shows what it held, and takes more`, async () => {
    const flash = partOf(name);
    const expected = JSON.parse(readFileSync(IMAGES + name.replace(/zip$/, "json"), "utf8"));
    const agent = await openAgent(flash);
    assert.equal(JSON.parse(JSON.stringify(shown(agent))), expected);
    const { records, ok, corrected } = agent.verify();
    assert.equal([records, ok, corrected], [expected.records.length, records, 0]);

    const { id } = agent.put("note", "written by today's version");
    agent.close();
    const again = await openAgent(flash);
    assert.is(again.get("note", id)?.bodyBytes, 26);
    assert.is(again.stat().records, expected.records.length + 1);
    assert.equal(flash.violations, []);
  });
}

test("the bodies of a packed image lie packed in it, one of them in chunks", () => {
  for (const name of images.filter((image) => image.endsWith("-packed.zip"))) {
    const { geometry, bytes } = unpackSnapshot(new Uint8Array(readFileSync(IMAGES + name)));
    const bench = openWorkbench(geometry);
    const blocks = Array.from({ length: geometry.blockCount }, (_, block) => block * geometry.blockBytes);
    const lines = blocks.flatMap((at, block) => bench.describe(block, bytes.subarray(at, at + geometry.blockBytes)).lines);
    const packed = lines.filter(({ detail }) => detail.includes("packed (dictionaries 1)"));
    assert.ok(packed.filter(({ what }) => what === "record").length > 20, name);
    assert.ok(packed.some(({ what }) => what === "long record") && packed.some(({ what }) => what === "chunk 1"), name);
  }
});

test("the mark of a block that was given up is known again", async () => {
  const worn = images.filter((name) => name.endsWith("-worn.zip"));
  assert.ok(worn.length > 0);
  for (const name of worn) assert.is((await openAgent(partOf(name))).stat().flash.badBlocks, 1, name);
});

test("the mark of a label that a format ended with is known again, where the last block has none", () => {
  const formatted = images.filter((name) => name.endsWith("-formatted.zip"));
  assert.ok(formatted.length > 0);
  for (const name of formatted) {
    const { geometry, bytes } = unpackSnapshot(new Uint8Array(readFileSync(IMAGES + name)));
    const flags = Array.from({ length: geometry.blockCount }, (_, block) => bytes[block * geometry.blockBytes + 9]!);
    assert.is(flags.at(-1), 255, "no label");
    assert.is(flags.filter((flag) => flag !== 255 && flag & 8).length, 1);
  }
});

test("every key of meta is known again, and its check: heads are judged by it", async () => {
  const named = images.filter((name) => name.endsWith("-named.zip"));
  assert.ok(named.length > 0);
  for (const name of named) {
    const flash = partOf(name);
    const agent = await openAgent(flash);
    const [contact] = agent.list("contact");
    assert.equal(
      Object.keys(META_KEYS).filter((key) => !(key in contact!.meta)),
      [],
    );
    assert.equal(
      [...agent.heads("note")],
      [...agent.list("note")].map(({ kind, id, meta }) => ({ kind, id, meta })),
    );
    const label = Buffer.from(flash.bytes).indexOf("Zoë Ångström");
    const meta = new Uint8Array(flash.bytes.buffer, flash.bytes.byteOffset + label - 3, encodeCheckedMeta(contact!.meta).length);
    assert.equal(meta, encodeCheckedMeta(contact!.meta));
  }
});

test("the mark of a witness is known again: a format by force did not come to its end, and there is no store", async () => {
  const cut = images.filter((name) => name.endsWith("-witness.zip"));
  assert.ok(cut.length > 0);
  for (const name of cut) {
    const flash = partOf(name);
    const { blockBytes, blockCount } = flash.geometry;
    const marks = Array.from({ length: blockCount }, (_, block) => flash.bytes[block * blockBytes + 64 + 9]!);
    const magics = Array.from({ length: blockCount }, (_, block) => flash.bytes.subarray(block * blockBytes + 64, block * blockBytes + 68));
    assert.is(magics.filter((magic, block) => Buffer.from(magic).toString() === "HFBL" && marks[block]! & 16).length, 1);
    const before = flash.bytes.slice();
    const code = await openAgent(flash).catch((error: { code?: string }) => error.code);
    assert.is(code, "NOT_FORMATTED");
    assert.equal(flash.bytes, before, "nothing is written");
    await formatFlash(flash, { force: true });
    assert.is((await openAgent(flash)).stat().records, 0);
  }
});

test("a striped image has parity blocks, and any one block they name may be gone", async () => {
  const striped = images.filter((name) => name.endsWith("-striped.zip"));
  assert.is(striped.length, 4);
  for (const name of striped) {
    const { geometry, bytes } = unpackSnapshot(new Uint8Array(readFileSync(IMAGES + name)));
    const bench = openWorkbench(geometry);
    const at = (block: number) => bytes.subarray(block * geometry.blockBytes, (block + 1) * geometry.blockBytes);
    const described = Array.from({ length: geometry.blockCount }, (_, block) => bench.describe(block, at(block)));
    const named = described.flatMap(({ lines }) => lines.filter(({ what }) => what === "descriptor").map(({ detail }) => detail));
    assert.ok(described.filter(({ state }) => state === "parity").length === named.length && named.length > 1, named.join("; "));
    const members = named.flatMap((text) => [...text.matchAll(/(\d+) \(/g)].map((match) => Number(match[1])));
    assert.ok(members.length > 4 && members.every((block) => !described[block]!.state.startsWith("open")));
    const expected = JSON.parse(readFileSync(IMAGES + name.replace(/zip$/, "json"), "utf8"));
    for (const block of members) {
      const part = partOf(name);
      part.bytes.fill(0, block * geometry.blockBytes, (block + 1) * geometry.blockBytes);
      assert.equal(JSON.parse(JSON.stringify(shown(await openAgent(part)))), expected, `${name} without block ${block}`);
    }
  }
});

test("the switch of a checkpoint is known again, with the newest change, and its body is read in place of the summaries", async () => {
  const checkpoints = images.filter((name) => name.endsWith("-checkpoint.zip"));
  assert.ok(checkpoints.length > 0);
  for (const name of checkpoints) {
    const mount = async (part: NorFlash | NandFlash): Promise<{ readBytes: number; programBytes: number; erases: number }> => {
      const flash = new TraceFlash(part);
      await openAgent(flash);
      return flash;
    };
    const { readBytes, programBytes, erases } = await mount(partOf(name));
    assert.equal([programBytes, erases], [0, 0], "nothing is recovered");
    const without = partOf(name);
    const units = new DataView(without.bytes.buffer, without.bytes.byteOffset + 64);
    assert.equal([units.getUint8(0), units.getUint8(1)], [0x1b, 1]);
    assert.is(units.getUint16(2, true), 60 + 3 * units.getUint16(28, true));
    const { records } = JSON.parse(readFileSync(IMAGES + name.replace(/zip$/, "json"), "utf8"));
    assert.is(units.getUint32(47, true), Math.max(...records.map(({ lsn }: { lsn: number }) => lsn)), "the newest change");
    without.bytes.fill(255, 64, without.geometry.blockBytes);
    assert.ok((await mount(without)).readBytes > 2 * readBytes, "the summaries are longer");
  }
});

test("there is an image of every format version for every preset of its time, closed and pulled", () => {
  assert.ok(versions.size > 0);
  for (const version of versions) {
    for (const preset of presetNames) {
      if (version === "1.0" && preset === "sx1-nor-8m") continue; // a preset since 1.1
      for (const end of ["closed", "pulled"]) assert.ok(images.includes(`${version}-${preset}-${end}.zip`), `${version} ${preset} ${end}`);
    }
  }
  for (const version of ["1.1", "1.2"])
    for (const preset of presetNames) assert.ok(images.includes(`${version}-${preset}-packed.zip`), `${version} ${preset} packed`);
});

test.run();

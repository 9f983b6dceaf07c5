/* The workbench: texts, bytes and a callback through as-bind. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Core } from "../../../../host/core/instance.js";
import { openWorkbench } from "../../../../host/core/workbench.js";
import { STATUSES } from "../../../../host/errors.js";
import { presets, RamFlash } from "../../../../host/flash/index.js";
import { formatFlash, KINDS, openAgent } from "../../../../host/index.js";

const test = suite("host/core/workbench");
const geometry = { ...presets["spi-nor-8m"], blockCount: 16 };

function blockOf(flash: RamFlash, block: number): Uint8Array {
  return flash.bytes.slice(block * geometry.blockBytes, (block + 1) * geometry.blockBytes);
}

/** A store with three notes, one of them removed again, closed. */
async function filled(): Promise<RamFlash> {
  const flash = new RamFlash(geometry);
  await formatFlash(flash);
  const agent = await openAgent(flash);
  agent.put("note", "first", { id: "0000000000000001", meta: { label: "one" } });
  agent.put("note", "second", { id: "0000000000000002" });
  agent.batch((batch) => {
    batch.put("contact", "third ".repeat(200), { id: "0000000000000003" });
    batch.remove("note", "0000000000000001");
  });
  agent.close();
  return flash;
}

test("names of statuses and kinds are the host's", () => {
  const bench = openWorkbench(geometry);
  assert.is(bench.statusText(0), "OK");
  for (const [name, row] of Object.entries(STATUSES)) assert.is(bench.statusText(row.number), name);
  assert.is(bench.statusText(-3), "status -3");
  assert.equal(
    KINDS.map((_, number) => bench.kindText(number)),
    [...KINDS],
  );
});

test("blank and foreign blocks", () => {
  const bench = openWorkbench(geometry);
  assert.equal(bench.describe(3, new Uint8Array(4096).fill(0xff)), { block: 3, state: "blank", lines: [] });
  assert.is(bench.describe(3, new Uint8Array(4096)).state, "foreign");
  assert.is(bench.describe(3, new Uint8Array(100)).state, "other part");
});

test("a part that cannot be served is refused", () => {
  assert.throws(
    () => openWorkbench({ ...geometry, blockCount: 3 }),
    (error: Error & { code?: string }) => error.code === "WRONG_GEOMETRY",
  );
});

test("everything that was stored is found in the blocks, and nothing else", async () => {
  const flash = await filled();
  const bench = openWorkbench(geometry);
  const reports = Array.from({ length: geometry.blockCount }, (_, block) => bench.describe(block, blockOf(flash, block)));
  const lines = reports.flatMap((report) => report.lines);
  assert.is(lines.filter((line) => line.what === "label").length, geometry.blockCount);
  assert.equal(
    lines.filter((line) => line.what === "damage" || line.what === "torn"),
    [],
  );
  const records = lines.filter((line) => line.what === "record").map((line) => line.detail);
  assert.ok(
    records.some((detail) => /^note 0000000000000001, .*body 5$/.test(detail)),
    records.join("\n"),
  );
  assert.ok(records.some((detail) => /^note 0000000000000002, .*body 6$/.test(detail)));
  assert.ok(records.some((detail) => /^contact 0000000000000003, .*body \d\d packed \(dictionaries 1\), in a batch$/.test(detail)));
  const tombstones = lines.filter((line) => line.what === "tombstone").map((line) => line.detail);
  assert.is(tombstones.length, 1);
  assert.match(tombstones[0], /^note 0000000000000001, .*ends a batch$/);
});

test("the codec of a body is told in words", async () => {
  const flash = new RamFlash(geometry);
  await formatFlash(flash);
  const core = new Core(flash);
  core.call("mounting", "hf_mount", 0, 0);
  for (const codec of [0, 1, 5]) {
    core.call("beginning", "hf_put_begin", 3, 0, codec, codec, 0, 0, 0, 0);
    core.call("committing", "hf_put_commit");
  }
  core.call("closing", "hf_close");
  const bench = openWorkbench(geometry);
  const lines = Array.from({ length: geometry.blockCount }, (_, block) => bench.describe(block, blockOf(flash, block)).lines).flat();
  assert.equal(
    lines.filter(({ what }) => what === "record").map(({ detail }) => detail.replace(/.*, body/, "body")),
    ["body 0", "body 0 packed (dictionaries 1)", "body 0 of the unknown codec 5"],
  );
});

test("a checkpoint and its switch are told", async () => {
  const large = { ...geometry, blockCount: 256 };
  const flash = new RamFlash(large);
  await formatFlash(flash);
  const agent = await openAgent(flash);
  for (let i = 0; i < 300; i++) agent.put("note", `note ${i}`);
  agent.close();
  const bench = openWorkbench(large);
  const reports = Array.from({ length: large.blockCount }, (_, block) => bench.describe(block, blockOf(flash, block)));
  const lines = reports.flatMap((report) => report.lines);
  assert.is(lines.filter((line) => line.what === "switch").length, 2);
  assert.match(lines.find((line) => line.what === "switch")?.detail ?? "", /^marker 1, .* 300 index entries$/);
  assert.ok(lines.filter((line) => line.what === "checkpoint").length >= 4);
  assert.ok(reports.filter((report) => report.state === "checkpoint").length >= 2);
  assert.is(lines.filter((line) => line.what === "record").length, 300);
  assert.equal(
    lines.filter((line) => line.what === "damage" || line.what === "torn"),
    [],
  );
});

test("lines lie within the block, in order, and do not overlap", async () => {
  const flash = await filled();
  const bench = openWorkbench(geometry);
  for (let block = 0; block < geometry.blockCount; block++) {
    let end = 0;
    for (const line of bench.describe(block, blockOf(flash, block)).lines) {
      assert.ok(line.offset >= end, `${line.what} at ${line.offset}, before ${end}`);
      end = line.offset + line.lengthBytes;
      assert.ok(end <= geometry.blockBytes);
    }
  }
});

test("a damaged record is told as damage, a mended one as corrected", async () => {
  const flash = await filled();
  const bench = openWorkbench(geometry);
  const block = Array.from({ length: geometry.blockCount }, (_, index) => index).find((index) =>
    bench.describe(index, blockOf(flash, index)).lines.some((line) => line.what === "record"),
  );
  const bytes = blockOf(flash, block as number);
  const record = bench.describe(block as number, bytes).lines.find((line) => line.detail.startsWith("note 0000000000000002"));
  const first = record?.offset as number;

  const mended = bytes.slice();
  mended[first + 12] ^= 0xff;
  assert.ok(
    bench.describe(block as number, mended).lines.some((line) => line.offset === first && /, 1 bytes corrected$/.test(line.detail)),
  );

  const lost = bytes.slice();
  for (let at = first; at < first + (record?.lengthBytes as number); at++) lost[at] ^= 0x5a;
  const lines = bench.describe(block as number, lost).lines;
  assert.ok(lines.some((line) => line.what === "damage" && line.offset === first));
  assert.ok(
    lines.some((line) => line.detail.startsWith("note 0000000000000001")),
    "what lies before it is still told",
  );
});

test("noise is described, whatever it is", () => {
  const bench = openWorkbench(geometry);
  let state = 7;
  for (let round = 0; round < 50; round++) {
    const noise = Uint8Array.from({ length: 4096 }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 24;
    });
    assert.is(bench.describe(round % 16, noise).state, "foreign");
  }
});

test.run();

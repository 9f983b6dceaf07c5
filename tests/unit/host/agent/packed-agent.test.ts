/* Packed bodies as an application meets them: it does not. What it sees is the original, whatever lies on the part. */
import { deflateSync } from "fflate";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crc32c } from "../../../../host/agent/crc32c.js";
import { kindNumber } from "../../../../host/agent/kinds.js";
import { Core } from "../../../../host/core/instance.js";
import { presets, RamFlash } from "../../../../host/flash/index.js";
import { type AgentOptions, formatFlash, HoldfastError, type Kind, openAgent } from "../../../../host/index.js";
import { CODEC_PACKED, pack } from "../../../../host/pack/index.js";

const test = suite("host/agent/packed");
const geometry = { ...presets["spi-nor-8m"], blockCount: 64 };
const ONE = "0000000000000001";
const TWO = "0000000000000002";
const utf8 = (text: string) => new TextEncoder().encode(text);
const CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Zoë Ångström\r\nTEL;TYPE=CELL:+46701234567\r\nEND:VCARD\r\n";
/** Longer than a record, packed too. */
const LONG = Array.from({ length: 1500 }, (_, i) => `${(i * i * 7919) % 10007}`).join(" of ");

async function fresh() {
  const flash = new RamFlash(geometry);
  await formatFlash(flash);
  return flash;
}

async function opened(flash: RamFlash, options: AgentOptions = {}) {
  return openAgent(flash, options);
}

function code(expected: string, words = /./): (error: Error & { code?: string }) => boolean {
  return (error) => error instanceof HoldfastError && error.code === expected && words.test(error.message);
}

/** Puts `stored` under `codec` past the agent, as another program could. */
async function plant(flash: RamFlash, kind: Kind, low: number, codec: number, stored: Uint8Array): Promise<void> {
  const core = new Core(flash);
  core.call("mounting", "hf_mount", 0, 0);
  core.call("beginning", "hf_put_begin", kindNumber(kind), 0, low, codec, 0, 0, stored.length, 0);
  for (let at = 0; at < stored.length; at += 4096) {
    core.doorstep.fill(stored.subarray(at, at + 4096));
    core.call("writing", "hf_put_write", Math.min(4096, stored.length - at));
  }
  core.call("committing", "hf_put_commit");
  core.call("closing", "hf_close");
}

/** What lies on the part: codec and stored bytes of each record, in the order of a list. */
function lying(flash: RamFlash): [codec: number, storedBytes: number][] {
  const core = new Core(flash);
  core.call("mounting", "hf_mount", 1, 0);
  const found: [number, number][] = [];
  let [high, low] = [0, 0];
  while (core.call("listing", "hf_list_next", -1, high, low) > 0) {
    const { codec, bodyBytes, cursorHigh, cursorLow } = core.doorstep.result();
    found.push([codec, bodyBytes]);
    [high, low] = [cursorHigh, cursorLow];
  }
  return found;
}

for (const [name, text] of Object.entries({ short: CARD, long: LONG })) {
  test(`a ${name} body lies packed, and every door shows the original`, async () => {
    const flash = await fresh();
    const agent = await opened(flash);
    const receipt = agent.put("contact", text, { id: ONE, meta: { label: "Zoë" } });
    const body = utf8(text);
    assert.is(receipt.crc32c, crc32c(body));
    const record = agent.get("contact", ONE);
    assert.equal([record?.body, record?.bodyBytes], [body, body.length]);
    assert.equal(agent.receipt("contact", ONE), receipt);
    const [listed] = [...agent.list()];
    assert.equal([listed.bodyBytes, listed.meta, listed.damaged], [body.length, { label: "Zoë" }, undefined]);
    assert.equal([...agent.changes(0n)], [listed]);
    assert.is(agent.stat().payloadBytes, body.length);
    assert.equal(agent.verify(), { records: 1, ok: 1, corrected: 0, damaged: [], damagedUnknown: 0 });
    agent.close();
    const stored = pack("contact", body).bytes.length;
    assert.equal(lying(flash), [[CODEC_PACKED, stored]]);
    assert.equal((await opened(flash)).get("contact", ONE), record);
  });
}

test("pack: false stores what it is given; raw and packed live side by side, and either agent reads both", async () => {
  const flash = await fresh();
  const raw = await opened(flash, { pack: false });
  raw.put("contact", CARD, { id: ONE });
  raw.close();
  const packing = await opened(flash);
  packing.put("contact", CARD, { id: TWO });
  packing.close();
  assert.equal(
    lying(flash)
      .map(([codec]) => codec)
      .sort(),
    [0, CODEC_PACKED],
  );
  for (const pack of [true, false]) {
    const agent = await opened(flash, { pack });
    for (const id of [ONE, TWO]) assert.equal(agent.get("contact", id)?.body, utf8(CARD));
    assert.equal(
      [...agent.list()].map(({ bodyBytes }) => bodyBytes),
      [utf8(CARD).length, utf8(CARD).length],
    );
    agent.close();
  }
});

test("the limits count what the caller can count: bytes as they were given", async () => {
  const flash = await fresh();
  const agent = await opened(flash);
  const half = "a".repeat(32 * 1024);
  assert.throws(
    () =>
      agent.batch((batch) => {
        batch.put("note", half);
        batch.put("note", half);
        batch.put("note", "b");
      }),
    code("TOO_BIG"),
  );
  assert.is(agent.stat().records, 0);
  const receipts = agent.batch((batch) => {
    batch.put("note", half);
    batch.put("note", half);
  });
  assert.is(receipts.length, 2);
  assert.throws(() => agent.put("note", "a".repeat(8 * 1024 * 1024 + 1)), code("TOO_BIG"));
  const { id } = agent.put("note", "a".repeat(8 * 1024 * 1024));
  assert.is(agent.get("note", id)?.body.length, 8 * 1024 * 1024); // a part of 256 KiB holds it, packed
});

test("a list of short packed records costs no more reads than one of raw records", async () => {
  const reads = { count: 0 };
  const counts: number[] = [];
  for (const pack of [true, false]) {
    const flash = await fresh();
    const counting = Object.assign(Object.create(flash) as RamFlash, {
      read: (block: number, offset: number, target: Uint8Array) => {
        reads.count++;
        return flash.read(block, offset, target);
      },
    });
    const agent = await openAgent(counting, { pack });
    for (let i = 0; i < 40; i++) agent.put("contact", CARD.replace("Zoë", `Zoë ${i}`));
    const before = reads.count;
    assert.is([...agent.list()].length, 40);
    counts.push(reads.count - before);
  }
  assert.ok(counts[0] <= counts[1], `${counts}`);
});

test("a codec of a newer Holdfast: get names it, the list goes on", async () => {
  const flash = await fresh();
  await plant(flash, "note", 1, 5, utf8("from the future"));
  const agent = await opened(flash);
  agent.put("note", "of today", { id: TWO });
  assert.throws(() => agent.get("note", ONE), code("NEWER_FORMAT", /reading note 0000000000000001: packed by the unknown codec 5/));
  const listed = [...agent.list()].map(({ id, bodyBytes, damaged }) => [id, bodyBytes, damaged]).sort();
  assert.equal(listed, [
    [ONE, 15, undefined],
    [TWO, 8, undefined],
  ]);
});

test("forged bodies are CORRUPT in words and damaged in a list; their neighbours are read", async () => {
  const flash = await fresh();
  const whole = pack("contact", utf8(CARD)).bytes;
  const bomb = deflateSync(new Uint8Array(64 * 1024 * 1024), { level: 9 });
  await plant(flash, "contact", 1, CODEC_PACKED, whole.subarray(0, whole.length - 4));
  await plant(flash, "contact", 2, CODEC_PACKED, new Uint8Array(0));
  await plant(flash, "contact", 3, CODEC_PACKED, Uint8Array.of(0xff, 0xff, 0xff, 0x7f, 1, 2));
  await plant(flash, "contact", 4, CODEC_PACKED, Uint8Array.of(0x80, 0x80, 0x80, 3, ...bomb));
  await plant(flash, "contact", 5, CODEC_PACKED, new Uint8Array(3000).fill(0x80));
  await plant(flash, "contact", 6, CODEC_PACKED, whole);
  const agent = await opened(flash);
  for (let low = 1; low <= 5; low++)
    assert.throws(
      () => agent.get("contact", `000000000000000${low}`),
      code("CORRUPT", /reading contact 0.*: its packed body does not unpack: /),
    );
  const listed = [...agent.list()].map(({ id, damaged }) => [Number(id), damaged ?? false]).sort();
  // What the first bytes do not give away only a get can tell.
  assert.equal(listed, [
    [1, false],
    [2, true],
    [3, true],
    [4, false],
    [5, true],
    [6, false],
  ]);
  assert.equal(agent.get("contact", "0000000000000006")?.body, utf8(CARD));
  const { id } = agent.put("contact", CARD, { id: ONE });
  assert.equal(agent.get("contact", id)?.body, utf8(CARD));
});

test("a list goes on past a long record whose first piece is damaged, and says which it is", async () => {
  const flash = await fresh();
  const agent = await opened(flash);
  agent.put("note", LONG, { id: ONE });
  agent.put("note", "whole", { id: TWO });
  agent.close();
  // Beyond what parity mends, in the chunk of the body's beginning: it lies where the packed text does.
  const packed = pack("note", utf8(LONG)).bytes.subarray(40, 60);
  const at = Buffer.from(flash.bytes).indexOf(packed);
  assert.ok(at > 0);
  flash.bytes.fill(0, at - 20, at + 40);
  const listed = [...(await opened(flash)).list()];
  assert.equal(listed.map(({ id, damaged }) => [id, damaged]).sort(), [
    [ONE, true],
    [TWO, undefined],
  ]);
});

test.run();

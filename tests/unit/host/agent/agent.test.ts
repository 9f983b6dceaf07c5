/* The agent as an application meets it: contract.md, sentence by sentence. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crc32c } from "../../../../host/agent/crc32c.js";
import { type FlashDevice, presets, RamFlash } from "../../../../host/flash/index.js";
import { type Agent, type AgentOptions, formatFlash, HoldfastError, KINDS, type Kind, openAgent } from "../../../../host/index.js";

const test = suite("host/agent/agent");
const geometry = { ...presets["spi-nor-8m"], blockCount: 64 };
const ONE = "0000000000000001";
const TWO = "0000000000000002";
const text = new TextDecoder();
const bytes = (source: string) => new TextEncoder().encode(source);

function code(expected: string): (error: Error & { code?: string }) => boolean {
  return (error) => error instanceof HoldfastError && error.code === expected && error.hint.length > 0;
}

async function rejects(promise: Promise<unknown>, expected: string): Promise<void> {
  try {
    await promise;
  } catch (error) {
    assert.ok(code(expected)(error as Error), `${error}`);
    return;
  }
  assert.unreachable(`expected ${expected}`);
}

async function fresh(options: AgentOptions = {}): Promise<{ flash: RamFlash; agent: Agent }> {
  const flash = new RamFlash(geometry);
  await formatFlash(flash);
  return { flash, agent: await openAgent(flash, options) };
}

/** A device that can be made to throw. */
function breakable(flash: RamFlash): FlashDevice & { failure: unknown } {
  const broken = {
    geometry: flash.geometry,
    failure: undefined as unknown,
    read: (block: number, offset: number, target: Uint8Array) => flash.read(block, offset, target),
    program(block: number, offset: number, source: Uint8Array) {
      if (broken.failure !== undefined) throw broken.failure;
      return flash.program(block, offset, source);
    },
    erase(block: number) {
      if (broken.failure !== undefined) throw broken.failure;
      return flash.erase(block);
    },
  };
  return broken;
}

test("what was put is there, with its receipt, and after another mount too", async () => {
  const { flash, agent } = await fresh({ wallMs: () => 1_255_000_000_000 });
  const receipt = agent.put("contact", "BEGIN:VCARD", { id: ONE, meta: { label: "Zoë", phones: ["112"] } });
  assert.equal([receipt.id, receipt.crc32c], [ONE, crc32c(bytes("BEGIN:VCARD"))]);
  const record = agent.get("contact", ONE);
  assert.is(text.decode(record?.body), "BEGIN:VCARD");
  const { body: _, ...summary } = record!;
  assert.equal(summary, {
    kind: "contact",
    id: ONE,
    lsn: receipt.lsn,
    bodyBytes: 11,
    wallMs: 1_255_000_000_000,
    meta: { label: "Zoë", phones: ["112"] },
  });
  assert.equal(agent.receipt("contact", ONE), receipt);
  agent.close();
  const again = await openAgent(flash);
  assert.equal(again.get("contact", ONE), record);
  assert.equal(again.receipt("contact", ONE), receipt);
});

test("kinds are apart, absent is undefined, an existing record is replaced", async () => {
  const { agent } = await fresh();
  for (const kind of KINDS) agent.put(kind, `a ${kind}`, { id: ONE });
  for (const kind of KINDS) assert.is(text.decode(agent.get(kind, ONE)?.body), `a ${kind}`);
  assert.is(agent.get("note", TWO), undefined);
  assert.is(agent.receipt("note", TWO), undefined);
  const first = agent.receipt("note", ONE)!;
  const second = agent.put("note", "new", { id: ONE });
  assert.ok(second.lsn > first.lsn);
  assert.is(text.decode(agent.get("note", ONE)?.body), "new");
  assert.is(agent.stat().counts.note, 1);
});

test("bodies of every size come back byte for byte", async () => {
  const { flash, agent } = await fresh();
  const bodies = [0, 1, 600, 651, 652, 2047, 2048, 2049, 4095, 4096, 4097, 70_000].map((length) =>
    Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255),
  );
  const ids = bodies.map((body) => agent.put("photo", body).id);
  for (const [i, body] of bodies.entries()) assert.equal(agent.get("photo", ids[i])?.body, body);
  agent.close();
  const again = await openAgent(flash);
  for (const [i, body] of bodies.entries()) assert.equal(again.get("photo", ids[i])?.body, body);
});

test("an id is minted from the entropy, and minted again when it is taken", async () => {
  const draws = [7, 7, 7, 8];
  const { agent } = await fresh({ entropy: (target) => target.fill(draws.shift() ?? 9) });
  assert.is(agent.put("note", "a").id, "0707070707070707");
  assert.is(agent.put("note", "b").id, "0808080808080808");
  assert.is(text.decode(agent.get("note", "0707070707070707")?.body), "a");
  agent.put("note", "c");
  assert.throws(() => agent.put("note", "d"), code("INVALID"));
});

test("remove takes a record away; what is not there cannot be removed", async () => {
  const { flash, agent } = await fresh();
  const put = agent.put("todo", "x", { id: ONE });
  const removed = agent.remove("todo", ONE);
  assert.ok(removed.lsn > put.lsn);
  assert.is(removed.crc32c, 0);
  assert.is(agent.get("todo", ONE), undefined);
  assert.throws(() => agent.remove("todo", ONE), code("NOT_FOUND"));
  agent.close();
  assert.is((await openAgent(flash)).get("todo", ONE), undefined);
});

test("bad input is refused by name and changes nothing", async () => {
  const { agent } = await fresh();
  const before = agent.stat();
  assert.throws(() => agent.put("contacts" as Kind, "x"), code("INVALID"));
  assert.throws(() => agent.put("note", "x", { id: "12" }), code("INVALID"));
  assert.throws(() => agent.put("note", 5 as unknown as string), code("INVALID"));
  assert.throws(() => agent.put("note", "\ud800"), code("INVALID"));
  assert.throws(() => agent.put("note", "x", { meta: { x: 1n } }), code("INVALID"));
  assert.throws(() => agent.put("note", new Uint8Array(8 * 1024 * 1024 + 1)), code("TOO_BIG"));
  assert.throws(() => agent.put("note", "x", { meta: { label: "x".repeat(500) } }), code("TOO_BIG"));
  assert.throws(() => agent.get("nothing" as Kind, ONE), code("INVALID"));
  assert.throws(() => agent.get("note", "zz"), code("INVALID"));
  assert.throws(() => agent.list("all" as Kind), code("INVALID"));
  assert.throws(() => agent.changes(-1n), code("INVALID"));
  assert.throws(() => agent.changes(0 as unknown as bigint), code("INVALID"));
  assert.throws(() => agent.tick(-1), code("INVALID"));
  assert.equal(agent.stat(), before);
});

test("list shows every record once, of one kind or of all, also while one writes", async () => {
  const { agent } = await fresh();
  const put = new Set<string>();
  for (let i = 0; i < 200; i++) put.add(agent.put(i % 2 ? "note" : "todo", `body ${i}`, { meta: { label: `${i}` } }).id);
  const all = [...agent.list()];
  assert.equal(new Set(all.map((entry) => entry.id)), put);
  assert.is(all.length, 200);
  assert.is([...agent.list("note")].length, 100);
  assert.equal([...agent.list()], all, "the order is stable");

  const seen: string[] = [];
  for (const entry of agent.list()) {
    seen.push(entry.id);
    if (seen.length % 10 === 0) {
      agent.put("mail", `written meanwhile ${seen.length}`);
      agent.put(entry.kind, "replaced", { id: entry.id });
      agent.tick();
    }
  }
  const counted = seen.filter((id) => put.has(id));
  assert.is(counted.length, 200);
  assert.is(new Set(counted).size, 200);
});

test("changes tells what came after, oldest first, removals too", async () => {
  const { agent } = await fresh();
  agent.put("note", "a", { id: ONE });
  const mark = agent.put("note", "b", { id: TWO }).lsn;
  assert.equal([...agent.changes(mark)], []);
  const third = agent.put("todo", "c", { id: ONE });
  const gone = agent.remove("note", ONE);
  const after = [...agent.changes(mark)];
  assert.equal(
    after.map(({ kind, id, lsn, removed }) => ({ kind, id, lsn, removed })),
    [
      { kind: "todo", id: ONE, lsn: third.lsn, removed: undefined },
      { kind: "note", id: ONE, lsn: gone.lsn, removed: true },
    ],
  );
  const all = [...agent.changes(0n)].map((entry) => entry.lsn);
  assert.equal(
    all,
    [...all].sort((a, b) => (a < b ? -1 : 1)),
  );
});

test("a batch commits together, and its receipts get their numbers then", async () => {
  const { flash, agent } = await fresh();
  agent.put("note", "old", { id: ONE });
  const during: bigint[] = [];
  const receipts = agent.batch((batch) => {
    during.push(batch.put("note", "new", { id: TWO }).lsn);
    batch.remove("note", ONE);
    batch.put("contact", "minted");
    assert.is(agent.get("note", TWO), undefined, "nothing is there before the commit");
  });
  assert.equal(during, [0n]);
  assert.is(receipts.length, 3);
  assert.ok(receipts.every((receipt) => receipt.lsn > 0n));
  assert.equal(agent.receipt("note", TWO), receipts[0]);
  assert.equal(agent.receipt("contact", receipts[2].id), receipts[2]);
  agent.close();
  const again = await openAgent(flash);
  assert.is(again.get("note", ONE), undefined);
  assert.is(text.decode(again.get("note", TWO)?.body), "new");
});

test("a batch whose callback throws changes nothing", async () => {
  const { agent } = await fresh();
  agent.put("note", "old", { id: ONE });
  const before = agent.stat();
  const thrown = new Error("no");
  try {
    agent.batch((batch) => {
      batch.put("note", "new", { id: ONE });
      batch.remove("note", ONE);
      throw thrown;
    });
    assert.unreachable();
  } catch (error) {
    assert.is(error, thrown);
  }
  assert.throws(() => agent.batch((batch) => void batch.remove("note", TWO)), code("NOT_FOUND"));
  assert.throws(() => agent.batch((async () => {}) as unknown as () => void), code("INVALID"));
  assert.equal(agent.stat(), before);
  assert.is(text.decode(agent.get("note", ONE)?.body), "old");
});

test("a batch knows its own changes; of several to one record the last counts", async () => {
  const { agent } = await fresh();
  const receipts = agent.batch((batch) => {
    batch.put("note", "1", { id: ONE });
    batch.put("note", "2", { id: ONE });
    batch.put("note", "3", { id: TWO });
    batch.remove("note", TWO);
    assert.throws(() => batch.remove("note", TWO), code("NOT_FOUND"));
  });
  assert.is(receipts.length, 4);
  assert.is(text.decode(agent.get("note", ONE)?.body), "2");
  assert.is(agent.get("note", TWO), undefined);
  assert.equal(
    agent.batch(() => {}),
    [],
  );
});

test("256 records and 64 KiB commit together, more are too big and change nothing", async () => {
  const { agent } = await fresh();
  const full = agent.batch((batch) => {
    for (let i = 0; i < 256; i++) batch.put("note", new Uint8Array(256).fill(i));
  });
  assert.is(full.length, 256);
  assert.is(agent.stat().records, 256);
  assert.throws(
    () =>
      agent.batch((batch) => {
        for (let i = 0; i < 257; i++) batch.put("note", "x");
      }),
    code("TOO_BIG"),
  );
  assert.throws(() => agent.batch((batch) => void batch.put("photo", new Uint8Array(65_537))), code("TOO_BIG"));
  assert.is(agent.stat().records, 256);
});

test("a batch is over when its callback has returned", async () => {
  const { agent } = await fresh();
  let kept: Parameters<Parameters<Agent["batch"]>[0]>[0] | undefined;
  agent.batch((batch) => {
    kept = batch;
  });
  assert.throws(() => kept?.put("note", "late"), code("CLOSED"));
});

test("a blank part is NOT_FORMATTED, and nothing is written to it", async () => {
  const flash = new RamFlash(geometry);
  await rejects(openAgent(flash), "NOT_FORMATTED");
  assert.ok(flash.bytes.every((byte) => byte === 0xff));
});

test("one agent a device, until it is closed or has lost its power", async () => {
  const { flash, agent } = await fresh();
  await rejects(openAgent(flash), "LOCKED");
  await rejects(formatFlash(flash, { force: true }), "LOCKED");
  agent.close();
  agent.close();
  assert.throws(() => agent.get("note", ONE), code("CLOSED"));
  (await openAgent(flash)).close();
});

test("what a device throws is a power cut: unchanged to the caller, CLOSED from then on, recovered by the next", async () => {
  for (const inBatch of [false, true]) {
    const { flash, agent: first } = await fresh();
    first.put("note", "kept", { id: ONE });
    first.close();
    const device = breakable(flash);
    const agent = await openAgent(device);
    device.failure = { battery: "gone" };
    let caught: unknown;
    try {
      if (inBatch) agent.batch((batch) => void batch.put("note", "lost", { id: TWO }));
      else agent.put("note", "lost", { id: TWO });
    } catch (error) {
      caught = error;
    }
    assert.is(caught, device.failure);
    const calls = [
      () => agent.put("note", "x"),
      () => agent.get("note", ONE),
      () => agent.list(),
      () => agent.stat(),
      () => agent.tick(),
      () => agent.verify(),
      () => agent.close(),
    ];
    for (const call of calls) assert.throws(call, code("CLOSED"));
    device.failure = undefined;
    const again = await openAgent(device);
    assert.is(text.decode(again.get("note", ONE)?.body), "kept");
    assert.is(again.get("note", TWO), undefined);
  }
});

test("read-only reads, and refuses to write", async () => {
  const { flash, agent: writer } = await fresh();
  writer.put("note", "a", { id: ONE });
  writer.close();
  const before = flash.bytes.slice();
  const agent = await openAgent(flash, { readOnly: true });
  assert.is(text.decode(agent.get("note", ONE)?.body), "a");
  assert.throws(() => agent.put("note", "b"), code("READ_ONLY"));
  assert.throws(() => agent.remove("note", ONE), code("READ_ONLY"));
  assert.throws(() => agent.batch((batch) => void batch.put("note", "b")), code("READ_ONLY"));
  assert.is(agent.verify().ok, 1);
  agent.close();
  assert.equal(flash.bytes, before);
});

test("a mount after a clean close programs nothing", async () => {
  const { flash, agent } = await fresh();
  for (let i = 0; i < 50; i++) agent.put("note", `${i}`);
  agent.close();
  const before = flash.bytes.slice();
  const again = await openAgent(flash);
  assert.is([...again.list()].length, 50);
  assert.equal(flash.bytes, before);
});

test("stat and verify count what is there", async () => {
  const { agent } = await fresh();
  agent.put("note", "12345", { id: ONE });
  agent.put("contact", "123", { id: ONE });
  const stat = agent.stat();
  assert.is(stat.records, 2);
  assert.is(
    Object.values(stat.counts).reduce((sum, count) => sum + count),
    2,
  );
  assert.is(stat.flash.bytes, geometry.blockBytes * geometry.blockCount);
  assert.is(stat.formatVersion, "1.2");
  assert.is(stat.parityBytes, 16);
  assert.match(stat.storeId, /^[0-9a-f]{16}$/);
  assert.ok(stat.ram.capacity > 20_000 && stat.ram.fixedBytes <= 48 * 1024, JSON.stringify(stat.ram));
  assert.ok(stat.payloadBytes >= 8);
  assert.not.throws(() => JSON.stringify(stat));
  assert.equal(agent.verify(), { records: 2, ok: 2, corrected: 0, damaged: [], damagedUnknown: 0 });
});

test("rot beyond correction is CORRUPT and named, never absence and never other bytes", async () => {
  const { flash, agent } = await fresh({ pack: false });
  const body = Uint8Array.from({ length: 300 }, (_, i) => (i * 7) & 255);
  agent.put("note", body, { id: ONE });
  agent.put("note", "whole", { id: TWO });
  agent.close();
  const at = Buffer.from(flash.bytes).indexOf(Buffer.from(body.subarray(100, 200)));
  assert.ok(at > 0);
  for (let i = 0; i < 60; i++) flash.bytes[at + i] ^= 0xff;
  const again = await openAgent(flash);
  assert.throws(() => again.get("note", ONE), code("CORRUPT"));
  assert.is(text.decode(again.get("note", TWO)?.body), "whole");
  const report = again.verify();
  assert.equal([report.records, report.ok, report.damaged], [2, 1, [{ kind: "note", id: ONE }]]);
  assert.is([...again.list()].length, 2);
});

test("rot within the code's reach is mended, and counted", async () => {
  const { flash, agent } = await fresh();
  const body = Uint8Array.from({ length: 150 }, (_, i) => (i * 7) & 255);
  agent.put("note", body, { id: ONE });
  agent.close();
  const at = Buffer.from(flash.bytes).indexOf(Buffer.from(body));
  for (let i = 0; i < 8; i++) flash.bytes[at + 10 * i] ^= 0xff;
  const again = await openAgent(flash);
  assert.equal(again.get("note", ONE)?.body, body);
  assert.equal(again.verify(), { records: 1, ok: 1, corrected: 1, damaged: [], damagedUnknown: 0 });
});

test("scrub moves what has little left that could be mended, so that verify has nothing to correct, and moves nothing the next time", async () => {
  const { flash, agent } = await fresh();
  const body = Uint8Array.from({ length: 150 }, (_, i) => (i * 7) & 255);
  agent.put("note", body, { id: ONE });
  agent.put("note", "whole", { id: TWO });
  agent.close();
  const at = Buffer.from(flash.bytes).indexOf(Buffer.from(body));
  for (let i = 0; i < 5; i++) flash.bytes[at + 10 * i] ^= 0xff;
  const looking = await openAgent(flash, { readOnly: true });
  const found = { records: 2, relocated: 0, corrected: 1, left: 1, damaged: [], damagedUnknown: 0 };
  assert.equal(looking.scrub(), found);
  looking.close();
  const again = await openAgent(flash);
  assert.equal(again.scrub(), { ...found, relocated: 1, left: 0 });
  assert.equal(again.verify(), { records: 2, ok: 2, corrected: 0, damaged: [], damagedUnknown: 0 });
  assert.equal(again.scrub(), { ...found, corrected: 0, left: 0 });
  assert.equal(again.get("note", ONE)?.body, body);
});

test("tick does what there is to do and comes to an end", async () => {
  const { agent } = await fresh();
  for (let i = 0; i < 400; i++) agent.put("note", `version ${i} ${"x".repeat(300)}`, { id: ONE });
  let rounds = 0;
  while (agent.tick() > 0 && rounds < 10_000) rounds++;
  assert.ok(rounds < 10_000);
  assert.is(text.decode(agent.get("note", ONE)?.body.subarray(0, 11)), "version 399");
});

test.run();

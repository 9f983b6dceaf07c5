/* Formatting: what it asks, what it refuses, what it keeps. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type FlashGeometry, presets, RamFlash } from "../../../../host/flash/index.js";
import { formatFlash, HoldfastError, openAgent } from "../../../../host/index.js";

const test = suite("host/agent/format");
const geometry = { ...presets["spi-nor-8m"], blockCount: 16 };

async function rejects(promise: Promise<unknown>, expected: string, hint = /./): Promise<void> {
  try {
    await promise;
  } catch (error) {
    assert.instance(error, HoldfastError);
    assert.is((error as HoldfastError).code, expected);
    assert.match((error as HoldfastError).hint, hint);
    return;
  }
  assert.unreachable(`expected ${expected}`);
}

test("progress counts up to the number of steps", async () => {
  const told: [number, number][] = [];
  await formatFlash(new RamFlash(geometry), { onProgress: (done, total) => told.push([done, total]) });
  const total = told[0][1];
  assert.ok(told.length > 1);
  assert.ok(told.every(([done, of], i) => of === total && (i === 0 || done > told[i - 1][0])));
  assert.equal(told[told.length - 1], [total, total]);
});

test("the store id comes from the entropy", async () => {
  const flash = new RamFlash(geometry);
  await formatFlash(flash, { entropy: (target) => target.set([1, 2, 3, 4, 5, 6, 7, 8]) });
  assert.is((await openAgent(flash)).stat().storeId, "0102030405060708");
});

test("a live store is refused, untouched, unless force is given", async () => {
  const flash = new RamFlash(geometry);
  await formatFlash(flash);
  const agent = await openAgent(flash);
  agent.put("note", "precious", { id: "0000000000000001" });
  agent.close();
  const before = flash.bytes.slice();
  await rejects(formatFlash(flash), "BUSY", /force/);
  assert.equal(flash.bytes, before);

  await formatFlash(flash, { force: true });
  const again = await openAgent(flash);
  assert.is(again.stat().records, 0);
  assert.is(again.get("note", "0000000000000001"), undefined);
  assert.ok(again.stat().flash.eraseMean >= 1, "erase counts are carried over");
});

test("options that cannot be served are refused before anything is touched", async () => {
  const flash = new RamFlash(geometry);
  await rejects(formatFlash(flash, { key: new Uint8Array(32) }), "INVALID");
  await rejects(formatFlash(flash, { parityBytes: 4 as 8 }), "INVALID");
  await rejects(formatFlash(flash, { outerParity: 3 as 4 }), "INVALID");
  await rejects(formatFlash(flash, { wallMs: () => Number.NaN }), "INVALID");
  assert.ok(flash.bytes.every((byte) => byte === 0xff));
});

test("eight parity bytes are a choice", async () => {
  const flash = new RamFlash(geometry);
  await formatFlash(flash, { parityBytes: 8 });
  const agent = await openAgent(flash);
  assert.is(agent.stat().parityBytes, 8);
  agent.put("note", "x", { id: "0000000000000001" });
  assert.is(agent.get("note", "0000000000000001")?.bodyBytes, 1);
});

test("every preset is served, and a few more shapes", async () => {
  const shapes: FlashGeometry[] = [
    ...Object.values(presets).map((preset) => ({ ...preset, blockCount: Math.min(preset.blockCount, 24) })),
    { kind: "nor", blockBytes: 2048, blockCount: 64, pageBytes: 256, programBytes: 4 },
    { kind: "nor", blockBytes: 256 * 1024, blockCount: 12, pageBytes: 512, programBytes: 32 },
    { kind: "nand", blockBytes: 16 * 512, blockCount: 64, pageBytes: 512, programBytes: 512 },
  ];
  for (const shape of shapes) {
    const flash = new RamFlash(shape);
    await formatFlash(flash);
    const agent = await openAgent(flash);
    const { id } = agent.put("note", "here");
    agent.close();
    assert.is((await openAgent(flash)).get("note", id)?.bodyBytes, 4, JSON.stringify(shape));
  }
});

test("what cannot be served is refused by name", async () => {
  await rejects(formatFlash(new RamFlash({ ...geometry, blockCount: 8 })), "WRONG_GEOMETRY");
  await rejects(formatFlash(new RamFlash({ ...geometry, programBytes: 64 })), "WRONG_GEOMETRY");
});

test("a format cut over a live store leaves no store, or the old one, or an empty one; never a part of it", async () => {
  for (let cut = 0; cut < 40; cut++) {
    const ram = new RamFlash(geometry);
    await formatFlash(ram);
    const agent = await openAgent(ram);
    for (let i = 0; i < 30; i++) agent.put("note", `${i}`.repeat(200));
    agent.close();
    let operations = 0;
    const step = (work: () => number): number => {
      if (operations++ === cut) throw new Error("cut");
      return work();
    };
    const device = {
      geometry,
      read: ram.read.bind(ram),
      program: (block: number, offset: number, source: Uint8Array) => step(() => ram.program(block, offset, source)),
      erase: (block: number) => step(() => ram.erase(block)),
    };
    await formatFlash(device, { force: true }).catch(() => {});
    const records = await openAgent(ram).then(
      (opened) => {
        const report = opened.verify();
        assert.equal([report.damaged, report.damagedUnknown], [[], 0]);
        opened.close();
        return report.records;
      },
      (error: HoldfastError) => error.code,
    );
    assert.ok(records === 0 || records === 30 || records === "NOT_FORMATTED", `cut ${cut}: ${records}`);
  }
});

test("a device that throws while formatting is let go", async () => {
  const ram = new RamFlash(geometry);
  const thrown = new Error("cut");
  let erases = 0;
  const device = {
    geometry,
    read: ram.read.bind(ram),
    program: ram.program.bind(ram),
    erase(block: number) {
      if (erases++ === 5) throw thrown;
      return ram.erase(block);
    },
  };
  try {
    await formatFlash(device);
    assert.unreachable();
  } catch (error) {
    assert.is(error, thrown);
  }
  await formatFlash(device, { force: true });
  const agent = await openAgent(device);
  assert.is(agent.stat().records, 0);
  agent.close();
});

test.run();

/* An instance used again does, byte for byte, what a fresh one does. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Core, type CoreInstance, type InstanceSource, takeInstancesFrom } from "../../../../host/core/instance.js";
import { RecycledInstances } from "../../../../host/core/recycled.js";
import { type FlashDevice, type FlashGeometry, NandFlash, NorFlash, presets } from "../../../../host/flash/index.js";
import { formatFlash, openAgent } from "../../../../host/index.js";

const test = suite("host/core/recycled");
const MEMORY_BYTES = 65536;
const nor: FlashGeometry = { ...presets["spi-nor-8m"], blockCount: 16 };
const ecc: FlashGeometry = { ...presets["ecc-nor-16m"], blockBytes: 4096, blockCount: 20 };
const nand: FlashGeometry = { ...presets["slc-nand-64m"], blockBytes: 32768, blockCount: 14 };

/** Writes down every call and what came of it. */
class Log implements FlashDevice {
  readonly lines: string[] = [];
  readonly geometry: FlashGeometry;
  private readonly inner: FlashDevice;
  constructor(inner: FlashDevice) {
    this.inner = inner;
    this.geometry = inner.geometry;
  }
  read(block: number, offset: number, target: Uint8Array): number {
    const status = this.inner.read(block, offset, target);
    this.lines.push(`read ${block} ${offset} ${target.length} ${status}`);
    return status;
  }
  program(block: number, offset: number, source: Uint8Array): number {
    this.lines.push(`program ${block} ${offset} ${Buffer.from(source).toString("hex")}`);
    return this.inner.program(block, offset, source);
  }
  erase(block: number): number {
    this.lines.push(`erase ${block}`);
    return this.inner.erase(block);
  }
}

/** Boots, each of another core, some closed and some left in the middle of things; returns everything seen. */
async function life(geometry: FlashGeometry, source: InstanceSource | undefined, end: (device: FlashDevice) => void): Promise<string[]> {
  const part = geometry.kind === "nand" ? new NandFlash(geometry) : new NorFlash(geometry);
  const seen: string[] = [];
  const entropy = (target: Uint8Array) => target.fill(7);
  const on = async <T>(work: (device: FlashDevice) => Promise<T>) => {
    const log = new Log(part);
    takeInstancesFrom(source);
    const done = work(log);
    takeInstancesFrom();
    try {
      return await done;
    } finally {
      seen.push(...log.lines);
    }
  };
  await on((device) => formatFlash(device, { entropy, wallMs: () => 1000 }));
  for (let boot = 0; boot < 12; boot++) {
    await on(async (device) => {
      const agent = await openAgent(device, { entropy, memoryBytes: MEMORY_BYTES, wallMs: () => 2000 + boot });
      for (let i = 0; i < 12; i++)
        agent.put("note", new Uint8Array(50 + 37 * i + boot).fill(i + 1), { id: `00000000000000a${i.toString(16)}` });
      if (boot % 3 === 0) agent.tick(4);
      for (const { kind, id } of agent.list()) seen.push(`${id} ${agent.get(kind, id)!.lsn}`);
      if (boot % 4 === 3) agent.close();
      end(device);
    });
  }
  return seen;
}

test("every read, program and erase of a life is the same, on one instance after the other", async () => {
  const instances = new RecycledInstances();
  for (const geometry of [nor, nand, ecc, nor]) {
    const fresh = await life(geometry, undefined, () => {});
    const again = await life(geometry, instances, (device) => instances.powerOff(device));
    assert.ok(fresh.length > 500, String(fresh.length));
    assert.equal(again, fresh);
  }
  assert.is(instances.made, 2, "one of the size for formatting, one for an agent");
});

test("memory and answers are those of a new instance", () => {
  const instances = new RecycledInstances();
  const taken: CoreInstance[] = [];
  const watched: InstanceSource = {
    take(...args) {
      taken.push(instances.take(...args));
      return taken.at(-1)!;
    },
    giveBack: (instance) => instances.giveBack(instance),
  };
  const memoryOf = (instance: CoreInstance) => Buffer.from(instance.exports.memory.buffer).toString("hex");
  takeInstancesFrom(watched);
  const first = new Core(new NorFlash(nor), MEMORY_BYTES);
  const configured = memoryOf(taken[0]!);
  first.ask("hf_format_begin", 1, 16, 0, 1, 2, 5);
  while (first.ask("hf_format_step") > 0);
  first.ask("hf_mount", 0, 6);
  assert.is.not(memoryOf(taken[0]!), configured);
  first.drop();
  const second = new Core(new NorFlash(nor), MEMORY_BYTES);
  takeInstancesFrom();
  assert.is(taken[1], taken[0]);
  assert.is(memoryOf(taken[1]!), configured);
  assert.is(second.ask("hf_stat"), new Core(new NorFlash(nor), MEMORY_BYTES).ask("hf_stat"));
  assert.throws(
    () => first.ask("hf_stat"),
    (error: Error & { code?: string }) => error.code === "CLOSED",
  );
});

test("two cores at a time have two instances, and a core whose power is off reaches no part", () => {
  const instances = new RecycledInstances();
  takeInstancesFrom(instances);
  const parts = [new NorFlash(nor), new NorFlash(nor)];
  const cores = parts.map((part) => new Core(part, MEMORY_BYTES));
  takeInstancesFrom();
  assert.is(instances.made, 2);
  instances.powerOff(parts[0]!);
  assert.is(cores[0]!.isOpen, false);
  assert.ok(cores[1]!.isOpen);
  instances.powerOff(parts[0]!);
});

test("another build of the core is prepared each time it is as new", () => {
  const told: number[] = [];
  const instances = new RecycledInstances("probe", (core) => {
    const probe = core as unknown as { playTwin(which: number): void; twin(which: number): number };
    told.push(probe.twin(9)); // forgotten since the last time
    probe.playTwin(9);
    told.push(probe.twin(9));
  });
  takeInstancesFrom(instances);
  try {
    for (let i = 0; i < 3; i++) new Core(new NorFlash(nor), MEMORY_BYTES).drop();
  } finally {
    takeInstancesFrom();
  }
  assert.equal(told, [0, 1, 0, 1, 0, 1]);
  assert.is(instances.made, 1);
});

test.run();

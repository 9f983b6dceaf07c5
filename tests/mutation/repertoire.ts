/*
 * What is recorded beside the unit tests and the lives of tests/coverage: work of the proof on every kind of part, some of each.
 *
 *   HOLDFAST_RECORD=FOLDER node --import tsx --import ./tests/coverage/recorder.ts tests/mutation/repertoire.ts
 */

import type { FlashDevice, FlashGeometry } from "../../host/flash/index.js";
import { BURST_LIMITS, runDamageJob } from "../../host/proof/damage.js";
import type { PartName } from "../../host/proof/geometries.js";
import { runJob } from "../../host/proof/job.js";
import type { Subject } from "../../host/proof/replay.js";
import { holdfastAfresh as holdfast } from "../../host/proof/store.js";
import { runTrialJob, TRIAL_KINDS } from "../../host/proof/trial.js";
import { lenient } from "../coverage/traces.js";
import { failing } from "../support/failing-part.js";
import { Probe } from "../support/probe.js";
import { AirProbe } from "../support/probe-air.js";
import { Chance } from "../support/probe-chance.js";
import { parts, Store } from "../support/probe-store.js";

const whole = { index: 0, of: 1 };

function subject(preset: PartName, seed: number, script: Partial<Subject["script"]> = {}, more: Partial<Subject> = {}): Subject {
  return { preset, blockCount: 14, script: { seed, weights: seed % 5, fill: 0.4, partFulls: 0.8, ...script }, ...more };
}
async function cuts(of: Subject, share: number): Promise<void> {
  await runJob({ subject: of, share, nested1: share > 0 ? 0.4 : 0, nested2: 0.3, shard: whole, shrinkBudget: 0 }, holdfast);
}

/** One of each way a part can be. */
const PARTS: readonly PartName[] = ["spi-nor-8m", "ecc-nor-16m", "slc-nand-64m"];

for (const [i, preset] of PARTS.entries()) {
  for (const weights of [1, 3]) await cuts(subject(preset, i + 7 * weights, { weights, partFulls: 0.2 }), 0);
  await cuts(subject(preset, i, { fill: 0.6, partFulls: 0.1 }), 0.001);
  await cuts(subject(preset, i, { weights: 3, fill: 0.3, partFulls: 0.1 }, { blockCount: 48, outerParity: 8 }), 0);
  for (const lengthBytes of [8, 40])
    await runDamageJob(
      { subject: subject(preset, i, { partFulls: 0.1 }), lengthBytes, ...BURST_LIMITS, samples: 4, shard: whole },
      holdfast,
    );
  for (const kind of TRIAL_KINDS.filter((name) => name !== "soak" && name !== "years")) {
    const job = { subject: subject(preset, i, { seed: 3, weights: 0, partFulls: 0.1 }), kind, first: i, count: 1 };
    await runTrialJob(job, holdfast);
  }
}

/** A part whose battery is pulled at a write, counted from 0; what is written then is half there. */
class Cutting implements FlashDevice {
  readonly part: FlashDevice;
  left = Number.POSITIVE_INFINITY;

  constructor(part: FlashDevice) {
    this.part = part;
  }
  get geometry(): FlashGeometry {
    return this.part.geometry;
  }
  read(block: number, offset: number, target: Uint8Array): number {
    return this.part.read(block, offset, target);
  }
  program(block: number, offset: number, source: Uint8Array): number {
    if (this.left-- > 0) return this.part.program(block, offset, source);
    if (this.left === -1 && this.geometry.kind === "nor")
      this.part.program(block, offset, source.subarray(0, Math.floor(source.length / 64) * 32));
    throw new Error("cut");
  }
  erase(block: number): number {
    if (this.left-- > 0) return this.part.erase(block);
    throw new Error("cut");
  }
}
function bear(work: () => unknown): void {
  try {
    work();
  } catch {
    // Cut, full or damaged: what it did is recorded.
  }
}

/** One more of a small life: changes, long bodies, batches, removals, ticks. */
function change(store: Store, chance: Chance, i: number): void {
  const id = chance.below(12);
  if (i % 9 === 8) store.batch([0, 1, 2, 3].map((k) => [k, k === 2 ? undefined : chance.bytes(60)] as const));
  else if (i % 7 === 6) store.remove(id);
  else if (i % 23 === 22) store.put(20 + (i % 3), chance.bytes(2600));
  else store.put(id, chance.bytes(chance.below(240)), { kind: i % 4 });
  if (i % 6 === 5) store.probe.call.hf_tick!(4);
}

/** Pulled at each boot, at its first write, its second, and so on: more recoveries begin than anybody keeps. */
function cutAgain(geometry: FlashGeometry, outerParity: 0 | 4 | 8): void {
  let part: Cutting | undefined;
  const store = new Store(geometry, { outerParity, wrap: (inner) => (part = new Cutting(inner)) });
  const chance = new Chance(5);
  store.format();
  store.mount();
  for (let i = 0; i < 60; i++) bear(() => change(store, chance, i));
  for (let round = 0; round < 26; round++) {
    part!.left = round % 4;
    bear(() => {
      store.pull();
      for (let i = 0; i < 4; i++) change(store, chance, round + i);
    });
  }
  part!.left = Number.POSITIVE_INFINITY;
  bear(() => {
    store.pull();
    store.list();
    for (let i = 0; i < 30; i++) change(store, chance, i);
    store.rest();
    store.reopen();
    store.changes();
  });
}

/** So many tiny records that a segment ends by its summaries, then by its room. */
function tiny(): void {
  const store = Store.make(parts.large, { memoryBytes: 1 << 17 });
  bear(() => {
    for (let first = 0; first < 6400; first += 128)
      if (store.batch(Array.from({ length: 128 }, (_, i) => [first + i, new Uint8Array(i % 3)] as const)) < 0) break;
    store.pull();
    for (let id = 0; id < 6400; id += 97) store.get(id);
    store.reopen();
  });
}

/** Memory for few records, all of it used, some given back. */
function crowded(geometry: FlashGeometry, memoryBytes: number): void {
  const store = Store.make(geometry, { memoryBytes });
  bear(() => {
    for (let id = 0; id < 4000; id++) if (store.put(id, new Uint8Array(id % 5)) < 0) break;
    for (let id = 0; id < 60; id += 2) store.remove(id);
    for (let id = 5000; id < 5040; id++) store.put(id, new Uint8Array(3));
    store.batch([1, 3, 9000, 9001].map((id) => [id, new Uint8Array(9)] as const));
    store.rest();
    store.list();
    store.pull();
    store.reopen();
  });
}

/** Bytes rot under an open store, which goes on: compaction, the sweep and a scrub meet them. */
function rotting(geometry: FlashGeometry, outerParity: 0 | 4 | 8, seed: number): void {
  const store = Store.make(geometry, { outerParity, wrap: lenient });
  const chance = new Chance(seed);
  for (let i = 0; i < 600; i++) {
    bear(() => change(store, chance, i));
    if (i > 90 && i % 15 === 0)
      store.damage(chance.below(geometry.blockCount), chance.below(geometry.blockBytes - 64), 12 + chance.below(50));
    if (i % 100 === 99) bear(() => (i % 200 === 99 ? store.scrub() : store.verify()));
    if (i % 140 === 139) bear(() => (i % 280 === 139 ? store.pull() : store.reopen()));
  }
  bear(() => store.rest());
  bear(() => store.list());
  bear(() => store.reopen());
}

/** A relay has taken everything; then operations fail, each once, and the store mounts itself again and goes on, in the same memory. */
function failingOften(geometry: FlashGeometry, outerParity: 0 | 4 | 8, seed: number): void {
  const { store, flash } = failing(geometry, { outerParity });
  const chance = new Chance(seed);
  if (store.format() < 0 || store.mount() < 0) return;
  for (let i = 0; i < 40; i++) change(store, chance, i);
  bear(() => new AirProbe(store).pushAll());
  const kinds = ["program", "erase", "read"] as const;
  for (let round = 0; round < 24; round++) {
    flash.failAt(kinds[round % 3]!, chance.below(6));
    for (let i = 0; i < 14; i++) bear(() => change(store, chance, i + round));
    bear(() => store.remove(chance.below(12)));
    flash.heal();
    if (round % 8 === 7) bear(() => store.rest());
    if (round === 11) bear(() => new AirProbe(store).pushAll());
  }
  bear(() => store.scrub());
  bear(() => store.list());
  bear(() => store.changes());
  bear(() => store.reopen());
}

type Ask = (store: Store) => unknown;
const begin: Ask = ({ probe }) => probe.call.hf_put_begin!(3, 0, 9, 0, 0, 0, 30, 1);
/** How far a store can have come, each from the one before, from a format that was not begun on. */
const STANDS: Record<string, Ask[]> = {
  new: [],
  begun: [({ probe }) => probe.call.hf_format_begin!(0, 16, 0, 0, 7, 1)],
  closed: [(store) => store.format(), (store) => store.mount(), (store) => store.put(1, "one"), (store) => store.close()],
  formatted: [(store) => store.format()],
  open: [
    (store) => store.format(),
    (store) => store.mount(),
    ...[1, 2, 3, 1].map(
      (id): Ask =>
        (store) =>
          store.put(id, `${id}`),
    ),
    (store) => store.remove(3),
  ],
};
STANDS.got = [...STANDS.open!, (store) => store.get(1)];
STANDS.listed = [...STANDS.open!, ({ probe }) => probe.call.hf_list_next!(-1, 0, 0)];
STANDS.putting = [...STANDS.open!, begin];
STANDS.batching = [...STANDS.open!, ({ probe }) => probe.call.hf_batch_begin!(3, 200)];
STANDS.staging = [...STANDS.batching, (store) => store.put(8, "eight")];
STANDS.talking = [...STANDS.open!, ({ probe }) => probe.call.hf_sync_begin!(0, 0, 0, 1000, 1e12)];
STANDS.reading = [
  (store) => store.format(),
  (store) => store.mount(),
  (store) => store.put(1, "one"),
  (store) => store.restart(),
  (store) => store.mount(true),
];

/** Every call, with what it may be asked and what it may not. */
const CALLS: readonly (readonly [string, ...number[]])[] = [
  ["hf_format_begin", 0, 16, 0, 0, 8, 1],
  ["hf_format_begin", 1, 8, 0, 0, 8, 1],
  ["hf_format_begin", 1, 12, 0, 0, 8, 1],
  ["hf_format_begin", 1, 16, 4, 0, 8, 1],
  ["hf_format_begin", 1, 16, 5, 0, 8, 1],
  ["hf_format_step"],
  ["hf_mount", 0, 1],
  ["hf_mount", 1, 1],
  ["hf_close"],
  ["hf_put_begin", 3, 0, 5, 0, 0, 0, 5, 1],
  ["hf_put_begin", 3, 0, 5, 6, 480, 64, 5000, 1],
  ["hf_put_begin", 8, 0, 5, 0, 0, 0, 5, 1],
  ["hf_put_begin", 3, 0, 5, 7, 0, 0, 5, 1],
  ["hf_put_begin", 3, 0, 5, 0, 481, 0, 5, 1],
  ["hf_put_begin", 3, 0, 5, 0, 0, 65, 5, 1],
  ["hf_put_begin", 3, 0, 5, 0, 0, 0, 8388608, 1],
  ["hf_put_begin", 3, 0, 5, 0, 0, 0, 8388609, 1],
  ["hf_put_begin", 7, 0xffffffff, 0xffffffff, 0, 0, 0, 5, 1],
  ["hf_put_write", 0],
  ["hf_put_write", 30],
  ["hf_put_write", 31],
  ["hf_put_write", 4097],
  ["hf_put_commit"],
  ["hf_put_abandon"],
  ["hf_remove", 3, 0, 1, 1],
  ["hf_remove", 3, 0, 77, 1],
  ["hf_remove", 8, 0, 1, 1],
  ["hf_batch_begin", 1, 10],
  ["hf_batch_begin", 256, 65536],
  ["hf_batch_begin", 257, 10],
  ["hf_batch_begin", 0, 65537],
  ["hf_batch_commit"],
  ["hf_batch_abandon"],
  ["hf_get", 3, 0, 1],
  ["hf_get", 3, 0, 77],
  ["hf_get", 8, 0, 1],
  ["hf_read", 0, 4096],
  ["hf_read", 1, 4097],
  ["hf_read", 2, 1],
  ["hf_list_next", -1, 0, 0],
  ["hf_list_next", 3, 0, 0],
  ["hf_list_next", 8, 0, 0],
  ["hf_changes_next", 0, 0, 0, 0],
  ["hf_changes_next", 0, 20, 0, 0],
  ["hf_verify_next", 0, 0],
  ["hf_scrub_next", 0, 0],
  ["hf_tick", 0],
  ["hf_tick", 8],
  ["hf_stat"],
  ["hf_sync"],
  ["hf_sync_begin", 7, 1, 2, 1000, 1],
  ["hf_sync_next", 0],
  ["hf_sync_next", 1],
  ["hf_sync_receive", 20],
];
/** A call out of turn or in turn, what can be read then, and how the store goes on. */
function outOfTurn(before: readonly Ask[], name: string, args: readonly number[]): void {
  const store = new Store({ ...parts.words, blockCount: 12 });
  for (const ask of before) ask(store);
  const { call } = store.probe;
  bear(() => call[name]!(...args));
  for (const [next, ...rest] of [
    ["hf_read", 0, 8],
    ["hf_stat"],
    ["hf_put_write", 30],
    ["hf_put_commit"],
    ["hf_batch_commit"],
    ["hf_format_step"],
  ] as [string, ...number[]][])
    bear(() => call[next]!(...rest));
  bear(() => store.put(4, "after"));
  bear(() => store.list());
  bear(() => store.probe.call.hf_read!(0, 8));
  bear(() => store.close());
  bear(() => store.format(true, 9));
  bear(() => store.mount());
  bear(() => store.put(4, "anew"));
  bear(() => store.list());
}

/** Parts of so many blocks that the one or other parity cannot be, or just can. */
function limits(): void {
  for (const blockCount of [11, 12, 31, 32, 33, 47, 48, 255, 256, 32766, 32767])
    for (const outerParity of [0, 4, 8] as const)
      bear(() => {
        const part: FlashDevice = {
          geometry: { ...parts.words, blockCount },
          read: (_block, _offset, target) => {
            target.fill(255);
            return 0;
          },
          program: () => 0,
          erase: () => 0,
        };
        const store = new Store({ ...parts.words, blockCount: 12 }, { outerParity, wrap: () => part });
        store.probe.call.hf_format_begin!(0, 16, outerParity, 0, 7, 1);
        store.probe.call.hf_format_step!();
      });
}

Probe.door = "device";
for (const before of Object.values(STANDS)) for (const [name, ...args] of CALLS) bear(() => outOfTurn(before, name, args));
limits();
const SMALL: readonly FlashGeometry[] = [parts.words, parts.once, parts.nand, { ...parts.words, blockCount: 256 }];
for (const [i, geometry] of SMALL.entries()) {
  for (const outerParity of [0, 4] as const) {
    const wide = outerParity === 0 ? geometry : { ...geometry, blockCount: Math.max(geometry.blockCount, 40) };
    bear(() => cutAgain(wide, outerParity));
    for (const seed of [1, 2]) bear(() => rotting(wide, outerParity, seed + i));
    for (const seed of [1, 2, 3]) bear(() => failingOften(wide, outerParity, seed + i));
  }
  bear(() => crowded({ ...geometry, blockCount: Math.max(geometry.blockCount, 64) }, 1 << 16));
}
tiny();

/*
 * A process that tries to tell mutants from the core: old images, scripts with cuts, rot; then whether it does, call by call and byte by byte, what
 * the core does in lives that go everywhere. The first difference ends it.
 *
 * Here every instance of the device build is one of the mutant at hand.
 */
import { readdirSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { wasmModule } from "../../host/core/wasm-file.js";
import { NandFlash, NorFlash } from "../../host/flash/index.js";
import { unpackSnapshot } from "../../host/flash/snapshot.js";
import { openAgent } from "../../host/index.js";
import { BURST_LIMITS, runDamageJob } from "../../host/proof/damage.js";
import { runFlipJob } from "../../host/proof/flips.js";
import { type PresetName, presetNames } from "../../host/proof/geometries.js";
import { runJob } from "../../host/proof/job.js";
import type { Subject } from "../../host/proof/replay.js";
import { defaultOptions } from "../../host/proof/script.js";
import { holdfastAfresh as holdfast } from "../../host/proof/store.js";
import { IMAGES, shown } from "../conformance/golden-store.js";
import { lives } from "../coverage/traces.js";
import { Probe } from "../support/probe.js";

let mutant: WebAssembly.Module | undefined;
/** A running hash of all that goes in and out of the device build, while somebody listens. */
let heard: number | undefined;
const device = wasmModule("device");
const Original = WebAssembly.Instance;
WebAssembly.Instance = function instance(module: WebAssembly.Module, imports: WebAssembly.Imports) {
  if (module !== device) return new Original(module, imports);
  const core = mutant ?? device;
  return heard === undefined ? new Original(core, imports) : listening(core, imports);
} as unknown as typeof WebAssembly.Instance;

type Call = (...args: number[]) => number;
function hear(value: number): void {
  heard = Math.imul((heard ?? 0) ^ value, 0x01000193);
}
/** An instance whose answers, flash operations and programmed bytes are heard. */
function listening(core: WebAssembly.Module, imports: WebAssembly.Imports): { exports: Record<string, unknown> } {
  const asked: Record<string, Call> = {};
  for (const [name, ask] of Object.entries(imports.flash as unknown as Record<string, Call>))
    asked[name] = (block, offset, address, length) => {
      hear(name.charCodeAt(0) ^ block!);
      hear(offset ?? 0);
      if (name === "program") for (const byte of new Uint8Array(memory.buffer, address, length)) hear(byte);
      return ask(block!, offset!, address!, length!);
    };
  const { exports } = new Original(core, { ...imports, flash: asked });
  const memory = exports.memory as WebAssembly.Memory;
  const told: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(exports))
    told[name] =
      typeof value !== "function"
        ? value
        : (...args: number[]) => {
            const result = (value as Call)(...args);
            hear(result);
            return result;
          };
  return { exports: told };
}

/** What each life of tests/coverage/traces.ts is on the core itself. */
const ownLives: number[] = [];
async function sameLives(): Promise<string | undefined> {
  Probe.door = "device";
  let index = 0;
  try {
    for (const { name, live } of lives()) {
      heard = 0;
      live();
      if (mutant === undefined) ownLives[index] = heard;
      else if (ownLives[index] !== heard) return name;
      index++;
    }
  } finally {
    heard = undefined;
  }
  return undefined;
}

const whole = { index: 0, of: 1 };
const subject = (preset: PresetName, seed: number, blockCount = 14, partFulls = 0.8): Subject => ({
  preset,
  blockCount,
  script: { ...defaultOptions, seed, weights: seed % 3, partFulls },
});

/** Stores of earlier versions show what they held, and take more. */
async function oldImages(): Promise<string | undefined> {
  for (const name of readdirSync(IMAGES).filter((file) => file.startsWith("1.1") && file.endsWith(".zip"))) {
    const { geometry, bytes } = unpackSnapshot(new Uint8Array(readFileSync(IMAGES + name)));
    const flash = geometry.kind === "nand" ? new NandFlash(geometry, { backing: bytes }) : new NorFlash(geometry, { backing: bytes });
    const expected = JSON.parse(readFileSync(IMAGES + name.replace(/zip$/, "json"), "utf8"));
    const agent = await openAgent(flash);
    if (!isDeepStrictEqual(JSON.parse(JSON.stringify(shown(agent))), expected)) return `${name} shows something else`;
    if (agent.verify().ok !== expected.records.length) return `${name} does not verify`;
    const { id } = agent.put("note", "written by a mutant");
    agent.close();
    const again = await openAgent(flash);
    if (again.get("note", id)?.bodyBytes !== 19 || flash.violations.length > 0) return `${name} takes no more`;
  }
  return undefined;
}
async function cuts(preset: PresetName, seed: number, share: number, blockCount?: number, partFulls?: number): Promise<string | undefined> {
  const job = {
    subject: subject(preset, seed, blockCount, partFulls),
    share,
    nested1: share > 0 ? 0.4 : 0,
    nested2: 0.3,
    shard: whole,
    shrinkBudget: 0,
  };
  return (await runJob(job, holdfast)).failures[0]?.text;
}
async function flips(preset: PresetName, pulled: boolean): Promise<string | undefined> {
  const job = { subject: subject(preset, 5), ...(pulled && { pull: { at: 0.6, tear: "bits" } as const }), samples: 40, shard: whole };
  return (await runFlipJob(job, holdfast)).failures[0]?.text;
}
async function bursts(preset: PresetName, lengthBytes: number): Promise<string | undefined> {
  const job = { subject: subject(preset, 6), lengthBytes, ...BURST_LIMITS, samples: 30, shard: whole };
  return (await runDamageJob(job, holdfast)).failures[0]?.text;
}

/** Cheap ones first. */
const TESTS: Record<string, () => Promise<string | undefined>> = {
  "old images": oldImages,
  ...Object.fromEntries(presetNames.map((preset, i) => [`script ${preset}`, () => cuts(preset, i, 0)])),
  "another life": sameLives,
  ...Object.fromEntries(presetNames.map((preset, i) => [`cuts ${preset}`, () => cuts(preset, i, 0.01)])),
  ...Object.fromEntries(
    presetNames.flatMap((preset) => [8, 40].map((bytes) => [`bursts ${bytes} ${preset}`, () => bursts(preset, bytes)])),
  ),
  ...Object.fromEntries(
    presetNames.flatMap((preset) => [true, false].map((pulled) => [`flips ${pulled} ${preset}`, () => flips(preset, pulled)])),
  ),
};

/** What killed it, or undefined. */
async function kill(tell: (test: string) => void): Promise<string | undefined> {
  for (const [name, test] of Object.entries(TESTS)) {
    tell(name);
    try {
      const difference = await test();
      if (difference !== undefined) return `${name}: ${difference}`;
    } catch (thrown) {
      return `${name}: ${thrown instanceof Error ? thrown.message : thrown}`;
    }
  }
  return undefined;
}

process.on("message", async (bytes: Uint8Array | null) => {
  if (ownLives.length === 0) {
    mutant = undefined;
    await sameLives();
  }
  mutant = bytes === null ? undefined : new WebAssembly.Module(Uint8Array.from(bytes));
  const killed = await kill((test) => process.send?.({ test }));
  process.send?.({ done: true, killed });
});

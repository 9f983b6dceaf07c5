/*
 * Handsets and a relay over links that lose, double, reorder and garble messages, with a battery pull each: at the end
 * the digests are equal and nothing that was acknowledged is lost. Then the relay loses its data, in every way it can.
 *
 *   AIR_SEED=17 node --import tsx tests/harness/air.test.ts      one run, told step by step
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { pick } from "../../host/proof/chance.js";
import type { Losses } from "../../host/radio/loopback.js";
import { openSqliteStore } from "../../host/relay/sqlite.js";
import { AirHandset, missingAmong } from "../support/air.js";

const RUNS = 200;
const STEPS = 24;
const LOSSES: Losses = { lost: 0.12, doubled: 0.06, late: 0.06, garbled: 0.04 };
const QUIET: Losses = {};
const only = process.env.AIR_SEED;
const air = suite("harness/air");

/** One run. Returns what is wrong, and what it met. */
async function play(seed: number): Promise<{ wrong: string[]; pulls: number; conflicts: number }> {
  const store = await openSqliteStore();
  const handsets = [await new AirHandset("a", 2 * seed).make(), await new AirHandset("b", 2 * seed + 1).make()];
  let joinCode = "";
  let conflicts = 0;
  const meet = async (handset: AirHandset, run: number, losses = LOSSES) => {
    const state = await handset.sync(store, run, losses, { joinCode });
    joinCode ||= state?.joinCode ?? "";
    conflicts += state?.conflicts ?? 0;
    return state;
  };
  await meet(handsets[0], 0, QUIET);
  for (const handset of handsets) await handset.restart(pick(36, seed, 20, handset.seed));
  for (let step = 0; step < STEPS; step++) {
    const handset = handsets[pick(2, seed, 21, step)];
    await handset.change(step);
    if (pick(4, seed, 22, step) === 0) await meet(handset, step + 1);
  }
  for (const handset of handsets) await pullOnce(handset);
  const last = [];
  for (let round = 0; round < 4; round++) {
    last.length = 0;
    for (const handset of handsets) last.push(await meet(handset, 100 + round, round === 0 ? LOSSES : QUIET));
  }
  const wrong = missingAmong(handsets).map((value) => `lost ${value}`);
  const { digest } = await store.identity();
  for (const state of last) {
    if (state?.phase !== "equal") wrong.push(`ended ${state?.phase} (${state?.detail})`);
    if (BigInt(`0x${state?.digest ?? 0}`) !== digest) wrong.push("digests differ");
  }
  for (const handset of handsets) {
    const before = handset.values();
    await handset.restart();
    if (handset.agent.verify().damaged.length > 0) wrong.push(`${handset.name} has damaged records`);
    if ([...handset.values()].some((value) => !before.has(value))) wrong.push(`${handset.name} shows something else after a boot`);
  }
  await store.close();
  return { wrong, pulls: handsets[0].pulls + handsets[1].pulls, conflicts };
}

/** Each battery goes once at least, sooner or later. */
async function pullOnce(handset: AirHandset): Promise<void> {
  for (let step = STEPS; handset.pulls === 0; step++) {
    await handset.restart(1 + pick(4, handset.seed, 23, step));
    await handset.change(step);
  }
  await handset.restart();
}

air(`${only === undefined ? RUNS : 1} seeded runs of two handsets, with loss and battery pulls: digests equal, 0 lost`, async () => {
  const problems: string[] = [];
  let [pulls, conflicts] = [0, 0];
  for (let seed = only === undefined ? 1 : Number(only); seed <= Number(only ?? RUNS); seed++) {
    const outcome = await play(seed);
    pulls += outcome.pulls;
    conflicts += outcome.conflicts;
    if (outcome.wrong.length > 0)
      problems.push(`AIR_SEED=${seed} node --import tsx tests/harness/air.test.ts: ${outcome.wrong.slice(0, 4).join("; ")}`);
  }
  console.log(
    `${only === undefined ? RUNS : 1} runs, ${pulls} battery pulls, ${conflicts} conflicts kept as two records, ${problems.length} with a problem`,
  );
  assert.equal(problems, []);
  if (only === undefined) assert.ok(conflicts > 20, "the runs met too little");
});

air.run();

/*
 * Blocks that go bad while a script runs, one in fifty before the format and one in five in the end, until the store says WORN_OUT: nothing
 * acknowledged may be lost, then or later. Each fails at programs, erases or both, says so or does not, always or now and then.
 */
import type { Fault } from "../flash/index.js";
import { ABOUT, mix, pick } from "./chance.js";
import { scaled } from "./geometries.js";
import type { Outcome } from "./job.js";
import type { Subject } from "./replay.js";
import type { Store } from "./store.js";
import { Wearing } from "./wearing.js";

const FACTORY_SHARE = 0.02;
const GROWN_SHARE = 0.2;
/** Chance that a block which fails "now and then" does so. */
const NOW_AND_THEN = 0.3;

export async function runBadBlocks(store: Store, subject: Subject, number: number): Promise<Outcome> {
  const { blockCount, preset } = subject;
  const seed = mix(subject.script.seed, ABOUT.trial, number);
  const order = shuffled(blockCount, seed);
  const factory = Math.max(1, Math.round(blockCount * FACTORY_SHARE));
  const grown = Math.max(factory + 1, Math.round(blockCount * GROWN_SHARE));
  const isNand = scaled(preset, blockCount).kind === "nand";
  const faultsOf = (count: number): Fault[] => order.slice(0, count).map((block, i) => badBlock(block, seed, isNand && i < factory));
  const life = new Wearing(store, subject, seed, faultsOf(factory));
  await life.run((step, steps) => {
    const count = factory + Math.floor(((grown - factory) * Math.min(steps, step * 1.25)) / steps);
    life.part.faults = faultsOf(count);
  });
  const { counts } = life;
  return { counts: { ...counts, "bad blocks": grown }, faults: life.faults };
}

/** Fails at programs, erases or both; says so or not; always or now and then. */
function badBlock(block: number, seed: number, isMarked: boolean): Fault {
  if (isMarked) return { id: "B1", blocks: [block], salt: block };
  const operation = (["program", "erase", undefined] as const)[pick(3, seed, ABOUT.trial, block, 2)];
  const common = { block, salt: block, ...(operation === undefined ? {} : { operation }) };
  if (pick(3, seed, ABOUT.trial, block, 3) === 0) return { id: "B3", rate: 1, ...common };
  const isSticky = pick(2, seed, ABOUT.trial, block, 4) === 0;
  return { id: "B2", rate: isSticky ? 1 : NOW_AND_THEN, isSticky, ...common };
}

/** All blocks but the first, in an order of the seed's. */
function shuffled(blockCount: number, seed: number): number[] {
  const rank = (block: number) => mix(seed, ABOUT.trial, block, 5);
  return Array.from({ length: blockCount - 1 }, (_, i) => i + 1).sort((a, b) => rank(a) - rank(b));
}

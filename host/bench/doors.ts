/*
 * The store under test, as the benchmark sees it: the public API of the package. Packing is off where a figure does not say otherwise.
 *
 * Clock and entropy are made from the seed, so a run is a function of it.
 */

import { openAgent } from "../agent/agent.js";
import { formatFlash } from "../agent/format.js";
import type { Agent, Entropy } from "../agent/types.js";
import type { FlashDevice } from "../flash/index.js";
import { mulberry32 } from "./pim1.js";

export type BenchAgent = Pick<Agent, "put" | "get" | "remove" | "batch" | "list" | "stat" | "close">;

/** How superseded versions are kept: none, or as an owner has it who changed nothing. */
export type Retention = "0" | "default";

export interface StoreSetup {
  seed: number;
  retention: Retention;
  parityBytes?: 8 | 16;
  outerParity?: 0 | 4 | 8;
  memoryBytes?: number;
  pack?: boolean;
}

/** Formats and opens; a test gives its own. */
export interface Doors {
  format(flash: FlashDevice, setup: StoreSetup): Promise<void>;
  open(flash: FlashDevice, setup: StoreSetup): Promise<BenchAgent>;
}

/** 2009-10-01 00:00 UTC: wall time of the first record; a second passes at each asking. */
const FIRST_WALL_MS = 1_254_355_200_000;

export const holdfastDoors: Doors = {
  async format(flash, { seed, parityBytes, outerParity }) {
    await formatFlash(flash, {
      force: true,
      parityBytes: parityBytes ?? 16,
      outerParity: outerParity ?? 0,
      entropy: seededEntropy(seed),
      wallMs: () => FIRST_WALL_MS,
    });
  },
  open(flash, { seed, retention, memoryBytes, pack = false }) {
    let wallMs = FIRST_WALL_MS;
    return openAgent(flash, {
      pack,
      memoryBytes,
      entropy: seededEntropy(seed + 1),
      wallMs: () => {
        wallMs += 1000;
        return wallMs;
      },
      retention: retention === "0" ? { days: 0, versions: 0 } : undefined,
    });
  },
};

function seededEntropy(seed: number): Entropy {
  const draw = mulberry32(seed);
  return (target) => {
    for (let i = 0; i < target.length; i++) target[i] = draw() >>> 24;
  };
}

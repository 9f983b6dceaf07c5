/*
 * What the proof needs of a store: format it, open it.
 *
 * The real one is below. tests/harness has deliberately broken ones, so that every oracle is seen to fail.
 */
import { takeInstancesFrom } from "../core/instance.js";
import { RecycledInstances } from "../core/recycled.js";
import type { FlashDevice } from "../flash/index.js";
import type { Agent, AgentOptions, Entropy } from "../index.js";
import { formatFlash, openAgent } from "../index.js";
import { ABOUT, mix } from "./chance.js";

export interface StoreOptions extends Pick<AgentOptions, "wallMs" | "pack" | "retention" | "memoryBytes"> {
  readonly seed: number;
  readonly parityBytes?: 8 | 16;
  readonly outerParity?: 0 | 4 | 8;
}

export interface Store {
  readonly name: string;
  /** Wipes: also over a live store. */
  format(flash: FlashDevice, options: StoreOptions): Promise<void> | void;
  open(flash: FlashDevice, options: StoreOptions): Promise<Agent> | Agent;
  /** The agent that was opened on `flash` is used no more; what it holds may be used again. */
  powerOff?(flash: FlashDevice): void;
}

/** The store on instances that are all fresh, and with meta as it is given, for lines that were kept replay byte by byte: what `holdfast` must do the same as. */
export const holdfastAfresh: Store = {
  name: "holdfast",
  format: (flash, options) =>
    formatFlash(flash, { force: true, entropy: entropyOf(options), ...only(options, "wallMs", "parityBytes", "outerParity") }),
  open: (flash, options) =>
    openAgent(flash, { entropy: entropyOf(options), checkMeta: false, ...only(options, "wallMs", "pack", "retention", "memoryBytes") }),
};

/** The store, on instances used again: a fifth of the time of a cut is the making of new ones. */
export function holdfastOn(instances: RecycledInstances): Store {
  return {
    name: "holdfast",
    format: (flash, options) => recycling(instances, () => holdfastAfresh.format(flash, options)),
    open: (flash, options) => recycling(instances, () => holdfastAfresh.open(flash, options)),
    powerOff: (flash) => instances.powerOff(flash),
  };
}
export const holdfast: Store = holdfastOn(new RecycledInstances());

/** What `make` makes before it returns runs on instances used again; it does all of it before its first await. */
function recycling<T>(instances: RecycledInstances, make: () => T): T {
  takeInstancesFrom(instances);
  try {
    return make();
  } finally {
    takeInstancesFrom();
  }
}

/** The same store, formatted with outer parity. */
export function striped(store: Store, outerParity: 0 | 4 | 8 = 0): Store {
  return outerParity === 0 ? store : { ...store, format: (flash, options) => store.format(flash, { ...options, outerParity }) };
}

function only<T extends object, K extends keyof T>(options: T, ...names: K[]): Pick<T, K> {
  const chosen = {} as Pick<T, K>;
  for (const name of names) if (options[name] !== undefined) chosen[name] = options[name];
  return chosen;
}

/** Entropy that is the same in every run, and another at another time: a store formatted anew has a new id. */
export function entropyOf({ seed, wallMs }: StoreOptions): Entropy {
  const minute = Math.floor((wallMs?.() ?? 0) / 60_000);
  let count = 0;
  return (target) => {
    for (let i = 0; i < target.length; i++) target[i] = mix(seed, ABOUT.entropy, count++, minute);
  };
}

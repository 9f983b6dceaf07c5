/*
 * The store with one mistake in it: the probe build of the core, told which of the twins of assembly/base/twin.ts to play.
 */
import { readFileSync } from "node:fs";
import type { CoreExports } from "../../host/core/abi.js";
import { RecycledInstances } from "../../host/core/recycled.js";
import { holdfastOn, type Store } from "../../host/proof/store.js";

/** Names and numbers, as the core has them; and what is wrong with each, in a sentence. */
export const TWINS: ReadonlyMap<string, { readonly number: number; readonly says: string }> = new Map(
  [...readFileSync("assembly/base/twin.ts", "utf8").matchAll(/\/\*\* (.*) \*\/\n {2}export const (\w+): u32 = (\d+);/g)].map(
    ([, says, name, number]) => [name!, { number: Number(number), says: says! }],
  ),
);

/** The twin called `name`; without a name, the whole store on the same build. */
export function twinStore(name?: string): Store {
  const number = name === undefined ? 0 : TWINS.get(name)!.number;
  const play = (core: CoreExports) => (core as unknown as { playTwin(which: number): void }).playTwin(number);
  return { ...holdfastOn(new RecycledInstances("probe", play)), name: name ?? "no twin" };
}

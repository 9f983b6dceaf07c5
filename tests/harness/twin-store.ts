/*
 * The store with one mistake in it: the probe build of the core, told which of the twins of assembly/base/twin.ts to play.
 */
import { readFileSync } from "node:fs";
import type { CoreExports } from "../../host/core/abi.js";
import { type Maker, makeCoresBy } from "../../host/core/instance.js";
import { wasmModule } from "../../host/core/wasm-file.js";
import { holdfast, type Store } from "../../host/proof/store.js";

/** Names and numbers, as the core has them; and what is wrong with each, in a sentence. */
export const TWINS: ReadonlyMap<string, { readonly number: number; readonly says: string }> = new Map(
  [...readFileSync("assembly/base/twin.ts", "utf8").matchAll(/\/\*\* (.*) \*\/\n {2}export const (\w+): u32 = (\d+);/g)].map(
    ([, says, name, number]) => [name!, { number: Number(number), says: says! }],
  ),
);

/** The twin called `name`; without a name, the whole store on the same build. */
export function twinStore(name?: string): Store {
  const number = name === undefined ? 0 : TWINS.get(name)!.number;
  return {
    name: name ?? "no twin",
    format: (flash, options) => playing(number, () => holdfast.format(flash, options)),
    open: (flash, options) => playing(number, () => holdfast.open(flash, options)),
  };
}

/** `make` makes its core before its first await. */
function playing<T>(number: number, make: () => T): T {
  const maker: Maker = (flash) => {
    const { exports } = new WebAssembly.Instance(wasmModule("probe"), { flash: { ...flash } });
    (exports.playTwin as (which: number) => void)(number);
    return exports as unknown as CoreExports;
  };
  makeCoresBy(maker);
  try {
    return make();
  } finally {
    makeCoresBy();
  }
}

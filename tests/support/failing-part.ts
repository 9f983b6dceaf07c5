/*
 * A part of which a test says what fails: which operation, where, and whether only once. What fails changes nothing.
 */
import type { FlashDevice, FlashGeometry, PhysicsFlash } from "../../host/flash/index.js";
import { type Options, Store } from "./probe-store.js";

export type Operation = "read" | "program" | "erase";

export class FailingPart implements FlashDevice {
  readonly part: FlashDevice;
  /** Does this one fail? Of a program the bytes are told as well. */
  fails: (operation: Operation, block: number, offset: number, source?: Uint8Array) => boolean = () => false;
  /** Do reads that fail deliver other bytes instead of saying so? */
  spoils = false;
  /** Operations that failed. */
  failures = 0;

  constructor(part: FlashDevice) {
    this.part = part;
  }

  /** From here on the `index`-th operation of a kind fails, counted from 0, and with `lasting` all that come after it, of any kind. */
  failAt(kind: Operation, index: number, lasting = false): void {
    let left = index;
    this.failures = 0;
    this.fails = (operation) => {
      if (left < 0) return lasting;
      return operation === kind && left-- === 0;
    };
  }
  heal(): void {
    this.fails = () => false;
  }

  get geometry(): FlashGeometry {
    return this.part.geometry;
  }
  read(block: number, offset: number, target: Uint8Array): number {
    if (!this.#refuses("read", block, offset)) return this.part.read(block, offset, target);
    if (!this.spoils) return -1;
    this.part.read(block, offset, target);
    for (let i = 0; i < target.length; i++) target[i]! ^= 0xa5;
    return 0;
  }
  program(block: number, offset: number, source: Uint8Array): number {
    return this.#refuses("program", block, offset, source) ? -1 : this.part.program(block, offset, source);
  }
  erase(block: number): number {
    return this.#refuses("erase", block, 0) ? -1 : this.part.erase(block);
  }
  isBad(block: number): boolean {
    return this.part.isBad?.(block) ?? false;
  }
  markBad(block: number): number {
    return this.part.markBad?.(block) ?? -1;
  }

  #refuses(operation: Operation, block: number, offset: number, source?: Uint8Array): boolean {
    if (!this.fails(operation, block, offset, source)) return false;
    this.failures++;
    return true;
  }
}

export interface Failing {
  store: Store;
  flash: FailingPart;
}

/** A store on a part that can be made to fail; not formatted, unless it is laid over a `part` that is. */
export function failing(geometry: FlashGeometry, options: Options = {}): Failing {
  let flash: FailingPart | undefined;
  const store = new Store(geometry, { ...options, wrap: (part: PhysicsFlash) => (flash = new FailingPart(part)) });
  return { store, flash: flash! };
}
/** The same over a copy of what lies on the part of `origin`. */
export function failingCopy(origin: Store): Failing {
  const { geometry } = origin.flash;
  return failing(geometry, { ...origin.options, part: origin.part.clone() as PhysicsFlash });
}
/** A store of 60 records, half of them changed since, whose compaction is under way: its next copies are programmed, or fail. */
export function failingInCompaction(geometry: FlashGeometry): Failing {
  const made = failing(geometry);
  const { store } = made;
  store.must(store.format());
  store.must(store.mount());
  for (let id = 0; id < 60; id++) store.must(store.put(id, "x".repeat(150)));
  for (let id = 0; id < 60; id += 2) store.must(store.put(id, "y"));
  store.must(store.probe.call.compactStep!(10)); // opens the segment that takes copies
  if (store.probe.call.compacting!() !== 1) throw new Error("nothing is emptied");
  return made;
}

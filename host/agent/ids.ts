/*
 * Record ids: 8 bytes, written as 16 hex digits outside and as two u32 at the core's door.
 */
import { HoldfastError } from "../errors.js";
import type { Entropy } from "./types.js";

export interface IdHalves {
  high: number;
  low: number;
}

/** Errors: INVALID, naming what is no id. */
export function parseId(id: string): IdHalves {
  if (typeof id !== "string" || !/^[0-9a-f]{16}$/i.test(id)) {
    throw new HoldfastError("INVALID", `"${id}" is not a record id`, "an id is 16 hex digits, such as 00c0ffee00c0ffee");
  }
  return { high: Number.parseInt(id.slice(0, 8), 16), low: Number.parseInt(id.slice(8), 16) };
}

export function formatId(high: number, low: number): string {
  return (high >>> 0).toString(16).padStart(8, "0") + (low >>> 0).toString(16).padStart(8, "0");
}

/** Eight bytes of `entropy`: an id, or the name of a new store. */
export function mintId(entropy: Entropy): IdHalves {
  const bytes = new Uint8Array(8);
  entropy(bytes);
  const view = new DataView(bytes.buffer);
  return { high: view.getUint32(0), low: view.getUint32(4) };
}

export const platformEntropy: Entropy = (target) => {
  globalThis.crypto.getRandomValues(target as Uint8Array<ArrayBuffer>);
};

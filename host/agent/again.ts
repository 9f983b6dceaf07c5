/*
 * When a change is asked for again. A program that fails in a block that wears out changes nothing, and the core, which has given
 * that block up, goes on: IO then means "not done", and the caller's bytes are still the caller's.
 */
import { HoldfastError } from "../errors.js";

/** Each try costs a block; a part that fails so often in a row is failing as a whole. */
export const TRIES_MAX = 4;

/** After `tries` failed: may the change be asked for once more? Not when the store did not come back. */
export function mayAskAgain(thrown: unknown, tries: number, isOpen: boolean): boolean {
  return thrown instanceof HoldfastError && thrown.code === "IO" && isOpen && tries < TRIES_MAX;
}

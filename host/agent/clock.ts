/*
 * Wall time for the core, which has no clock of its own.
 */
import { HoldfastError } from "../errors.js";

/** What a Date can hold; the core traps on what no 64-bit integer holds. */
const WALL_MS_MAX = 8.64e15;

/** `source` checked at every reading: the core stores what it is told. Unit: milliseconds since 1970 UTC. */
export function wallClock(source: () => number = Date.now): () => number {
  return () => {
    const wallMs = source();
    if (typeof wallMs !== "number" || !(Math.abs(wallMs) <= WALL_MS_MAX)) throw new HoldfastError("INVALID", `wallMs() returned ${wallMs}`);
    return wallMs;
  };
}

/*
 * Assertions. They stay in the release build: a trap is a power cut, and a power cut loses nothing.
 */

/** Traps when `condition` is false. */
export function check(condition: bool): void {
  if (!condition) unreachable();
}

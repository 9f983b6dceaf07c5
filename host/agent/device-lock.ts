/*
 * Which devices are taken.
 *
 * Two cores on one device would each believe in their own index: the second would overwrite what the first
 * has promised. Keyed by the device object, or by the line to a phone; a second process is FileFlash's business.
 */
import { HoldfastError } from "../errors.js";

const taken = new WeakSet<object>();

/** Takes the device; returns what gives it back. Errors: LOCKED. */
export function takeDevice(device: object): () => void {
  if (taken.has(device)) throw new HoldfastError("LOCKED", "another agent has this flash device open");
  taken.add(device);
  return () => {
    taken.delete(device);
  };
}

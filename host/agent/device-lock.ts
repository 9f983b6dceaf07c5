/*
 * Which devices are taken.
 *
 * Two cores on one device would each believe in their own index: the second would overwrite what the first
 * has promised. Keyed by the device object; a second process is FileFlash's business.
 */
import { HoldfastError } from "../errors.js";
import type { FlashDevice } from "../flash/index.js";

const taken = new WeakSet<FlashDevice>();

/** Takes the device; returns what gives it back. Errors: LOCKED. */
export function takeDevice(device: FlashDevice): () => void {
  if (taken.has(device)) throw new HoldfastError("LOCKED", "another agent has this flash device open");
  taken.add(device);
  return () => {
    taken.delete(device);
  };
}

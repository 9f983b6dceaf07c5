/*
 * Makes a store of a blank part.
 */
import { Core } from "../core/instance.js";
import { HoldfastError, STATUSES } from "../errors.js";
import type { FlashDevice } from "../flash/index.js";
import { wallClock } from "./clock.js";
import { takeDevice } from "./device-lock.js";
import { mintId, platformEntropy } from "./ids.js";
import type { FormatOptions } from "./types.js";

/**
 * Erases and labels every block, one step each, carrying erase counts over.
 *
 * Errors  BUSY  a live store is there and `force` was not given: nothing was touched.
 *         WRONG_GEOMETRY, IO, WORN_OUT, LOCKED; INVALID for options that cannot be served.
 * Cut     The part holds the old store as it was, an empty one, or none (NOT_FORMATTED): format it again, with force.
 */
export async function formatFlash(flash: FlashDevice, options: FormatOptions = {}): Promise<void> {
  if (options.key !== undefined)
    throw new HoldfastError("INVALID", "sealed stores are not built yet", "leave out the key: the store is made plain");
  const { parityBytes = 16, outerParity = 0, force = false } = options;
  if (parityBytes !== 8 && parityBytes !== 16) throw new HoldfastError("INVALID", `parityBytes ${parityBytes}`, "use 8 or 16");
  if (outerParity !== 0 && outerParity !== 4 && outerParity !== 8)
    throw new HoldfastError("INVALID", `outerParity ${outerParity}`, "use 0, 4 or 8");

  const release = takeDevice(flash);
  try {
    const core = new Core(flash);
    const id = mintId(options.entropy ?? platformEntropy);
    const wallMs = wallClock(options.wallMs);
    const total = core.ask("hf_format_begin", force ? 1 : 0, parityBytes, outerParity, id.high, id.low, wallMs());
    if (total === STATUSES.BUSY.number) {
      throw new HoldfastError("BUSY", "formatting: this flash holds a live store", "pass force to lose everything in it");
    }
    if (total < 0) core.raise(total, "formatting");
    let left = total;
    while (left > 0) {
      left = core.call("formatting", "hf_format_step");
      options.onProgress?.(total - left, total);
    }
    core.drop();
  } finally {
    release();
  }
}

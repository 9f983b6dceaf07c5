/*
 * A store of which everything it asks of a part is written down: flash operations with their bytes, formats and boots.
 *
 * It stands around any store, so that runs which know of no log have one, too.
 */
import type { FlashDevice } from "../flash/index.js";
import type { RunLog } from "./log.js";
import type { Store } from "./store.js";
import { Tap } from "./tap.js";

export function logged(store: Store, log: RunLog): Store {
  const taps = new WeakMap<FlashDevice, FlashDevice>();
  const tapped = (flash: FlashDevice) => {
    const tap = new Tap(flash, undefined, log);
    taps.set(flash, tap);
    return tap;
  };
  return {
    name: store.name,
    format: (flash, options) => {
      log.note("format");
      return store.format(tapped(flash), options);
    },
    open: (flash, options) => {
      log.note("open");
      return store.open(tapped(flash), options);
    },
    powerOff: (flash) => {
      const tap = taps.get(flash);
      if (tap !== undefined) store.powerOff?.(tap);
    },
  };
}

/*
 * A NOR part: random read, program clears bits in units of 1 to 32 bytes, each unit once between erases.
 *
 * All rules are in physics.ts; NOR adds none.
 */
import type { FlashGeometry } from "./flash.js";
import { PhysicsFlash, type PhysicsOptions } from "./physics.js";

export class NorFlash extends PhysicsFlash {
  constructor(geometry: FlashGeometry, options: PhysicsOptions = {}) {
    if (geometry.kind !== "nor") throw new RangeError(`a ${geometry.kind} geometry given to NorFlash`);
    super(geometry, options);
    if (options.backing !== undefined) this.adoptContent();
  }

  /** A copy of everything, cheap (cells.ts): content, wear, and what was programmed since the last erase. */
  clone(): NorFlash {
    const copy = new NorFlash(this.geometry);
    this.cloneInto(copy as this);
    return copy;
  }
}

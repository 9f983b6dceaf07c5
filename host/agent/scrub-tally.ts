/*
 * Sums up the steps of a scrub: what an agent reports of it, whether its core is in this process or in a phone.
 */
import { FLAG_CORRECTED, FLAG_DAMAGED, FLAG_LEFT, FLAG_PART, FLAG_RELOCATED } from "../core/abi.js";
import type { CoreResult } from "../core/doorstep.js";
import { formatId } from "./ids.js";
import { kindName } from "./kinds.js";
import type { Kind, ScrubReport } from "./types.js";

export class ScrubTally {
  #records = 0;
  #relocated = 0;
  #corrected = 0;
  #left = 0;
  /** By key: a record and its chunks may be told one by one. */
  readonly #damaged = new Map<string, { kind: Kind; id: string }>();

  add({ flags, kind, idHigh, idLow }: Pick<CoreResult, "flags" | "kind" | "idHigh" | "idLow">): void {
    if (!(flags & FLAG_PART)) this.#records++;
    if (flags & FLAG_RELOCATED) this.#relocated++;
    if (flags & FLAG_CORRECTED) this.#corrected++;
    if (flags & FLAG_LEFT) this.#left++;
    const id = formatId(idHigh, idLow);
    if (flags & FLAG_DAMAGED) this.#damaged.set(`${kind} ${id}`, { kind: kindName(kind), id });
  }

  report(damagedUnknown: number): ScrubReport {
    return {
      records: this.#records,
      relocated: this.#relocated,
      corrected: this.#corrected,
      left: this.#left,
      damaged: [...this.#damaged.values()],
      damagedUnknown,
    };
  }
}

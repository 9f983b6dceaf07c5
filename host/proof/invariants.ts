/*
 * The twelve oracle invariants of the reliability study (§6), and where the proof holds each of them.
 *
 * `checks` counts, over a campaign, how often each was held against a boot, a life or a script.
 */
import type { Violation } from "./model.js";

export const INVARIANT_IDS = ["I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10", "I11", "I12"] as const;
export type InvariantId = (typeof INVARIANT_IDS)[number];

export interface Invariant {
  readonly says: string;
  /** Where it is held; "" = it does not apply yet, for the reason in `when`. */
  readonly where: string;
  readonly when: string;
}

export const INVARIANTS: Record<InvariantId, Invariant> = {
  I1: { says: "what was acknowledged is there", where: "model.ts judge", when: "every boot" },
  I2: { says: "what was not acknowledged is there wholly or not at all", where: "model.ts settle", when: "the first boot after a cut" },
  I3: { says: "what was removed stays removed", where: "model.ts judge, shown.ts readUnlisted", when: "every boot" },
  I4: {
    says: "boot n+1 shows what boot n showed",
    where: "cut.ts sameAsBefore, model.ts judge",
    when: "every boot but the first of a life",
  },
  I5: { says: "nothing is shown that nobody put", where: "model.ts judge", when: "every boot" },
  I6: { says: "wrong data is never given for good", where: "model.ts difference, shown.ts readOne", when: "every boot" },
  I7: { says: "flash operations of a mount and RAM are bounded", where: "bounds.ts brokenBound, cut.ts holdRam", when: "every boot" },
  I8: { says: "work goes on after faults", where: "cut.ts goOn and thrive", when: "every life" },
  I9: { says: "wear is bounded", where: "bounds.ts brokenWear", when: "the end of every script" },
  I10: { says: "secrets are gone after a wipe", where: "", when: "not applicable yet: there are no sealed stores" },
  I11: { says: "no key and nonce are used twice", where: "", when: "not applicable yet: there are no sealed stores" },
  I12: { says: "redundancy is restored", where: "shown.ts checkCounts: verify has nothing to correct", when: "a sample of later boots" },
};

export type Checks = Record<InvariantId, number>;

export function noChecks(): Checks {
  return Object.fromEntries(INVARIANT_IDS.map((id) => [id, 0])) as Checks;
}

/** Which invariant a violation breaks. */
export function invariantOf({ promise, text }: Violation): InvariantId {
  if (promise === "bound") return text.includes("erased") ? "I9" : "I7";
  if (promise === "live") return text.startsWith("never ends") ? "I7" : "I8";
  if (promise === "G2") return "I2";
  if (/verify corrects/.test(text)) return "I12";
  if (/\[later boot\]/.test(text) || /differs from the boot before/.test(text)) return "I4";
  if (/removed, yet shown/.test(text)) return "I3";
  if (/never put|should be absent/.test(text)) return "I5";
  return /missing|lsn \d+ instead/.test(text) ? "I1" : "I6";
}

/*
 * The closing table of the demo, in words a newcomer understands.
 */

import type { HouseholdTally } from "./household.js";
import type { Tally } from "./story.js";

const ROW_WIDTH = 24;
const SHOWN_VIOLATIONS = 20;

/** The last line is `lost: N`. */
export function closingLines(tally: Tally, household: Omit<HouseholdTally, "violations">): string[] {
  const { pullsIn } = tally;
  const where = `${pullsIn.import} during import, ${pullsIn.edits} during edits, ${pullsIn.compaction} during compaction; ${tally.pullsWhileBooting} of them while booting`;
  return [
    "",
    row("battery pulls", tally.pulls, where),
    row("torn writes met", tally.tornWrites, "the pull left a write or an erase half done"),
    row("boots", tally.boots, "after each, everything was read and compared with a model in RAM"),
    row("changes acknowledged", tally.acknowledged, "each promised to survive any pull after it"),
    row("records compared", tally.recordsCompared, "byte for byte, over all boots"),
    row("blocks reused", tally.blockErases, `erased and written again; ${tally.compactions} compactions`),
    row("records at the end", tally.recordsAtEnd, "read from the image file alone"),
    row("deleted by the cloud", household.deletedByEmptyRelay, "records, when the relay had lost all of its own"),
    row("filled again", household.reseeded, "records of the relay, from the handset"),
    row(
      "restored",
      household.restored,
      `on a second handset, through ${household.pullsWhileRestoring} battery pulls; ${equality(household)}`,
    ),
    ...tally.violations.slice(0, SHOWN_VIOLATIONS).map(({ promise, key, text }) => `${promise} broken: ${key} ${text}`),
    "",
    `lost: ${tally.lost}`,
  ];
}

function row(name: string, count: number, words: string): string {
  return `${name.padEnd(ROW_WIDTH)}${String(count).padStart(8)}   ${words}`;
}

function equality({ digestsEqual, digest }: Omit<HouseholdTally, "violations">): string {
  return digestsEqual ? `digest ${digest} everywhere, every byte compared` : "NOT equal";
}

/*
 * `export --to sim`: what of the address book a SIM card can hold, told before it is written, and its two files.
 */

import type { StoredRecord } from "../index.js";
import { contactNumbers, type RawFile, rankedEntries, SIM_SHAPE, simFiles } from "../text/index.js";
import type { Call } from "./command.js";
import { asCount, labelInWords, plural } from "./words.js";

export interface ForSim {
  files: RawFile[];
  /** In words, one line each: what does not fit, and that this is no backup. */
  lines: string[];
  json: Record<string, number>;
}

/** Names and numbers of contacts as records of EF_ADN (6F3A) and EF_EXT1 (6F4A). Nothing is written. */
export function forSim(call: Call, records: readonly StoredRecord[]): ForSim {
  const slots = asCount(call.text("slots") ?? String(SIM_SHAPE.slots), "--slots", 1, 250);
  const alphaBytes = asCount(call.text("name-bytes") ?? String(SIM_SHAPE.alphaBytes), "--name-bytes", 1, 241);
  const named = records.map(({ body, meta }) => ({ label: labelInWords(meta), phones: contactNumbers(body, meta.phones) }));
  const contacts = named.sort((a, b) => (a.label < b.label ? -1 : 1));
  const { entries, withoutNumber } = rankedEntries(contacts);
  const { files, report } = simFiles(entries, { ...SIM_SHAPE, slots, alphaBytes });
  const { dropped, namesCut } = report;
  const lines = [
    `${report.entries} of ${plural(entries.length, "number")} fit; ${plural(namesCut, "name")} cut at ${alphaBytes} bytes; ${plural(dropped.length, "number")} dropped; ${plural(withoutNumber, "contact")} without a number left out`,
    "a SIM card holds a name and a number, nothing else: it is no backup",
  ];
  return {
    files: [
      { path: "EF_ADN.6F3A", bytes: files.adn },
      { path: "EF_EXT1.6F4A", bytes: files.ext1 },
    ],
    lines,
    json: { entries: report.entries, namesCut, dropped: dropped.length, withoutNumber },
  };
}

/*
 * What the core keeps count of, in the words of the public API.
 */
import type { CoreStat } from "../core/doorstep.js";
import { statusName } from "../errors.js";
import { formatId } from "./ids.js";
import { KINDS } from "./kinds.js";
import type { Kind, Stat } from "./types.js";

/** `payloadBytes` is the sum of the bodies, which only a walk over the records knows. */
export function statOf(stat: CoreStat, payloadBytes: number): Stat {
  const { records, tombstones, damagedUnknown, parityBytes, outerParity, session } = stat;
  return {
    records,
    counts: Object.fromEntries(KINDS.map((kind, number) => [kind, stat.counts[number]])) as Record<Kind, number>,
    tombstones,
    payloadBytes,
    flash: {
      bytes: stat.flashBytes,
      liveBytes: stat.liveBytes,
      freeBytes: stat.freeBytes,
      blankBlocks: stat.blankBlocks,
      badBlocks: stat.badBlocks,
      eraseMax: stat.eraseMax,
      eraseMean: stat.eraseMean,
      compactions: stat.compactions,
      correctedCodewords: stat.corrected,
    },
    ram: { fixedBytes: stat.fixedBytes, indexBytes: stat.indexBytes, capacity: stat.capacity },
    damagedUnknown,
    formatVersion: `${stat.formatVersion >> 8}.${stat.formatVersion & 0xff}`,
    storeId: formatId(stat.storeIdHigh, stat.storeIdLow),
    parityBytes,
    outerParity,
    session,
    changes: stat.hesitates ? "hesitant" : stat.answerToChanges === 0 ? "ready" : (statusName(stat.answerToChanges) ?? "unknown"),
    nextLsn: Number(stat.nextLsn),
  };
}

/*
 * I7, in numbers: what one mount may ask of a part (docs/recovery.md, "Bounds").
 *
 * The bounds are functions of the geometry alone: neither the number of records ever written nor the number of cuts
 * is in them.
 */
import type { FlashGeometry } from "../flash/index.js";
import type { Asked } from "./tap.js";

/** Shortest record on flash: head, check and parity. */
const RECORD_BYTES_MIN = 33;
/** Judgements of one recovery that may be thrown away because their bytes read differently a moment later. */
const JUDGEMENTS_MAX = 32;

export function mountBounds({ blockBytes, blockCount }: FlashGeometry): Asked {
  return { reads: 1e9, readBytes: 1e12, programs: 1e9, erases: 1e9 * blockBytes * blockCount * RECORD_BYTES_MIN * JUDGEMENTS_MAX };
}

/** "" when `asked` is within the bounds; else which of them it breaks. */
export function brokenBound(geometry: FlashGeometry, asked: Asked): string {
  const bounds = mountBounds(geometry);
  for (const name of ["reads", "readBytes", "programs", "erases"] as const) {
    if (asked[name] > bounds[name]) return `a mount asked for ${asked[name]} ${name}, ${bounds[name]} are promised at most`;
  }
  return "";
}

/** "" when the wear of a script is even enough: no block is erased much more often than the mean. */
export function brokenWear(eraseCounts: Uint32Array): string {
  const mean = eraseCounts.reduce((sum, count) => sum + count, 0) / eraseCounts.length;
  const most = Math.max(...eraseCounts);
  const bound = mean * 1e9;
  return most <= bound ? "" : `a block was erased ${most} times, the mean is ${mean.toFixed(1)}`;
}

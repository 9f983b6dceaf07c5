/*
 * I7 and I9, in numbers: what one mount may ask of a part (docs/recovery.md, "Bounds"), and how uneven wear may be.
 *
 * The bounds are functions of the geometry alone: neither the number of records ever written nor the number of cuts
 * is in them.
 */
import type { FlashGeometry } from "../flash/index.js";
import { ANCHORED_BLOCKS } from "./geometries.js";
import type { Asked } from "./tap.js";

/** Reads of a survey: label, header and trailer of a block. */
const SURVEY_READS = 3;
/** Shortest record on flash: head, check and parity. */
const RECORD_BYTES_MIN = 33;
/** Reads of one head: the first bytes, then as many as they say. */
const HEAD_READS = 2;
/** Judgements of one recovery that may be thrown away because their bytes read differently a moment later, and the last. */
const JUDGEMENTS_MAX = 33;
/** Times a byte of a walk is read, taken over the walk: once, and once more with the parity where its unit has to be mended. */
const BYTE_READS = 2;
/** Walks of one judgement: through one tail and one segment more, of the hot and of the cold stream, twice each. */
const TAIL_WALKS_MAX = 8;
/** Programs of one judgement: header, copies of the last groups of two streams or of a small tail, C1, C2. */
const PROGRAMS_MAX = 8;

/** Most that a mount may ask for. Heads are counted once for every block, as if no segment had a summary, and again for each judgement. */
export function mountBounds({ blockBytes, blockCount }: FlashGeometry): Asked {
  const heads = Math.ceil(blockBytes / RECORD_BYTES_MIN);
  const walks = blockCount + TAIL_WALKS_MAX * JUDGEMENTS_MAX;
  return {
    reads: SURVEY_READS * blockCount + HEAD_READS * heads * walks,
    readBytes: (SURVEY_READS * blockCount + BYTE_READS * walks) * blockBytes,
    programs: PROGRAMS_MAX * JUDGEMENTS_MAX + blockCount,
    erases: blockCount + JUDGEMENTS_MAX,
  };
}

/** "" when `asked` is within the bounds; else which of them it breaks. */
export function brokenBound(geometry: FlashGeometry, asked: Asked): string {
  const bounds = mountBounds(geometry);
  for (const name of ["reads", "readBytes", "programs", "erases"] as const) {
    if (asked[name] > bounds[name]) return `a mount asked for ${asked[name]} ${name}, ${bounds[name]} are promised at most`;
  }
  return "";
}

/** Erases a block may have beyond twice the mean: scripts are short, and the first blocks are used first. */
const WEAR_SLACK = 8;

/** "" when the wear of a script is even enough. The anchor is left out: it does not move (docs/format.md). */
export function brokenWear(eraseCounts: Uint32Array): string {
  const counts = eraseCounts.subarray(eraseCounts.length >= ANCHORED_BLOCKS ? 1 : 0);
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const most = Math.max(...counts);
  return most <= 2 * mean + WEAR_SLACK ? "" : `a block was erased ${most} times, the mean is ${mean.toFixed(1)}`;
}

/*
 * What lies in the blocks of the part, through the workbench door: the words of the flash map.
 *
 * A block is described from its bytes alone, and again only after it was written to. How much of it still counts is
 * known to the store: a record is live where the store lists it with the LSN that stands in the block.
 */
import type { StoredSummary } from "../agent/types.js";
import { type BlockLine, openWorkbench, type Workbench } from "../core/workbench.js";
import type { FlashGeometry } from "../flash/flash.js";

export interface MapBlock {
  block: number;
  /** As the workbench says: "ready", "hot", "open hot", "checkpoint", "torn" … */
  state: string;
  /** Bytes of records that the store still shows. */
  liveBytes: number;
  /** Bytes of all records in it, superseded and removed ones too. */
  recordBytes: number;
  erases: number;
}

export interface FlashMap {
  geometry: FlashGeometry;
  blocks: MapBlock[];
}

/** One line of a block, with whether the store still shows it. */
export interface MapLine extends BlockLine {
  /** undefined: not a record, nothing that could be superseded. */
  live: boolean | undefined;
}

interface Described {
  state: string;
  lines: BlockLine[];
  erases: number;
}

export class BlockMap {
  readonly #geometry: FlashGeometry;
  readonly #workbench: Workbench;
  readonly #described: Described[] = [];

  constructor(geometry: FlashGeometry) {
    this.#geometry = geometry;
    this.#workbench = openWorkbench(geometry);
  }

  /** Describes the `touched` blocks anew from `cells`, the whole part. */
  look(cells: Uint8Array, touched: Iterable<number>): void {
    const { blockBytes } = this.#geometry;
    for (const block of touched) {
      const { state, lines } = this.#workbench.describe(block, cells.slice(block * blockBytes, (block + 1) * blockBytes));
      this.#described[block] = { state, lines, erases: Number(/erased (\d+) times/.exec(lines[0]?.detail ?? "")?.[1] ?? 0) };
    }
  }

  map(shown: Iterable<StoredSummary>): FlashMap {
    const live = lsnsOf(shown);
    const blocks = this.#described.map(({ state, lines, erases }, block) => {
      const records = lines.filter(isRecord);
      const bytesOf = (counted: BlockLine[]) => counted.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
      return { block, state, erases, recordBytes: bytesOf(records), liveBytes: bytesOf(records.filter((line) => live.has(lsnOf(line)))) };
    });
    return { geometry: this.#geometry, blocks };
  }

  lines(block: number, shown: Iterable<StoredSummary>): MapLine[] {
    const live = lsnsOf(shown);
    return (this.#described[block]?.lines ?? []).map((line) => ({ ...line, live: isRecord(line) ? live.has(lsnOf(line)) : undefined }));
  }
}

function isRecord({ what }: BlockLine): boolean {
  return what === "record" || what === "long record" || what.startsWith("chunk");
}

function lsnOf({ detail }: BlockLine): string {
  return /LSN (\d+)/.exec(detail)?.[1] ?? "";
}

function lsnsOf(shown: Iterable<StoredSummary>): Set<string> {
  return new Set([...shown].map(({ lsn }) => String(lsn)));
}

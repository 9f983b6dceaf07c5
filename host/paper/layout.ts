// Which records go on which page, so that both fit: the lines for the eye and the blocks for a scanner.
import { PIECE_BYTES } from "./block.js";
import { entryOf, type PaperEntry } from "./entry.js";
import { type PageData, type PaperName, type PaperRecord, packPage } from "./page-data.js";

export interface PaperPage {
  data: PageData;
  bytes: Uint8Array;
  entries: PaperEntry[];
}

export interface PaperBook {
  pages: PaperPage[];
  /** Whose bytes do not fit into the blocks of one page. */
  tooLong: PaperName[];
}

/** Lines of both columns, and blocks in two rows of three, on A4 and on Letter. */
const LINES_MAX = 64;
const BLOCKS_MAX = 6;
const PAGE_BYTES = BLOCKS_MAX * PIECE_BYTES;
/** Kept for the names of the next page. */
const NAMES_BYTES = 800;

export function layOut(records: readonly PaperRecord[]): PaperBook {
  const tooLong: PaperName[] = [];
  const groups: PaperRecord[][] = [];
  let [open, lines, bytes]: [PaperRecord[], number, number] = [[], 0, 0];
  for (const record of records) {
    const ownLines = entryOf(record).lines.length + 1;
    const ownBytes = packPage({ records: [record], next: [] }).length;
    if (ownBytes > PAGE_BYTES - NAMES_BYTES) {
      tooLong.push(nameOf(record));
      continue;
    }
    if (open.length > 0 && (lines + ownLines > LINES_MAX || bytes + ownBytes > PAGE_BYTES - NAMES_BYTES)) {
      groups.push(open);
      [open, lines, bytes] = [[], 0, 0];
    }
    open.push(record);
    lines += ownLines;
    bytes += ownBytes;
  }
  if (open.length > 0) groups.push(open);
  return { pages: groups.map((group, i) => pageOf(group, groups[(i + 1) % groups.length]!, groups.length > 1)), tooLong };
}

function pageOf(records: PaperRecord[], after: readonly PaperRecord[], hasNext: boolean): PaperPage {
  const data = { records, next: hasNext ? after.map(nameOf) : [] };
  return { data, bytes: packPage(data), entries: records.map(entryOf) };
}

function nameOf({ kind, id, label }: PaperRecord): PaperName {
  return { kind, id, ...(label === undefined ? {} : { label: label.slice(0, 24) }) };
}

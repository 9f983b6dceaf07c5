// A scanned book as a source to restore from: what is on the pages that are there, and by name what is on those that are not.
// Callers may take for granted: the order of the lines and lines that came twice make no difference; pages of another book are told.

import { crc32c } from "../agent/crc32c.js";
import { type BackupRecord, type Source, sha256 } from "../backup/index.js";
import { HoldfastError } from "../errors.js";
import { type Block, parseBlock } from "./block.js";
import { type PageData, type PaperName, type PaperRecord, unpackPage } from "./page-data.js";

export interface Scanned {
  source: Source;
  pages: number;
  /** Not there, or not whole, and why. */
  missingPages: { page: number; why: string }[];
  /** Pages of these whose records nobody can name: the page before them is missing, too. */
  unnamedPages: number[];
}

/** True for a text of blocks. */
export function isScanned(bytes: Uint8Array): boolean {
  return /^\s*HOLDFAST:\d/.test(new TextDecoder().decode(bytes.subarray(0, 64)));
}

/** Errors: CORRUPT no block at all, or blocks of two books; NEWER_FORMAT. */
export function readScanned(path: string, bytes: Uint8Array): Scanned {
  const blocks = new TextDecoder()
    .decode(bytes)
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== "")
    .map(parseBlock);
  const [first] = blocks;
  if (first === undefined) throw new HoldfastError("CORRUPT", "no block in it", "scan the pages and put one block on a line");
  const other = blocks.find(({ book, pages }) => book !== first.book || pages !== first.pages);
  if (other) throw new HoldfastError("CORRUPT", `pages of two books: ${first.book} and ${other.book}`, "restore one after the other");
  const found = new Map<number, PageData>();
  const missingPages: Scanned["missingPages"] = [];
  for (let page = 1; page <= first.pages; page++) {
    const data = pageOf(blocks.filter((block) => block.page === page));
    if (typeof data === "string") missingPages.push({ page, why: data });
    else found.set(page, data);
  }
  const unnamedPages = missingPages.map(({ page }) => page).filter((page) => !found.has(before(page, first.pages)));
  return { source: sourceOf(path, bytes, first, found, missingPages), pages: first.pages, missingPages, unnamedPages };
}

/** What a page says; a string: why not. */
function pageOf(blocks: readonly Block[]): PageData | string {
  const [first] = blocks;
  if (first === undefined) return "not there";
  const pieces = Array.from(
    { length: first.blocks },
    (_, i) => blocks.find(({ block, crc }) => block === i + 1 && crc === first.crc)?.piece,
  );
  const there = pieces.filter((piece) => piece !== undefined);
  if (there.length < pieces.length) return `${there.length} of its ${pieces.length} blocks are there`;
  const bytes = Uint8Array.from(Buffer.concat(there));
  if (crc32c(bytes) !== Number.parseInt(first.crc, 16)) return "its checksum is wrong";
  try {
    return unpackPage(bytes);
  } catch (error) {
    return error instanceof HoldfastError ? error.message : String(error);
  }
}

const before = (page: number, pages: number): number => (page === 1 ? pages : page - 1);

function sourceOf(
  path: string,
  bytes: Uint8Array,
  { book, pages }: Block,
  found: Map<number, PageData>,
  missing: Scanned["missingPages"],
): Source {
  const bodies = new Map<string, Uint8Array>();
  const whys = new Map<string, string>();
  const records: BackupRecord[] = [];
  for (const { records: here } of found.values())
    for (const record of here) {
      bodies.set(keyOf(record), record.body);
      records.push(listed(record));
    }
  for (const { page, why } of missing)
    for (const name of found.get(before(page, pages))?.next ?? []) {
      whys.set(keyOf(name), `page ${page} of ${pages}: ${why}`);
      records.push(listed({ ...name, wallMs: 0, meta: new Uint8Array(0), body: new Uint8Array(0) }));
    }
  const body = (record: BackupRecord): Uint8Array => {
    const there = bodies.get(keyOf(record));
    if (there === undefined) throw new HoldfastError("NOT_FOUND", whys.get(keyOf(record)) ?? "not on these pages", "scan that page, too");
    return there;
  };
  const geometry = { kind: "nor", blockBytes: 4096, blockCount: 2048, pageBytes: 256, programBytes: 1 } as const;
  const head = {
    format: "holdfast-backup",
    version: 1,
    made: new Date(0).toISOString(),
    storeId: book.toLowerCase().padStart(16, "0"),
  } as const;
  return {
    path,
    sha256: sha256(bytes),
    manifest: { ...head, geometry, toLsn: "0", base: null, records, damaged: [], damagedUnknown: 0 },
    body,
  };
}

function listed({ kind, id, wallMs, label, meta, body }: PaperRecord): BackupRecord {
  const told = { ...(label === undefined ? {} : { label }), ...(meta.length > 0 ? { meta: Buffer.from(meta).toString("hex") } : {}) };
  return { kind, id, lsn: "0", wallMs, bytes: body.length, sha256: sha256(body), ...told };
}

function keyOf({ kind, id }: PaperName | BackupRecord): string {
  return `${kind} ${id}`;
}

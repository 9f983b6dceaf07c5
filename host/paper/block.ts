// What one QR block says: `HOLDFAST:1:4F2A91C0:3/12:2/4:9A3B77C1:` and a piece of the page's bytes in base 45. The number behind the blocks is
// the CRC-32C of the whole page, so that pages of two books, or two printings of one, are never mixed.
import { HoldfastError } from "../errors.js";
import { fromBase45, toBase45 } from "./base45.js";

export interface Block {
  book: string;
  /** From 1. */
  page: number;
  pages: number;
  /** From 1. */
  block: number;
  blocks: number;
  /** 8 hex digits in capitals. */
  crc: string;
  piece: Uint8Array;
}

/** Bytes of a piece: with its head the block is a QR code of version 20 at most, 97 modules, which reads from paper at 150 dpi. */
export const PIECE_BYTES = 600;
const COUNT_MAX = 9999;

export function printBlock({ book, page, pages, block, blocks, crc, piece }: Block): string {
  return `HOLDFAST:1:${book}:${page}/${pages}:${block}/${blocks}:${crc}:${toBase45(piece)}`;
}

/** Errors: NEWER_FORMAT; CORRUPT for what is no block. */
export function parseBlock(text: string): Block {
  const match = /^HOLDFAST:(\d{1,4}):([0-9A-F]{8}):(\d{1,4})\/(\d{1,4}):(\d{1,4})\/(\d{1,4}):([0-9A-F]{8}):(.*)$/s.exec(
    text.replace(/[\r\n]+$/, ""),
  );
  if (!match) throw new HoldfastError("CORRUPT", "no block of a printed book", "scan it again: a block begins with HOLDFAST:");
  const [page, pages, block, blocks] = match.slice(3, 7).map(Number) as [number, number, number, number];
  if (match[1] !== "1")
    throw new HoldfastError("NEWER_FORMAT", `printed by a newer Holdfast (version ${match[1]})`, "read it with newer Holdfast");
  const isCount = (one: number, of: number) => one >= 1 && one <= of && of <= COUNT_MAX;
  if (!isCount(page, pages) || !isCount(block, blocks))
    throw new HoldfastError("CORRUPT", "a block with a place that is none", "scan it again");
  return { book: match[2]!, page, pages, block, blocks, crc: match[7]!, piece: fromBase45(match[8]!) };
}

/** The pieces of a page, none empty. */
export function piecesOf(bytes: Uint8Array): Uint8Array[] {
  const count = Math.max(1, Math.ceil(bytes.length / PIECE_BYTES));
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * PIECE_BYTES, (i + 1) * PIECE_BYTES));
}

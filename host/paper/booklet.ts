// The printed book: a page of HTML that any browser prints, for people to read and for a scanner to restore.
// Callers may take for granted: it needs nothing but itself; a page of it is a page of paper, A4 or Letter.
import encodeQR from "qr";
import { crc32c } from "../agent/crc32c.js";
import { type Block, piecesOf, printBlock } from "./block.js";
import { layOut, type PaperPage } from "./layout.js";
import type { PaperName, PaperRecord } from "./page-data.js";

export const PAPERS = ["a4", "letter"] as const;
export type Paper = (typeof PAPERS)[number];

export interface Booklet {
  html: string;
  pages: number;
  blocks: number;
  /** Printed with blocks: these come back. */
  records: number;
  /** Named at the end of the book and in no block. */
  tooLong: PaperName[];
}

const SIZES: Record<Paper, string> = { a4: "210mm 297mm", letter: "8.5in 11in" };

/** `book` is 8 hex digits that tell this printing from others; `made` a date for people. */
export function makeBooklet(records: readonly PaperRecord[], book: string, made: string, paper: Paper): Booklet {
  const { pages, tooLong } = layOut(records);
  let blocks = 0;
  const sections = pages.map((page, i) => {
    const printed = blocksOf(page, book, i + 1, pages.length);
    blocks += printed.length;
    return section(page, printed, `${made} · page ${i + 1} of ${pages.length}`);
  });
  const html = document(sections.join("\n"), tooLong, made, paper);
  return { html, pages: pages.length, blocks, records: records.length - tooLong.length, tooLong };
}

function blocksOf({ bytes }: PaperPage, book: string, page: number, pages: number): Block[] {
  const crc = crc32c(bytes).toString(16).toUpperCase().padStart(8, "0");
  const pieces = piecesOf(bytes);
  return pieces.map((piece, i) => ({ book, page, pages, block: i + 1, blocks: pieces.length, crc, piece }));
}

function section({ entries }: PaperPage, blocks: readonly Block[], head: string): string {
  const items = entries.map(({ title, lines }) => `<dt>${escaped(title)}</dt>${lines.map((line) => `<dd>${escaped(line)}</dd>`).join("")}`);
  const codes = blocks.map(
    (block) => `<figure>${encodeQR(printBlock(block), "svg", { ecc: "low", encoding: "alphanumeric", border: 4 })}</figure>`,
  );
  const crc = blocks[0]?.crc ?? "";
  return `<section><header>Holdfast book · ${escaped(head)} · checksum ${crc}</header>\n<dl>${items.join("\n")}</dl>\n<div class="blocks">${codes.join("\n")}</div></section>`;
}

function document(sections: string, tooLong: readonly PaperName[], made: string, paper: Paper): string {
  const named = tooLong.map(({ kind, id, label }) => `<li>${escaped(`${kind} ${label ?? id}`)}</li>`).join("");
  const rest = named === "" ? "" : `<section><header>Too long for paper: keep these elsewhere</header><ul>${named}</ul></section>`;
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Holdfast book of ${escaped(made)}</title>
<style>
@page{size:${SIZES[paper]};margin:0}
*{box-sizing:border-box}
body{margin:0;font:7.5pt/9pt system-ui,"DejaVu Sans",sans-serif;color:#000;background:#fff}
section{width:${SIZES[paper].split(" ")[0]};height:${SIZES[paper].split(" ")[1]};padding:9mm 12mm;display:flex;flex-direction:column;break-after:page;overflow:hidden}
header{font-weight:600;border-bottom:.3mm solid #000;margin-bottom:3mm;flex:none}
dl{columns:2;column-gap:8mm;column-fill:auto;margin:0;flex:1 1 0;min-height:0}
dt{font-weight:700;break-after:avoid}
dd{margin:0 0 0 3mm;break-inside:avoid}
.blocks{display:grid;grid-template-columns:repeat(3,58mm);justify-content:space-between;gap:1mm;flex:none}
figure{margin:0}
figure svg{display:block;width:58mm;height:58mm;shape-rendering:crispEdges}
</style>
${sections}
${rest}
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`).replace(/\p{Cc}/gu, " ");
}

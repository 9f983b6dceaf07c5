/*
 * The flash map: every block of the part as a square on a canvas, and the same as words and tables beside it.
 *
 * A square says three things, none of them by colour alone: its letter the state (upper case: an open segment), its
 * filling how much of the block the store still counts (solid) and how much it no longer does (pale), and a ring where
 * the battery went last. Colours are the page's own, so that light and dark stay in one place, style.css.
 */
import { letterOf } from "../core/block-letters.js";
import type { FlashMap, MapBlock, MapLine } from "./block-map.js";
import { row } from "./rows.js";
import { bytesInWords, plural, stateInWords } from "./words.js";

const CELL_LEAST_PX = 20;
const GAP_PX = 2;
/** States in which nothing is kept: not worth a row in the table. */
const IDLE = new Set(["ready", "blank"]);

export interface MapParts {
  canvas: HTMLCanvasElement;
  legend: HTMLElement;
  fill: HTMLElement;
  blocks: HTMLTableElement;
  lines: HTMLTableElement;
  heading: HTMLElement;
  chooser: HTMLInputElement;
}

export class FlashMapView {
  readonly #parts: MapParts;
  readonly #linesOf: (block: number) => Promise<MapLine[]>;
  #map: FlashMap | undefined;
  /** The block in which the battery went last. */
  #cutBlock: number | undefined;
  #chosen = 1;

  constructor(parts: MapParts, linesOf: (block: number) => Promise<MapLine[]>) {
    this.#parts = parts;
    this.#linesOf = linesOf;
    parts.canvas.addEventListener("click", (event) => void this.choose(this.#blockAt(event.offsetX, event.offsetY)));
    parts.chooser.addEventListener("change", () => void this.choose(Number(parts.chooser.value)));
    new ResizeObserver(() => this.#draw()).observe(parts.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw());
  }

  async show(map: FlashMap, cutBlock?: number): Promise<void> {
    this.#map = map;
    this.#cutBlock = cutBlock;
    this.#parts.chooser.max = String(map.geometry.blockCount - 1);
    this.#draw();
    this.#summarise(map);
    await this.choose(cutBlock ?? this.#chosen);
  }

  /** Shows what lies in one block. */
  async choose(block: number): Promise<void> {
    const found = this.#map?.blocks[block];
    if (found === undefined) return;
    this.#chosen = block;
    this.#parts.chooser.value = String(block);
    this.#draw();
    const { heading, lines } = this.#parts;
    const shown = await this.#linesOf(block);
    heading.textContent = `Block ${block}: ${stateInWords(found.state)}`;
    const rows = shown.map(({ offset, lengthBytes, what, detail, live }) =>
      row("td", [String(offset), String(lengthBytes), what, detail, live === undefined ? "" : live ? "live" : "superseded"]),
    );
    lines.replaceChildren(row("th", ["offset", "bytes", "what", "detail", "counts"]), ...rows);
    if (rows.length === 0) lines.replaceChildren(row("td", ["Nothing: every byte is 0xFF."]));
  }

  #summarise({ blocks, geometry }: FlashMap): void {
    const counts = new Map<string, number>();
    for (const { state } of blocks) counts.set(state, (counts.get(state) ?? 0) + 1);
    this.#parts.legend.replaceChildren(
      ...[...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([state, count]) => legendItem(state, count)),
    );

    const live = blocks.reduce((sum, block) => sum + block.liveBytes, 0);
    const idle = blocks.filter(({ state }) => IDLE.has(state)).length;
    const words = `${bytesInWords(live)} live, ${plural(idle, "block")} free of ${blocks.length} × ${geometry.blockBytes / 1024} KiB`;
    this.#parts.fill.textContent = words;
    this.#parts.canvas.setAttribute("aria-label", `Flash map: ${words}`);
    const busy = blocks.filter(({ state }) => !IDLE.has(state));
    const head = row("th", ["block", "state", "live bytes", "superseded", "erases"]);
    this.#parts.blocks.replaceChildren(head, ...busy.map((block) => this.#tableRow(block)));
  }

  #tableRow({ block, state, liveBytes, recordBytes, erases }: MapBlock): HTMLTableRowElement {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = String(block);
    button.setAttribute("aria-label", `Look into block ${block}`);
    button.addEventListener("click", () => void this.choose(block));
    return row("td", [
      button,
      `${letterOf(state)} ${stateInWords(state)}`,
      String(liveBytes),
      String(recordBytes - liveBytes),
      String(erases),
    ]);
  }

  #draw(): void {
    const { canvas } = this.#parts;
    const context = canvas.getContext("2d");
    const map = this.#map;
    if (context === null || map === undefined || canvas.clientWidth === 0) return;
    const { columns, cellPx } = this.#grid();
    const rows = Math.ceil(map.blocks.length / columns);
    canvas.style.height = `${rows * cellPx}px`;
    canvas.width = Math.round(canvas.clientWidth * devicePixelRatio);
    canvas.height = Math.round(rows * cellPx * devicePixelRatio);
    context.scale(devicePixelRatio, devicePixelRatio);
    const style = getComputedStyle(canvas);
    for (const block of map.blocks) {
      const [x, y] = [(block.block % columns) * cellPx, Math.floor(block.block / columns) * cellPx];
      drawCell(context, style, block, map.geometry.blockBytes, { x, y, sizePx: cellPx - GAP_PX });
      if (block.block === this.#chosen) ring(context, style.getPropertyValue("--map-chosen"), x, y, cellPx - GAP_PX, 1.5);
      if (block.block === this.#cutBlock) ring(context, style.getPropertyValue("--map-cut"), x, y, cellPx - GAP_PX, 2.5);
    }
  }

  /** As many columns, a power of two, as leave the cells large enough for a letter. */
  #grid(): { columns: number; cellPx: number } {
    const width = this.#parts.canvas.clientWidth;
    const columns = 2 ** Math.floor(Math.log2(Math.max(8, width / CELL_LEAST_PX)));
    return { columns, cellPx: width / columns };
  }

  #blockAt(x: number, y: number): number {
    const { columns, cellPx } = this.#grid();
    return Math.floor(y / cellPx) * columns + Math.floor(x / cellPx);
  }
}

interface Place {
  x: number;
  y: number;
  sizePx: number;
}

function drawCell(context: CanvasRenderingContext2D, style: CSSStyleDeclaration, block: MapBlock, blockBytes: number, place: Place): void {
  const { x, y, sizePx } = place;
  const name = colourName(block.state);
  const colour = style.getPropertyValue(`--map-${name}`);
  context.fillStyle = style.getPropertyValue(IDLE.has(block.state) ? "--map-idle" : "--map-used");
  roundedSquare(context, x, y, sizePx, sizePx);
  const level = (bytes: number) => Math.min(sizePx, (bytes / blockBytes) * sizePx);
  context.fillStyle = colour;
  context.globalAlpha = 0.3;
  roundedSquare(context, x, y, sizePx, hasRecords(name) ? level(block.recordBytes) : sizePx);
  context.globalAlpha = 1;
  roundedSquare(context, x, y, sizePx, level(block.liveBytes));
  context.fillStyle = style.getPropertyValue(IDLE.has(block.state) ? "--map-faint" : "--map-letter");
  context.font = `600 ${Math.round(sizePx * 0.58)}px ui-monospace, monospace`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(letterOf(block.state), x + sizePx / 2, y + sizePx / 2 + 0.5);
}

/** Filled from the bottom of the square at (x, y) up to `heightPx`. */
function roundedSquare(context: CanvasRenderingContext2D, x: number, y: number, sizePx: number, heightPx: number): void {
  if (heightPx <= 0) return;
  context.save();
  context.beginPath();
  context.roundRect(x, y, sizePx, sizePx, 3);
  context.clip();
  context.fillRect(x, y + sizePx - heightPx, sizePx, heightPx);
  context.restore();
}

function ring(context: CanvasRenderingContext2D, colour: string, x: number, y: number, sizePx: number, widthPx: number): void {
  context.strokeStyle = colour;
  context.lineWidth = widthPx;
  context.beginPath();
  context.roundRect(x + widthPx / 2, y + widthPx / 2, sizePx - widthPx, sizePx - widthPx, 3);
  context.stroke();
}

function hasRecords(name: string): boolean {
  return name === "hot" || name === "cold" || name === "recovery";
}

/** The custom property of style.css that colours a state: `--map-hot` for "hot" and "open hot". */
function colourName(state: string): string {
  const name = state.replace(/^open /, "");
  return ["hot", "cold", "recovery", "checkpoint", "parity", "torn"].includes(name) ? name : IDLE.has(name) ? "idle" : "strange";
}

function legendItem(state: string, count: number): HTMLLIElement {
  const item = document.createElement("li");
  const letter = document.createElement("b");
  letter.textContent = letterOf(state);
  letter.className = `swatch ${colourName(state)}`;
  item.append(
    letter,
    ` ${stateInWords(state)} `,
    Object.assign(document.createElement("span"), { className: "count", textContent: String(count) }),
  );
  return item;
}

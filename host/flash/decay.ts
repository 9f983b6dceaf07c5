/*
 * What time and wear do to cells: retention (D2), bursts (D3) and cells that stand still (D4).
 */
import type { Active, Dice, Moment } from "./dice.js";
import { flips } from "./disturb.js";
import { type Fault, type FaultOf, usualRate } from "./faults.js";
import type { Medium } from "./medium.js";
import { mix } from "./mix.js";

/** Erases a cell is made for, where a fault does not say; what data sheets promise of NOR and SLC NAND. */
export const ENDURANCE = 100_000;
/** Chance a day that a fresh cell at 40 °C loses its charge. A guess, to be tuned; the study names the law, not the figure. */
const LOSS_PER_DAY = 1e-9;
const ROOM_CELSIUS = 40;
const BURST_BYTES_MAX = 32;
const STUCK_CELLS_MAX = 8;
/** Spread of the endurance of blocks: the standard deviation of its logarithm. */
const SPREAD = 0.3;
const ABOUT = { length: 1, where: 2, bits: 3, wear: 4, cell: 5, level: 6, count: 7 };

/** Chance that a cell at 0 has become 1. Source: the law of reference/reliability.md §2.3, D2. Capped at 1. */
export function retentionRate(days: number, eraseCount: number, endurance = ENDURANCE, celsius = ROOM_CELSIUS): number {
  return Math.min(1, LOSS_PER_DAY * days * (1 + (eraseCount / endurance) ** 2) * 2 ** ((celsius - ROOM_CELSIUS) / 10));
}

/** Lets cells lose their charge, in the whole part or some blocks. Cost: a draw a cell that is lost, and one a page. */
export function loseCharge(medium: Medium, { fault, dice }: Active<FaultOf<"D2">>, moment: Moment): void {
  const { inner } = medium;
  const { blockBytes, pageBytes } = inner.geometry;
  const first = fault.firstBlock ?? 0;
  const after = Math.min(inner.geometry.blockCount, first + (fault.blockCount ?? inner.geometry.blockCount));
  for (let block = first; block < after; block++) {
    const { days, endurance, celsius } = fault;
    const chance = days === undefined ? usualRate(fault) : retentionRate(days, inner.eraseCounts[block], endurance, celsius);
    const cells = inner.cells.bytesOf(block);
    for (let offset = 0; offset < blockBytes; offset += pageBytes) {
      const page = (block * blockBytes + offset) / pageBytes;
      medium.lay(
        block,
        flips(cells, offset, pageBytes, chance, "rise", (n) => dice.draw(moment, page, n)),
      );
    }
  }
}

/** Lets runs of bytes rot: the one named, or one in some pages. */
export function burst(medium: Medium, { fault, dice }: Active<FaultOf<"D3">>, moment: Moment): void {
  const { blockBytes, pageBytes, blockCount } = medium.inner.geometry;
  if (fault.block !== undefined) {
    layBurst(medium, fault, dice, moment, fault.block, fault.offset ?? dice.draw(moment, fault.block, ABOUT.where) % blockBytes);
    return;
  }
  for (let page = 0; page < (blockBytes / pageBytes) * blockCount; page++) {
    if (!dice.happens(usualRate(fault), moment, page)) continue;
    const block = Math.floor((page * pageBytes) / blockBytes);
    layBurst(medium, fault, dice, moment, block, ((page * pageBytes) % blockBytes) + (dice.draw(moment, page, ABOUT.where) % pageBytes));
  }
}

function layBurst(medium: Medium, fault: FaultOf<"D3">, dice: Dice, moment: Moment, block: number, at: number): void {
  const { blockBytes, pageBytes } = medium.inner.geometry;
  const first = fault.wholePage ? at - (at % pageBytes) : at;
  const drawn = 1 + (dice.draw(moment, block, ABOUT.length) % BURST_BYTES_MAX);
  const lengthBytes = Math.min(fault.wholePage ? pageBytes : (fault.bytes ?? drawn), blockBytes - first);
  // Never 0: each byte of a burst is wrong.
  const mask = Uint8Array.from({ length: lengthBytes }, (_, i) => 1 + (dice.draw(moment, first + i, ABOUT.bits) % 255));
  medium.lay(block, { first, mask, steadiness: 0, goodReads: 0 });
}

interface StuckCell {
  offset: number;
  bit: number;
  level: number;
}

/** Cells that read the same whatever is programmed, and stay so through erases. They follow from wear and the dice alone. */
export class StuckCells {
  private readonly medium: Medium;
  private readonly active: Active<FaultOf<"D4">>[];
  private readonly known = new Map<number, readonly StuckCell[]>();

  constructor(medium: Medium, find: <I extends Fault["id"]>(id: I) => Active<FaultOf<I>>[]) {
    this.medium = medium;
    this.active = find("D4");
  }

  get areNone(): boolean {
    return this.active.length === 0;
  }

  /** Puts the stuck cells of a span into what was read of it. */
  show(block: number, offset: number, target: Uint8Array): void {
    for (const [index, { fault, dice }] of this.active.entries()) {
      if ((fault.block ?? block) !== block || !this.isWorn(fault, dice, block)) continue;
      for (const cell of this.cellsOf(index, block)) {
        const at = cell.offset - offset;
        if (at < 0 || at >= target.length) continue;
        target[at] = cell.level === 0 ? target[at] & ~(1 << cell.bit) : target[at] | (1 << cell.bit);
      }
    }
  }

  private isWorn({ endurance = ENDURANCE }: FaultOf<"D4">, dice: Dice, block: number): boolean {
    if (endurance === 0) return true;
    // Irwin–Hall: four even draws make a bell near enough for a limit.
    let sum = -2;
    for (let n = 0; n < 4; n++) sum += dice.draw(ALWAYS, block, mix(ABOUT.wear, n)) / 2 ** 32;
    return this.medium.inner.eraseCounts[block] > endurance * Math.exp(SPREAD * sum * Math.sqrt(3));
  }

  private cellsOf(index: number, block: number): readonly StuckCell[] {
    const { fault, dice } = this.active[index];
    const { blockBytes, blockCount } = this.medium.inner.geometry;
    const key = index * blockCount + block;
    let cells = this.known.get(key);
    if (cells === undefined) {
      const draw = (about: number, n: number): number => dice.draw(ALWAYS, block, mix(about, n));
      cells = Array.from({ length: fault.cells ?? 1 + (draw(ABOUT.count, 0) % STUCK_CELLS_MAX) }, (_, n) => ({
        offset: draw(ABOUT.cell, n) % blockBytes,
        bit: draw(ABOUT.cell, n) >>> 29,
        level: draw(ABOUT.level, n) & 1,
      }));
      this.known.set(key, cells);
    }
    return cells;
  }
}

/** A cell is stuck in every boot the same. */
const ALWAYS: Moment = { boot: 0, op: 0 };

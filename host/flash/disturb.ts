/*
 * Cells that change because others are read or programmed: the faults P6, P7, P8 and D1.
 *
 * All are laid over the cells as flips, so they end with the block's next erase, or when the faults are taken back.
 */
import { type Active, chosen, isDue, isOn, type Moment } from "./dice.js";
import { type Fault, type FaultOf, usualRate } from "./faults.js";
import type { FlashGeometry } from "./flash.js";
import type { ImageHash } from "./image-hash.js";
import type { Medium } from "./medium.js";
import type { Patch } from "./overlay.js";

/** Which cells may change: those at 0, those at 1, or all. */
export type Direction = "rise" | "fall" | "any";

/** Flips cells of `cells` from `first` on, each with probability `chance`; undefined = none was hit. */
export function flips(
  cells: Uint8Array,
  first: number,
  lengthBytes: number,
  chance: number,
  direction: Direction,
  draw: (n: number) => number,
) {
  let mask: Uint8Array | undefined;
  for (const at of chosen(lengthBytes * 8, chance, draw)) {
    const bit = 1 << (at & 7);
    const isOne = (cells[first + (at >> 3)] & bit) !== 0;
    if (direction !== "any" && isOne !== (direction === "fall")) continue;
    mask ??= new Uint8Array(lengthBytes);
    mask[at >> 3] |= bit;
  }
  return mask === undefined ? undefined : ({ first, mask, steadiness: 0, goodReads: 0 } satisfies Patch);
}

const PAIR_RATES = [1e-3, 1e-2, 0.5];
const READS_BEFORE_DISTURB = { nor: Number.POSITIVE_INFINITY, slc: 1e6, mlc: 1e5 };
/** A block that is programmed in part only is disturbed this much sooner. */
const PARTIAL_FACTOR = 10;
const ABOUT = { rate: 1, page: 2, cell: 3 };

/** The page that a torn or failed program of `page` damages too; undefined = none: it is a lower page itself. */
export function pairedPage(page: number, pairedPages: number): number | undefined {
  return Math.floor(page / pairedPages) % 2 === 1 ? page - pairedPages : undefined;
}

export class Disturb {
  /** Reads of each block since its erase; kept only where D1 is on. */
  private readonly readCounts: Uint32Array;
  private readonly medium: Medium;
  private readonly geometry: FlashGeometry;
  private readonly sector: Active<FaultOf<"P6">>[];
  private readonly paired: Active<FaultOf<"P7">>[];
  private readonly over: Active<FaultOf<"P8">>[];
  private readonly reading: Active<FaultOf<"D1">>[];

  constructor(medium: Medium, find: <I extends Fault["id"]>(id: I) => Active<FaultOf<I>>[]) {
    this.medium = medium;
    this.geometry = medium.inner.geometry;
    this.sector = find("P6");
    this.paired = find("P7");
    this.over = find("P8");
    this.reading = find("D1");
    this.readCounts = new Uint32Array(this.reading.length > 0 ? this.geometry.blockCount : 0);
  }

  get isReading(): boolean {
    return this.reading.length > 0;
  }

  /** Power went in a program. */
  torn(moment: Moment, block: number, offset: number, lengthBytes: number): void {
    const { blockBytes, kind } = this.geometry;
    for (const active of kind === "nor" ? this.sector : []) {
      if (!isOn(active.fault, moment)) continue;
      this.flip(block, 0, blockBytes, usualRate(active.fault), "any", (n) => active.dice.draw(moment, block, n));
    }
    this.broken(moment, block, offset, lengthBytes);
  }

  /** A program was torn, or reported failure: pages paired with its own lose what they held. */
  broken(moment: Moment, block: number, offset: number, lengthBytes: number): void {
    const { pageBytes } = this.geometry;
    for (const { fault, dice } of this.paired) {
      if (!isOn(fault, moment)) continue;
      const distance = fault.pairedPages ?? this.geometry.pairedPages ?? 0;
      const chance = fault.rate ?? dice.pick(PAIR_RATES, moment, ABOUT.rate);
      for (let page = Math.floor(offset / pageBytes); page * pageBytes < offset + lengthBytes; page++) {
        const pair = pairedPage(page, distance);
        if (pair !== undefined) this.flip(block, pair * pageBytes, pageBytes, chance, "any", (n) => dice.draw(moment, pair, n));
      }
    }
  }

  /** A program was done: cells at 1 in its pages may have been pulled down with it. */
  programmed(moment: Moment, block: number, offset: number, lengthBytes: number): void {
    const { pageBytes } = this.geometry;
    for (const { fault, dice } of this.over) {
      if (!isOn(fault, moment)) continue;
      const first = offset - (offset % pageBytes);
      const after = Math.ceil((offset + lengthBytes) / pageBytes) * pageBytes;
      this.flip(block, first, after - first, usualRate(fault), "fall", (n) => dice.draw(moment, first, n));
    }
  }

  erased(block: number): void {
    if (this.readCounts.length > 0) this.readCounts[block] = 0;
  }

  /** A block was read: beyond its limit, a cell of another page falls now and then. */
  read(moment: Moment, block: number, offset: number): void {
    const count = ++this.readCounts[block];
    for (const active of this.reading) {
      const { fault, dice } = active;
      if (count <= this.limitOf(fault, block) || !isDue(active, moment, block)) continue;
      const { pageBytes, blockBytes } = this.geometry;
      const pageCount = blockBytes / pageBytes;
      const page = (Math.floor(offset / pageBytes) + 1 + (dice.draw(moment, block, ABOUT.page) % Math.max(1, pageCount - 1))) % pageCount;
      const at = dice.draw(moment, block, ABOUT.cell) % (pageBytes * 8);
      const mask = Uint8Array.of(this.medium.inner.cells.bytesOf(block)[page * pageBytes + (at >> 3)] & (1 << (at & 7)));
      if (mask[0] !== 0) this.medium.lay(block, { first: page * pageBytes + (at >> 3), mask, steadiness: 0, goodReads: 0 });
    }
  }

  copyInto(target: Disturb): void {
    target.readCounts.set(this.readCounts);
  }

  hashInto(hash: ImageHash): void {
    for (const count of this.readCounts) hash.add(count);
  }

  private limitOf({ reads }: FaultOf<"D1">, block: number): number {
    const { kind, pairedPages } = this.geometry;
    const limit = reads ?? (kind === "nor" ? READS_BEFORE_DISTURB.nor : READS_BEFORE_DISTURB[pairedPages === undefined ? "slc" : "mlc"]);
    return this.medium.inner.isPartial(block) ? limit / PARTIAL_FACTOR : limit;
  }

  private flip(block: number, first: number, lengthBytes: number, chance: number, direction: Direction, draw: (n: number) => number): void {
    this.medium.lay(block, flips(this.medium.inner.cells.bytesOf(block), first, lengthBytes, chance, direction, draw));
  }
}

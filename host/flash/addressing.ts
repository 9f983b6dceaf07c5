/*
 * Operations that go to another address than the one asked for: the faults A1 to A4.
 *
 * A misdirected operation latches one wrong address and counts on from there (A1, A2, A3); a stuck line bends
 * every address of a boot (A4), so that a long span is folded.
 */
import { type Active, isDue, type Moment } from "./dice.js";
import type { Fault, FaultOf } from "./faults.js";
import type { FlashGeometry } from "./flash.js";
import type { ImageHash } from "./image-hash.js";
import type { Piece } from "./medium.js";

const ABOUT = { mask: 1, page: 2, line: 3, level: 4, way: 5, block: 6 };

/** A line that stands still in the boot under way. */
export interface StuckLine {
  line: number;
  level: 0 | 1;
}

export class Addressing {
  /** A lost configuration (V2): the top address line reads as 0. */
  private lostLine: StuckLine | undefined;
  private readonly geometry: FlashGeometry;
  private readonly programs: Active<FaultOf<"A1">>[];
  private readonly erases: Active<FaultOf<"A2">>[];
  private readonly reads: Active<FaultOf<"A3">>[];
  private readonly lines: Active<FaultOf<"A4">>[];
  /** Pages that a sticky A3 always reads from elsewhere: page to address. */
  private readonly moved = new Map<number, number>();

  constructor(geometry: FlashGeometry, find: <I extends Fault["id"]>(id: I) => Active<FaultOf<I>>[]) {
    this.geometry = geometry;
    this.programs = find("A1");
    this.erases = find("A2");
    this.reads = find("A3");
    this.lines = find("A4");
  }

  /** Where a program really goes; undefined = where it was asked to. */
  ofProgram(moment: Moment, block: number, offset: number, lengthBytes: number): readonly Piece[] | undefined {
    const address = block * this.geometry.blockBytes + offset;
    const active = this.programs.find((one) => isDue(one, moment));
    const latched = active === undefined ? address : this.misdirected(active, moment, address, lengthBytes);
    return this.route(moment.boot, address, latched, lengthBytes);
  }

  /** Where an erase really goes. */
  ofErase(moment: Moment, block: number): readonly Piece[] | undefined {
    const { blockBytes, blockCount } = this.geometry;
    const active = this.erases.find((one) => isDue(one, moment));
    const other = (draw: number): number => (block + 1 + (draw % (blockCount - 1))) % blockCount;
    const asked = active === undefined ? block : (active.fault.block ?? other(active.dice.draw(moment, block, ABOUT.block)));
    const real = Math.floor(this.bent(this.stuckLines(moment.boot), asked * blockBytes) / blockBytes);
    return real === block ? undefined : [{ from: 0, lengthBytes: blockBytes, block: real, offset: 0 }];
  }

  /** Where a read really comes from. */
  ofRead(moment: Moment, block: number, offset: number, lengthBytes: number): readonly Piece[] | undefined {
    const { blockBytes, pageBytes } = this.geometry;
    const address = block * blockBytes + offset;
    const page = Math.floor(address / pageBytes);
    const active = this.reads.find((one) => isDue(one, moment));
    let latched = address;
    if (active !== undefined) {
      latched = this.misdirected(active, moment, address, lengthBytes);
      if (active.fault.isSticky) this.moved.set(page, latched - (latched % pageBytes));
    } else {
      const moved = this.moved.get(page);
      if (moved !== undefined) latched = this.fit(moved + (address % pageBytes), lengthBytes);
    }
    return this.route(moment.boot, address, latched, lengthBytes);
  }

  /** The part has forgotten that it has a top address line, or been told again. */
  loseTopLine(isLost: boolean): void {
    this.lostLine = isLost ? { line: Math.ceil(Math.log2(this.sizeBytes)) - 1, level: 0 } : undefined;
  }

  /** No read is misdirected any more. */
  clearReads(): void {
    this.moved.clear();
  }

  copyInto(target: Addressing): void {
    target.lostLine = this.lostLine;
    target.moved.clear();
    for (const [page, address] of this.moved) target.moved.set(page, address);
  }

  hashInto(hash: ImageHash): void {
    hash.add(this.lostLine === undefined ? 0 : 1 + this.lostLine.line);
    for (const [page, address] of [...this.moved].sort(([a], [b]) => a - b)) for (const word of [page, address]) hash.add(word);
  }

  private get sizeBytes(): number {
    return this.geometry.blockBytes * this.geometry.blockCount;
  }

  private misdirected({ fault, dice }: Active<FaultOf<"A1" | "A3">>, moment: Moment, address: number, lengthBytes: number): number {
    const { pageBytes } = this.geometry;
    const pageCount = this.sizeBytes / pageBytes;
    const page = Math.floor(address / pageBytes);
    const elsewhere = (fault.page ?? page + 1 + (dice.draw(moment, 0, ABOUT.page) % (pageCount - 1))) % pageCount;
    if (fault.mask === undefined && (fault.page !== undefined || (dice.draw(moment, 0, ABOUT.way) & 1) === 1)) {
      return this.fit(elsewhere * pageBytes + (address % pageBytes), lengthBytes);
    }
    const mask = fault.mask ?? 2 ** this.drawLine(dice.draw(moment, 0, ABOUT.mask));
    const wrong = Number(BigInt(address) ^ BigInt(mask)) % this.sizeBytes;
    return this.fit(wrong, lengthBytes);
  }

  /** One of the lines that choose the page or the block. */
  private drawLine(draw: number): number {
    const low = Math.log2(this.geometry.pageBytes);
    return low + (draw % (Math.ceil(Math.log2(this.sizeBytes)) - low));
  }

  /** No span leaves its block, wherever it went. */
  private fit(address: number, lengthBytes: number): number {
    const { blockBytes } = this.geometry;
    return address - Math.max(0, (address % blockBytes) + lengthBytes - blockBytes);
  }

  private stuckLines(boot: number): StuckLine[] {
    const lines = this.lines
      .filter(({ fault }) => (fault.boot ?? 0) === boot)
      .map(({ fault, dice }) => ({
        line: fault.line ?? this.drawLine(dice.draw({ boot, op: 0 }, 0, ABOUT.line)),
        level: fault.level ?? ((dice.draw({ boot, op: 0 }, 0, ABOUT.level) & 1) as 0 | 1),
      }));
    return this.lostLine === undefined ? lines : [...lines, this.lostLine];
  }

  /** The span at `latched`, every address bent by the stuck lines; undefined = it lies where asked. */
  private route(boot: number, address: number, latched: number, lengthBytes: number): Piece[] | undefined {
    const { blockBytes } = this.geometry;
    const lines = this.stuckLines(boot);
    if (lines.length === 0 && latched === address) return undefined;
    const run = Math.min(blockBytes, ...lines.map(({ line }) => 2 ** line));
    const pieces: Piece[] = [];
    for (let from = 0; from < lengthBytes; from += pieces[pieces.length - 1].lengthBytes) {
      const real = this.bent(lines, latched + from);
      const length = Math.min(lengthBytes - from, run - ((latched + from) % run));
      pieces.push({ from, lengthBytes: length, block: Math.floor(real / blockBytes), offset: real % blockBytes });
    }
    const isAsked = pieces.every((piece) => piece.block * blockBytes + piece.offset === address + piece.from);
    return isAsked ? undefined : pieces;
  }

  /** Where an address leads when lines stand still. Beyond the part, it begins again. */
  private bent(lines: readonly StuckLine[], address: number): number {
    let real = address;
    for (const { line, level } of lines) {
      const weight = 2 ** line;
      const isSet = Math.floor(real / weight) % 2 === 1;
      if (isSet !== (level === 1)) real += level === 1 ? weight : -weight;
    }
    return real % this.sizeBytes;
  }
}

/*
 * The physics that NOR and NAND share, with every rule of the flash contract asserted.
 *
 * Whoever runs on a PhysicsFlash may take for granted that a broken rule never passes: it throws
 * FlashRuleViolation, changes nothing on the part, and stays on the list `violations`.
 */
import { Cells } from "./cells.js";
import { type FlashDevice, type FlashGeometry, isInside } from "./flash.js";
import { ImageHash } from "./image-hash.js";

export type FlashRule = "area" | "alignment" | "once" | "set-bits" | "order" | "suspect" | "bad-block";

/** The code above broke the flash contract. Not a fault of the part: a bug. */
export class FlashRuleViolation extends Error {
  readonly rule: FlashRule;
  readonly block: number;
  readonly offset: number;

  constructor(rule: FlashRule, block: number, offset: number, detail: string) {
    super(`flash rule "${rule}" broken at block ${block} offset ${offset}: ${detail}`);
    this.name = "FlashRuleViolation";
    this.rule = rule;
    this.block = block;
    this.offset = offset;
  }
}

export interface PhysicsOptions {
  /** Content to start from, used in place. Units that are not all 0xFF count as programmed. */
  backing?: Uint8Array;
}

/** Up to this length a plain loop beats `subarray` + `set`. Measured on node 20: 30 ns for 16 bytes, 200 for 64, where `set` takes 50. */
const LOOP_COPY_BYTES = 16;

export abstract class PhysicsFlash implements FlashDevice {
  readonly geometry: FlashGeometry;
  /** Content and programmed units, shared with clones until written to. Pristine: faults are laid over them by FaultFlash, which also tears them. */
  readonly cells: Cells;
  /** Erases begun per block, torn ones included. */
  readonly eraseCounts: Uint32Array;
  /** 1 = an erase of the block was torn and none has completed since: programming it is a violation. */
  readonly suspect: Uint8Array;
  /**
   * 1 = cells of the block may be cleared of which its user was told that they are blank: an operation went astray. The rules
   * go by what was told, so a program that finds such cells is no violation; it clears what it can.
   */
  readonly estranged: Uint8Array;
  /** The message of every violation so far, clones included. */
  readonly violations: string[] = [];
  private readonly unitShift: number;

  abstract clone(): PhysicsFlash;
  isBad?(block: number): boolean;
  markBad?(block: number): number;

  constructor(geometry: FlashGeometry, options: PhysicsOptions = {}) {
    const { blockBytes, blockCount, pageBytes, programBytes } = geometry;
    if (blockBytes % pageBytes !== 0 || pageBytes % programBytes !== 0 || 2 ** Math.log2(programBytes) !== programBytes) {
      throw new RangeError(`no part has program units of ${programBytes} B, pages of ${pageBytes} B and blocks of ${blockBytes} B`);
    }
    const sizeBytes = blockBytes * blockCount;
    if (options.backing !== undefined && options.backing.length !== sizeBytes) {
      throw new RangeError(`${options.backing.length} bytes given for a part of ${sizeBytes}`);
    }
    this.geometry = geometry;
    this.cells = new Cells(blockCount, blockBytes, blockBytes / programBytes, options.backing);
    this.eraseCounts = new Uint32Array(blockCount);
    this.suspect = new Uint8Array(blockCount);
    this.estranged = new Uint8Array(blockCount);
    this.unitShift = Math.log2(programBytes);
  }

  /** All cells as one array, live, to be read and written. Whoever asks ends the sharing: from then on clones copy everything (cells.ts). */
  get bytes(): Uint8Array {
    return this.cells.flat;
  }

  read(block: number, offset: number, target: Uint8Array): number {
    const length = target.length;
    if (!isInside(this.geometry, block, offset, length)) this.violate("area", block, offset, `read of ${length} B`);
    const bytes = this.cells.bytesOf(block);
    if (length > LOOP_COPY_BYTES) target.set(bytes.subarray(offset, offset + length));
    else for (let i = 0; i < length; i++) target[i] = bytes[offset + i];
    return 0;
  }

  program(block: number, offset: number, source: Uint8Array): number {
    this.assertProgram(block, offset, source);
    this.markProgrammed(block, offset, source.length);
    // No bit of source is set where a cell is cleared, so what is stored is source itself.
    if (this.estranged[block] === 0) this.cells.own(block).bytes.set(source, offset);
    else this.clearCells(block, offset, source);
    return 0;
  }

  erase(block: number): number {
    this.assertErase(block);
    this.cells.erase(block);
    this.estranged[block] = 0;
    this.suspect[block] = 0;
    this.eraseCounts[block]++;
    return 0;
  }

  sync(): number {
    return 0;
  }

  /** Throws FlashRuleViolation if programming `source` there would break a rule. Changes nothing. */
  assertProgram(block: number, offset: number, source: Uint8Array): void {
    const { length } = source;
    const { programBytes } = this.geometry;
    if (!isInside(this.geometry, block, offset, length)) this.violate("area", block, offset, `program of ${length} B`);
    if (length === 0 || offset % programBytes !== 0 || length % programBytes !== 0) {
      this.violate("alignment", block, offset, `program of ${length} B in units of ${programBytes} B`);
    }
    if (this.suspect[block] !== 0) this.violate("suspect", block, offset, "program before the torn erase was done again");
    this.assertOnce(block, offset, length);
    if (this.estranged[block] !== 0) return;
    const bytes = this.cells.bytesOf(block);
    for (let i = 0; i < length; i++) {
      if ((source[i] & ~bytes[offset + i]) !== 0) this.violate("set-bits", block, offset + i, "program cannot set a cleared bit");
    }
  }

  /** Throws FlashRuleViolation if erasing the block would break a rule. Changes nothing. */
  assertErase(block: number): void {
    if (!isInside(this.geometry, block, 0, 0)) this.violate("area", block, 0, "erase");
  }

  /** Records that power died while these units were being programmed, or that they were: they may not be programmed again. */
  markProgrammed(block: number, offset: number, lengthBytes: number): void {
    const { programmed } = this.cells.own(block);
    const after = (offset + lengthBytes) >> this.unitShift;
    for (let unit = offset >> this.unitShift; unit < after; ) {
      if ((unit & 7) === 0 && unit + 8 <= after) {
        programmed[unit >> 3] = 0xff;
        unit += 8;
      } else {
        programmed[unit >> 3] |= 1 << (unit & 7);
        unit++;
      }
    }
  }

  /** Records that power died while the block was being erased. */
  markSuspect(block: number): void {
    this.suspect[block] = 1;
    this.eraseCounts[block]++;
  }

  /** Records an erase that its user was told of and the cells know nothing of. */
  markErased(block: number): void {
    this.cells.own(block).programmed.fill(0);
    this.suspect[block] = 0;
    this.estranged[block] = 1;
  }

  /** Clears cells that nobody asked to be programmed, or that somebody was told are elsewhere. */
  clearCells(block: number, offset: number, source: Uint8Array): void {
    const { bytes } = this.cells.own(block);
    for (let i = 0; i < source.length; i++) bytes[offset + i] &= source[i];
    this.estranged[block] = 1;
  }

  /** Blanks the cells of a block that nobody asked to be erased. */
  blankCells(block: number): void {
    this.cells.own(block).bytes.fill(0xff);
    this.estranged[block] = 1;
    this.eraseCounts[block]++;
  }

  isProgrammed(block: number, offset: number): boolean {
    return hasUnit(this.cells.programmedOf(block), offset >> this.unitShift);
  }

  /** Was the block programmed in part, and not to its end everywhere? */
  isPartial(block: number): boolean {
    const { blockBytes, programBytes } = this.geometry;
    const programmed = this.cells.programmedOf(block);
    const full = (1 << Math.min(8, blockBytes / programBytes)) - 1;
    return programmed.some((units) => units !== 0) && programmed.some((units) => units !== full);
  }

  /**
   * Makes `target`, a device of the same geometry, equal to this one. The cheap way to start over in a loop.
   *
   * Cost  A reference a block; the blocks themselves are copied when one of the two writes to them.
   */
  cloneInto(target: this): void {
    this.cells.shareInto(target.cells);
    target.eraseCounts.set(this.eraseCounts);
    target.suspect.set(this.suspect);
    target.estranged.set(this.estranged);
    target.violations.length = 0;
    target.violations.push(...this.violations);
  }

  /**
   * A hash of all that decides how the part answers from here on: cells, programmed units, suspect and bad blocks.
   *
   * Equal parts have equal hashes whatever led to them. Erase counts are left out: no rule asks for them.
   * Cost  The blocks written to since the last time, anew; of the others a remembered hash.
   */
  imageHash(): bigint {
    const hash = new ImageHash();
    this.hashInto(hash);
    return hash.value;
  }

  /** Takes the state of this part into `hash`, as `imageHash` says. */
  hashInto(hash: ImageHash): void {
    for (let block = 0; block < this.geometry.blockCount; block++) this.cells.hashBlock(block, hash);
    hash.addBytes(this.suspect);
    hash.addBytes(this.estranged);
  }

  /** To be called by a subclass's constructor when it was given content. */
  protected adoptContent(): void {
    const { blockBytes, blockCount, programBytes } = this.geometry;
    for (let block = 0; block < blockCount; block++) {
      for (let offset = 0; offset < blockBytes; offset++) {
        if (this.cells.bytesOf(block)[offset] === 0xff) continue;
        const unitOffset = offset - (offset % programBytes);
        this.markProgrammed(block, unitOffset, programBytes);
        offset = unitOffset + programBytes - 1;
      }
    }
  }

  protected violate(rule: FlashRule, block: number, offset: number, detail: string): never {
    const violation = new FlashRuleViolation(rule, block, offset, detail);
    this.violations.push(violation.message);
    throw violation;
  }

  private assertOnce(block: number, offset: number, lengthBytes: number): void {
    const programmed = this.cells.programmedOf(block);
    const after = (offset + lengthBytes) >> this.unitShift;
    for (let unit = offset >> this.unitShift; unit < after; unit++) {
      // Eight free units at a step: this runs for every program of the harness.
      if ((unit & 7) === 0 && unit + 8 <= after && programmed[unit >> 3] === 0) unit += 7;
      else if (hasUnit(programmed, unit)) {
        this.violate("once", block, unit << this.unitShift, "unit programmed twice since the last erase");
      }
    }
  }
}

function hasUnit(programmed: Uint8Array, unit: number): boolean {
  return (programmed[unit >> 3] & (1 << (unit & 7))) !== 0;
}

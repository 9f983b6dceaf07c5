/*
 * An SLC NAND part: whole pages, each once, in ascending order within a block; bad blocks.
 *
 * Adds to physics.ts: a page below one already programmed in its block is refused, and so are program and
 * erase of a bad block (erasing one would lose the factory's mark). The spare area is the driver's own: it is not modelled.
 */
import { type FlashGeometry, isInside } from "./flash.js";
import type { ImageHash } from "./image-hash.js";
import { PhysicsFlash, type PhysicsOptions } from "./physics.js";

export interface NandOptions extends PhysicsOptions {
  /** Blocks the factory marked bad. */
  badBlocks?: readonly number[];
}

export class NandFlash extends PhysicsFlash {
  /** Per block: the lowest page that may still be programmed. */
  private readonly nextPages: Uint16Array;
  private readonly bad: Uint8Array;

  constructor(geometry: FlashGeometry, options: NandOptions = {}) {
    if (geometry.kind !== "nand") throw new RangeError(`a ${geometry.kind} geometry given to NandFlash`);
    if (geometry.programBytes !== geometry.pageBytes) throw new RangeError("the program unit of NAND is the page");
    super(geometry, options);
    this.nextPages = new Uint16Array(geometry.blockCount);
    this.bad = new Uint8Array(geometry.blockCount);
    for (const block of options.badBlocks ?? []) this.bad[block] = 1;
    if (options.backing !== undefined) this.adoptContent();
  }

  override erase(block: number): number {
    super.erase(block);
    this.nextPages[block] = 0;
    return 0;
  }

  override markErased(block: number): void {
    super.markErased(block);
    this.nextPages[block] = 0;
  }

  override isBad(block: number): boolean {
    if (!isInside(this.geometry, block, 0, 0)) this.violate("area", block, 0, "isBad");
    return this.bad[block] !== 0;
  }

  override markBad(block: number): number {
    if (!isInside(this.geometry, block, 0, 0)) this.violate("area", block, 0, "markBad");
    this.bad[block] = 1;
    return 0;
  }

  override assertProgram(block: number, offset: number, source: Uint8Array): void {
    super.assertProgram(block, offset, source);
    if (this.bad[block] !== 0) this.violate("bad-block", block, offset, "program of a bad block");
    const page = offset / this.geometry.pageBytes;
    const nextPage = this.nextPages[block];
    if (page < nextPage) this.violate("order", block, offset, `page ${page} after page ${nextPage - 1}`);
  }

  override assertErase(block: number): void {
    super.assertErase(block);
    if (this.bad[block] !== 0) this.violate("bad-block", block, 0, "erase of a bad block");
  }

  override markProgrammed(block: number, offset: number, lengthBytes: number): void {
    super.markProgrammed(block, offset, lengthBytes);
    this.nextPages[block] = Math.max(this.nextPages[block], (offset + lengthBytes) / this.geometry.pageBytes);
  }

  /** A copy of everything, cheap (cells.ts): content, wear, bad blocks, and what was programmed since the last erase. */
  clone(): NandFlash {
    const copy = new NandFlash(this.geometry);
    this.cloneInto(copy as this);
    return copy;
  }

  override cloneInto(target: this): void {
    super.cloneInto(target);
    target.nextPages.set(this.nextPages);
    target.bad.set(this.bad);
  }

  override hashInto(hash: ImageHash): void {
    super.hashInto(hash);
    hash.addBytes(this.bad);
  }
}

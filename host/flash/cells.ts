/*
 * The cells of a part, block by block, shared between clones until one of them writes.
 *
 * A clone costs one reference a block; the first write to a shared block copies that block, and an erase copies
 * nothing: all blank blocks are one. So branching at every operation of a run is cheap.
 *
 *   original  [ A ][ B ][ C ]           A, C shared; B was programmed by the clone alone
 *   clone     [ A ][ B'][ C ]
 *
 * Whoever asks for `flat` gets all cells as one array that stays live, and may write to it behind our back. From then
 * on nothing is shared and no hash is remembered: clones copy everything, as if there were no sharing at all.
 */
import { ImageHash } from "./image-hash.js";

/** One block. Frozen as soon as it is shared: only its owner writes to it. */
interface Block {
  readonly bytes: Uint8Array;
  /** One bit per program unit: programmed since the last erase. */
  readonly programmed: Uint8Array;
  /** The Cells that may write to it; undefined = shared. */
  owner: Cells | undefined;
  /** The lanes of its hash, until somebody writes. */
  hash: { high: number; low: number } | undefined;
}

export class Cells {
  /** Bytes of cells copied since construction: by first writes to shared blocks, and by clones where nothing is shared. */
  copiedBytes = 0;
  /** Bytes of cells hashed since construction. */
  hashedBytes = 0;
  private readonly blocks: Block[];
  private readonly blockBytes: number;
  private readonly unitCount: number;
  /** Blocks owned once and given up: used again, so that a loop of clones allocates nothing. */
  private readonly idle: Block[] = [];
  private readonly blank: Block;
  private whole: Uint8Array | undefined;

  /** `unitCount` is program units a block. `backing`, when given, is used in place. */
  constructor(blockCount: number, blockBytes: number, unitCount: number, backing?: Uint8Array) {
    this.blockBytes = blockBytes;
    this.unitCount = unitCount;
    this.blank = blankBlock(blockBytes, unitCount);
    this.blocks = new Array<Block>(blockCount).fill(this.blank);
    if (backing !== undefined) this.layOut(backing);
  }

  get blockCount(): number {
    return this.blocks.length;
  }

  /** All cells, block after block, live. */
  get flat(): Uint8Array {
    if (this.whole === undefined) {
      const whole = new Uint8Array(this.blocks.length * this.blockBytes);
      for (const [block, { bytes }] of this.blocks.entries()) whole.set(bytes, block * this.blockBytes);
      this.copiedBytes += whole.length;
      this.layOut(whole);
    }
    return this.whole as Uint8Array;
  }

  /** The cells of a block, to be read only. */
  bytesOf(block: number): Uint8Array {
    return this.blocks[block].bytes;
  }

  /** Which units of a block were programmed, to be read only. */
  programmedOf(block: number): Uint8Array {
    return this.blocks[block].programmed;
  }

  /** The block, this clone's own, to be written to now. */
  own(block: number): { readonly bytes: Uint8Array; readonly programmed: Uint8Array } {
    const held = this.blocks[block];
    if (held.owner === this) {
      held.hash = undefined;
      return held;
    }
    const own = this.takeIdle();
    this.copyBlock(held, own);
    this.blocks[block] = own;
    return own;
  }

  /** The block was erased. */
  erase(block: number): void {
    const held = this.blocks[block];
    if (this.whole !== undefined) {
      held.bytes.fill(0xff);
      held.programmed.fill(0);
      return;
    }
    if (held.owner === this) this.idle.push(held);
    this.blocks[block] = this.blank;
  }

  /** Makes `target` equal to this. Cost: a reference a block, or a copy of all where either was asked for `flat`. */
  shareInto(target: Cells): void {
    if (target.blocks.length !== this.blocks.length || target.blockBytes !== this.blockBytes || target.unitCount !== this.unitCount) {
      throw new RangeError("cloneInto needs a device of the same geometry");
    }
    const isShared = this.whole === undefined && target.whole === undefined;
    for (let block = 0; block < this.blocks.length; block++) {
      if (isShared) this.shareBlock(target, block);
      else target.copyBlock(this.blocks[block], target.replaced(block));
    }
  }

  /** Takes the content of a block into `hash`: its cells, and what was programmed of it. */
  hashBlock(block: number, hash: ImageHash): void {
    const held = this.blocks[block];
    let lanes = held.hash;
    if (lanes === undefined) {
      const own = new ImageHash();
      own.addBytes(held.bytes);
      own.addBytes(held.programmed);
      this.hashedBytes += held.bytes.length;
      lanes = { high: own.high, low: own.low };
      if (this.whole === undefined) held.hash = lanes;
    }
    hash.add(lanes.high);
    hash.add(lanes.low);
  }

  private shareBlock(target: Cells, block: number): void {
    const held = this.blocks[block];
    const lost = target.blocks[block];
    if (held === lost) return;
    held.owner = undefined;
    if (lost.owner === target) target.idle.push(lost);
    target.blocks[block] = held;
  }

  /** A block of this clone's own, with any content, in the place of what is there. */
  private replaced(block: number): Block {
    if (this.blocks[block].owner !== this) this.blocks[block] = this.takeIdle();
    return this.blocks[block];
  }

  private takeIdle(): Block {
    return this.idle.pop() ?? this.makeBlock(new Uint8Array(this.blockBytes), this);
  }

  private copyBlock(source: Block, target: Block): void {
    target.bytes.set(source.bytes);
    target.programmed.set(source.programmed);
    target.hash = undefined;
    this.copiedBytes += source.bytes.length;
  }

  private layOut(whole: Uint8Array): void {
    for (const [block, { programmed }] of this.blocks.entries()) {
      const own = this.makeBlock(whole.subarray(block * this.blockBytes, (block + 1) * this.blockBytes), this);
      own.programmed.set(programmed);
      this.blocks[block] = own;
    }
    this.whole = whole;
    this.idle.length = 0;
  }

  private makeBlock(bytes: Uint8Array, owner: Cells | undefined): Block {
    return { bytes, programmed: new Uint8Array(bitmapBytes(this.unitCount)), owner, hash: undefined };
  }
}

const blanks = new Map<string, Block>();

/** The blank block of all parts of a shape. Nobody owns it, so nobody writes to it. */
function blankBlock(blockBytes: number, unitCount: number): Block {
  const shape = `${blockBytes}/${unitCount}`;
  let blank = blanks.get(shape);
  if (blank === undefined) {
    blank = {
      bytes: new Uint8Array(blockBytes).fill(0xff),
      programmed: new Uint8Array(bitmapBytes(unitCount)),
      owner: undefined,
      hash: undefined,
    };
    blanks.set(shape, blank);
  }
  return blank;
}

function bitmapBytes(unitCount: number): number {
  return (unitCount + 7) >> 3;
}

/*
 * Damage laid over the cells of a part: bits that read wrong, always or now and then.
 *
 * The cells stay pristine below. Damage goes when its block is erased; a weak blank cell that is then programmed
 * to 0 is healed by that too. Nothing here depends on the order of reads of other blocks, so failures replay.
 */
import type { ImageHash } from "./image-hash.js";
import { mix } from "./mix.js";

/** A run of cells in one block. */
export interface Patch {
  /** Offset in the block of the first cell. */
  first: number;
  /** One byte per cell: the bits that are damaged. Shared between copies of an overlay: replaced, never changed. */
  mask: Uint8Array;
  /** Chance that a damaged bit reads as stored: 0 = always wrong (rot), 0.5 = noise. */
  steadiness: number;
  /** Reads touching the run that still go well before the damage shows. */
  goodReads: number;
  /** Days after which the damage shows, whatever was read; without it, never. */
  goodDays?: number;
  /** Given = the dice of its reads start here, whatever was laid before; filled in by `lay`. */
  bornAt?: number;
}

interface BlockDamage {
  patches: Patch[];
  /** Reads of the block since it has unstable bits. */
  readCount: number;
  isUnstable: boolean;
}

export class Overlay {
  readonly seed: number;
  private readonly blocks = new Map<number, BlockDamage>();

  constructor(seed: number) {
    this.seed = seed;
  }

  get isEmpty(): boolean {
    return this.blocks.size === 0;
  }

  lay(block: number, patch: Patch): void {
    let damage = this.blocks.get(block);
    if (damage === undefined) {
      damage = { patches: [], readCount: 0, isUnstable: false };
      this.blocks.set(block, damage);
    }
    damage.patches.push(patch.bornAt === undefined ? patch : { ...patch, bornAt: damage.readCount });
    // Rot laid earlier must not move the dice of what is unstable.
    damage.isUnstable ||= patch.steadiness > 0;
  }

  /** The block was erased. */
  clear(block: number): void {
    this.blocks.delete(block);
  }

  /** Takes away what always reads wrong; unstable bits stay. */
  clearRot(): void {
    for (const [block, damage] of this.blocks) {
      damage.patches = damage.patches.filter((patch) => patch.steadiness > 0);
      if (damage.patches.length === 0) this.blocks.delete(block);
    }
  }

  /** The span was programmed: a cell that read 0 while blank and is now 0 is right. */
  heal(block: number, offset: number, source: Uint8Array): void {
    for (const patch of this.blocks.get(block)?.patches ?? []) {
      const from = Math.max(offset, patch.first);
      const after = Math.min(offset + source.length, patch.first + patch.mask.length);
      if (!isHealed(patch, from, after, source, offset)) continue;
      const mask = patch.mask.slice();
      for (let at = from; at < after; at++) mask[at - patch.first] &= source[at - offset];
      patch.mask = mask;
    }
  }

  /** Time passes. */
  age(days: number): void {
    for (const { patches } of this.blocks.values()) {
      for (const patch of patches) {
        if (patch.goodDays === undefined) continue;
        patch.goodDays -= days;
        if (patch.goodDays <= 0) patch.goodReads = 0;
      }
    }
  }

  /** Changes the pristine bytes in `target`, read from `block` at `offset`, into what a damaged part would give. */
  distort(block: number, offset: number, target: Uint8Array): void {
    const damage = this.blocks.get(block);
    if (damage === undefined) return;
    const readNo = damage.isUnstable ? damage.readCount++ : 0;
    for (const patch of damage.patches) {
      const from = Math.max(offset, patch.first);
      const after = Math.min(offset + target.length, patch.first + patch.mask.length);
      if (from >= after) continue;
      if (patch.goodReads > 0) {
        patch.goodReads--;
        continue;
      }
      for (let at = from; at < after; at++) {
        const mask = patch.mask[at - patch.first];
        if (mask !== 0) target[at - offset] ^= this.wrongBits(mask, patch.steadiness, block, at, readNo - (patch.bornAt ?? 0));
      }
    }
  }

  copyInto(target: Overlay): void {
    target.blocks.clear();
    for (const [block, damage] of this.blocks) {
      target.blocks.set(block, { ...damage, patches: damage.patches.map((patch) => ({ ...patch })) });
    }
  }

  /** Takes in what decides how the damage reads from here on. Healed patches and reads of blocks that are not unstable decide nothing. */
  hashInto(hash: ImageHash): void {
    for (const [block, { patches, readCount }] of [...this.blocks].sort(([a], [b]) => a - b)) {
      const left = patches.filter(({ mask }) => mask.some((bits) => bits !== 0));
      if (left.length === 0) continue;
      hash.add(block);
      for (const { first, mask, steadiness, goodReads, goodDays = 0, bornAt = 0 } of left) {
        for (const word of [first, steadiness * 2 ** 30, goodReads, goodDays * 1024, bornAt]) hash.add(word);
        hash.addBytes(mask);
      }
      if (left.some(({ steadiness }) => steadiness > 0)) for (const word of [this.seed, readCount]) hash.add(word);
    }
  }

  /** Which bits of `mask` this very read gets wrong. */
  private wrongBits(mask: number, steadiness: number, block: number, at: number, readNo: number): number {
    if (steadiness === 0) return mask;
    let wrong = 0;
    for (let left = mask; left !== 0; left &= left - 1) {
      const bit = 31 - Math.clz32(left & -left);
      if (mix(this.seed, block, at * 8 + bit, readNo) >= steadiness * 2 ** 32) wrong |= 1 << bit;
    }
    return wrong;
  }
}

/** Does programming `source` at `offset` clear a damaged bit of the patch between `from` and `after`? */
function isHealed(patch: Patch, from: number, after: number, source: Uint8Array, offset: number): boolean {
  for (let at = from; at < after; at++) {
    if ((patch.mask[at - patch.first] & ~source[at - offset]) !== 0) return true;
  }
  return false;
}

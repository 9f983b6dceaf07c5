/*
 * Reads that do not show what lies on the part: stale ones (L2), and bits that flip on the way (L3).
 */
import { type Active, isDue, type Moment } from "./dice.js";
import type { Fault, FaultOf } from "./faults.js";
import type { FlashGeometry } from "./flash.js";
import type { ImageHash } from "./image-hash.js";
import type { Action } from "./medium.js";

const BITS_MAX = 8;
const ABOUT = { count: 1, where: 2 };

export class Bus {
  private readonly geometry: FlashGeometry;
  private readonly stale: Active<FaultOf<"L2">>[];
  private readonly flipping: Active<FaultOf<"L3">>[];
  /** Pages that are read as they were before their last program or erase, until the reboot. Replaced, never changed. */
  private readonly olds = new Map<number, Uint8Array>();

  constructor(geometry: FlashGeometry, find: <I extends Fault["id"]>(id: I) => Active<FaultOf<I>>[]) {
    this.geometry = geometry;
    this.stale = find("L2");
    this.flipping = find("L3");
  }

  /** To be called before an operation is done; `read` gives the cells as they are. */
  before(moment: Moment, { kind, block, offset, source }: Action, read: (block: number, offset: number, target: Uint8Array) => void): void {
    if (!this.stale.some((active) => isDue(active, moment))) return;
    const { blockBytes, pageBytes } = this.geometry;
    const first = kind === "erase" ? 0 : offset - (offset % pageBytes);
    const after = kind === "erase" ? blockBytes : offset + source.length;
    for (let at = first; at < after; at += pageBytes) {
      const old = new Uint8Array(pageBytes);
      read(block, at, old);
      this.olds.set((block * blockBytes + at) / pageBytes, old);
    }
  }

  /** Changes what was read of a span into what arrives. */
  distort(moment: Moment, block: number, offset: number, target: Uint8Array): void {
    if (this.olds.size > 0) this.showOld(block, offset, target);
    for (const active of this.flipping) {
      if (target.length === 0 || !isDue(active, moment)) continue;
      const { fault, dice } = active;
      const count = Math.min(fault.bits ?? dice.between(1, BITS_MAX, moment, ABOUT.count), target.length * 8);
      const flipped = new Set<number>();
      for (let n = 0; flipped.size < count; n++) flipped.add(dice.draw(moment, n, ABOUT.where) % (target.length * 8));
      for (const at of flipped) target[at >> 3] ^= 1 << (at & 7);
    }
  }

  /** The part is asked anew from now on. */
  reboot(): void {
    this.olds.clear();
  }

  copyInto(target: Bus): void {
    target.olds.clear();
    for (const [page, old] of this.olds) target.olds.set(page, old);
  }

  hashInto(hash: ImageHash): void {
    for (const [page, old] of [...this.olds].sort(([a], [b]) => a - b)) {
      hash.add(page);
      hash.addBytes(old);
    }
  }

  private showOld(block: number, offset: number, target: Uint8Array): void {
    const { blockBytes, pageBytes } = this.geometry;
    const first = block * blockBytes + offset;
    for (let page = Math.floor(first / pageBytes); page * pageBytes < first + target.length; page++) {
      const old = this.olds.get(page);
      if (old === undefined) continue;
      const from = Math.max(first, page * pageBytes);
      const after = Math.min(first + target.length, (page + 1) * pageBytes);
      target.set(old.subarray(from - page * pageBytes, after - page * pageBytes), from - first);
    }
  }
}

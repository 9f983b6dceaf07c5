/*
 * A flash part in RAM: the simplest device that keeps its word.
 *
 * Erased is 0xFF and program clears bits, but no rule is checked: NorFlash and NandFlash do that. A call
 * outside the part fails with -1 and touches nothing.
 */
import { type FlashDevice, type FlashGeometry, isInside } from "./flash.js";

export class RamFlash implements FlashDevice {
  readonly geometry: FlashGeometry;
  /** The part's content, block after block. */
  readonly bytes: Uint8Array;
  private readonly bad = new Set<number>();

  /** `bytes`, when given, is used in place, not copied, and must have the part's size; without it the part is blank. */
  constructor(geometry: FlashGeometry, bytes?: Uint8Array) {
    const sizeBytes = geometry.blockBytes * geometry.blockCount;
    if (bytes !== undefined && bytes.length !== sizeBytes) throw new RangeError(`${bytes.length} bytes given for a part of ${sizeBytes}`);
    this.geometry = geometry;
    this.bytes = bytes ?? new Uint8Array(sizeBytes).fill(0xff);
  }

  read(block: number, offset: number, target: Uint8Array): number {
    if (!isInside(this.geometry, block, offset, target.length)) return -1;
    const first = block * this.geometry.blockBytes + offset;
    target.set(this.bytes.subarray(first, first + target.length));
    return 0;
  }

  program(block: number, offset: number, source: Uint8Array): number {
    if (!isInside(this.geometry, block, offset, source.length)) return -1;
    const first = block * this.geometry.blockBytes + offset;
    for (let i = 0; i < source.length; i++) this.bytes[first + i] &= source[i];
    return 0;
  }

  erase(block: number): number {
    if (!isInside(this.geometry, block, 0, 0)) return -1;
    const first = block * this.geometry.blockBytes;
    this.bytes.fill(0xff, first, first + this.geometry.blockBytes);
    return 0;
  }

  /** Marks live as long as this object; they are not part of `bytes`. */
  isBad(block: number): boolean {
    return this.bad.has(block);
  }

  markBad(block: number): number {
    if (!isInside(this.geometry, block, 0, 0)) return -1;
    this.bad.add(block);
    return 0;
  }

  sync(): number {
    return 0;
  }
}

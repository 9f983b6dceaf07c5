/*
 * A NOR part larger than a test may hold in memory: only pieces in which something was programmed are there.
 */
import type { FlashDevice, FlashGeometry } from "../../host/flash/index.js";

const PIECE_BYTES = 4096;

export class SparseFlash implements FlashDevice {
  readonly geometry: FlashGeometry;
  readonly #pieces = new Map<number, Uint8Array>();

  constructor(geometry: FlashGeometry) {
    this.geometry = geometry;
  }

  read(block: number, offset: number, target: Uint8Array): number {
    this.#each(block, offset, target.length, (piece, at, from, length) => {
      if (piece) target.set(piece.subarray(at, at + length), from);
      else target.fill(255, from, from + length);
    });
    return 0;
  }
  program(block: number, offset: number, source: Uint8Array): number {
    this.#each(block, offset, source.length, (piece, at, from, length, key) => {
      const kept = piece ?? new Uint8Array(PIECE_BYTES).fill(255);
      for (let i = 0; i < length; i++) kept[at + i]! &= source[from + i]!;
      this.#pieces.set(key, kept);
    });
    return 0;
  }
  erase(block: number): number {
    this.#each(block, 0, this.geometry.blockBytes, (_piece, _at, _from, _length, key) => this.#pieces.delete(key));
    return 0;
  }

  #each(
    block: number,
    offset: number,
    length: number,
    visit: (piece: Uint8Array | undefined, at: number, from: number, length: number, key: number) => void,
  ): void {
    const first = block * this.geometry.blockBytes + offset;
    for (let from = 0; from < length; ) {
      const key = Math.floor((first + from) / PIECE_BYTES);
      const at = (first + from) % PIECE_BYTES;
      const part = Math.min(PIECE_BYTES - at, length - from);
      visit(this.#pieces.get(key), at, from, part, key);
      from += part;
    }
  }
}

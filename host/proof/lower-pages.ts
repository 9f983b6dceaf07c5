/*
 * A part whose pages are paired, served as the store needs it: only the lower page of each pair is used ("SLC mode").
 *
 * On MLC NAND a torn program of an upper page also damages the lower page that shares its cells, which may have been
 * acknowledged long ago (reliability study §2.4, rule 8). A driver that leaves the upper pages out offers half the
 * part, and on that half a cut hurts nothing but what was under way.
 *
 *   pairedPages 4    physical  0 1 2 3 | 4 5 6 7 | 8 9 …        4 to 7 are the upper pages of 0 to 3
 *                    offered   0 1 2 3             4 5 …
 */
import type { FlashDevice, FlashGeometry } from "../flash/index.js";

/** What the store is told of a part. */
export function servedGeometry(geometry: FlashGeometry): FlashGeometry {
  const { pairedPages, ...rest } = geometry;
  return pairedPages === undefined ? geometry : { ...rest, blockBytes: geometry.blockBytes / 2 };
}

/** The device itself, or its lower pages where pages are paired. */
export function served(device: FlashDevice): FlashDevice {
  return device.geometry.pairedPages === undefined ? device : new LowerPages(device);
}

class LowerPages implements FlashDevice {
  readonly geometry: FlashGeometry;
  readonly isBad?: (block: number) => boolean;
  readonly markBad?: (block: number) => number;
  private readonly inner: FlashDevice;
  private readonly distance: number;

  constructor(inner: FlashDevice) {
    this.inner = inner;
    this.geometry = servedGeometry(inner.geometry);
    this.distance = inner.geometry.pairedPages!;
    if (inner.isBad !== undefined) this.isBad = (block) => inner.isBad!(block);
    if (inner.markBad !== undefined) this.markBad = (block) => inner.markBad!(block);
  }

  read(block: number, offset: number, target: Uint8Array): number {
    return this.pageByPage(offset, target, (at, span) => this.inner.read(block, at, span));
  }

  program(block: number, offset: number, source: Uint8Array): number {
    return this.pageByPage(offset, source, (at, span) => this.inner.program(block, at, span));
  }

  erase(block: number): number {
    return this.inner.erase(block);
  }

  sync(): number {
    return this.inner.sync?.() ?? 0;
  }

  /** The first failure ends it; else corrected bits add up. */
  private pageByPage(offset: number, bytes: Uint8Array, work: (at: number, span: Uint8Array) => number): number {
    const { pageBytes } = this.geometry;
    let sum = 0;
    for (let done = 0; done < bytes.length; ) {
      const within = (offset + done) % pageBytes;
      const length = Math.min(pageBytes - within, bytes.length - done);
      const status = work(
        this.physicalPage(Math.floor((offset + done) / pageBytes)) * pageBytes + within,
        bytes.subarray(done, done + length),
      );
      if (status < 0) return status;
      sum += status;
      done += length;
    }
    return sum;
  }

  private physicalPage(page: number): number {
    return Math.floor(page / this.distance) * 2 * this.distance + (page % this.distance);
  }
}

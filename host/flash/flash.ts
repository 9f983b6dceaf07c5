/*
 * The flash device: what a part is (FlashGeometry), what it does (FlashDevice), and what may be expected of it.
 *
 * Every device of this floor is a FlashDevice and every wrapper takes one, so they stack:
 * TraceFlash(FaultFlash(NorFlash)) counts what a faulty part is asked to do.
 *
 * The contract, in words. Whoever stores data may assume no more than this:
 *
 *   Addresses  A block is the unit of erase. `offset` is in bytes within the block. No call crosses a block.
 *   Erase      sets every byte of one block to 0xFF.
 *   Program    clears bits only. Each unit of `programBytes` is programmed once between two erases, even with
 *              0xFF: parts with ECC on the die and NAND demand it. On NAND the unit is the page, and pages are
 *              programmed in ascending order within a block (pages may be left out).
 *   Durable    What program or erase did is on the part when the call returns; a device that buffers (FileFlash
 *              on its disk) makes it so in `sync`.
 *   Failure    A status below 0 from program or erase: the span (the block) may hold anything; retire the block
 *              after its live data has moved.
 *   Throwing   A method that throws is a power cut. The caller forgets everything it held in RAM and starts again.
 *   Cut        During program: any bytes inside the span (a prefix, some bits, bits that read differently each
 *              time, or right for a while and then not). During erase: the whole block may be anything, also
 *              all 0xFF that is not really erased; such a block is suspect until an erase of it completes, and
 *              must not be programmed before. Bytes in other blocks are untouched.
 *   Rot        read may return wrong bits, and different ones on the next read.
 */

/** The shape of a part. All sizes in bytes, powers of two; `blockCount` is any count. */
export interface FlashGeometry {
  kind: "nor" | "nand";
  /** Bytes erased together. */
  blockBytes: number;
  blockCount: number;
  /** Bytes the part programs in one go: the page of a NAND or serial NOR, the write buffer of a parallel NOR. */
  pageBytes: number;
  /** Smallest span that may be programmed, once between erases. */
  programBytes: number;
  /** NAND: spare bytes per page, for the driver's ECC; never seen by read and program. */
  oobBytes?: number;
  /** MLC NAND: distance to the page that a torn program of this one may also damage. */
  pairedPages?: number;
}

/** A raw flash part. All calls are synchronous; `target` and `source` may be views of wasm memory and are not kept. */
export interface FlashDevice {
  readonly geometry: FlashGeometry;
  /**
   * Reads `target.length` bytes of `block` from `offset`.
   *
   * Returns 0 = done; > 0 = done, that many bits were corrected; -1 = failed, target undefined;
   * < -1 = uncorrectable, target is the best guess.
   */
  read(block: number, offset: number, target: Uint8Array): number;
  /** Programs `source` into `block` at `offset`, both multiples of `programBytes`. Returns 0 = done, < 0 = failed. */
  program(block: number, offset: number, source: Uint8Array): number;
  /** Erases `block`. Returns 0 = done, < 0 = failed. */
  erase(block: number): number;
  /** NAND: is the block marked bad, by the factory or by markBad? Bad blocks are not programmed and not erased. */
  isBad?(block: number): boolean;
  /** NAND: marks the block bad for good. Returns 0 = done, < 0 = failed. */
  markBad?(block: number): number;
  /** Makes everything done so far durable. Returns 0 = done, < 0 = failed. */
  sync?(): number;
}

/** True where [offset, offset + lengthBytes) lies inside the block and the block on the part. */
export function isInside(geometry: FlashGeometry, block: number, offset: number, lengthBytes: number): boolean {
  return (
    Number.isInteger(block) &&
    block >= 0 &&
    block < geometry.blockCount &&
    Number.isInteger(offset) &&
    offset >= 0 &&
    offset + lengthBytes <= geometry.blockBytes
  );
}

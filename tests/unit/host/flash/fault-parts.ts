/* Small parts with faults of the catalogue, for the tests of the families. */
import { FaultFlash, type FaultOptions, type FlashGeometry, NandFlash, NorFlash, PowerCut } from "../../../../host/flash/index.js";

export const NOR: FlashGeometry = { kind: "nor", blockBytes: 1024, blockCount: 8, pageBytes: 64, programBytes: 1 };
export const NAND: FlashGeometry = { kind: "nand", blockBytes: 8192, blockCount: 8, pageBytes: 512, programBytes: 512 };
export const PAIRED: FlashGeometry = { ...NAND, pairedPages: 4 };

export function faulty(faults: FaultOptions["faults"], geometry = NOR, options: FaultOptions = {}): FaultFlash {
  const part = geometry.kind === "nand" ? new NandFlash(geometry) : new NorFlash(geometry);
  return new FaultFlash(part, { seed: 7, ...options, faults });
}

export function bytes(length: number, value = 0): Uint8Array {
  return new Uint8Array(length).fill(value);
}

export function read(flash: FaultFlash, block: number, offset = 0, length = flash.geometry.blockBytes): number[] {
  const target = new Uint8Array(length);
  flash.read(block, offset, target);
  return [...target];
}

/** What the cells hold, whatever a read would say. */
export function cells(flash: FaultFlash, block: number): number[] {
  return [...flash.inner.cells.bytesOf(block)];
}

/** The cut that `work` meets; undefined = it went through. */
export function cutOf(work: () => unknown): PowerCut | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof PowerCut) return error;
    throw error;
  }
}

/** How many bits differ. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let count = 0;
  for (let i = 0; i < a.length; i++) for (let bits = a[i] ^ b[i]; bits !== 0; bits &= bits - 1) count++;
  return count;
}

export const blank = (length: number): number[] => new Array<number>(length).fill(0xff);

/*
 * The parts Holdfast is tuned and measured on (docs/design.md §3), and the limits of what it serves.
 *
 * Everything above may take for granted that a geometry `geometryProblem` finds nothing wrong with is one the
 * core can configure, memory permitting.
 */
import type { FlashGeometry } from "./flash.js";

const KIB = 1024;

export type PresetName = "spi-nor-8m" | "cfi-nor-16m" | "ecc-nor-16m" | "slc-nand-64m" | "sx1-nor-8m";

/** Geometry by preset name. Shared objects: copy before changing one, e.g. `{ ...presets["spi-nor-8m"], blockCount: 16 }`. */
export const presets: Record<PresetName, FlashGeometry> = {
  "spi-nor-8m": { kind: "nor", blockBytes: 4 * KIB, blockCount: 2048, pageBytes: 256, programBytes: 1 },
  "cfi-nor-16m": { kind: "nor", blockBytes: 128 * KIB, blockCount: 128, pageBytes: 64, programBytes: 2 },
  "ecc-nor-16m": { kind: "nor", blockBytes: 64 * KIB, blockCount: 256, pageBytes: 256, programBytes: 16 },
  "slc-nand-64m": { kind: "nand", blockBytes: 128 * KIB, blockCount: 512, pageBytes: 2048, programBytes: 2048, oobBytes: 64 },
  // The second NOR chip of the Siemens SX1: two 16-bit dies on a 32-bit bus (host/handset/sx1/nor.c).
  "sx1-nor-8m": { kind: "nor", blockBytes: 128 * KIB, blockCount: 64, pageBytes: 64, programBytes: 4 },
};

/**
 * A NAND of two bits a cell, for tests: a program that fails, or that power dies in, damages the page four below its own
 * where that one is the lower of a pair (fault P7). No preset: nothing above takes care of paired pages.
 */
export const PAIRED_NAND: FlashGeometry = {
  kind: "nand",
  blockBytes: 256 * KIB,
  blockCount: 256,
  pageBytes: 4 * KIB,
  programBytes: 4 * KIB,
  oobBytes: 128,
  pairedPages: 4,
};

const MIN_BLOCK_COUNT = 12;
/** The block label holds the count in 16 bits. */
const MAX_BLOCK_COUNT = 0xffff;

/** Says in words why Holdfast cannot serve a part of this geometry; undefined = it can. */
export function geometryProblem(geometry: FlashGeometry): string | undefined {
  const { kind, blockBytes, blockCount, pageBytes, programBytes } = geometry;
  if (kind !== "nor" && kind !== "nand") return `kind is ${String(kind)}, not nor or nand`;
  if (![blockBytes, pageBytes, programBytes].every(isPowerOfTwo)) {
    return `block ${blockBytes}, page ${pageBytes} and program unit ${programBytes} must be powers of two`;
  }
  if (programBytes > pageBytes || pageBytes > blockBytes) return "a program unit must fit a page and a page a block";
  if (!isWithin(blockCount, MIN_BLOCK_COUNT, MAX_BLOCK_COUNT)) {
    return `${blockCount} blocks: Holdfast needs ${MIN_BLOCK_COUNT} to ${MAX_BLOCK_COUNT}`;
  }
  return kind === "nor" ? norProblem(geometry) : nandProblem(geometry);
}

function norProblem({ blockBytes, programBytes }: FlashGeometry): string | undefined {
  if (!isWithin(blockBytes, 2 * KIB, 256 * KIB)) return `NOR blocks of ${blockBytes} B: 2 to 256 KiB are served`;
  if (programBytes > 32) return `a NOR program unit of ${programBytes} B: 1 to 32 B are served`;
  return undefined;
}

function nandProblem({ blockBytes, pageBytes, programBytes }: FlashGeometry): string | undefined {
  const pageCount = blockBytes / pageBytes;
  if (!isWithin(pageBytes, 512, 4 * KIB)) return `NAND pages of ${pageBytes} B: 512 B to 4 KiB are served`;
  if (!isWithin(pageCount, 16, 256)) return `${pageCount} NAND pages a block: 16 to 256 are served`;
  if (programBytes !== pageBytes) return `a NAND program unit of ${programBytes} B: it must be the page`;
  return undefined;
}

function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(value) && value > 0 && 2 ** Math.round(Math.log2(value)) === value;
}

function isWithin(value: number, first: number, last: number): boolean {
  return Number.isInteger(value) && value >= first && value <= last;
}

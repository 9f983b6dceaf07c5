/*
 * The parts and loads on which the peers were measured (reference/storage.md §2), as geometries of ours.
 */
import { type FlashGeometry, presets } from "../flash/index.js";

export interface Configuration {
  name: string;
  says: string;
  geometry: FlashGeometry;
  /** Percent of pim-1's full load. */
  scale: number;
  operations: number;
}

const spi = presets["spi-nor-8m"];
const cfi = presets["cfi-nor-16m"];

export const CONFIGURATIONS: readonly Configuration[] = [
  { name: "A50", says: "serial NOR 8 MiB, half the load", geometry: spi, scale: 50, operations: 20_000 },
  { name: "A100", says: "serial NOR 8 MiB, 31 % payload", geometry: spi, scale: 100, operations: 20_000 },
  { name: "A4", says: "serial NOR 4 MiB, 62 % payload", geometry: { ...spi, blockCount: 1024 }, scale: 100, operations: 40_000 },
  { name: "B", says: "parallel NOR 16 MiB, 128 KiB blocks", geometry: cfi, scale: 100, operations: 20_000 },
  { name: "B4", says: "parallel NOR 4 MiB, 62 % payload", geometry: { ...cfi, blockCount: 32 }, scale: 100, operations: 40_000 },
];

export const CONFIGURATION_NAMES: readonly string[] = CONFIGURATIONS.map(({ name }) => name);

export function flashBytes({ blockBytes, blockCount }: FlashGeometry): number {
  return blockBytes * blockCount;
}

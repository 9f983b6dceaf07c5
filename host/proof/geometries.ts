/*
 * The parts the proof runs on: each preset's rules, with erase blocks of 16 pages (NOR: 4 KiB) and few of
 * them, so that a short script fills the part and compacts it several times over.
 */
import type { FlashGeometry } from "../flash/index.js";
import { presets } from "../flash/index.js";

export type PresetName = keyof typeof presets;
export const presetNames = Object.keys(presets) as PresetName[];

export function scaled(preset: PresetName, blockCount: number): FlashGeometry {
  const geometry = presets[preset];
  if (geometry === undefined) throw new RangeError(`no preset named ${preset}; there are ${presetNames.join(", ")}`);
  return { ...geometry, blockCount, blockBytes: geometry.kind === "nand" ? 16 * geometry.pageBytes : 4096 };
}

/*
 * The parts the proof runs on: each preset's rules, with erase blocks of 16 pages (NOR: 4 KiB) and few of
 * them, so that a short script fills the part and compacts it several times over.
 */
import type { FlashGeometry } from "../flash/index.js";
import { presets } from "../flash/index.js";

export type PresetName = keyof typeof presets;
export const presetNames = Object.keys(presets) as PresetName[];

/** From so many blocks on a part has an anchor and is checkpointed. */
const ANCHORED_BLOCKS = 256;

/** Parts of 256 blocks and more have the smallest blocks there are, so that they stay small all the same. */
export function scaled(preset: PresetName, blockCount: number): FlashGeometry {
  const geometry = presets[preset];
  if (geometry === undefined) throw new RangeError(`no preset named ${preset}; there are ${presetNames.join(", ")}`);
  const anchored = blockCount >= ANCHORED_BLOCKS;
  if (geometry.kind === "nor") return { ...geometry, blockCount, blockBytes: anchored ? 2048 : 4096 };
  const pageBytes = anchored ? 512 : geometry.pageBytes;
  return { ...geometry, blockCount, pageBytes, programBytes: pageBytes, blockBytes: 16 * pageBytes };
}

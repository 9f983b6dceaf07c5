/*
 * The parts the proof runs on: each preset's rules, with erase blocks of 16 pages (NOR: 4 KiB) and few of
 * them, so that a short script fills the part and compacts it several times over.
 */
import type { FlashGeometry } from "../flash/index.js";
import { presets } from "../flash/index.js";

/** MLC-like: a torn program also damages the page it is paired with. No preset, as the store is given its lower pages only (lower-pages.ts). */
const MLC_LIKE: FlashGeometry = { ...presets["slc-nand-64m"], pairedPages: 4 };

const shapes = { ...presets, "mlc-nand-64m": MLC_LIKE };

export type PresetName = keyof typeof presets;
export const presetNames = Object.keys(presets) as PresetName[];
/** The parts that are proven: every preset, and the MLC-like one. */
export type PartName = keyof typeof shapes;
export const partNames = Object.keys(shapes) as PartName[];

/** From so many blocks on a part has an anchor and is checkpointed. */
export const ANCHORED_BLOCKS = 256;

/** Parts of 256 blocks and more have the smallest blocks there are, so that they stay small all the same. */
export function scaled(preset: PartName, blockCount: number): FlashGeometry {
  const geometry: FlashGeometry | undefined = shapes[preset];
  if (geometry === undefined) throw new RangeError(`no preset named ${preset}; there are ${partNames.join(", ")}`);
  const anchored = blockCount >= ANCHORED_BLOCKS;
  if (geometry.kind === "nor") return { ...geometry, blockCount, blockBytes: anchored ? 2048 : 4096 };
  const pageBytes = anchored ? 512 : geometry.pageBytes;
  const pageCount = geometry.pairedPages === undefined ? 16 : 32;
  return { ...geometry, blockCount, pageBytes, programBytes: pageBytes, blockBytes: pageCount * pageBytes };
}

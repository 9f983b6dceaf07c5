/*
 * Learns the geometry of an image from the labels its blocks begin with (docs/format.md, block label).
 *
 * An image file is the blocks and nothing else, so the geometry must come from them. Any one label may have
 * rotted or be missing (its block is being erased), so the blocks vote; the core judges the store itself.
 */
import type { FlashGeometry } from "./flash.js";

export const LABEL_MAGIC = 0x4c424648;
/** Bytes of a label read here: magic, version, geometry. */
const LABEL_HEAD_BYTES = 12;
/** The smallest block Holdfast serves: where block size is not known yet, labels are looked for at every multiple. */
const MIN_BLOCK_BYTES = 2048;

export interface ImageLabel {
  versionMajor: number;
  geometry: FlashGeometry;
}

/** Fills `target` from the image at byte `offset`. */
export type ReadImage = (offset: number, target: Uint8Array) => void;

/**
 * The label most blocks carry; undefined = no block has one: not a Holdfast image.
 *
 * Cost: one small read per block when block 0 is well, one per 2 KiB when it is not.
 */
export function findLabel(sizeBytes: number, read: ReadImage): ImageLabel | undefined {
  const [first] = tally(Math.min(sizeBytes, LABEL_HEAD_BYTES), MIN_BLOCK_BYTES, read);
  if (first !== undefined) {
    const [winner] = tally(sizeBytes, Math.max(first.label.geometry.blockBytes, MIN_BLOCK_BYTES), read);
    if (winner !== undefined && winner.count * 2 > first.label.geometry.blockCount) return winner.label;
  }
  return tally(sizeBytes, MIN_BLOCK_BYTES, read)[0]?.label;
}

interface Vote {
  label: ImageLabel;
  count: number;
}

/** The labels found at the multiples of `strideBytes`, most votes first. */
function tally(sizeBytes: number, strideBytes: number, read: ReadImage): Vote[] {
  const votes = new Map<string, Vote>();
  const head = new Uint8Array(LABEL_HEAD_BYTES);
  const view = new DataView(head.buffer);
  for (let offset = 0; offset + LABEL_HEAD_BYTES <= sizeBytes; offset += strideBytes) {
    read(offset, head);
    if (view.getUint32(0, true) !== LABEL_MAGIC) continue;
    const label = decodeLabel(view);
    if (offset % label.geometry.blockBytes !== 0) continue;
    const key = JSON.stringify(label);
    const vote = votes.get(key);
    if (vote === undefined) votes.set(key, { label, count: 1 });
    else vote.count++;
  }
  return [...votes.values()].sort((a, b) => b.count - a.count);
}

function decodeLabel(view: DataView): ImageLabel {
  const isNand = (view.getUint8(9) & 1) !== 0;
  const pageBytes = 2 ** view.getUint8(7);
  const geometry: FlashGeometry = {
    kind: isNand ? "nand" : "nor",
    blockBytes: 2 ** view.getUint8(6),
    blockCount: view.getUint16(10, true),
    pageBytes,
    programBytes: 2 ** view.getUint8(8),
  };
  // The label does not hold the spare area; 1/32 of the page is what parts of this class have.
  if (isNand) geometry.oobBytes = pageBytes / 32;
  return { versionMajor: view.getUint8(4), geometry };
}

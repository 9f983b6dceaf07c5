/*
 * Images as the core leaves them after a format, as far as host/flash looks at them: a label in every block.
 */
import type { FlashGeometry } from "../../../../host/flash/index.js";
import { LABEL_MAGIC } from "../../../../host/flash/label.js";

export function labelledImage(geometry: FlashGeometry): Uint8Array {
  const image = new Uint8Array(geometry.blockBytes * geometry.blockCount).fill(0xff);
  for (let block = 0; block < geometry.blockCount; block++) putLabel(image, block * geometry.blockBytes, geometry);
  return image;
}

/** The first 12 bytes of a label; the rest is the core's to judge. */
export function putLabel(image: Uint8Array, offset: number, geometry: FlashGeometry): void {
  const view = new DataView(image.buffer, image.byteOffset + offset);
  view.setUint32(0, LABEL_MAGIC, true);
  image.set([1, 0, Math.log2(geometry.blockBytes), Math.log2(geometry.pageBytes), Math.log2(geometry.programBytes)], offset + 4);
  view.setUint8(9, geometry.kind === "nand" ? 1 : 0);
  view.setUint16(10, geometry.blockCount, true);
}

/*
 * A blank part with the physics of its kind.
 */
import { type FlashGeometry, NandFlash, NorFlash } from "../flash/index.js";

export function makePart(geometry: FlashGeometry): NorFlash | NandFlash {
  return geometry.kind === "nand" ? new NandFlash(geometry) : new NorFlash(geometry);
}

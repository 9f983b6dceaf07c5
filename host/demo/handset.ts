/*
 * The handset of the demo: a simulated part whose battery can be pulled, and an image file that holds its bytes.
 *
 * The part enforces the rules of a real one (NorFlash) and tears the write under way (FaultFlash); a plain file
 * could do neither. What the part holds is written to the image file at every boot, so that the file is at each
 * moment what a reader would find on the chip, and the last boot of the demo runs from the file alone.
 */

import { closeSync, openSync, writeSync } from "node:fs";
import { FaultFlash, type FlashDevice, type FlashGeometry, NorFlash } from "../flash/index.js";

export class Handset {
  readonly geometry: FlashGeometry;
  readonly part: NorFlash;
  private readonly power: FaultFlash;
  private readonly touched = new Set<number>();
  private readonly file: number;

  constructor(geometry: FlashGeometry, imagePath: string, seed: number) {
    this.geometry = geometry;
    this.part = new NorFlash(geometry);
    this.power = new FaultFlash(this.part, { seed });
    this.file = openSync(imagePath, "wx+");
    for (let block = 0; block < geometry.blockCount; block++) this.touched.add(block);
    this.saveImage();
  }

  /** Power on: the device a new boot sees. The battery goes out again in the `pullAfterOps`-th program or erase from here. */
  powerOn(pullAfterOps?: number): FlashDevice {
    this.saveImage();
    this.power.reboot(pullAfterOps === undefined ? undefined : { op: pullAfterOps, tear: "any" });
    return new Touching(this.power, this.touched);
  }

  /** Writes the blocks that changed since the last time to the image file. */
  saveImage(): void {
    const { blockBytes } = this.geometry;
    for (const block of this.touched) {
      writeSync(this.file, this.part.bytes, block * blockBytes, blockBytes, block * blockBytes);
    }
    this.touched.clear();
  }

  close(): void {
    this.saveImage();
    closeSync(this.file);
  }
}

/** Notes which blocks are changed, before it happens: a torn write changes its block too. */
class Touching implements FlashDevice {
  readonly geometry: FlashGeometry;
  private readonly inner: FlashDevice;
  private readonly touched: Set<number>;

  constructor(inner: FlashDevice, touched: Set<number>) {
    this.geometry = inner.geometry;
    this.inner = inner;
    this.touched = touched;
  }

  read(block: number, offset: number, target: Uint8Array): number {
    return this.inner.read(block, offset, target);
  }

  program(block: number, offset: number, source: Uint8Array): number {
    this.touched.add(block);
    return this.inner.program(block, offset, source);
  }

  erase(block: number): number {
    this.touched.add(block);
    return this.inner.erase(block);
  }

  sync(): number {
    return this.inner.sync?.() ?? 0;
  }
}

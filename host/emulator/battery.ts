/*
 * The part of the emulated handset: a serial NOR whose battery can be pulled, with its cells in a file.
 *
 * Three devices stacked. NorFlash asserts the rules of a real part, FaultFlash cuts and tears, OpfsFlash keeps the
 * cells. The first two work on cells in RAM, so each program and erase is copied to the file before it returns, a torn
 * one too; and at power on the cells are read from the file again, so that what boots is what the file holds and
 * nothing else. Cells that a tear left unstable stay so until the page is reloaded; after that they hold what they held last.
 */
import { type Cut, FaultFlash } from "../flash/fault.js";
import type { FlashDevice, FlashGeometry } from "../flash/flash.js";
import { NorFlash } from "../flash/nor.js";
import type { OpfsFlash } from "../flash/opfs.js";

export class BatteryFlash implements FlashDevice {
  readonly geometry: FlashGeometry;
  /** Blocks whose cells changed since somebody last cleared this. */
  readonly touched = new Set<number>();
  /** Programs and erases begun so far. */
  operations = 0;
  private readonly file: OpfsFlash;
  private readonly part: NorFlash;
  private readonly power: FaultFlash;

  constructor(file: OpfsFlash, seed: number) {
    this.geometry = file.geometry;
    this.file = file;
    const cells = new Uint8Array(file.geometry.blockBytes * file.geometry.blockCount);
    file.readAll(cells);
    this.part = new NorFlash(file.geometry, { backing: cells });
    this.power = new FaultFlash(this.part, { seed });
    for (let block = 0; block < file.geometry.blockCount; block++) this.touched.add(block);
  }

  get isDead(): boolean {
    return this.power.isDead;
  }

  /** The cells as they are: what a reader would find on the chip. */
  get cells(): Uint8Array {
    return this.part.bytes;
  }

  /** Power on: the cells come from the file, and power goes again at `cut`. Errors: IO. */
  powerOn(cut?: Cut): void {
    this.file.readAll(this.part.bytes);
    this.power.reboot(cut);
  }

  /** The battery will go in operation `cut.op` from here on, 0 being the next; without a cut it stays. Until then power is on. */
  arm(cut: Cut | undefined): void {
    if (!this.power.isDead) this.power.reboot(cut);
  }

  read(block: number, offset: number, target: Uint8Array): number {
    return this.power.read(block, offset, target);
  }

  program(block: number, offset: number, source: Uint8Array): number {
    return this.keeping(block, offset, source.length, () => this.power.program(block, offset, source));
  }

  erase(block: number): number {
    return this.keeping(block, 0, this.geometry.blockBytes, () => this.power.erase(block));
  }

  sync(): number {
    return this.power.sync();
  }

  /** Copies the span to the file whatever becomes of the work on it; -1 when the file does not take it. */
  private keeping(block: number, offset: number, lengthBytes: number, work: () => number): number {
    this.touched.add(block);
    this.operations++;
    let kept = 0;
    try {
      if (work() !== 0) kept = -1;
    } finally {
      const first = block * this.geometry.blockBytes + offset;
      if (this.file.overwrite(block, offset, this.part.bytes.subarray(first, first + lengthBytes)) !== 0) kept = -1;
    }
    return kept;
  }
}

/*
 * Somebody's own driver under the proof.
 *
 * A part of the proof (physics.ts) goes beside the driver as its mirror: it holds every rule, can be cloned, and is what
 * the faults are laid over. Every read, program and erase is done by the driver too, and a read must give what the mirror has.
 *
 *   store → Tap → FaultFlash → mirror   a cut tears the mirror's cells
 *                                └────→ the driver: a fresh one at each power-on, whose blocks are erased and
 *                                       programmed to what the cut left, each when it is first touched
 */
import { type FlashDevice, type FlashGeometry, NandFlash, NorFlash } from "../flash/index.js";
import type { Part } from "./cut.js";

/** A user's factory: a part nobody else uses, of `geometry` or of its own. */
export type MakeFlash = (geometry?: FlashGeometry) => FlashDevice;

/** The driver did not do what it was told. */
export class DriverFault extends Error {
  override readonly name = "DriverFault";
}

export class Driver {
  readonly geometry: FlashGeometry;
  private readonly make: () => FlashDevice;
  private readonly wires = new Map<Part, Wire>();

  /** `asked`: the geometry to ask the factory for; the device's own is what counts. */
  constructor(make: MakeFlash, asked: FlashGeometry) {
    this.make = () => make({ ...asked });
    this.geometry = { ...this.make().geometry };
  }

  /** A blank part on a device of its own. */
  makePart(): Part {
    const { geometry } = this;
    const device = this.make();
    const blocks = Array.from({ length: geometry.blockCount }, (_, block) => block);
    const badBlocks = blocks.filter((block) => device.isBad?.(block) ?? false);
    const part = geometry.kind === "nand" ? new NandFlash(geometry, { badBlocks }) : new NorFlash(geometry);
    this.wires.set(part, new Wire(part, device));
    return part;
  }

  /** Power came back: the driver under `part` starts anew, with what is on the part. */
  restart(part: Part): void {
    this.wires.get(part)?.connect(this.make());
  }
}

/** Holds a device to what its mirror says. */
class Wire {
  private readonly part: Part;
  private device: FlashDevice;
  /** Blocks in which the device has what the mirror has. A tear changes the mirror alone, and is followed by `connect`. */
  private readonly settled = new Set<number>();

  constructor(part: Part, device: FlashDevice) {
    this.part = part;
    this.device = device;
    const mirror = { read: part.read.bind(part), program: part.program.bind(part), erase: part.erase.bind(part) };
    part.read = (block, offset, target) => {
      mirror.read(block, offset, target);
      this.settle(block);
      return this.hold(block, offset, target);
    };
    part.program = (block, offset, source) => {
      part.assertProgram(block, offset, source);
      this.settle(block);
      mirror.program(block, offset, source);
      return this.program(block, offset, source);
    };
    part.erase = (block) => {
      mirror.erase(block);
      return this.erase(block);
    };
  }

  connect(device: FlashDevice): void {
    this.device = device;
    this.settled.clear();
  }

  /** Reads, and holds what is read against what the mirror has there. */
  private hold(block: number, offset: number, wanted: Uint8Array): number {
    const given = this.read(block, offset, wanted.length);
    const at = differenceOf(given, wanted);
    if (at < 0) return 0;
    throw new DriverFault(`read of block ${block} offset ${offset + at} gives ${given[at]}, and ${wanted[at]} should be there`);
  }

  private read(block: number, offset: number, lengthBytes: number): Uint8Array {
    const target = new Uint8Array(lengthBytes);
    const status = this.device.read(block, offset, target);
    if (!(status >= 0)) throw new DriverFault(`read of block ${block} offset ${offset}, ${lengthBytes} B, answers ${status}`);
    return target;
  }

  private program(block: number, offset: number, source: Uint8Array): number {
    const status = this.device.program(block, offset, source);
    if (status !== 0) throw new DriverFault(`program of block ${block} offset ${offset}, ${source.length} B, answers ${status}`);
    return 0;
  }

  private erase(block: number): number {
    const status = this.device.erase(block);
    if (status !== 0) throw new DriverFault(`erase of block ${block} answers ${status}`);
    this.settled.add(block);
    return 0;
  }

  /** Brings the device's block to what the mirror has, at the first touch since power came on. */
  private settle(block: number): void {
    const { blockBytes, programBytes } = this.part.geometry;
    const isInside = block >= 0 && block < this.part.geometry.blockCount;
    if (!isInside || this.settled.has(block) || (this.part.isBad?.(block) ?? false)) return;
    const wanted = this.part.cells.bytesOf(block);
    if (differenceOf(this.read(block, 0, blockBytes), wanted) < 0) {
      this.settled.add(block);
      return;
    }
    this.erase(block);
    for (let offset = 0; offset < blockBytes; offset += programBytes) {
      const unit = wanted.subarray(offset, offset + programBytes);
      if (this.part.isProgrammed(block, offset) || unit.some((byte) => byte !== 0xff)) this.program(block, offset, unit.slice());
    }
  }
}

/** Where the first bytes differ; -1 = nowhere. */
function differenceOf(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return i;
  return -1;
}

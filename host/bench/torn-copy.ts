/*
 * A part that, when asked, puts a copy of itself aside with the power cut inside its next write; the part itself goes on.
 *
 * So a long run is cut at many points without being run again for each.
 */
import { FaultFlash, type FlashDevice, type FlashGeometry, type NorFlash, PowerCut } from "../flash/index.js";

export class TornCopyFlash implements FlashDevice {
  readonly geometry: FlashGeometry;
  private readonly part: NorFlash;
  private wantedSeed: number | undefined;
  private copy: FaultFlash | undefined;

  constructor(part: NorFlash) {
    this.part = part;
    this.geometry = part.geometry;
  }

  /** From now on the next program or erase is torn, in a copy; `seed` says how. */
  wantCopy(seed: number): void {
    this.wantedSeed = seed;
  }

  /** The copy, power back on, once it was made. */
  takeCopy(): FaultFlash | undefined {
    const { copy } = this;
    this.copy = undefined;
    return copy;
  }

  read(block: number, offset: number, target: Uint8Array): number {
    return this.part.read(block, offset, target);
  }

  program(block: number, offset: number, source: Uint8Array): number {
    this.tear((copy) => copy.program(block, offset, source));
    return this.part.program(block, offset, source);
  }

  erase(block: number): number {
    this.tear((copy) => copy.erase(block));
    return this.part.erase(block);
  }

  private tear(write: (copy: FlashDevice) => void): void {
    if (this.wantedSeed === undefined) return;
    const copy = new FaultFlash(this.part.clone(), { seed: this.wantedSeed, cut: { op: 0, tear: "any" } });
    this.wantedSeed = undefined;
    try {
      write(copy);
    } catch (thrown) {
      if (!(thrown instanceof PowerCut)) throw thrown;
    }
    copy.reboot();
    this.copy = copy;
  }
}

/*
 * What a part does while its supply falls and nobody asks anything of it: the faults V1 and V2.
 *
 * The study's cases: a bus that says "write enable, page program" of its own accord, and configuration bits that are lost.
 */
import { type Active, isDue, type Moment } from "./dice.js";
import type { Fault, FaultOf } from "./faults.js";
import type { ImageHash } from "./image-hash.js";
import type { Medium } from "./medium.js";

const GARBAGE_BYTES_MAX = 256;
const ABOUT = { way: 1, where: 2, length: 3, bytes: 4, mode: 5 };

/** What was lost of the configuration: protection bits, so that operations are ignored or refused, or the top address line. */
export type LostConfig = "ignore" | "refuse" | "address";

export class BrownOut {
  private readonly medium: Medium;
  private readonly garbage: Active<FaultOf<"V1">>[];
  private readonly config: Active<FaultOf<"V2">>[];
  /** What the part's buffer was last filled with. Replaced, never changed. */
  private buffer: Uint8Array = new Uint8Array(0);

  constructor(medium: Medium, find: <I extends Fault["id"]>(id: I) => Active<FaultOf<I>>[]) {
    this.medium = medium;
    this.garbage = find("V1");
    this.config = find("V2");
  }

  get isKeeping(): boolean {
    return this.garbage.length > 0;
  }

  /** A program filled the buffer. */
  keep(source: Uint8Array): void {
    if (this.isKeeping) this.buffer = source.slice();
  }

  /** Power went and no operation was running. `cut` numbers the cuts of this part. */
  idle(cut: number): void {
    const moment = { boot: 0, op: cut };
    for (const active of this.garbage) if (isDue(active, moment)) this.write(active, moment);
  }

  /** Power went, whatever was running: what is lost of the configuration until the boot after next. */
  lostConfig(cut: number): LostConfig | undefined {
    const moment = { boot: 0, op: cut };
    const active = this.config.find((one) => isDue(one, moment));
    return active && (active.fault.mode ?? active.dice.pick(["ignore", "refuse", "address"] as const, moment, ABOUT.mode));
  }

  copyInto(target: BrownOut): void {
    target.buffer = this.buffer;
  }

  hashInto(hash: ImageHash): void {
    hash.addBytes(this.buffer);
  }

  /** Programs garbage, or the buffer once more, at an address that nobody named; or erases a block. */
  private write({ fault, dice }: Active<FaultOf<"V1">>, moment: Moment): void {
    const { blockBytes, blockCount, pageBytes, kind } = this.medium.inner.geometry;
    const way = fault.garbage ?? dice.pick(["noise", "noise", "buffer", "erase"] as const, moment, ABOUT.way);
    const block = dice.draw(moment, 0, ABOUT.where) % blockCount;
    if (way === "erase") {
      this.medium.blankCells(block);
      return;
    }
    const at = dice.draw(moment, 1, ABOUT.where) % blockBytes;
    const first = kind === "nand" ? at - (at % pageBytes) : at;
    const lengthBytes = kind === "nand" ? pageBytes : dice.between(1, GARBAGE_BYTES_MAX, moment, ABOUT.length);
    const noise = Uint8Array.from({ length: lengthBytes }, (_, i) => dice.draw(moment, i, ABOUT.bytes));
    const source = way === "buffer" && this.buffer.length > 0 ? this.buffer : noise;
    this.medium.clearCells(block, first, source.subarray(0, Math.min(source.length, blockBytes - first)));
  }
}

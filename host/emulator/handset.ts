/*
 * The emulated handset: the worker's side of the page. A flash file, a battery, and the agent that runs on both.
 *
 * Others may take for granted: every verb of an agent goes to device.wasm and nowhere else; after a pull the agent is
 * gone and each verb answers CLOSED until `boot`; what a boot shows comes from the file alone.
 */
import { openAgent } from "../agent/agent.js";
import { formatFlash } from "../agent/format.js";
import type { Agent, Stat, StoredSummary } from "../agent/types.js";
import { HoldfastError } from "../errors.js";
import type { Cut } from "../flash/fault.js";
import type { FlashGeometry } from "../flash/flash.js";
import type { AccessibleFile } from "../flash/opfs.js";
import { OpfsFlash } from "../flash/opfs.js";
import { presets } from "../flash/presets.js";
import { AnsweringAgent } from "./answering-agent.js";
import { BatteryFlash } from "./battery.js";
import { BlockMap, type FlashMap, type MapLine } from "./block-map.js";

/** The rules of the preset on a part small enough to be seen whole, and to be compacted within minutes. */
export const GEOMETRY: FlashGeometry = { ...presets["spi-nor-8m"], blockCount: 256 };

/** Where the flash is kept. */
export interface Drawer {
  file(): Promise<AccessibleFile>;
  /** Throws the file away. */
  discard(): Promise<void>;
}

/** What was found at power on, before anything ran. */
export interface PowerOn {
  /** SHA-256 of the whole part, hex. */
  flashSha256: string;
  /** The part was blank: it was formatted. */
  isNew: boolean;
  /** Programs and erases that the boot itself did. */
  operations: number;
  stat: Stat;
}

export interface HandsetOptions {
  /** Decides what the tears leave; the same seed and the same calls tear the same. */
  seed: number;
  wasmSha256: string;
}

export class Handset extends AnsweringAgent {
  readonly #drawer: Drawer;
  readonly #options: HandsetOptions;
  readonly #map = new BlockMap(GEOMETRY);
  #file: OpfsFlash | undefined;
  #flash: BatteryFlash | undefined;
  #agent: Agent | undefined;

  constructor(drawer: Drawer, options: HandsetOptions) {
    super(() => this.#running());
    this.#drawer = drawer;
    this.#options = options;
  }

  /**
   * Power on: reads the cells from the file and opens a new agent on them. One that is still open is closed first, as
   * when a handset is switched off properly. A blank part is formatted. With `cut` the battery goes again during the boot.
   *
   * Errors: LOCKED when another tab has the flash; what openAgent says; a PowerCut.
   */
  async boot(cut?: Cut): Promise<PowerOn> {
    this.#switchOff();
    const flash = await this.#part();
    flash.powerOn();
    const flashSha256 = await hexDigest(flash.cells);
    const isNew = flash.cells.every((byte) => byte === 0xff);
    if (isNew) await formatFlash(flash);
    if (cut !== undefined) flash.arm(cut);
    const before = flash.operations;
    this.#agent = await openAgent(flash);
    flash.arm(undefined); // a cut that the boot was too short for does not wait for what comes after it
    return { flashSha256, isNew, operations: flash.operations - before, stat: this.#agent.stat() };
  }

  /** Erases everything and boots. A file that cannot be a part of this geometry is made anew. Errors: BUSY without `force` over a live store. */
  async format(force: boolean): Promise<PowerOn> {
    this.#switchOff();
    const flash = await this.#part(force);
    flash.powerOn();
    try {
      await formatFlash(flash, { force });
    } catch (thrown) {
      // Nothing was touched: the handset goes on with the store it has.
      if (thrown instanceof HoldfastError && thrown.code === "BUSY") this.#agent = await openAgent(flash);
      throw thrown;
    }
    return this.boot();
  }

  /** The battery goes in the middle of an operation from now on. Errors: CLOSED when it is out. */
  arm(cut: Cut): void {
    this.#running();
    this.#flash?.arm(cut);
  }

  /** What lies where. Works with the battery out: the cells are looked at, not the store; then nothing counts as live. */
  flashMap(): FlashMap {
    this.#look();
    return this.#map.map(this.#shown());
  }

  blockLines(block: number): MapLine[] {
    this.#look();
    return this.#map.lines(block, this.#shown());
  }

  /** SHA-256 of the whole part as it is now, hex. */
  async flashSha256(): Promise<string> {
    return hexDigest(this.#inserted().cells);
  }

  /** SHA-256 of the bytes of device.wasm that this worker compiled, hex. */
  wasmSha256(): string {
    return this.#options.wasmSha256;
  }

  #running(): Agent {
    if (this.#agent === undefined || this.#flash?.isDead) throw new HoldfastError("CLOSED", "the battery is out", "boot first");
    return this.#agent;
  }

  #inserted(): BatteryFlash {
    if (this.#flash === undefined) throw new HoldfastError("CLOSED", "the flash was not opened yet", "boot first");
    return this.#flash;
  }

  #shown(): Iterable<StoredSummary> {
    return this.#agent === undefined || this.#flash?.isDead ? [] : this.#agent.list();
  }

  #look(): void {
    const flash = this.#inserted();
    this.#map.look(flash.cells, flash.touched);
    flash.touched.clear();
  }

  /** An agent whose battery went is gone already. */
  #switchOff(): void {
    if (this.#agent !== undefined && !this.#flash?.isDead) this.#agent.close();
    this.#agent = undefined;
  }

  /** The part, from its file. It is opened once and then held: another tab must not get it between a pull and the boot. */
  async #part(force = false): Promise<BatteryFlash> {
    if (this.#flash !== undefined) return this.#flash;
    this.#file ??= await this.#open(force);
    this.#flash = new BatteryFlash(this.#file, this.#options.seed);
    return this.#flash;
  }

  async #open(force: boolean): Promise<OpfsFlash> {
    try {
      return await OpfsFlash.open(await this.#drawer.file(), GEOMETRY);
    } catch (thrown) {
      const code = thrown instanceof HoldfastError ? thrown.code : undefined;
      if (!force || (code !== "TRUNCATED" && code !== "WRONG_GEOMETRY")) throw thrown;
      await this.#drawer.discard();
      return OpfsFlash.open(await this.#drawer.file(), GEOMETRY);
    }
  }
}

/** SHA-256, hex. */
export async function hexDigest(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

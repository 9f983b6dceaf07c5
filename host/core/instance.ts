/*
 * One core over one flash device: build/device.wasm, instantiated through the loader.
 *
 * Others may take for granted: after a trap, or after anything a device method threw, the instance is
 * gone. Its memory may hold half-done values, exactly as a phone's RAM after a battery pull, so it is never
 * asked again: the exception passes through unchanged, and every later call answers CLOSED.
 */
import { instantiateSync } from "@assemblyscript/loader";
import { HoldfastError, raise, STATUSES } from "../errors.js";
import type { FlashDevice, FlashGeometry } from "../flash/index.js";
import { ABI_VERSION, type CoreExports, type CoreFunction, type FlashImports } from "./abi.js";
import { Doorstep } from "./doorstep.js";
import { wasmModule } from "./wasm-file.js";

const PAGE_BYTES = 65536;
export const MEMORY_BYTES_DEFAULT = 1024 * 1024;
const MEMORY_BYTES_MAX = 64 * 1024 * 1024;

export class Core {
  readonly doorstep: Doorstep;
  #exports: CoreExports | undefined;
  /** Told once, when the instance is dropped for whatever reason. */
  readonly #onDropped: () => void;

  /** Instantiates and configures; nothing is read from the flash yet. Errors: WRONG_GEOMETRY, INDEX_FULL, INVALID. */
  constructor(device: FlashDevice, memoryBytes = MEMORY_BYTES_DEFAULT, onDropped: () => void = () => {}) {
    this.#onDropped = onDropped;
    const exports = instantiate(flashImports(device, () => this.doorstep));
    growTo(exports.memory, memoryBytes);
    this.#exports = exports;
    this.doorstep = new Doorstep(exports);
    configure(exports, device.geometry);
  }

  get isOpen(): boolean {
    return this.#exports !== undefined;
  }

  /** Calls an export and returns what it answers, a negative status included. Never re-entered: a device must not call its agent. */
  ask<Name extends CoreFunction>(name: Name, ...args: Parameters<CoreExports[Name]>): number {
    if (this.#exports === undefined) throw new HoldfastError("CLOSED");
    const call = this.#exports[name] as (...args: number[]) => number;
    let status: number;
    try {
      status = call(...args);
    } catch (thrown) {
      this.drop();
      throw thrown;
    }
    if (status === STATUSES.CLOSED.number) this.drop();
    return status;
  }

  /** As `ask`, but a negative status is thrown. `during` ends the sentence: "storing a contact". */
  call<Name extends CoreFunction>(during: string, name: Name, ...args: Parameters<CoreExports[Name]>): number {
    const status = this.ask(name, ...args);
    return status >= 0 ? status : this.raise(status, during);
  }

  /** Throws what a negative status means, and where on the part it happened when the core knows. */
  raise(status: number, during: string): never {
    raise(status, during, this.#where(status));
    throw new Error(`${during}: ${status} is an answer, not a failure`);
  }

  /** Forgets the instance. */
  drop(): void {
    if (this.#exports === undefined) return;
    this.#exports = undefined;
    this.#onDropped();
  }

  #where(status: number): string {
    if (status !== STATUSES.IO.number && status !== STATUSES.CORRUPT.number) return "";
    const fault = this.doorstep.fault();
    return fault.status === status ? ` (block ${fault.block}, offset ${fault.offset})` : "";
  }
}

/** Makes an instance of a build of the core. */
export type Maker = (flash: FlashImports) => CoreExports;

const makeDevice: Maker = (flash) => instantiateSync(wasmModule("device"), { flash: { ...flash } }).exports as unknown as CoreExports;
let make = makeDevice;

/** Every core made from now on is one of `other`; without one, of the device build again. For the broken twins of the proof. */
export function makeCoresBy(other: Maker = makeDevice): void {
  make = other;
}

function instantiate(flash: FlashImports): CoreExports {
  const core = make(flash);
  const version = core.hf_abi_version();
  if (version !== ABI_VERSION) throw new Error(`device.wasm speaks ABI ${version}, this host ABI ${ABI_VERSION}: run npm run build`);
  return core;
}

function growTo(memory: WebAssembly.Memory, memoryBytes: number): void {
  if (!Number.isInteger(memoryBytes) || memoryBytes < PAGE_BYTES || memoryBytes > MEMORY_BYTES_MAX) {
    throw new HoldfastError("INVALID", `memoryBytes ${memoryBytes} is not a whole number from ${PAGE_BYTES} to ${MEMORY_BYTES_MAX}`);
  }
  const missing = Math.ceil(memoryBytes / PAGE_BYTES) - memory.buffer.byteLength / PAGE_BYTES;
  if (missing > 0) memory.grow(missing);
}

function configure(core: CoreExports, geometry: FlashGeometry): void {
  const { kind, blockBytes, blockCount, pageBytes, programBytes } = geometry;
  const status = core.hf_configure(kind === "nand" ? 1 : 0, blockBytes, blockCount, pageBytes, programBytes);
  raise(status, `${kind} flash of ${blockCount} blocks of ${blockBytes} bytes, pages of ${pageBytes}, program unit ${programBytes}`);
}

/** The device as the core sees it. Results go through as they are: the core judges them, a read's best guess included. */
function flashImports(device: FlashDevice, doorstep: () => Doorstep): FlashImports {
  return {
    read: (block, offset, target, length) => device.read(block, offset, doorstep().span(target, length)),
    program: (block, offset, source, length) => device.program(block, offset, doorstep().span(source, length)),
    erase: (block) => device.erase(block),
    is_bad: (block) => (device.isBad?.(block) ? 1 : 0),
    mark_bad: (block) => device.markBad?.(block) ?? -1,
    sync: () => device.sync?.() ?? 0,
  };
}

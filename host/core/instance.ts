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
import { raiseFault } from "./fault.js";
import { wasmModule } from "./wasm-file.js";

const PAGE_BYTES = 65536;
export const MEMORY_BYTES_DEFAULT = 1024 * 1024;
const MEMORY_BYTES_MAX = 64 * 1024 * 1024;

/** An instance, configured for no part yet, and the views of its memory. */
export interface CoreInstance {
  readonly exports: CoreExports;
  readonly doorstep: Doorstep;
}

/** Where cores get their instances: fresh ones from here, or used ones made fresh again (recycled.ts). */
export interface InstanceSource {
  take(core: Core, device: FlashDevice, memoryBytes: number): CoreInstance;
  /** Its core asks it no more. */
  giveBack(instance: CoreInstance): void;
}

export class Core {
  readonly doorstep: Doorstep;
  readonly #source: InstanceSource;
  #instance: CoreInstance | undefined;
  /** Told once, when the instance is dropped for whatever reason. */
  readonly #onDropped: () => void;

  /** Instantiates and configures; nothing is read from the flash yet. Errors: WRONG_GEOMETRY, INDEX_FULL, INVALID. */
  constructor(device: FlashDevice, memoryBytes = MEMORY_BYTES_DEFAULT, onDropped: () => void = () => {}) {
    this.#onDropped = onDropped;
    checkMemory(memoryBytes);
    this.#source = source;
    const instance = source.take(this, device, memoryBytes);
    this.#instance = instance;
    this.doorstep = instance.doorstep;
    configure(instance.exports, device.geometry);
  }

  get isOpen(): boolean {
    return this.#instance !== undefined;
  }

  /** Calls an export and returns what it answers, a negative status included. Never re-entered: a device must not call its agent. */
  ask<Name extends CoreFunction>(name: Name, ...args: Parameters<CoreExports[Name]>): number {
    if (this.#instance === undefined) throw new HoldfastError("CLOSED");
    const call = this.#instance.exports[name] as (...args: number[]) => number;
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

  /** Throws what a negative status means, and what the core knows of it. */
  raise(status: number, during: string): never {
    raiseFault(status, during, this.doorstep.fault());
  }

  /** Forgets the instance. */
  drop(): void {
    if (this.#instance === undefined) return;
    this.#source.giveBack(this.#instance);
    this.#instance = undefined;
    this.#onDropped();
  }
}

const freshInstances: InstanceSource = {
  take(_core, device, memoryBytes) {
    const made: { doorstep?: Doorstep } = {};
    const exports = instantiate(flashImports({ device }, () => made.doorstep!));
    growTo(exports.memory, memoryBytes);
    made.doorstep = new Doorstep(exports);
    return { exports, doorstep: made.doorstep };
  },
  giveBack() {},
};
let source = freshInstances;

/** Every core made from now on takes its instance from `other`; without one, a fresh instance again. For the proof. */
export function takeInstancesFrom(other: InstanceSource = freshInstances): void {
  source = other;
}

function instantiate(flash: FlashImports): CoreExports {
  const { exports } = instantiateSync(wasmModule("device"), { flash: { ...flash } });
  const core = exports as unknown as CoreExports;
  const version = core.hf_abi_version();
  if (version !== ABI_VERSION) throw new Error(`device.wasm speaks ABI ${version}, this host ABI ${ABI_VERSION}: run npm run build`);
  return core;
}

function checkMemory(memoryBytes: number): void {
  if (!Number.isInteger(memoryBytes) || memoryBytes < PAGE_BYTES || memoryBytes > MEMORY_BYTES_MAX) {
    throw new HoldfastError("INVALID", `memoryBytes ${memoryBytes} is not a whole number from ${PAGE_BYTES} to ${MEMORY_BYTES_MAX}`);
  }
}

export function growTo(memory: WebAssembly.Memory, memoryBytes: number): void {
  const missing = Math.ceil(memoryBytes / PAGE_BYTES) - memory.buffer.byteLength / PAGE_BYTES;
  if (missing > 0) memory.grow(missing);
}

function configure(core: CoreExports, geometry: FlashGeometry): void {
  const { kind, blockBytes, blockCount, pageBytes, programBytes } = geometry;
  const status = core.hf_configure(kind === "nand" ? 1 : 0, blockBytes, blockCount, pageBytes, programBytes);
  raise(status, `${kind} flash of ${blockCount} blocks of ${blockBytes} bytes, pages of ${pageBytes}, program unit ${programBytes}`);
}

/** The device as the core sees it. Results go through as they are: the core judges them, a read's best guess included. */
export function flashImports(line: { readonly device: FlashDevice }, doorstep: () => Doorstep): FlashImports {
  return {
    read: (block, offset, target, length) => line.device.read(block, offset, doorstep().span(target, length)),
    program: (block, offset, source, length) => line.device.program(block, offset, doorstep().span(source, length)),
    erase: (block) => line.device.erase(block),
    is_bad: (block) => (line.device.isBad?.(block) ? 1 : 0),
    mark_bad: (block) => line.device.markBad?.(block) ?? -1,
    sync: () => line.device.sync?.() ?? 0,
  };
}

/*
 * Instances used again: what the proof takes its cores from, as it boots thousands of times a second.
 *
 * A core from here is as one from `instantiate`: its memory zeroed, its globals as the module says, its start function
 * run (reset.ts). What it was before cannot be told. The code is that of build/device.wasm, or of another build.
 */
import type { FlashDevice } from "../flash/index.js";
import type { CoreExports } from "./abi.js";
import { Doorstep } from "./doorstep.js";
import { type Core, type CoreInstance, flashImports, growTo, type InstanceSource } from "./instance.js";
import { withReset } from "./reset.js";
import { wasmBytes } from "./wasm-file.js";

interface Recycled extends CoreInstance {
  readonly reset: () => void;
  /** What the instance's imports call: the device of the present core. */
  readonly line: { device: FlashDevice };
  readonly memoryBytes: number;
}

/** An answer of a device that is not there: an instance nobody owns must not reach a part. */
const NO_DEVICE = { geometry: undefined } as unknown as FlashDevice;

export class RecycledInstances implements InstanceSource {
  /** Instances made so far: what stays small when recycling works. */
  made = 0;
  private readonly idle = new Map<number, Recycled[]>();
  private readonly owned = new WeakMap<FlashDevice, Core>();
  private module: WebAssembly.Module | undefined;
  private readonly build: string;
  private readonly prepare: (core: CoreExports) => void;

  /** `build`: which file of build/. `prepare` is called with each instance when it is as new. */
  constructor(build = "device", prepare: (core: CoreExports) => void = () => {}) {
    this.build = build;
    this.prepare = prepare;
  }

  take(core: Core, device: FlashDevice, memoryBytes: number): CoreInstance {
    const instance = this.idle.get(memoryBytes)?.pop() ?? this.make(memoryBytes);
    instance.line.device = device;
    instance.doorstep.clear();
    instance.reset();
    this.prepare(instance.exports);
    this.owned.set(device, core);
    return instance;
  }

  giveBack(instance: CoreInstance): void {
    const recycled = instance as Recycled;
    recycled.line.device = NO_DEVICE;
    const { memoryBytes } = recycled;
    const idle = this.idle.get(memoryBytes);
    if (idle === undefined) this.idle.set(memoryBytes, [recycled]);
    else idle.push(recycled);
  }

  /** The power of `device` is off: its core is never asked again, and answers CLOSED if it is. */
  powerOff(device: FlashDevice): void {
    this.owned.get(device)?.drop();
  }

  private make(memoryBytes: number): Recycled {
    this.made++;
    this.module ??= new WebAssembly.Module(withReset(wasmBytes(this.build)));
    const line = { device: NO_DEVICE };
    const made: { doorstep?: Doorstep } = {};
    const flash = flashImports(line, () => made.doorstep!);
    const { exports } = new WebAssembly.Instance(this.module, { flash: { ...flash } });
    const core = exports as unknown as CoreExports & { reset(): void };
    growTo(core.memory, memoryBytes);
    made.doorstep = new Doorstep(core);
    return { exports: core, doorstep: made.doorstep, reset: core.reset, line, memoryBytes };
  }
}

/*
 * The core on a phone, as host/core/instance.ts is the core in this process: the same names, answers as promises.
 *
 * What the phone leaves in its window and its structures comes with the answer and is put into a doorstep of our own, so that
 * it is read with the same code.
 */
import { takeDevice } from "../agent/device-lock.js";
import type { CoreExports } from "../core/abi.js";
import { Doorstep } from "../core/doorstep.js";
import { raiseFault } from "../core/fault.js";
import { HoldfastError, raise, STATUSES } from "../errors.js";
import type { SerialLine } from "./line.js";
import { decodeHello, decodeReply, encodeCall, encodeHello, type Hello, type RemoteFunction } from "./protocol.js";

const WINDOW = { address: 0, bytes: 4096 };
/** Where the structures of the phone stand in our doorstep. */
export const STRUCTURE_ADDRESSES = { record: 4096, stat: 4160, fault: 4336, sync: 4352 };
const NOTHING = new Uint8Array(0);

export class RemoteCore {
  readonly doorstep = mirror();
  readonly hello: Hello;
  readonly #release: () => void;
  #line: SerialLine | undefined;

  /** Has the phone make a fresh core. Errors: LOCKED when somebody here has the line; WRONG_GEOMETRY, INDEX_FULL; PowerLost. */
  static async start(line: SerialLine): Promise<RemoteCore> {
    const release = takeDevice(line);
    try {
      const hello = decodeHello(await line.ask(encodeHello()));
      raise(hello.capacity, "starting the phone's core");
      return new RemoteCore(line, hello, release);
    } catch (thrown) {
      release();
      throw thrown;
    }
  }

  private constructor(line: SerialLine, hello: Hello, release: () => void) {
    this.#line = line;
    this.#release = release;
    this.hello = hello;
  }

  get isOpen(): boolean {
    return this.#line !== undefined;
  }

  /** Calls a function with `window` in the window, and returns what it answers, a negative status included. */
  async ask(name: RemoteFunction, args: readonly number[] = [], window: Uint8Array = NOTHING): Promise<number> {
    if (this.#line === undefined) throw new HoldfastError("CLOSED");
    let message: Uint8Array;
    try {
      message = await this.#line.ask(encodeCall(name, args, window));
    } catch (thrown) {
      this.drop();
      throw thrown;
    }
    const { status, structure, structureBytes, windowBytes } = decodeReply(message);
    if (structure !== "none") this.doorstep.span(STRUCTURE_ADDRESSES[structure], structureBytes.length).set(structureBytes);
    this.doorstep.fill(windowBytes);
    if (status === STATUSES.CLOSED.number) this.drop();
    return status;
  }

  /** As `ask`, but a negative status is thrown. `during` ends the sentence: "storing a contact". */
  async call(during: string, name: RemoteFunction, args: readonly number[] = [], window: Uint8Array = NOTHING): Promise<number> {
    const status = await this.ask(name, args, window);
    return status >= 0 ? status : this.raise(status, during);
  }

  /** Throws what a negative status means, and what the core knows of it. */
  raise(status: number, during: string): never {
    raiseFault(status, during, this.doorstep.fault());
  }

  /** Forgets the phone's core, and gives the line back. */
  drop(): void {
    if (this.#line !== undefined) this.#release();
    this.#line = undefined;
  }
}

/** A doorstep over memory of our own, laid out as we like. */
function mirror(): Doorstep {
  const layout = {
    memory: new WebAssembly.Memory({ initial: 1 }),
    hf_window: () => WINDOW.address,
    hf_window_bytes: () => WINDOW.bytes,
    hf_result: () => STRUCTURE_ADDRESSES.record,
    hf_stat_record: () => STRUCTURE_ADDRESSES.stat,
    hf_fault: () => STRUCTURE_ADDRESSES.fault,
  };
  return new Doorstep(layout as unknown as CoreExports);
}

/*
 * The phone's end of a conversation with a relay, as host/agent/wire.ts is that of an agent in this process.
 */
import type { Entropy, WireOptions, WireState } from "../agent/types.js";
import { opening, stateOf } from "../agent/wire.js";
import { STATUSES } from "../errors.js";
import { type RemoteCore, STRUCTURE_ADDRESSES } from "./remote-core.js";

/** Runs one exchange with the phone, and none of another verb between its calls. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

export class RemoteWire {
  readonly #core: RemoteCore;
  readonly #inTurn: InTurn;
  readonly #entropy: Entropy;
  readonly #wallMs: () => number;

  constructor(core: RemoteCore, inTurn: InTurn, entropy: Entropy, wallMs: () => number) {
    this.#core = core;
    this.#inTurn = inTurn;
    this.#entropy = entropy;
    this.#wallMs = wallMs;
  }

  begin(options: WireOptions = {}): Promise<void> {
    return this.#inTurn(async () => {
      await this.#core.call("beginning to sync", "hf_sync_begin", [...opening(options, this.#entropy), this.#wallMs()]);
    });
  }

  /** The next frame to send; undefined: wait for an answer, or look at `state`. `again`: nothing was heard for too long. */
  next(again = false): Promise<Uint8Array | undefined> {
    return this.#inTurn(async () => {
      const length = await this.#core.call("syncing", "hf_sync_next", [again ? 1 : 0]);
      return length === 0 ? undefined : this.#core.doorstep.take(length);
    });
  }

  /** Takes one frame. False: it was none; nothing changed. */
  receive(frame: Uint8Array): Promise<boolean> {
    return this.#inTurn(async () => {
      if (frame.length > this.#core.doorstep.windowBytes) return false;
      const answer = await this.#core.ask("hf_sync_receive", [frame.length], frame);
      if (answer === STATUSES.INVALID.number) return false;
      if (answer < 0) this.#core.raise(answer, "syncing");
      return true;
    });
  }

  state(): Promise<WireState> {
    return this.#inTurn(async () => {
      await this.#core.call("syncing", "hf_sync");
      return stateOf(this.#core.doorstep.sync(STRUCTURE_ADDRESSES.sync));
    });
  }
}

/*
 * Moves frames between a wire and a link. It knows nothing of what is in them but where one ends.
 */
import type { Wire, WireOptions, WireState } from "../agent/types.js";
import { framesOf } from "./framing.js";

/** Frames that leave together. */
const MESSAGE_BYTES = 16 * 1024;

export class Pump {
  readonly #wire: Wire;
  readonly #send: (message: Uint8Array) => void;
  /** Bytes on the air, both ways. */
  sentBytes = 0;
  heardBytes = 0;

  constructor(wire: Wire, send: (message: Uint8Array) => void) {
    this.#wire = wire;
    this.#send = send;
  }

  begin(options: WireOptions = {}): void {
    this.#wire.begin(options);
    this.#drain(false);
  }

  /** Takes what came and sends what is to be said now. */
  hear(message: Uint8Array): void {
    this.heardBytes += message.length;
    for (const frame of framesOf(message)) this.#wire.receive(frame);
    this.#drain(false);
  }

  /** Nothing was heard for too long: what waits for an answer is said again. */
  askAgain(): void {
    this.#drain(true);
  }

  state(): WireState {
    return this.#wire.state();
  }
  get isOver(): boolean {
    return OVER.has(this.state().phase);
  }

  #drain(again: boolean): void {
    const frames: Uint8Array[] = [];
    let bytes = 0;
    for (let frame = this.#wire.next(again); frame !== undefined; frame = this.#wire.next()) {
      frames.push(frame);
      bytes += frame.length;
      if (bytes >= MESSAGE_BYTES) {
        this.#flush(frames.splice(0));
        bytes = 0;
      }
    }
    this.#flush(frames);
  }

  #flush(frames: Uint8Array[]): void {
    if (frames.length === 0) return;
    const message = new Uint8Array(frames.reduce((sum, frame) => sum + frame.length, 0));
    let at = 0;
    for (const frame of frames) {
      message.set(frame, at);
      at += frame.length;
    }
    this.sentBytes += message.length;
    this.#send(message);
  }
}

const OVER: ReadonlySet<string> = new Set(["idle", "equal", "guard", "refused", "unequal", "failed"]);

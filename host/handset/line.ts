/*
 * One end of a serial line with a phone at the other: asks, and waits for the answer, one at a time.
 *
 * Others may take for granted: a request is done once, however often line noise made it travel; when the phone is gone, or
 * silent for too long, everything that waits and everything asked later fails with the same PowerLost.
 */
import { encodeFrame, FrameReader } from "./frame.js";
import { MESSAGES } from "./protocol.js";

/** Generous: nothing on a phone takes long, but a busy machine may emulate it slowly. */
export const ANSWER_LIMIT_MS = 60_000;
/** So many damaged frames in a row are no noise. */
const TRIES_MAX = 8;

/** The phone does not answer any more: its battery was pulled, or it stopped. */
export class PowerLost extends Error {
  constructor(message: string) {
    super(message);
    this.name = "PowerLost";
  }
}

interface Waiting {
  request: Uint8Array | undefined;
  sequence: number;
  tries: number;
  answer: (message: Uint8Array) => void;
  fail: (reason: PowerLost) => void;
}

export class SerialLine {
  readonly #send: (bytes: Uint8Array) => void;
  readonly #limitMs: number;
  readonly #lastWords: () => string;
  readonly #reader = new FrameReader((message) => this.#hear(message));
  #waiting: Waiting | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #sequence = 0;
  #down: PowerLost | undefined;

  /** `lastWords` says what else is known of the phone, when it fails. */
  constructor(send: (bytes: Uint8Array) => void, limitMs = ANSWER_LIMIT_MS, lastWords: () => string = () => "nothing more is known") {
    this.#send = send;
    this.#limitMs = limitMs;
    this.#lastWords = lastWords;
  }

  /** Bytes that came over the line. */
  receive(bytes: Uint8Array): void {
    this.#reader.take(bytes);
  }

  /** The line is dead; why is what everybody hears from now on. */
  fail(why: string): void {
    this.#down ??= new PowerLost(`${why}; ${this.#lastWords()}`);
    this.#waiting?.fail(this.#down);
  }

  /** The hello that a phone says unasked when it has booted. */
  greeting(): Promise<Uint8Array> {
    return this.#queue(undefined);
  }

  /** Sends a request and returns the answer. Its first byte, the sequence number, is filled in here. */
  ask(request: Uint8Array): Promise<Uint8Array> {
    return this.#queue(request);
  }

  #queue(request: Uint8Array | undefined): Promise<Uint8Array> {
    const answer = this.#turn.then(() => this.#exchange(request));
    this.#turn = answer.catch(() => {});
    return answer;
  }

  #exchange(request: Uint8Array | undefined): Promise<Uint8Array> {
    if (this.#down !== undefined) return Promise.reject(this.#down);
    return new Promise<Uint8Array>((answer, fail) => {
      const silence = () => this.fail(`the phone did not answer within ${this.#limitMs / 1000} s`);
      const timer = setTimeout(silence, this.#limitMs);
      const sequence = request === undefined ? 0 : this.#nextSequence();
      if (request !== undefined) request[0] = sequence;
      const over = <T>(tell: (value: T) => void) => {
        return (value: T) => {
          clearTimeout(timer);
          this.#waiting = undefined;
          tell(value);
        };
      };
      this.#waiting = { request, sequence, tries: 0, answer: over(answer), fail: over(fail) };
      this.#transmit(this.#waiting);
    });
  }

  #transmit(waiting: Waiting): void {
    if (waiting.request !== undefined) this.#send(encodeFrame(waiting.request));
  }

  #hear(message: Uint8Array | undefined): void {
    const waiting = this.#waiting;
    if (message === undefined || message[1] === MESSAGES.DAMAGED) {
      if (waiting !== undefined) this.#again(waiting);
    } else if (waiting !== undefined && message[0] === waiting.sequence) {
      waiting.answer(message);
    } else if (message[0] === 0 && message[1] === MESSAGES.HELLO) {
      this.fail("the phone has started anew");
    } // else the second answer to what was asked twice
  }

  #again(waiting: Waiting): void {
    waiting.tries++;
    if (waiting.tries > TRIES_MAX) this.fail(`the line damaged ${TRIES_MAX} frames in a row`);
    else this.#transmit(waiting);
  }

  /** Never 0: that is the phone's own. */
  #nextSequence(): number {
    this.#sequence = (this.#sequence % 255) + 1;
    return this.#sequence;
  }
}

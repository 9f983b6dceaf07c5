/*
 * One end of a serial line with a phone at the other: asks, and waits for the answer, one at a time.
 *
 * Others may take for granted: a request is done once, however often line noise made it travel; when the phone is gone, or
 * silent for too long, everything that waits and everything asked later fails with the same PowerLost.
 */
import { encodeFrame, FrameReader } from "./frame.js";
import { encodeHello, MESSAGES } from "./protocol.js";

/** Generous: nothing on a phone takes long, but a busy machine may emulate it slowly. */
export const ANSWER_LIMIT_MS = 60_000;
/** After so long the question may have got lost with its end: it is put again, which does no harm. */
const REPEAT_MS = 2_000;
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
  request: Uint8Array;
  /** The phone will speak first; it is asked only when what it said did not come through. */
  isGreeting: boolean;
  tries: number;
  answer: (message: Uint8Array) => void;
  fail: (reason: PowerLost) => void;
}

export interface LineOptions {
  /** How long the phone may be silent before it counts as dead. */
  limitMs?: number;
  repeatMs?: number;
  /** What else is known of the phone, when it fails. */
  lastWords?: () => string;
}

export class SerialLine {
  readonly #send: (bytes: Uint8Array) => void;
  readonly #limitMs: number;
  readonly #repeatMs: number;
  readonly #lastWords: () => string;
  readonly #reader = new FrameReader((message) => this.#hear(message));
  #waiting: Waiting | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #sequence = 0;
  /** A greeting that came before it was waited for. */
  #early: Uint8Array | undefined;
  #down: PowerLost | undefined;

  constructor(send: (bytes: Uint8Array) => void, options: LineOptions = {}) {
    this.#send = send;
    this.#limitMs = options.limitMs ?? ANSWER_LIMIT_MS;
    this.#repeatMs = options.repeatMs ?? REPEAT_MS;
    this.#lastWords = options.lastWords ?? (() => "nothing more is known");
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
    return this.#queue(encodeHello(), true);
  }

  /** Sends a request and returns the answer. Its first byte, the sequence number, is filled in here. */
  ask(request: Uint8Array): Promise<Uint8Array> {
    return this.#queue(request, false);
  }

  #queue(request: Uint8Array, isGreeting: boolean): Promise<Uint8Array> {
    const answer = this.#turn.then(() => this.#exchange(request, isGreeting));
    this.#turn = answer.catch(() => {});
    return answer;
  }

  #exchange(request: Uint8Array, isGreeting: boolean): Promise<Uint8Array> {
    if (this.#down !== undefined) return Promise.reject(this.#down);
    if (isGreeting && this.#early !== undefined) return Promise.resolve(this.#early);
    request[0] = this.#nextSequence();
    return new Promise<Uint8Array>((answer, fail) => {
      const silence = setTimeout(() => this.fail(`the phone did not answer within ${this.#limitMs / 1000} s`), this.#limitMs);
      const repeat = setInterval(() => this.#transmit(request), this.#repeatMs);
      const over = <T>(tell: (value: T) => void) => {
        return (value: T) => {
          clearTimeout(silence);
          clearInterval(repeat);
          this.#waiting = undefined;
          tell(value);
        };
      };
      this.#waiting = { request, isGreeting, tries: 0, answer: over(answer), fail: over(fail) };
      if (!isGreeting) this.#transmit(request);
    });
  }

  #transmit(request: Uint8Array): void {
    this.#send(encodeFrame(request));
  }

  #hear(message: Uint8Array | undefined): void {
    const waiting = this.#waiting;
    if (message === undefined || message[1] === MESSAGES.DAMAGED) {
      if (waiting !== undefined) this.#again(waiting);
    } else if (message[0] === 0 && message[1] === MESSAGES.HELLO) {
      this.#hearGreeting(message);
    } else if (message[0] === waiting?.request[0]) {
      waiting?.answer(message);
    } // else the second answer to what was asked twice
  }

  #hearGreeting(message: Uint8Array): void {
    if (this.#waiting?.isGreeting) this.#waiting.answer(message);
    else if (this.#sequence === 0) this.#early = message;
    else this.fail("the phone has started anew");
  }

  #again(waiting: Waiting): void {
    waiting.tries++;
    if (waiting.tries > TRIES_MAX) this.fail(`the line damaged ${TRIES_MAX} frames in a row`);
    else this.#transmit(waiting.request);
  }

  /** Never 0: that is the phone's own. */
  #nextSequence(): number {
    this.#sequence = (this.#sequence % 255) + 1;
    return this.#sequence;
  }
}

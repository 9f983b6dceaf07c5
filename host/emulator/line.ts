/*
 * The line between page and worker: questions one way, answers the other, over anything that can post messages.
 *
 * Whoever asks may take for granted: questions are answered one at a time and in the order they were asked; what a verb
 * throws there is thrown here, an error of Holdfast with its code and hint and a power cut with all it says; and when
 * the line ends, what was not answered is rejected.
 */
import { HoldfastError, type StatusName } from "../errors.js";
import { type Operation, PowerCut } from "../flash/fault.js";
import type { TearKind } from "../flash/tear.js";

/** The part of Worker, MessagePort and a worker's own scope that is used here. */
export interface Messenger {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
}

interface Question {
  number: number;
  verb: string;
  args: unknown[];
}

type Answer = { number: number; value: unknown } | { number: number; thrown: Thrown };

// biome-ignore lint/suspicious/noExplicitAny: verbs of all shapes
type Verbs = Record<string, (...args: any[]) => unknown>;

export class Line<Answering> {
  readonly #port: Messenger;
  readonly #waiting = new Map<number, { resolve: (value: never) => void; reject: (thrown: Error) => void }>();
  #asked = 0;
  #ended: Error | undefined;

  constructor(port: Messenger) {
    this.#port = port;
    port.addEventListener("message", (event) => this.#hear(event.data as Answer));
  }

  /** A field, so that it can be handed on by itself. */
  readonly ask = <Verb extends keyof Answering & string>(
    verb: Verb,
    ...args: Answering[Verb] extends (...args: infer Args) => unknown ? Args : never
  ): Promise<Answering[Verb] extends (...args: never[]) => infer Value ? Awaited<Value> : never> =>
    new Promise((resolve, reject) => {
      if (this.#ended !== undefined) return reject(this.#ended);
      const number = this.#asked++;
      this.#waiting.set(number, { resolve, reject });
      this.#port.postMessage({ number, verb, args } satisfies Question);
    });

  /** Nobody answers any more. */
  end(reason: Error): void {
    this.#ended = reason;
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
  }

  #hear(answer: Answer): void {
    const waiting = this.#waiting.get(answer.number);
    this.#waiting.delete(answer.number);
    if ("thrown" in answer) waiting?.reject(unpacked(answer.thrown));
    else waiting?.resolve(answer.value as never);
  }
}

/** Answers what comes in on `port` with the verbs of `answering`, as soon as it is there; if it never is, with what went wrong. */
export function answerOn<Answering extends object>(port: Messenger, answering: Answering | Promise<Answering>): void {
  let before: Promise<void> = Promise.resolve();
  const answer = async ({ number, verb, args }: Question): Promise<void> => {
    try {
      port.postMessage({ number, value: await ((await answering) as Verbs)[verb](...args) } satisfies Answer);
    } catch (thrown) {
      port.postMessage({ number, thrown: packed(thrown) } satisfies Answer);
    }
  };
  port.addEventListener("message", (event) => {
    before = before.then(() => answer(event.data as Question));
  });
}

/** An error as it travels: structured cloning would leave out all but name and message. */
interface Thrown {
  name: string;
  message: string;
  status?: { code: StatusName; hint: string };
  cut?: { op: number; operation: Operation; tear: TearKind; block: number; offset: number };
}

function packed(thrown: unknown): Thrown {
  const { name, message } = thrown instanceof Error ? thrown : { name: "Error", message: String(thrown) };
  if (thrown instanceof HoldfastError) return { name, message, status: { code: thrown.code, hint: thrown.hint } };
  if (!(thrown instanceof PowerCut)) return { name, message };
  const { op, operation, tear, block, offset } = thrown;
  return { name, message, cut: { op, operation, tear, block, offset } };
}

function unpacked({ name, message, status, cut }: Thrown): Error {
  if (status !== undefined) return new HoldfastError(status.code, message, status.hint);
  if (cut !== undefined) return new PowerCut(cut.op, cut.operation, cut.tear, cut.block, cut.offset);
  return Object.assign(new Error(message), { name });
}

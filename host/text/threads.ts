// Messages as a phone shows them: in threads, one for the people it goes between.
// Callers may take for granted: every message is in exactly one thread; a number is the same with and without its country, as for who is calling;
// a message that cannot be read, or tells no number, is in the thread without one.
import { Catalog, type CatalogAgent, type CatalogHead } from "./catalog.js";
import { Directory, isSameNumber, strings } from "./directory.js";
import { withoutBlanks } from "./views.js";

export interface ThreadMessage {
  id: string;
  /** The first words. */
  label?: string;
  /** When it was sent; absent: it does not say. */
  atMs?: number;
  /** Absent: it does not say. */
  isIncoming?: boolean;
  damaged?: boolean;
}

export interface Thread {
  /** As they stand in the newest message; none: it tells no number. */
  numbers: string[];
  /** For each number whose it is, by the contacts; a number of nobody is its own name. */
  names: string[];
  /** Oldest first; those without a time before all others. */
  messages: ThreadMessage[];
}

export class Threads {
  readonly #messages: Catalog;
  readonly #directory: Directory;

  constructor(agent: CatalogAgent) {
    this.#messages = new Catalog(agent, "message");
    this.#directory = new Directory(agent);
  }

  /** Newest first. Cost: the heads of messages and contacts the first time, later what has changed. */
  async all(): Promise<Thread[]> {
    const found = new Grouping();
    for (const head of await this.#messages.heads()) found.add(head);
    const threads: Thread[] = [];
    for (const heads of found.groups) threads.push(await this.#thread(heads));
    return threads.sort((a, b) => newestMs(b) - newestMs(a));
  }

  /** The thread with this number and nobody else. Cost: as `all`. */
  async with(number: string): Promise<Thread | undefined> {
    const wanted = digitsOf([number]);
    if (wanted.length === 0) return undefined;
    return (await this.all()).find(({ numbers }) => areSame(digitsOf(numbers), wanted));
  }

  async #thread(heads: CatalogHead[]): Promise<Thread> {
    heads.sort((a, b) => (a.meta.startMs ?? -Infinity) - (b.meta.startMs ?? -Infinity) || (a.id < b.id ? -1 : 1));
    const numbers = strings(heads.at(-1)?.meta.phones);
    const names: string[] = [];
    for (const number of numbers) names.push((await this.#directory.caller(number))[0]?.meta.label ?? number);
    return { numbers, names, messages: heads.map(asMessage) };
  }
}

/** So many digits at the end two numbers share that are one; with fewer each is only itself. */
const KEY_DIGITS = 7;

/** Heads by their numbers. Numbers that share their last digits are few, and only those are compared. */
class Grouping {
  readonly groups: CatalogHead[][] = [];
  readonly #byKey = new Map<string, { digits: string[]; heads: CatalogHead[] }[]>();

  add(head: CatalogHead): void {
    const digits = digitsOf(strings(head.meta.phones));
    const key = digits
      .map((each) => each.slice(-KEY_DIGITS))
      .sort()
      .join(" ");
    const alike = this.#byKey.get(key) ?? [];
    const group = alike.find((each) => areSame(each.digits, digits));
    if (group !== undefined) {
      group.heads.push(head);
      return;
    }
    const made = { digits, heads: [head] };
    this.#byKey.set(key, [...alike, made]);
    this.groups.push(made.heads);
  }
}

function digitsOf(numbers: readonly string[]): string[] {
  return [...new Set(numbers.map((number) => number.replace(/\D/g, "")))].filter((digits) => digits !== "");
}
function areSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one) => b.some((other) => isSameNumber(one, other)));
}

function newestMs({ messages }: Thread): number {
  return messages.at(-1)?.atMs ?? -Infinity;
}

function asMessage({ id, meta, damaged }: CatalogHead): ThreadMessage {
  const isIncoming = meta.box === undefined ? undefined : meta.box === "in";
  return withoutBlanks({ id, label: meta.label, atMs: meta.startMs, isIncoming, damaged });
}

// Messages as a phone shows them: in threads, one for the people it goes between.
// Callers may take for granted: every message is in exactly one thread; numbers are the same with and without their country; a message that cannot
// be read is in the thread without a number, marked.
import { Catalog, type CatalogAgent, type CatalogHead } from "./catalog.js";
import { Directory, numberKey } from "./directory.js";

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
  /** Whose they are, by the contacts; a number of nobody has no name. */
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
    const threads = new Map<string, CatalogHead[]>();
    for (const head of await this.#messages.heads()) {
      const key = threadKey(head.meta.phones ?? []);
      const thread = threads.get(key);
      if (thread === undefined) threads.set(key, [head]);
      else thread.push(head);
    }
    const made = await Promise.all([...threads.values()].map((heads) => this.#thread(heads)));
    return made.sort((a, b) => newestMs(b) - newestMs(a));
  }

  /** The thread with this number and nobody else. Cost: as `all`. */
  async with(number: string): Promise<Thread | undefined> {
    const key = threadKey([number]);
    return (await this.all()).find(({ numbers }) => threadKey(numbers) === key);
  }

  async #thread(heads: CatalogHead[]): Promise<Thread> {
    heads.sort((a, b) => (a.meta.startMs ?? -Infinity) - (b.meta.startMs ?? -Infinity) || (a.id < b.id ? -1 : 1));
    const numbers = heads.at(-1)?.meta.phones ?? [];
    const owners = await Promise.all(numbers.map((number) => this.#directory.caller(number)));
    const names = owners.flatMap(([owner]) => (owner?.meta.label === undefined ? [] : [owner.meta.label]));
    return { numbers, names, messages: heads.map(asMessage) };
  }
}

function threadKey(numbers: readonly string[]): string {
  return [...new Set(numbers.map(numberKey))].sort().join(" ");
}

function newestMs({ messages }: Thread): number {
  return messages.at(-1)?.atMs ?? -Infinity;
}

function asMessage({ id, meta, damaged }: CatalogHead): ThreadMessage {
  return {
    id,
    ...(meta.label === undefined ? {} : { label: meta.label }),
    ...(meta.startMs === undefined ? {} : { atMs: meta.startMs }),
    ...(meta.box === undefined ? {} : { isIncoming: meta.box === "in" }),
    ...(damaged ? { damaged } : {}),
  };
}

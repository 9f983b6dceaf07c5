// What the records of one kind are called, kept while an application runs: the first search after a mount reads the head of every one of them,
// later ones only what has changed since. Callers may take for granted: what it gives is what the store holds at that moment, removed records not;
// a record that cannot be read is there, marked.
type Awaitable<T> = T | Promise<T>;
type Walk<T> = Iterable<T> | AsyncIterable<T>;

export interface CatalogHead {
  kind: string;
  id: string;
  meta: { label?: string; phones?: string[]; startMs?: number; endMs?: number; dueMs?: number; [key: string]: unknown };
  damaged?: boolean;
}

/** What a catalog needs of an agent; `Agent` and `RemoteAgent` of the package both have it. */
export interface CatalogAgent {
  /** Cheaper than `list`, where an agent has it. */
  heads?(kind: never): Walk<CatalogHead>;
  list(kind: never): Walk<CatalogHead>;
  changes(afterLsn: bigint): Walk<CatalogHead & { removed?: boolean }>;
  /** LSN of the newest change; costs no flash read. */
  newestLsn(): Awaitable<bigint>;
  /** How many records of a kind there are, where an agent says it without a flash read. */
  count?(kind: never): Awaitable<number>;
}

export class Catalog {
  readonly #agent: CatalogAgent;
  readonly #kind: string;
  readonly #known = new Map<string, CatalogHead>();
  #seenLsn: bigint | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(agent: CatalogAgent, kind: string) {
    this.#agent = agent;
    this.#kind = kind;
  }

  /** Every record of the kind. Cost: the heads of all of them the first time, later a look at what changed, and nothing if nothing did. */
  heads(): Promise<Iterable<CatalogHead>> {
    const turn = this.#turn.then(() => this.#update()); // who asks while another is answered waits for that answer
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #update(): Promise<Iterable<CatalogHead>> {
    const newest = await this.#agent.newestLsn();
    const seen = this.#seenLsn;
    if (seen === undefined) await this.#walk();
    else if (newest !== seen) {
      for await (const change of this.#agent.changes(seen)) this.#take(change);
      // A removal that compaction has forgotten is no change any more.
      const count = await this.#agent.count?.(this.#kind as never);
      if (count !== undefined && count !== this.#known.size) await this.#walk();
    }
    this.#seenLsn = newest;
    return this.#known.values();
  }

  async #walk(): Promise<void> {
    const kind = this.#kind as never;
    this.#known.clear();
    for await (const head of this.#agent.heads?.(kind) ?? this.#agent.list(kind)) this.#known.set(head.id, head);
  }

  #take(change: CatalogHead & { removed?: boolean }): void {
    if (change.kind !== this.#kind) return;
    if (change.removed) this.#known.delete(change.id);
    else this.#known.set(change.id, change);
  }
}

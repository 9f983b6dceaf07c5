// The summaries of one kind, kept while an application runs: the first search after a mount reads every one of them, later ones only what
// has changed since. Callers may take for granted: what it gives is what the store holds at that moment, removed records not; a record
// that cannot be read is there, marked.
type Awaitable<T> = T | Promise<T>;

export interface CatalogSummary {
  kind: string;
  id: string;
  lsn: bigint;
  meta: { label?: string; phones?: string[]; startMs?: number; endMs?: number; dueMs?: number; [key: string]: unknown };
  removed?: boolean;
  damaged?: boolean;
}

/** What a catalog needs of an agent; `Agent` and `RemoteAgent` of the package both have it. */
export interface CatalogAgent<Summary extends CatalogSummary> {
  list(kind: never): Iterable<Summary> | AsyncIterable<Summary>;
  changes(afterLsn: bigint): Iterable<Summary> | AsyncIterable<Summary>;
  /** LSN of the newest change; costs no flash read. */
  newestLsn(): Awaitable<bigint>;
}

export class Catalog<Summary extends CatalogSummary> {
  readonly #agent: CatalogAgent<Summary>;
  readonly #kind: Summary["kind"];
  readonly #known = new Map<string, Summary>();
  #seenLsn: bigint | undefined;

  constructor(agent: CatalogAgent<Summary>, kind: Summary["kind"]) {
    this.#agent = agent;
    this.#kind = kind;
  }

  /** Every record of the kind. Cost: the heads of all of them the first time, later a look at what changed, and nothing if nothing did. */
  async summaries(): Promise<Iterable<Summary>> {
    const newest = await this.#agent.newestLsn();
    const seen = this.#seenLsn;
    if (seen === undefined) for await (const summary of this.#agent.list(this.#kind as never)) this.#known.set(summary.id, summary);
    else if (newest !== seen) for await (const summary of this.#agent.changes(seen)) this.#take(summary);
    this.#seenLsn = newest;
    return this.#known.values();
  }

  #take(summary: Summary): void {
    if (summary.kind !== this.#kind) return;
    if (summary.removed) this.#known.delete(summary.id);
    else this.#known.set(summary.id, summary);
  }
}

// Writes many records in batches: small ones together, so that they share pages and erases; each is counted once it is durable.
// Callers may take for granted: what does not fit as a batch is tried alone, so that what fits is kept; a record that waits is found; what
// the agent throws passes through, but for a record that is too big or has no room, which `refused` hears of.

export interface BatchItem {
  kind: string;
  id: string;
  body: Uint8Array;
  meta: Record<string, unknown>;
  wallMs?: number;
}

interface Writer<T extends BatchItem> {
  put(kind: T["kind"], body: Uint8Array, options: { id: string; meta: T["meta"]; wallMs?: number }): unknown;
}

export interface BatchAgent<T extends BatchItem> extends Writer<T> {
  batch(write: (batch: Writer<T>) => void): unknown;
}

export interface BatchEvents<T> {
  /** Durable now. */
  written(item: T): void;
  /** It alone was refused with TOO_BIG or FULL. Throw to end it all. */
  refused(item: T, error: Error & { code?: unknown }): void;
  /** Nothing is written; all are as good as durable. */
  dryRun?: boolean;
}

const recordsMax = 128;
/** Below the agent's 64 KiB, with room for the meta of every record. */
const bytesMax = 56 * 1024;
const metaBytesMax = 544;

export class Batches<T extends BatchItem> {
  private readonly agent: BatchAgent<T>;
  private readonly events: BatchEvents<T>;
  private waiting = new Map<string, T>();
  private waitingBytes = 0;
  /** Only in a dry run: what would have been written. */
  private readonly imagined = new Map<string, T>();

  constructor(agent: BatchAgent<T>, events: BatchEvents<T>) {
    this.agent = agent;
    this.events = events;
  }

  /** What was added under this key and is not in the store, or not yet. */
  find(kind: string, id: string): T | undefined {
    return this.waiting.get(keyOf(kind, id)) ?? this.imagined.get(keyOf(kind, id));
  }

  async add(item: T): Promise<void> {
    const key = keyOf(item.kind, item.id);
    const costBytes = item.body.length + metaBytesMax;
    if (this.waiting.has(key) || this.waiting.size >= recordsMax || this.waitingBytes + costBytes > bytesMax) await this.flush();
    this.waiting.set(key, item);
    this.waitingBytes += costBytes;
  }

  /** Writes what waits. Only after this is everything told. */
  async flush(): Promise<void> {
    const items = [...this.waiting.values()];
    this.waiting = new Map();
    this.waitingBytes = 0;
    if (this.events.dryRun) for (const item of items) this.imagined.set(keyOf(item.kind, item.id), item);
    const together = this.events.dryRun || (items.length > 1 && (await this.writeAll(items)));
    for (const item of items) {
      if (together || (await this.writeOne(item))) this.events.written(item);
    }
  }

  /** False when the batch did not fit. */
  private async writeAll(items: T[]): Promise<boolean> {
    try {
      await this.agent.batch((batch) => {
        for (const item of items) batch.put(item.kind, item.body, optionsOf(item));
      });
      return true;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return false;
    }
  }

  private async writeOne(item: T): Promise<boolean> {
    try {
      await this.agent.put(item.kind, item.body, optionsOf(item));
      return true;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.events.refused(item, error);
      return false;
    }
  }
}

function optionsOf<T extends BatchItem>({ id, meta, wallMs }: T): { id: string; meta: T["meta"]; wallMs?: number } {
  return wallMs === undefined ? { id, meta } : { id, meta, wallMs };
}

function isRefusal(error: unknown): error is Error & { code?: unknown } {
  const code = error instanceof Error ? (error as Error & { code?: unknown }).code : undefined;
  return code === "FULL" || code === "TOO_BIG";
}

function keyOf(kind: string, id: string): string {
  return `${kind}/${id}`;
}

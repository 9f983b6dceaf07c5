// Brings planned records into a store through the agent's own verbs.
//
// Callers may take for granted:
// - What is already there is found, not doubled: the id comes from the UID or, without one, from the bytes; and bytes that already stand
//   under another id of the kind (put by hand) are found too. Same bytes: nothing is written. Same UID, other bytes: replaced; an
//   unreadable (damaged) record is replaced by the good copy.
// - Overrides that come in a file of their own join the master in the store, and a master joins overrides that came before it.
// - Small records go in batches. After a power cut, import the same files again: what was acknowledged is found unchanged.
// - `report` tells at any time what is durably done, also after an error; records waiting in an unfinished batch are not counted.
import { type BatchAgent, Batches } from "./batches.js";
import { sameBytes } from "./bytes.js";
import { mergedSeries } from "./merge.js";
import { type ImportKind, importPlan, type PlannedRecord, type Refusal } from "./plan.js";

type Awaitable<T> = T | Promise<T>;

interface Summary {
  kind: string;
  id: string;
  bodyBytes: number;
  removed?: boolean;
}

/** What the importer needs of an agent; `Agent` and `RemoteAgent` of the package both have it. */
export interface ImportAgent extends BatchAgent<PlannedRecord> {
  get(kind: ImportKind, id: string): Awaitable<{ body: Uint8Array } | undefined>;
  list(kind: ImportKind): Iterable<Summary> | AsyncIterable<Summary>;
}

export interface ImportReport {
  added: number;
  replaced: number;
  unchanged: number;
  refused: Refusal[];
}

export interface ImportOptions {
  /** Called after every file and every batch. */
  onProgress?: (report: ImportReport, file: string) => void;
  /** Reads and compares, writes nothing; `report` says what would be done. */
  dryRun?: boolean;
}

interface Pending extends PlannedRecord {
  outcome: "added" | "replaced";
  file: string;
}

export class Importer {
  readonly report: ImportReport = { added: 0, replaced: 0, unchanged: 0, refused: [] };
  private readonly agent: ImportAgent;
  private readonly options: ImportOptions;
  private readonly batches: Batches<Pending>;
  private readonly bySize = new Map<ImportKind, Map<number, string[]>>();

  constructor(agent: ImportAgent, options: ImportOptions = {}) {
    this.agent = agent;
    this.options = options;
    this.batches = new Batches<Pending>(agent, {
      written: (record) => this.count(record),
      refused: (record, error) => this.refuse(record, error),
      dryRun: options.dryRun === true,
    });
  }

  /** Imports one file. Throws what the agent throws (FULL, IO, a power cut); `report` then still holds. */
  async add(fileName: string, bytes: Uint8Array): Promise<void> {
    const plan = importPlan(fileName, bytes);
    this.report.refused.push(...plan.refused);
    this.report.unchanged += plan.repeated;
    for (const record of plan.records) await this.take(record, fileName);
    this.options.onProgress?.(this.report, fileName);
  }

  /** Writes the last batch. Only after this is everything counted and durable. */
  async finish(): Promise<ImportReport> {
    await this.batches.flush();
    return this.report;
  }

  private async take(planned: PlannedRecord, file: string): Promise<void> {
    const there = await this.find(planned.kind, planned.id);
    const record = there instanceof Uint8Array ? mergedSeries(planned, there) : planned;
    if (there instanceof Uint8Array && sameBytes(record.body, there)) this.report.unchanged++;
    else if (there !== "damaged" && (await this.hasBytes(planned))) this.report.unchanged++;
    else await this.batches.add({ ...record, outcome: there === undefined ? "added" : "replaced", file });
  }

  /** The body under the record's key, what waits in the batch included. */
  private async find(kind: ImportKind, id: string): Promise<Uint8Array | "damaged" | undefined> {
    return this.batches.find(kind, id)?.body ?? this.read(kind, id);
  }

  private async read(kind: ImportKind, id: string): Promise<Uint8Array | "damaged" | undefined> {
    try {
      return (await this.agent.get(kind, id))?.body;
    } catch (error) {
      if (codeOf(error) === "CORRUPT") return "damaged";
      throw error;
    }
  }

  /** Whether some record of the kind has these very bytes, under whatever id. Cost: the list once, then only records of that length. */
  private async hasBytes({ kind, body }: PlannedRecord): Promise<boolean> {
    let sizes = this.bySize.get(kind);
    if (!sizes) {
      sizes = new Map();
      for await (const summary of this.agent.list(kind)) {
        if (summary.removed) continue;
        const same = sizes.get(summary.bodyBytes);
        if (same) same.push(summary.id);
        else sizes.set(summary.bodyBytes, [summary.id]);
      }
      this.bySize.set(kind, sizes);
    }
    for (const id of sizes.get(body.length) ?? []) {
      const there = await this.find(kind, id);
      if (there instanceof Uint8Array && sameBytes(there, body)) return true;
    }
    return false;
  }

  private refuse({ file, line }: Pending, error: Error & { code?: unknown }): void {
    if (error.code !== "TOO_BIG") throw error;
    this.report.refused.push({ file, line, reason: error.message });
  }

  private count(record: Pending): void {
    this.report[record.outcome]++;
    this.options.onProgress?.(this.report, record.file);
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error ? (error as Error & { code?: unknown }).code : undefined;
}

/*
 * An agent that lives elsewhere: the verbs of Agent, each answered later.
 *
 * The other end runs the agent on its own thread and answers `AgentVerbs`; this end makes of the answers what an
 * application knows. Whoever writes with `await` and `for await` need not know which kind of agent it holds.
 */
import { crc32c } from "../agent/crc32c.js";
import { formatId, mintId, parseId, platformEntropy } from "../agent/ids.js";
import type {
  Agent,
  Batch,
  Kind,
  PutOptions,
  Receipt,
  RemoteAgent,
  Stat,
  StoredRecord,
  StoredSummary,
  VerifyReport,
} from "../agent/types.js";

export type { RemoteAgent } from "../agent/types.js";

/** A change of a batch, as it travels. */
export type BatchStep =
  | { verb: "put"; kind: Kind; body: Uint8Array | string; options: PutOptions }
  | { verb: "remove"; kind: Kind; id: string };

/** What the other end answers: Agent with lists in one piece and a batch as its changes. */
export interface AgentVerbs {
  put(kind: Kind, body: Uint8Array | string, options?: PutOptions): Receipt;
  get(kind: Kind, id: string): StoredRecord | undefined;
  remove(kind: Kind, id: string): Receipt;
  list(kind?: Kind): StoredSummary[];
  batch(steps: BatchStep[]): Receipt[];
  receipt(kind: Kind, id: string): Receipt | undefined;
  changes(afterLsn: bigint): StoredSummary[];
  tick(budget?: number): number;
  newestLsn(): bigint;
  stat(): Stat;
  verify(): VerifyReport;
  close(): void;
}

/** Asks the other end. Rejects with what the verb threw there. */
export type Ask = <Verb extends keyof AgentVerbs>(
  verb: Verb,
  ...args: Parameters<AgentVerbs[Verb]>
) => Promise<ReturnType<AgentVerbs[Verb]>>;

export class AskingAgent implements RemoteAgent {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  put(...args: Parameters<Agent["put"]>): Promise<Receipt> {
    return this.#ask("put", ...args);
  }

  get(kind: Kind, id: string): Promise<StoredRecord | undefined> {
    return this.#ask("get", kind, id);
  }

  remove(kind: Kind, id: string): Promise<Receipt> {
    return this.#ask("remove", kind, id);
  }

  async *list(kind?: Kind): AsyncIterable<StoredSummary> {
    yield* await this.#ask("list", kind);
  }

  /** The callback runs here and at once; what it collected travels and commits together. */
  async batch(write: (batch: Batch) => void): Promise<Receipt[]> {
    const { steps, receipts, batch } = collector();
    write(batch);
    const durable = await this.#ask("batch", steps);
    for (const [i, { lsn }] of durable.entries()) receipts[i].lsn = lsn;
    return receipts;
  }

  receipt(kind: Kind, id: string): Promise<Receipt | undefined> {
    return this.#ask("receipt", kind, id);
  }

  async *changes(afterLsn: bigint): AsyncIterable<StoredSummary> {
    yield* await this.#ask("changes", afterLsn);
  }

  tick(budget?: number): Promise<number> {
    return this.#ask("tick", budget);
  }

  newestLsn(): Promise<bigint> {
    return this.#ask("newestLsn");
  }

  stat(): Promise<Stat> {
    return this.#ask("stat");
  }

  verify(): Promise<VerifyReport> {
    return this.#ask("verify");
  }

  close(): Promise<void> {
    return this.#ask("close");
  }
}

/** A batch that only remembers. Ids are minted here, so that the callback learns them at once. */
function collector(): { steps: BatchStep[]; receipts: Receipt[]; batch: Batch } {
  const steps: BatchStep[] = [];
  const receipts: Receipt[] = [];
  const receive = (id: string, check: number): Receipt => {
    const { high, low } = parseId(id);
    const receipt = { id: formatId(high, low), lsn: 0n, crc32c: check };
    receipts.push(receipt);
    return receipt;
  };
  const batch: Batch = {
    put(kind, body, options = {}) {
      const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body.slice();
      const id = options.id ?? minted();
      const receipt = receive(id, crc32c(bytes));
      steps.push({ verb: "put", kind, body: bytes, options: { ...options, id } });
      return receipt;
    },
    remove(kind, id) {
      const receipt = receive(id, 0);
      steps.push({ verb: "remove", kind, id });
      return receipt;
    },
  };
  return { steps, receipts, batch };
}

function minted(): string {
  const { high, low } = mintId(platformEntropy);
  return formatId(high, low);
}

/*
 * The witness: an agent that tells a plain model in RAM of every change before it is begun and after it is acknowledged.
 *
 * Whoever writes through it needs to know nothing of the model: when the battery is pulled inside a call, the
 * model knows which change was under way.
 */

import type { Agent, Batch, Kind, Receipt, RecordMeta, StoredRecord, StoredSummary } from "../index.js";
import { HoldfastError } from "../index.js";
import type { Change, Model, Violation } from "../proof/model.js";

/** What the witness adds up, over all boots. */
export interface Testimony {
  acknowledged: number;
  violations: Violation[];
}

type PutOptions = { id?: string; meta?: RecordMeta };

export class Witness implements Agent {
  private readonly agent: Agent;
  private readonly model: Model;
  private readonly testimony: Testimony;
  private readonly wallMs: () => number;

  constructor(agent: Agent, model: Model, testimony: Testimony, wallMs: () => number) {
    this.agent = agent;
    this.model = model;
    this.testimony = testimony;
    this.wallMs = wallMs;
  }

  put(kind: Kind, body: Uint8Array | string, options: PutOptions = {}): Receipt {
    const changes = [this.putting(kind, body, options)];
    return this.watch(changes, () => [this.agent.put(kind, body, options)])[0] as Receipt;
  }

  remove(kind: Kind, id: string): Receipt {
    return this.watch([{ key: `${kind}/${id}`, held: undefined }], () => [this.agent.remove(kind, id)])[0] as Receipt;
  }

  batch(write: (batch: Batch) => void): Receipt[] {
    const changes: Change[] = [];
    return this.watch(changes, () =>
      this.agent.batch((inner) =>
        write({
          put: (kind, body, options = {}) => {
            changes.push(this.putting(kind, body, options));
            return inner.put(kind, body, options);
          },
          remove: (kind, id) => {
            changes.push({ key: `${kind}/${id}`, held: undefined });
            return inner.remove(kind, id);
          },
        }),
      ),
    );
  }

  get(kind: Kind, id: string): StoredRecord | undefined {
    return this.agent.get(kind, id);
  }
  list(kind?: Kind): Iterable<StoredSummary> {
    return this.agent.list(kind);
  }
  receipt(kind: Kind, id: string): Receipt | undefined {
    return this.agent.receipt(kind, id);
  }
  changes(afterLsn: bigint): Iterable<StoredSummary> {
    return this.agent.changes(afterLsn);
  }
  tick(budget?: number): number {
    return this.agent.tick(budget);
  }
  newestLsn(): bigint {
    return this.agent.newestLsn();
  }
  stat(): ReturnType<Agent["stat"]> {
    return this.agent.stat();
  }
  verify(): ReturnType<Agent["verify"]> {
    return this.agent.verify();
  }
  close(): void {
    this.agent.close();
  }

  /** A refusal by name is an answer: nothing of the change may be seen. Anything else leaves it under way. */
  private watch(changes: Change[], work: () => Receipt[]): Receipt[] {
    this.model.begin(changes);
    try {
      const receipts = work();
      this.testimony.violations.push(...this.model.acknowledge(receipts.map((receipt) => receipt.lsn)));
      this.testimony.acknowledged += receipts.length;
      return receipts;
    } catch (error) {
      if (error instanceof HoldfastError) this.model.refuse();
      throw error;
    }
  }

  private putting(kind: Kind, body: Uint8Array | string, options: PutOptions): Change {
    if (options.id === undefined) throw new Error("the witness needs to know the id beforehand");
    const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body.slice();
    return { key: `${kind}/${options.id}`, held: { body: bytes, label: options.meta?.label ?? "", wallMs: this.wallMs(), lsn: 0n } };
  }
}

/*
 * The other end of a remote agent: answers its verbs from an agent on this thread.
 */
import type { Agent, Kind, PutOptions, Receipt, Stat, StoredRecord, StoredSummary, VerifyReport } from "../agent/types.js";
import type { AgentVerbs, BatchStep } from "./remote-agent.js";

export class AnsweringAgent implements AgentVerbs {
  readonly #running: () => Agent;

  /** `running` gives the agent of the moment, or throws CLOSED where there is none. */
  constructor(running: () => Agent) {
    this.#running = running;
  }

  put(kind: Kind, body: Uint8Array | string, options?: PutOptions): Receipt {
    return this.#running().put(kind, body, options);
  }

  get(kind: Kind, id: string): StoredRecord | undefined {
    return this.#running().get(kind, id);
  }

  remove(kind: Kind, id: string): Receipt {
    return this.#running().remove(kind, id);
  }

  list(kind?: Kind): StoredSummary[] {
    return [...this.#running().list(kind)];
  }

  batch(steps: BatchStep[]): Receipt[] {
    return this.#running().batch((batch) => {
      for (const step of steps) {
        if (step.verb === "remove") batch.remove(step.kind, step.id);
        else batch.put(step.kind, step.body, step.options);
      }
    });
  }

  receipt(kind: Kind, id: string): Receipt | undefined {
    return this.#running().receipt(kind, id);
  }

  changes(afterLsn: bigint): StoredSummary[] {
    return [...this.#running().changes(afterLsn)];
  }

  tick(budget?: number): number {
    return this.#running().tick(budget);
  }

  newestLsn(): bigint {
    return this.#running().newestLsn();
  }

  stat(): Stat {
    return this.#running().stat();
  }

  verify(): VerifyReport {
    return this.#running().verify();
  }

  close(): void {
    this.#running().close();
  }
}

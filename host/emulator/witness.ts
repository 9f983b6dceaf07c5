/*
 * The witness: the page's memory of what was acknowledged. It outlives the agent, as the owner outlives the battery.
 *
 * Every change goes through it: it knows a change before it is sent and hears when it is acknowledged. After each boot it
 * reads everything back and compares the bytes. The judgement is the proof's own (host/proof/model.ts). Changes are sent
 * one at a time, so that one at most is under way when power goes.
 */

import { formatId, mintId, platformEntropy } from "../agent/ids.js";
import type { Batch, Kind, PutOptions, Receipt, RecordMeta } from "../agent/types.js";
import { HoldfastError } from "../errors.js";
import { PowerCut } from "../flash/fault.js";
import { type Change, type Held, Model, type Shown, type Violation } from "../proof/model.js";
import { compare, type Remembered, remember } from "./memory.js";
import type { RemoteAgent } from "./remote-agent.js";

export interface Verdict {
  records: number;
  /** Records that are missing, damaged or other than they were acknowledged, or that nobody put. */
  lost: number;
  violations: Violation[];
}

export class Witness {
  readonly #agent: RemoteAgent;
  #model = new Model();
  /** What ended the agent; until the next boot nothing is sent, so that the change it hit stays the one under way. */
  #end: Error | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(agent: RemoteAgent) {
    this.#agent = agent;
  }

  put(kind: Kind, body: Uint8Array | string, options: PutOptions = {}): Promise<Receipt> {
    const id = options.id ?? freshId();
    const bytes = bytesOf(body);
    return this.#watch([putting(kind, id, bytes, options.meta)], async () => [await this.#agent.put(kind, bytes, { ...options, id })]).then(
      ([receipt]) => receipt,
    );
  }

  remove(kind: Kind, id: string): Promise<Receipt> {
    return this.#watch([{ key: keyOf(kind, id), held: undefined }], async () => [await this.#agent.remove(kind, id)]).then(
      ([receipt]) => receipt,
    );
  }

  /** The callback runs when its turn has come. */
  batch(write: (batch: Batch) => void): Promise<Receipt[]> {
    const changes: Change[] = [];
    return this.#watch(changes, () =>
      this.#agent.batch((inner) =>
        write({
          put: (kind, body, options = {}) => {
            const id = options.id ?? freshId();
            changes.push(putting(kind, id, bytesOf(body), options.meta));
            return inner.put(kind, body, { ...options, id });
          },
          remove: (kind, id) => {
            changes.push({ key: keyOf(kind, id), held: undefined });
            return inner.remove(kind, id);
          },
        }),
      ),
    );
  }

  get = (kind: Kind, id: string) => this.#agent.get(kind, id);
  list = (kind?: Kind) => this.#agent.list(kind);

  /** Keeps for the next page what is known here. */
  remember(): void {
    remember(this.#model);
  }

  /** The cut that ended the agent, until the next boot. */
  get cut(): PowerCut | undefined {
    return this.#end instanceof PowerCut ? this.#end : undefined;
  }

  /** Boots, reads all that is there and holds it against all that was acknowledged. Changes asked for meanwhile wait. */
  judged<Boot>(boot: () => Promise<Boot>): Promise<Verdict & { boot: Boot }> {
    return this.#inTurn(async () => {
      const booted = await boot();
      const shown = await this.#readAll();
      this.#end = undefined;
      const violations = this.#model.judge(shown);
      return { boot: booted, records: shown.size, lost: violations.length, violations };
    });
  }

  /**
   * Boots and takes what is there as what was acknowledged: the page was opened, or the part formatted. What an earlier
   * page `remembered` is compared first.
   */
  adopted<Boot>(boot: () => Promise<Boot>, remembered?: Remembered): Promise<Verdict & { boot: Boot }> {
    return this.#inTurn(async () => {
      const booted = await boot();
      const shown = await this.#readAll();
      this.#end = undefined;
      this.#model = modelOf(shown);
      const violations = [...shown].filter(([, { body }]) => body === undefined).map(([key]) => damage(key));
      if (remembered !== undefined) violations.push(...compare(remembered, shown));
      return { boot: booted, records: shown.size, lost: violations.length, violations };
    });
  }

  /** Begins, sends, and hears. What is not an answer in words (a power cut, a trap) leaves the change under way for the next boot to settle. */
  #watch(changes: Change[], send: () => Promise<Receipt[]>): Promise<Receipt[]> {
    return this.#inTurn(async () => {
      if (this.#end !== undefined) throw new HoldfastError("CLOSED", "the battery is out", "boot first");
      this.#model.begin(changes);
      try {
        const receipts = await send();
        this.#model.acknowledge(receipts.map(({ lsn }) => lsn));
        return receipts;
      } catch (thrown) {
        if (thrown instanceof HoldfastError) this.#model.refuse();
        else this.#end = thrown as Error;
        throw thrown;
      }
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #readAll(): Promise<Map<string, Shown>> {
    const shown = new Map<string, Shown>();
    for await (const { kind, id, lsn, meta } of this.#agent.list()) {
      shown.set(keyOf(kind, id), { body: await this.#body(kind, id), label: meta.label ?? "", wallMs: 0, lsn });
    }
    return shown;
  }

  /** undefined: reported damaged. */
  async #body(kind: Kind, id: string): Promise<Uint8Array | undefined> {
    try {
      return (await this.#agent.get(kind, id))?.body;
    } catch (thrown) {
      if (thrown instanceof HoldfastError && thrown.code === "CORRUPT") return undefined;
      throw thrown;
    }
  }
}

function modelOf(shown: ReadonlyMap<string, Shown>): Model {
  const model = new Model();
  for (const [key, { body, label, wallMs, lsn }] of shown) {
    if (body !== undefined) model.held.set(key, { body, label, wallMs, lsn });
    if (lsn > model.lastLsn) model.lastLsn = lsn;
  }
  return model;
}

function damage(key: string): Violation {
  return { promise: "G3", key, text: "reported damaged" };
}

/** Time is the worker's clock and not compared: wallMs is 0 on both sides. */
function putting(kind: Kind, id: string, body: Uint8Array, meta: RecordMeta = {}): Change {
  const held: Held = { body, label: meta.label ?? "", wallMs: 0, lsn: 0n };
  return { key: keyOf(kind, id), held };
}

function keyOf(kind: Kind, id: string): string {
  return `${kind}/${id.toLowerCase()}`;
}

/** A copy: the caller may go on using its own. */
function bytesOf(body: Uint8Array | string): Uint8Array {
  return typeof body === "string" ? new TextEncoder().encode(body) : body.slice();
}

function freshId(): string {
  const { high, low } = mintId(platformEntropy);
  return formatId(high, low);
}

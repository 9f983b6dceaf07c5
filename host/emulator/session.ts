/*
 * A session with the emulated handset: what the page's buttons do and what `window.holdfast` offers to scripts.
 *
 * Whoever drives it may take for granted: a promise of `put`, `remove` or `importText` that was fulfilled is a change
 * acknowledged by the agent in the worker; `boot` reads everything back and compares it with all of these.
 */
import type { Kind, PutOptions, Receipt, Stat, StoredRecord, StoredSummary, VerifyReport } from "../agent/types.js";
import { HoldfastError } from "../errors.js";
import { PowerCut } from "../flash/fault.js";
import { mix } from "../flash/mix.js";
import type { TearKind } from "../flash/tear.js";
import { Importer, type ImportReport } from "../text/import.js";
import type { FlashMap, MapLine } from "./block-map.js";
import type { Handset, PowerOn } from "./handset.js";
import type { Line } from "./line.js";
import { type Remembered, recall } from "./memory.js";
import { type Ask, AskingAgent } from "./remote-agent.js";
import { type Verdict, Witness } from "./witness.js";

export interface PullOptions {
  /** Draws what is not given. */
  seed?: number;
  /** The battery goes in the middle of the n-th flash operation from now, 1 being the next. */
  operations?: number;
  tear?: TearKind | "any";
}

export interface PullReport {
  /** Operations that went through whole before it. */
  op: number;
  operation: "program" | "erase";
  tear: TearKind;
  block: number;
  offset: number;
  /** The note that was being written over and over. */
  draft: Draft;
}

export interface Draft {
  kind: Kind;
  id: string;
  /** How many of its versions were acknowledged before power went, and the last of them. */
  acknowledged: number;
  body: Uint8Array | undefined;
  /** The version that was under way. undefined when the cut hit somebody else's change. */
  underWay: Uint8Array | undefined;
}

export type BootReport = PowerOn & Verdict;

/** What was done, for the page to say and show: it may be a script that did it. */
export type News = { pull: PullReport } | { boot: BootReport } | { name: string; imported: ImportReport } | { changed: true };

export type Power = "starting" | "on" | "out";

const DRAFT_KIND = "note";
const DRAFT_ID = "d4af7000000d4af7";
/** A put of the draft is one to a few operations, so this is some dozen versions at most. */
const OPERATIONS_MAX = 24;
/** A page that was just closed or reloaded holds the file a moment longer. */
const LOCK_TRIES = 40;
const LOCK_WAIT_MS = 100;

export class Session {
  power: Power = "starting";
  onNews: (news: News) => void = () => {};
  readonly #line: Line<Handset>;
  readonly #agent: AskingAgent;
  readonly #witness: Witness;
  #first: Promise<BootReport> | undefined;
  #remembered: Remembered | undefined;

  constructor(line: Line<Handset>) {
    this.#line = line;
    this.#agent = new AskingAgent(line.ask as unknown as Ask); // Handset implements AgentVerbs
    this.#witness = new Witness(this.#agent);
  }

  /** The first boot of this page. Errors: LOCKED when another tab has the flash; what a boot says. */
  ready(): Promise<BootReport> {
    this.#first ??= this.#powered(() => this.#witness.adopted(() => patiently(() => this.#line.ask("boot")), this.#remembered));
    return this.#first;
  }

  /** Keeps what is known of the records for the page after a reload. */
  remember(): void {
    this.#witness.remember();
  }

  /** Takes back what the page before a reload kept, for `ready` to compare. False where nothing was. */
  recall(): boolean {
    this.#remembered ??= recall();
    return this.#remembered !== undefined;
  }

  /** Asks again after `ready` was rejected. */
  retry(): Promise<BootReport> {
    this.#first = undefined;
    return this.ready();
  }

  /** Imports a vCard, iCalendar or other text file; what is there already is found, not doubled. */
  async importText(name: string, text: string | Uint8Array): Promise<ImportReport> {
    const importer = new Importer(this.#witness);
    await this.#alive(importer.add(name, typeof text === "string" ? new TextEncoder().encode(text) : text));
    const imported = await this.#alive(importer.finish());
    this.onNews({ name, imported });
    return imported;
  }

  async put(kind: Kind, body: Uint8Array | string, options?: PutOptions): Promise<Receipt> {
    const receipt = await this.#alive(this.#witness.put(kind, body, options));
    this.onNews({ changed: true });
    return receipt;
  }

  get(kind: Kind, id: string): Promise<StoredRecord | undefined> {
    return this.#agent.get(kind, id);
  }

  async list(kind?: Kind): Promise<StoredSummary[]> {
    const all: StoredSummary[] = [];
    for await (const summary of this.#agent.list(kind)) all.push(summary);
    return all;
  }

  async remove(kind: Kind, id: string): Promise<Receipt> {
    const receipt = await this.#alive(this.#witness.remove(kind, id));
    this.onNews({ changed: true });
    return receipt;
  }

  /** Writes a note over and over until the battery goes in the middle of one flash operation. `boot` puts it back. */
  async pullBattery(options: PullOptions = {}): Promise<PullReport> {
    const seed = options.seed ?? crypto.getRandomValues(new Uint32Array(1))[0];
    const operations = options.operations ?? 1 + (mix(seed, 1) % OPERATIONS_MAX);
    if (!Number.isInteger(operations) || operations < 1) throw new HoldfastError("INVALID", `operation ${operations}`, "count from 1");
    await this.#line.ask("arm", { op: operations - 1, tear: options.tear ?? "any" });
    const draft: Draft = { kind: DRAFT_KIND, id: DRAFT_ID, acknowledged: 0, body: undefined, underWay: undefined };
    const { op, operation, tear, block, offset } = await this.#writeUntilCut(draft, seed);
    const pull = { op, operation, tear, block, offset, draft };
    this.onNews({ pull });
    return pull;
  }

  /**
   * Power on after a pull, or off and on again; then reads everything back and compares.
   * With `cut` the battery goes again in the middle of the n-th operation of the boot itself, if it does that many.
   */
  boot(cut?: { operations: number; tear?: TearKind | "any" }): Promise<BootReport> {
    const again = cut && { op: cut.operations - 1, tear: cut.tear ?? "any" };
    return this.#powered(() => this.#witness.judged(() => this.#line.ask("boot", again)));
  }

  /** Erases everything. Errors: BUSY without `force` over a live store. */
  format({ force = false }: { force?: boolean } = {}): Promise<BootReport> {
    return this.#powered(() => this.#witness.adopted(() => this.#line.ask("format", force)));
  }

  stat(): Promise<Stat> {
    return this.#agent.stat();
  }

  verify(): Promise<VerifyReport> {
    return this.#agent.verify();
  }

  flashMap(): Promise<FlashMap> {
    return this.#line.ask("flashMap");
  }

  blockLines(block: number): Promise<MapLine[]> {
    return this.#line.ask("blockLines", block);
  }

  flashSha256(): Promise<string> {
    return this.#line.ask("flashSha256");
  }

  wasmSha256(): Promise<string> {
    return this.#line.ask("wasmSha256");
  }

  /** Somebody else's change may meet the cut: then the draft's own is refused with CLOSED, and the cut is what that one met. */
  async #writeUntilCut(draft: Draft, seed: number): Promise<PowerCut> {
    for (let version = 1; ; version++) {
      const body = new TextEncoder().encode(draftText(seed, version));
      try {
        await this.put(draft.kind, body, { id: draft.id, meta: { label: `Draft, version ${version}` } });
        draft.acknowledged++;
        draft.body = body;
      } catch (thrown) {
        const { cut } = this.#witness;
        if (cut === undefined) throw thrown;
        if (thrown === cut) draft.underWay = body;
        return cut;
      }
    }
  }

  async #powered<Boot extends PowerOn>(work: () => Promise<Verdict & { boot: Boot }>): Promise<BootReport> {
    try {
      const { boot, ...verdict } = await work();
      this.power = "on";
      const report = { ...boot, ...verdict };
      this.onNews({ boot: report });
      return report;
    } catch (thrown) {
      if (this.power !== "starting" && !(thrown instanceof HoldfastError && thrown.code === "BUSY")) this.power = "out";
      throw thrown;
    }
  }

  async #alive<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (thrown) {
      if (thrown instanceof PowerCut) this.power = "out";
      throw thrown;
    }
  }
}

function draftText(seed: number, version: number): string {
  const line = `Version ${version}: still writing when the battery goes. `;
  return `Draft\n${line.repeat(1 + (mix(seed, 2, version) % 12))}`;
}

async function patiently<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (thrown) {
      if (!(thrown instanceof HoldfastError) || thrown.code !== "LOCKED" || tries === LOCK_TRIES) throw thrown;
      await new Promise((resume) => setTimeout(resume, LOCK_WAIT_MS));
    }
  }
}

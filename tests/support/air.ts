/*
 * Handsets and a relay in one process, over links that lose messages: what the tests of the air are played with.
 *
 * The oracle is about values. Each change writes a text that no other change writes. A value is owed when it was
 * acknowledged, or shown after a boot, and no later change saw it; every owed value must be live everywhere at the end.
 */

import type { WireOptions, WireState } from "../../host/agent/types.js";
import { FaultFlash, type FlashGeometry, NorFlash, PowerCut } from "../../host/flash/index.js";
import { formatFlash, type LocalAgent, openAgent } from "../../host/index.js";
import { happens, mix } from "../../host/proof/chance.js";
import { converse } from "../../host/radio/converse.js";
import { Loopback, type Losses } from "../../host/radio/loopback.js";
import { Conversation } from "../../host/relay/conversation.js";
import type { SyncStore } from "../../host/relay/store.js";

export const SMALL_PART: FlashGeometry = { kind: "nor", blockBytes: 4096, blockCount: 32, pageBytes: 256, programBytes: 1 };
const ABOUT_LOSS = 40;

/** A handset whose battery can be pulled. */
export class AirHandset {
  readonly name: string;
  readonly seed: number;
  readonly power: FaultFlash;
  /** Values that must not be lost, and those a later change saw. */
  readonly owed = new Set<string>();
  readonly seen = new Set<string>();
  agent!: LocalAgent;
  pulls = 0;
  wallMs = Date.UTC(2009, 9, 12);
  #written = 0;
  #entropy = 0;

  constructor(name: string, seed: number, part: FlashGeometry = SMALL_PART) {
    this.name = name;
    this.seed = seed;
    this.power = new FaultFlash(new NorFlash(part), { seed });
  }

  /** A handset on a copy of another one's flash. */
  static async over(bytes: Uint8Array, { name, seed }: AirHandset): Promise<AirHandset> {
    const handset = new AirHandset(name, seed);
    handset.power.inner.bytes.set(bytes);
    await handset.boot();
    return handset;
  }

  async make(): Promise<this> {
    await formatFlash(this.power, { entropy: (target) => this.#fill(target) });
    await this.boot();
    return this;
  }

  /** The battery goes in the `afterOps`-th program or erase from here; undefined: it stays. */
  async boot(afterOps?: number): Promise<void> {
    for (let next = afterOps; ; next = undefined) {
      this.power.reboot(next === undefined ? undefined : { op: next, tear: "any" });
      try {
        this.agent = await openAgent(this.power, { wallMs: () => this.wallMs++, entropy: (target) => this.#fill(target) });
        return;
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error;
        this.pulls++;
      }
    }
  }

  /** Closed in order, if the battery lets it, and booted again. */
  async restart(afterOps?: number): Promise<void> {
    try {
      this.agent.close();
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      this.pulls++;
    }
    await this.boot(afterOps);
  }

  /** Puts or removes one record of a few ids, so that handsets meet. False: the battery went, and it booted again. */
  async change(step: number, ids = 12): Promise<boolean> {
    const kind = "note";
    const id = (mix(this.seed, 1, step) % ids).toString(16).padStart(16, "0");
    const before = this.value(id);
    const removing = before !== undefined && happens(0.25, this.seed, 2, step);
    const text = `${this.name}${this.#written++}${".".repeat(mix(this.seed, 3, step) % (happens(0.1, this.seed, 4, step) ? 6000 : 90))}`;
    try {
      if (removing) this.agent.remove(kind, id);
      else this.agent.put(kind, text, { id });
      this.#replaced(before, removing ? undefined : text);
      return true;
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      this.pulls++;
      await this.boot();
      const now = this.value(id);
      if (now !== before) this.#replaced(before, now);
      if (now !== before && now !== (removing ? undefined : text)) throw new Error(`${this.name}: ${id} shows "${now}" after a pull`);
      return false;
    }
  }

  value(id: string): string | undefined {
    const record = this.agent.get("note", id);
    return record && new TextDecoder().decode(record.body);
  }

  /** Every value that lives. */
  values(): Set<string> {
    return new Set([...this.agent.list()].map(({ kind, id }) => new TextDecoder().decode(this.agent.get(kind, id)?.body)));
  }

  async sync(store: SyncStore, run: number, losses: Losses = {}, options: WireOptions = {}): Promise<WireState | undefined> {
    try {
      return await converse(
        this.agent.wire(),
        new Loopback(mix(this.seed, ABOUT_LOSS, run), losses),
        (send) => new Conversation(store, send),
        options,
      );
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      this.pulls++;
      await this.boot();
      return undefined;
    }
  }

  #replaced(before: string | undefined, after: string | undefined): void {
    if (before !== undefined) this.seen.add(before);
    if (after !== undefined) this.owed.add(after);
  }
  #fill(target: Uint8Array): void {
    for (let i = 0; i < target.length; i++) target[i] = mix(this.seed, 5, this.#entropy++);
  }
}

/** What is owed by all of them and is missing on one of them. */
export function missingAmong(handsets: readonly AirHandset[]): string[] {
  const seen = new Set(handsets.flatMap((handset) => [...handset.seen]));
  const owed = handsets.flatMap((handset) => [...handset.owed]).filter((value) => !seen.has(value));
  return handsets.flatMap((handset) => {
    const live = handset.values();
    return owed.filter((value) => !live.has(value)).map((value) => `${value.slice(0, 12)} on ${handset.name}`);
  });
}

/*
 * What must be on the part: a Map, and the one change that is under way.
 *
 * Nothing here knows how Holdfast works. A change is begun, then acknowledged or refused; when power goes
 * in between, the next boot decides, once and for all, whether it happened. Everything a boot shows is
 * held against this.
 */

/** "contact/00000000000000a1" */
export type Key = string;

/** A record as it was put. `lsn` 0n: not told yet. */
export interface Held {
  readonly body: Uint8Array;
  readonly label: string;
  readonly wallMs: number;
  readonly lsn: bigint;
}

/** A put (`held`) or a removal (`undefined`) of one key. */
export interface Change {
  readonly key: Key;
  readonly held: Held | undefined;
}

/** A record as an agent shows it. `body` undefined: reported damaged. */
export interface Shown {
  readonly body: Uint8Array | undefined;
  readonly label: string;
  readonly wallMs: number;
  readonly lsn: bigint;
}

/** Which promise of docs/design.md was broken. "rule": a driver rule; "live": no longer usable; "bound": more work or memory than is promised. */
export interface Violation {
  readonly promise: "G1" | "G2" | "G3" | "G4" | "G5" | "rule" | "live" | "bound";
  readonly key: Key;
  readonly text: string;
}

export class Model {
  readonly held = new Map<Key, Held>();
  readonly gone = new Set<Key>();
  inFlight: readonly Change[] = [];
  /** The newest LSN anybody was told. */
  lastLsn = 0n;
  /** False until a format was acknowledged or a boot showed a store. */
  formatted = false;
  /** True while a format is under way. */
  formatting = false;
  /** A hash of what is held, kept up to date: the same for the same keys with the same LSNs. */
  private heldHash = 0;

  clone(): Model {
    const copy = new Model();
    copy.heldHash = this.heldHash;
    for (const [key, held] of this.held) copy.held.set(key, held);
    for (const key of this.gone) copy.gone.add(key);
    copy.inFlight = this.inFlight;
    copy.lastLsn = this.lastLsn;
    copy.formatted = this.formatted;
    copy.formatting = this.formatting;
    return copy;
  }

  /** Two models of one script with the same signature accept the same of a boot. */
  get signature(): string {
    const flying = this.inFlight.map(({ key, held }) => `${key}=${held?.body.length ?? -1}@${held?.wallMs ?? 0}`);
    return `${this.heldHash}.${this.lastLsn}.${this.formatted ? 1 : 0}${this.formatting ? 1 : 0}.${flying.join()}`;
  }

  begin(changes: readonly Change[]): void {
    this.inFlight = changes;
  }

  /** The change is durable. `lsns` in the order of the changes; they must grow. */
  acknowledge(lsns: readonly bigint[]): Violation[] {
    const found: Violation[] = [];
    this.inFlight.forEach((change, i) => {
      const lsn = lsns[i] ?? 0n;
      if (lsn <= this.lastLsn) found.push({ promise: "G3", key: change.key, text: `receipt lsn ${lsn} after ${this.lastLsn}` });
      this.apply(change, lsn);
    });
    this.inFlight = [];
    return found;
  }

  /** The change was refused by name: nothing of it may ever be seen. */
  refuse(): void {
    this.inFlight = [];
  }

  /** A format was acknowledged, or a boot showed that it had got far enough. */
  wipe(): void {
    this.held.clear();
    this.heldHash = 0;
    this.gone.clear();
    this.inFlight = [];
    this.lastLsn = 0n;
    this.formatting = false;
  }

  /** Holds everything a boot shows against what must be there, and lets it settle the change under way. */
  judge(shown: ReadonlyMap<Key, Shown>): Violation[] {
    const found: Violation[] = [];
    const flying = new Set(this.inFlight.map((change) => change.key));
    for (const [key, held] of this.held) {
      const fault = flying.has(key) ? "" : difference(held, shown.get(key));
      if (fault !== "") found.push({ promise: shown.get(key)?.body === undefined && shown.has(key) ? "G3" : "G1", key, text: fault });
    }
    for (const key of shown.keys()) {
      if (this.held.has(key) || flying.has(key)) continue;
      found.push({
        promise: this.gone.has(key) ? "G1" : "G3",
        key,
        text: this.gone.has(key) ? "removed, yet shown" : "never put, yet shown",
      });
    }
    found.push(...this.settle(shown));
    return found;
  }

  private settle(shown: ReadonlyMap<Key, Shown>): Violation[] {
    const changes = this.inFlight;
    this.inFlight = [];
    if (changes.length === 0) return [];
    if (changes.every((change) => difference(this.held.get(change.key), shown.get(change.key)) === "")) return [];
    const wrong = changes.filter((change) => difference(change.held, shown.get(change.key)) !== "");
    if (wrong.length === 0) {
      const newest = this.lastLsn;
      for (const change of changes) this.apply(change, shown.get(change.key)?.lsn ?? 0n);
      return changes
        .filter((change) => change.held !== undefined && shown.get(change.key)!.lsn <= newest)
        .map((change) => ({ promise: "G3", key: change.key, text: `shown with lsn ${shown.get(change.key)!.lsn} after ${newest}` }));
    }
    return wrong.map((change) => ({
      promise: "G2",
      key: change.key,
      text: `one of ${changes.length} in flight, neither all before nor all after: ${difference(this.held.get(change.key), shown.get(change.key)) || "this one as before"}; ${difference(change.held, shown.get(change.key))}`,
    }));
  }

  private apply(change: Change, lsn: bigint): void {
    const before = this.held.get(change.key);
    if (before !== undefined) this.heldHash ^= hashOf(change.key, before.lsn);
    if (change.held !== undefined) this.heldHash ^= hashOf(change.key, lsn);
    if (change.held === undefined) {
      this.held.delete(change.key);
      this.gone.add(change.key);
    } else {
      this.held.set(change.key, { ...change.held, lsn });
      this.gone.delete(change.key);
    }
    if (lsn > this.lastLsn) this.lastLsn = lsn;
  }
}

function hashOf(key: Key, lsn: bigint): number {
  let hash = Number(lsn & 0xffffffffn) ^ 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return hash;
}

/** "" when `shown` is exactly what must be there; else what is wrong with it. */
export function difference(held: Held | undefined, shown: Shown | undefined): string {
  if (held === undefined) return shown === undefined ? "" : `shown (lsn ${shown.lsn}), should be absent`;
  if (shown === undefined) return `missing (lsn ${held.lsn}, ${held.body.length} bytes)`;
  if (shown.body === undefined) return `reported damaged (lsn ${held.lsn}, ${held.body.length} bytes)`;
  if (held.lsn !== 0n && held.lsn !== shown.lsn) return `lsn ${shown.lsn} instead of ${held.lsn}`;
  if (!sameBytes(held.body, shown.body)) return `other bytes (lsn ${shown.lsn}, ${shown.body.length} for ${held.body.length})`;
  if (held.label !== shown.label) return `label ${JSON.stringify(shown.label)} instead of ${JSON.stringify(held.label)}`;
  if (held.wallMs !== shown.wallMs) return `wallMs ${shown.wallMs} instead of ${held.wallMs}`;
  return "";
}

/** Node's own comparison where there is one: the harness does little else. A page has none. */
const compare = globalThis.Buffer?.compare ?? ((a: Uint8Array, b: Uint8Array) => (a.every((byte, i) => byte === b[i]) ? 0 : 1));

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compare(a, b) === 0;
}

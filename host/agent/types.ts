/*
 * The words of the public API: what an application says to an agent and hears from it.
 *
 * Names and shapes are a contract with users' programs: they may grow, not change.
 */

import type { StatusName } from "../errors.js";

/** Fills `target` with bytes nobody can guess. Default: the platform's cryptographic source. */
export type Entropy = (target: Uint8Array) => void;

export type Kind = "contact" | "event" | "todo" | "note" | "message" | "mail" | "photo" | "vault";

export interface FormatOptions {
  /** Also when a live store is there: everything in it is lost. */
  force?: boolean;
  entropy?: Entropy;
  wallMs?: () => number;
  /** Data blocks per parity block; 0 (default) means no outer parity. */
  outerParity?: 0 | 4 | 8;
  /** Reed-Solomon bytes a codeword: 16 (default) mend 8 damaged bytes, 8 mend 4. */
  parityBytes?: 8 | 16;
  /** Seals the store. Not built yet: refused with INVALID, never ignored. */
  key?: Uint8Array;
  onProgress?: (done: number, total: number) => void;
}

export interface AgentOptions {
  /** Store bodies packed where that is shorter (default), or all as they are. What is stored either way is read either way. */
  pack?: boolean;
  /** Give every meta that is stored the check by which a search judges it (docs/format.md §5). Default true; four bytes a record. */
  checkMeta?: boolean;
  readOnly?: boolean;
  /** Memory of the core; what its fixed part leaves holds the record index. Default 1 MiB, at most 64 MiB. */
  memoryBytes?: number;
  wallMs?: () => number;
  entropy?: Entropy;
  unlock?: Uint8Array;
  /** How long superseded versions are kept when there is room. Default 30 days, 3 versions; until history is built none are. */
  retention?: { days: number; versions: number };
}

/** Proof of a durable change. */
export interface Receipt {
  id: string;
  /** Log sequence number: later changes have higher ones. */
  lsn: bigint;
  /** CRC-32C of the original body; 0 for a removal. */
  crc32c: number;
}

/** What a list can show without reading the body. Rebuilt from the body by `fsck --reindex`; at most 480 bytes as CBOR. */
export interface RecordMeta {
  label?: string;
  phones?: string[];
  startMs?: number;
  endMs?: number;
  dueMs?: number;
  done?: boolean;
  bodyHash?: Uint8Array;
  [key: string]: unknown;
}

export interface StoredSummary {
  kind: Kind;
  /** 16 hex digits, unique within its kind. */
  id: string;
  lsn: bigint;
  /** Of the original: what `get` gives. */
  bodyBytes: number;
  wallMs: number;
  meta: RecordMeta;
  /** In `changes`: the record was removed. */
  removed?: boolean;
  /** The record is there but cannot be read: `get` throws CORRUPT. */
  damaged?: boolean;
}

/** As much of a record as a search needs. */
export type StoredHead = Pick<StoredSummary, "kind" | "id" | "meta" | "damaged">;

export interface StoredRecord extends StoredSummary {
  body: Uint8Array;
}

/** A record whose newest change is to be undone: `earlier` is put again; absent: it is removed again. */
export interface UndoPlan {
  kind: Kind;
  id: string;
  earlier?: StoredRecord;
}

export interface Stat {
  records: number;
  counts: Record<Kind, number>;
  tombstones: number;
  /** Of all bodies, as `get` gives them: packed, there may be more of it than the part has bytes. */
  payloadBytes: number;
  flash: {
    bytes: number;
    liveBytes: number;
    freeBytes: number;
    blankBlocks: number;
    badBlocks: number;
    eraseMax: number;
    eraseMean: number;
    compactions: number;
    correctedCodewords: number;
  };
  ram: { fixedBytes: number; indexBytes: number; capacity: number };
  /** Records known to be lost whose key is not known either. */
  damagedUnknown: number;
  formatVersion: string;
  storeId: string;
  parityBytes: number;
  /** Sealed blocks to one parity block; 0 none. */
  outerParity: number;
  session: number;
  /** "ready"; what a change would be refused with; or "hesitant": mounts failed in their recovery, so it waits until something is to be changed. */
  changes: "ready" | "hesitant" | StatusName | "unknown";
  /** The number the next change gets. */
  nextLsn: number;
}

export interface VerifyReport {
  records: number;
  ok: number;
  /** Of those that are ok: how many only after correction. */
  corrected: number;
  damaged: { kind: Kind; id: string }[];
  damagedUnknown: number;
}

export interface ScrubReport {
  records: number;
  /** Records, parts of records and seals of blocks that were given a new home while they still read. */
  relocated: number;
  /** What was mended in reading, relocated or not: few rotten bytes stay where they are. */
  corrected: number;
  /** What wants a new home and could have none: no room, or the store is only read. */
  left: number;
  damaged: { kind: Kind; id: string }[];
  damagedUnknown: number;
}

export interface PutOptions {
  /** 16 hex digits; a new one is minted where it is absent. */
  id?: string;
  meta?: RecordMeta;
  /** When the record was made: a restore gives back the time it had. Default: now. */
  wallMs?: number;
}

export interface Batch {
  put: Agent["put"];
  remove: Agent["remove"];
}

/** How a conversation with a relay stands, or ended. */
export interface WireState {
  /** Over: `equal`, `guard`, `refused`, `unequal`, `failed`. */
  phase: "idle" | "greeting" | "pulling" | "pushing" | "parting" | "equal" | "guard" | "refused" | "unequal" | "failed";
  /** Why the guard stopped, why the relay refused, or the status that failed; docs/sync.md. */
  detail: number;
  /** Records taken from the relay, removed because another handset removed them, and made durable there. */
  pulled: number;
  removed: number;
  pushed: number;
  /** Records changed here and elsewhere: both are kept, ours under a new id. */
  conflicts: number;
  records: number;
  relayRecords: number;
  /** 16 hex digits that stand for all records and their versions. Equal on both ends: the same records. */
  digest: string;
  relayDigest: string;
  /** Lets another handset join; empty while unknown. */
  joinCode: string;
  /** Everything was compared, not only what changed. */
  comparedAll: boolean;
}

export interface WireOptions {
  /** The relay lost data, or is a new one: fill it again. Nothing is deleted here. */
  reseed?: boolean;
  /** Take over deletions of other handsets however many they are. */
  acceptDeletions?: boolean;
  /** Joins a relay that has handsets already. */
  joinCode?: string;
  /** Greet, hear what the relay is, and stop: nothing is changed on either side. Then the phase is `idle` or `guard`. */
  lookOnly?: boolean;
}

/**
 * The handset's end of a conversation with a relay: frames out, frames in. The core holds the conversation; whoever
 * has this moves bytes. Between two calls the agent may be used as always.
 */
export interface Wire {
  begin(options?: WireOptions): void;
  /** The next frame to send; undefined: wait for an answer, or look at `state`. `again`: nothing was heard for too long. */
  next(again?: boolean): Uint8Array | undefined;
  /** Takes one frame. False: it was none; nothing changed. */
  receive(frame: Uint8Array): boolean;
  state(): WireState;
}

/**
 * A store, open.
 *
 * A change is durable when the call returns. If a device method throws, that is a power cut: the exception
 * passes through unchanged, every later call throws CLOSED, and a new `openAgent` recovers.
 */
export interface Agent {
  /** Stores a record; an existing (kind, id) is replaced. Errors: INVALID, TOO_BIG, FULL, INDEX_FULL, READ_ONLY, IO, WORN_OUT. */
  put(kind: Kind, body: Uint8Array | string, options?: PutOptions): Receipt;
  /** undefined: not there. Errors: CORRUPT when it is there but damaged. */
  get(kind: Kind, id: string): StoredRecord | undefined;
  /** Errors: NOT_FOUND when absent; READ_ONLY. Works on a full part. */
  remove(kind: Kind, id: string): Receipt;
  /** In a stable order. Safe while writing: what is present throughout comes exactly once. */
  list(kind?: Kind): Iterable<StoredSummary>;
  /**
   * What the callback puts and removes commits together. A callback that throws changes nothing; more than 256
   * changes or 64 KiB of bodies, as they were given: TOO_BIG. A receipt's `lsn` is 0 until the batch has committed. Of several
   * changes to one record the last counts.
   */
  batch(write: (batch: Batch) => void): Receipt[];
  /** The receipt of what is stored now, made from what reads back. */
  receipt(kind: Kind, id: string): Receipt | undefined;
  /** What was put or removed after `afterLsn`, oldest first, only the newest change of each record. */
  changes(afterLsn: bigint): Iterable<StoredSummary>;
  /** LSN of the newest change; equal to one seen before: nothing has changed. Cost: no flash read. */
  newestLsn(): bigint;
  /** Does at most `budget` steps of background work (compaction, erasing ahead); returns what is left to do. */
  tick(budget?: number): number;
  stat(): Stat;
  /** Reads everything back. */
  verify(): VerifyReport;
  /** Closes the store cleanly and frees the device. Closing twice is harmless; after a power cut it throws CLOSED as every call does. */
  close(): void;
}

/** An agent that lives elsewhere, in a worker or at the other end of a serial line: the same verbs, each answered later. */
export type RemoteAgent = {
  [Verb in Exclude<keyof Agent, "list" | "changes">]: (...args: Parameters<Agent[Verb]>) => Promise<ReturnType<Agent[Verb]>>;
} & { [Verb in "list" | "changes"]: (...args: Parameters<Agent[Verb]>) => AsyncIterable<StoredSummary> };

/** An agent whose core is in this process: it can speak to a relay. */
export interface LocalAgent extends Agent {
  /** The handset's end of a conversation with a relay. */
  wire(): Wire;
  /**
   * What records of a kind are called: for a search, which reads those it finds. In the order of `list`. Cost: 48 bytes, what meta has beyond them, and 28 where
   * ids are short; where meta does not bear its check, the head as `list` reads it, too.
   */
  heads(kind: Kind): Iterable<StoredHead>;
  /** How many records of a kind there are. Cost: no flash read. */
  count(kind: Kind): number;
  /**
   * What still stands of a record, newest first: the present version, earlier ones, removals (`removed`). Earlier ones stay where they are
   * until compaction needs the room, and are not promised. Cost: the summaries of all segments for each.
   */
  history(kind: Kind, id: string): Iterable<StoredSummary>;
  /** The change that took `lsn`, with its bytes; of a removal none (`removed`). undefined: it stands no more. Errors: CORRUPT. */
  version(lsn: bigint): StoredRecord | undefined;
  /**
   * Undoes the newest change of a record: what was there before is put again, or removed again. Errors: NOT_FOUND neither the change nor what
   * was before it stands any more; INVALID the record was changed since; those of `put`.
   */
  undo(lsn: bigint): Receipt;
  /** What `undo` would do. Errors: as its own. Nothing is changed. */
  undoPlan(lsn: bigint): UndoPlan;
  /**
   * The battery is low, or no longer: while it is, a body or a batch of more than 4 KiB is refused (TOO_BIG), for it might not come to its end, and `tick`
   * does nothing. Shorter changes are finished as ever. Nothing is written; an agent begins with a good battery.
   */
  lowBattery(isLow: boolean): void;
  /** Reads everything, parity included, and moves what has little left that could be mended. Programs nothing where nothing moves. Errors: BUSY, IO. */
  scrub(): ScrubReport;
}

/*
 * What a relay keeps, and the one rule by which it takes a record. Engines stand behind `SyncStore`; docs/sync.md §6.
 */
import { covers, join, type Version } from "./version.js";

/** One version of one record, or its deletion. */
export interface RelayRecord {
  kind: number;
  id: bigint;
  removed: boolean;
  codec: number;
  wallMs: number;
  version: Version;
  meta: Uint8Array;
  body: Uint8Array;
}

export interface SequencedRecord extends RelayRecord {
  seq: number;
}

/** What the relay is, for a greeting. */
export interface Identity {
  /** 16 bytes: this incarnation of the relay. A wiped one has another. */
  epoch: Uint8Array;
  joinCode: bigint;
  seq: number;
  /** Records that live, and what stands for all of them. */
  records: number;
  digest: bigint;
  handsets: number;
}

/** `older`: the relay has changes of this handset that it has not made yet: its flash was set back, or two run on copies of one. */
export type Enrolment = "known" | "enrolled" | "code" | "clash" | "crowded" | "older";

/** Who asks to be let in. */
export interface Newcomer {
  storeId: bigint;
  number: number;
  code: bigint;
  /** The LSN its next change will have. */
  nextLsn: number;
}
/** `conflict`: another change stands there that this one has not seen; nothing was changed. */
export type Verdict = "stored" | "known" | "conflict";

/** Every promise is kept when it resolves: what was stored survives a power cut of the relay. */
export interface SyncStore {
  identity(): Promise<Identity>;
  /** Lets a handset in: known, the first of an empty relay, or by the code. `lookOnly`: says what would become of it. */
  enrol(newcomer: Newcomer, lookOnly?: boolean): Promise<Enrolment>;
  /** Judges and stores all of it in one transaction. `origin`: the handset it comes from. */
  put(entries: readonly RelayRecord[], origin: number): Promise<Verdict[]>;
  /** What came after `afterSeq`, oldest first, one entry at least when there is one. `except`: a handset whose own changes are left out. */
  pull(afterSeq: number, maxBytes: number, except: number | undefined): Promise<{ entries: SequencedRecord[]; seq: number; more: boolean }>;
  close(): Promise<void>;
}

/**
 * What becomes of `incoming` where `stored` stands. Absence is never a deletion, and an edit beats a deletion that has not
 * seen it: then the version becomes the join of both, so that the handset with the deletion takes the record back.
 */
export function judge(stored: RelayRecord | undefined, incoming: RelayRecord): { verdict: Verdict; version: Version } {
  if (stored === undefined) return { verdict: "stored", version: incoming.version };
  if (covers(stored.version, incoming.version)) return { verdict: "known", version: stored.version };
  if (covers(incoming.version, stored.version)) return { verdict: "stored", version: incoming.version };
  if (stored.removed) return { verdict: "stored", version: join(stored.version, incoming.version) };
  return { verdict: "conflict", version: stored.version };
}

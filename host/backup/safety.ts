/*
 * What may be said of a store's safety, from evidence: SAFE, ONE COPY, AT RISK or LOST, with counts and the next step.
 *
 * Others may take for granted: SAFE is said of a record only when the handset read it back now, and a copy elsewhere has that very change and was
 * read back whole; the words hold exact numbers. Pure: whoever asks brings the evidence.
 */
import { KINDS } from "../agent/kinds.js";
import type { Kind } from "../agent/types.js";

export const STATES = ["SAFE", "ONE COPY", "AT RISK", "LOST"] as const;
export type SafetyState = (typeof STATES)[number];

/** A record as the handset shows it now. */
export interface HandsetRecord {
  kind: Kind;
  id: string;
  lsn: string;
  /** It did not read back. */
  damaged: boolean;
}

/** A copy somewhere else. */
export interface Copy {
  name: string;
  storeId: string;
  /** When every byte of it was read back and its hashes matched; undefined: never, or it is not there any more. */
  readMs: number | undefined;
  /** Key and LSN of what is in it: "contact 0123456789abcdef" → "17". */
  holds: ReadonlyMap<string, string>;
}

export interface Evidence {
  storeId: string;
  records: readonly HandsetRecord[];
  damagedUnknown: number;
  /** Why the handset takes no changes, or undefined. */
  refusal: string | undefined;
  copies: readonly Copy[];
}

export interface KindSafety {
  kind: Kind;
  state: SafetyState;
  records: number;
  safe: number;
  oneCopy: number;
  atRisk: number;
  lost: number;
}

export interface Safety {
  state: SafetyState;
  kinds: KindSafety[];
  damagedUnknown: number;
  /** One line. */
  next: string;
}

/** Judges every record; a kind, and the whole, is as bad as its worst. */
export function safetyOf(evidence: Evidence): Safety {
  const proven = evidence.copies.filter((copy) => copy.storeId === evidence.storeId && copy.readMs !== undefined);
  const kinds = KINDS.map((kind) => kindSafety(kind, evidence, proven)).filter(({ records }) => records > 0);
  const states = kinds.map(({ state }) => state);
  if (evidence.damagedUnknown > 0) states.push("LOST");
  if (evidence.refusal !== undefined) states.push("AT RISK");
  const state = worstOf(states);
  return { state, kinds, damagedUnknown: evidence.damagedUnknown, next: nextStep(evidence, kinds) };
}

function kindSafety(kind: Kind, { records }: Evidence, proven: readonly Copy[]): KindSafety {
  const count = { SAFE: 0, "ONE COPY": 0, "AT RISK": 0, LOST: 0 };
  const mine = records.filter((record) => record.kind === kind);
  for (const record of mine) count[stateOf(record, proven)]++;
  const state = worstOf(STATES.filter((each) => count[each] > 0));
  return { kind, state, records: mine.length, safe: count.SAFE, oneCopy: count["ONE COPY"], atRisk: count["AT RISK"], lost: count.LOST };
}

function stateOf({ kind, id, lsn, damaged }: HandsetRecord, proven: readonly Copy[]): SafetyState {
  const elsewhere = proven.some(({ holds }) => holds.get(`${kind} ${id}`) === lsn);
  if (damaged) return elsewhere ? "AT RISK" : "LOST";
  return elsewhere ? "SAFE" : "ONE COPY";
}

function worstOf(states: readonly SafetyState[]): SafetyState {
  return states.reduce<SafetyState>((worst, state) => (STATES.indexOf(state) > STATES.indexOf(worst) ? state : worst), "SAFE");
}

function nextStep({ refusal, damagedUnknown, copies }: Evidence, kinds: readonly KindSafety[]): string {
  const sum = (key: "oneCopy" | "atRisk" | "lost") => kinds.reduce((total, each) => total + each[key], 0);
  const newest = [...copies].filter(({ readMs }) => readMs !== undefined).sort((a, b) => b.readMs! - a.readMs!)[0];
  if (sum("atRisk") > 0)
    return `\`holdfast restore ${newest?.name}\` puts back ${sum("atRisk")} that the handset cannot read and that copy holds`;
  if (refusal !== undefined) return `the handset takes no changes (${refusal}): \`holdfast backup DEST\`, then use another part`;
  if (sum("lost") + damagedUnknown > 0) return "`holdfast verify` names what is lost; look for it in older backups and with the relay";
  if (sum("oneCopy") > 0) return `\`holdfast backup DEST\` on a disk or card of its own: ${sum("oneCopy")} on the handset alone`;
  return kinds.length === 0 ? "nothing is stored yet" : "nothing";
}

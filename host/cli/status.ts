/*
 * `status`: what may be said of the data's safety, in plain words, from what was read back.
 */

import { existsSync, readFileSync } from "node:fs";
import {
  type Copy,
  type Evidence,
  type KindSafety,
  openBackup,
  type Proof,
  proofsOf,
  type Safety,
  safetyOf,
  sha256,
} from "../backup/index.js";
import type { LocalAgent } from "../index.js";
import type { Call, Command, Outcome } from "./command.js";
import { EXIT } from "./exit.js";
import { onImage, withAgent } from "./image.js";
import { table, timeInWords } from "./words.js";

export const status: Command = {
  name: "status",
  group: "safety",
  summary: "SAFE, ONE COPY, AT RISK or LOST: from what was read back, with counts and the next step",
  usage: "",
  example: "holdfast status",
  details:
    "Every record on the handset is read back now; backups that were made or rehearsed for this image are looked up where they were and held against their hashes. " +
    "SAFE: read back here, and in a backup that has this very change. ONE COPY: here alone. AT RISK: a proven copy has it, the handset cannot read it. LOST: nobody has it. Exit 21 for the last two.",
  keys: {
    image: "path",
    state: "SAFE, ONE COPY, AT RISK or LOST: the worst of all records",
    kinds: "array of {kind, state, records, safe, oneCopy, atRisk, lost}",
    damagedUnknown: "records lost to damage whose key is not known",
    copies: "array of {name, isThere, records, readMs, drilledMs}: backups known for this image",
    next: "the one next step",
  },
  options: {},
  arity: [0, 0],
  writes: false,
  run: runStatus,
};

export interface KnownCopy extends Copy {
  proof: Proof;
}

async function runStatus(call: Call): Promise<Outcome> {
  const { evidence, copies, relays } = await gathered(call);
  const safety = safetyOf(evidence);
  const told = copies.map(({ name, readMs, proof }) => {
    return { name, isThere: readMs !== undefined, records: proof.records, readMs: proof.readMs, drilledMs: proof.drilledMs ?? null };
  });
  return {
    exitCode: safety.state === "AT RISK" || safety.state === "LOST" ? EXIT.DAMAGED : EXIT.OK,
    json: { image: call.imagePath, ...safety, copies: told },
    lines: statusLines(safety, [...copies.map(copyWords), ...relays.map(relayWords)]),
  };
}

export interface Gathered {
  evidence: Evidence;
  copies: KnownCopy[];
  relays: Proof[];
}

/** Reads the handset back now, and looks every known copy up. */
export async function gathered(call: Call): Promise<Gathered> {
  const proofs = proofsOf(call.imagePath);
  const copies = proofs.filter(({ place }) => place === "backup").map(copyOf);
  const evidence = await withAgent(call, "read", (agent) => onImage(call, () => evidenceOf(agent, copies)));
  return { evidence, copies, relays: proofs.filter(({ place }) => place === "relay") };
}

export function copyWords({ name, readMs, proof }: KnownCopy): string {
  const rehearsed = proof.drilledMs === undefined ? "never rehearsed" : `rehearsed ${timeInWords(proof.drilledMs)}`;
  return `backup ${name}: ${readMs === undefined ? "not there any more, or changed" : `read back ${timeInWords(readMs)}, ${rehearsed}`}`;
}

export function relayWords({ path, records, readMs }: Proof): string {
  return `relay ${path}: the same ${records} records by digest ${timeInWords(readMs)}; its bytes were never read back`;
}

function evidenceOf(agent: LocalAgent, copies: readonly Copy[]): Evidence {
  const { damaged, damagedUnknown } = agent.verify();
  const { storeId, changes } = agent.stat();
  const rotten = new Set(damaged.map(({ kind, id }) => `${kind} ${id}`));
  const records = [...agent.list()].map(({ kind, id, lsn, damaged: isDamaged }) => {
    return { kind, id, lsn: String(lsn), damaged: isDamaged === true || rotten.has(`${kind} ${id}`) };
  });
  const isWorn = changes === "WORN_OUT" || changes === "IO";
  return { storeId, records, damagedUnknown, refusal: isWorn ? changes : undefined, copies };
}

/** A backup counts when its bytes are still those that were read back. */
function copyOf(proof: Proof): KnownCopy {
  const { path, storeId, readMs } = proof;
  const gone = { name: path, storeId, readMs: undefined, holds: new Map<string, string>(), proof };
  if (!existsSync(path)) return gone;
  try {
    const bytes = new Uint8Array(readFileSync(path));
    if (sha256(bytes) !== proof.sha256) return gone;
    const { manifest } = openBackup(bytes);
    const own = manifest.records.filter(({ path: entry }) => entry !== undefined); // the others lie in earlier files, which have proofs of their own
    const holds = new Map(own.map(({ kind, id, lsn }) => [`${kind} ${id}`, lsn]));
    return { ...gone, readMs, holds };
  } catch {
    return gone;
  }
}

function statusLines({ state, kinds, damagedUnknown, next }: Safety, places: readonly string[]): string[] {
  const rows = kinds.map((kind) => [kind.kind, kind.state, wordsFor(kind)]);
  const unknown = damagedUnknown === 0 ? [] : [`LOST without a name: ${damagedUnknown}`];
  return [state, ...table(rows), ...unknown, "handset: read back now", ...places, `next: ${next}`];
}

function wordsFor({ records, safe, oneCopy, atRisk, lost }: KindSafety): string {
  const parts = Object.entries({ "on 2 places": safe, "here alone": oneCopy, "elsewhere alone": atRisk, nowhere: lost });
  return `${records}: ${parts
    .filter(([, count]) => count > 0)
    .map(([words, count]) => `${count} ${words}`)
    .join(", ")}`;
}

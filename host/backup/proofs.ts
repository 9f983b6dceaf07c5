/*
 * Proofs: which copies of a store were read back, when, and up to which change. They lie beside the image, in IMAGE.proofs.json.
 *
 * Others may take for granted that a lost or damaged file of proofs makes a store look less safe, never safer.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

export interface Proof {
  /** A relay's copy was compared by its digest, never read back. */
  place: "backup" | "relay";
  /** File or address where the copy was. */
  path: string;
  storeId: string;
  /** Decimal: the newest change in the copy. */
  toLsn: string;
  records: number;
  /** Of the file; a relay's digest. */
  sha256: string;
  /** When every byte of it was read back and its hashes matched; when a relay's digest was the same. */
  readMs: number;
  /** When it was last restored into another part and every record compared. */
  drilledMs?: number;
}

/** What is known of copies of this image, oldest first. */
export function proofsOf(image: string): Proof[] {
  try {
    const { version, proofs } = JSON.parse(readFileSync(fileFor(image), "utf8")) as { version: number; proofs: unknown };
    return version === 1 && Array.isArray(proofs) ? proofs.filter(isProof) : [];
  } catch {
    return [];
  }
}

/** Remembers a proof; an older one of the same copy is forgotten. Written beside and renamed. */
export function noteProof(image: string, proof: Proof): void {
  const before = proofsOf(image).filter(({ path, storeId }) => path !== proof.path || storeId !== proof.storeId);
  const beside = `${fileFor(image)}.part-${process.pid}`;
  try {
    writeFileSync(beside, `${JSON.stringify({ version: 1, proofs: [...before, proof] }, undefined, 1)}\n`, { flush: true });
    renameSync(beside, fileFor(image));
  } finally {
    rmSync(beside, { force: true });
  }
}

function fileFor(image: string): string {
  return `${image}.proofs.json`;
}

function isProof(value: unknown): value is Proof {
  const { place, path, storeId, toLsn, records, sha256, readMs, drilledMs } = (value ?? {}) as Proof;
  const areTexts = [path, storeId, toLsn, sha256].every((text) => typeof text === "string") && /^\d+$/.test(toLsn);
  return (
    (place === "backup" || place === "relay") &&
    areTexts &&
    Number.isFinite(records) &&
    Number.isFinite(readMs) &&
    (drilledMs === undefined || Number.isFinite(drilledMs))
  );
}

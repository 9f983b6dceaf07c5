/*
 * A backup on disk with the earlier ones it is based on, which lie beside it: together they have every body that the newest lists.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { HoldfastError } from "../errors.js";
import { sha256 } from "./digest.js";
import type { BackupBase, BackupRecord, Manifest } from "./manifest.js";
import { type Backup, openBackup } from "./read.js";

/** Backups in a row, each based on the one before: more are a circle or nobody's. */
const CHAIN_MAX = 1000;

export interface Source {
  path: string;
  sha256: string;
  manifest: Manifest;
  /** Errors: CORRUPT, TRUNCATED, NOT_FOUND: an earlier backup is not there, or is another one. */
  body(record: BackupRecord): Uint8Array;
}

/** Errors: as openBackup, and what the disk throws. Earlier backups are opened when a body of theirs is asked for. */
export function openSource(path: string): Source {
  return opened(path, 0);
}

function opened(path: string, depth: number): Source {
  const file = new Uint8Array(readFileSync(path));
  const backup = openBackup(file);
  const { base } = backup.manifest;
  let earlier: { source: Source; records: ReadonlyMap<string, BackupRecord> } | undefined;
  const body = (record: BackupRecord): Uint8Array => {
    if (record.path !== undefined || base === null) return backup.body(record);
    earlier ??= byKey(openedBase(join(dirname(path), base.file), base, depth));
    const there = earlier.records.get(keyOf(record));
    if (there === undefined || there.sha256 !== record.sha256)
      throw new HoldfastError("CORRUPT", `damaged here: ${base.file} does not have ${keyOf(record)}`);
    return earlier.source.body(there);
  };
  return { path, sha256: sha256(file), manifest: backup.manifest, body };
}

function openedBase(path: string, base: BackupBase, depth: number): Source {
  const missing = (why: string) =>
    new HoldfastError(
      "NOT_FOUND",
      `the earlier backup ${base.file} ${why}`,
      "put it beside this one: bodies that did not change are there",
    );
  if (depth >= CHAIN_MAX) throw missing("is based on too many others");
  let source: Source;
  try {
    source = opened(path, depth + 1);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw missing("is not there");
    throw error;
  }
  if (source.sha256 !== base.sha256) throw missing("is not the one it was");
  return source;
}

const keyOf = ({ kind, id }: BackupRecord): string => `${kind} ${id}`;

function byKey(source: Source): { source: Source; records: ReadonlyMap<string, BackupRecord> } {
  return { source, records: new Map(source.manifest.records.map((record) => [keyOf(record), record])) };
}

/** One backup as it came from memory, with no earlier one. */
export function sourceOf(path: string, bytes: Uint8Array, backup: Backup): Source {
  return { path, sha256: sha256(bytes), manifest: backup.manifest, body: backup.body };
}

export interface Checked {
  records: number;
  ok: number;
  missing: { kind: string; id: string; label: string; why: string }[];
}

/** Reads every body. */
export function checkSource(source: Source): Checked {
  const { records } = source.manifest;
  const missing: Checked["missing"] = [];
  for (const record of records) {
    const why = whyMissing(() => source.body(record));
    if (why !== undefined) missing.push({ kind: record.kind, id: record.id, label: record.label ?? "", why });
  }
  return { records: records.length, ok: records.length - missing.length, missing };
}

/** Why a body cannot be had, in words; undefined when it can. */
export function whyMissing(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof HoldfastError) return error.message;
    throw error;
  }
}

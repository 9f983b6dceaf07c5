/*
 * The list inside a backup: what was in the store, when, and what each record's bytes hash to. JSON, for people and programs that
 * have no Holdfast; docs/backup.md describes it, and so does a text inside every backup.
 */
import { KINDS } from "../agent/kinds.js";
import type { Kind } from "../agent/types.js";
import { HoldfastError } from "../errors.js";
import type { FlashGeometry } from "../flash/index.js";

export const MARKER_NAME = "holdfast-backup";
export const MANIFEST_NAME = "manifest.json";
export const VERSION = 1;

export interface BackupRecord {
  kind: Kind;
  id: string;
  /** Place in the order of changes of its store; decimal, it may exceed a double. */
  lsn: string;
  wallMs: number;
  bytes: number;
  /** Of the body, 64 hex digits. */
  sha256: string;
  /** The record's meta as CBOR in hex; absent: none. */
  meta?: string;
  /** For people. */
  label?: string;
  /** Entry with the body. Absent: the body is in an earlier backup, `base`. */
  path?: string;
}

export interface BackupBase {
  /** Name of the earlier backup's file, which lies beside this one. */
  file: string;
  sha256: string;
}

export interface Manifest {
  format: "holdfast-backup";
  version: number;
  /** ISO 8601. */
  made: string;
  storeId: string;
  geometry: FlashGeometry;
  /** The newest change in it. */
  toLsn: string;
  base: BackupBase | null;
  records: BackupRecord[];
  /** What could not be read when the backup was made: it is not in it. */
  damaged: { kind: Kind; id: string }[];
  damagedUnknown: number;
}

/** Errors: CORRUPT for what is no such list, naming what is wrong with it. */
export function parseManifest(text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw strange("it is no JSON");
  }
  const manifest = value as Manifest;
  if (!isObject(value) || manifest.format !== "holdfast-backup" || manifest.version !== VERSION) throw strange("it is of another kind");
  if (!isHex(manifest.storeId, 16) || !isNumber(manifest.toLsn) || Number.isNaN(Date.parse(String(manifest.made))))
    throw strange("its head is not whole");
  if (!isObject(manifest.geometry) || !Array.isArray(manifest.records) || !Array.isArray(manifest.damaged))
    throw strange("its head is not whole");
  if (manifest.base !== null && !isBase(manifest.base)) throw strange("what it is based on has no plain file name and hash");
  const seen = new Set<string>();
  for (const record of manifest.records) {
    const key = isRecord(record) ? `${record.kind} ${record.id}` : "";
    if (key === "" || seen.has(key) || (record.path === undefined && manifest.base === null))
      throw strange(`record ${seen.size + 1} of ${manifest.records.length} is not whole`);
    seen.add(key);
  }
  return manifest;
}

function strange(why: string): HoldfastError {
  return new HoldfastError("CORRUPT", `damaged here: the list of records (${MANIFEST_NAME}): ${why}`, "take another copy of this backup");
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
const isHex = (value: unknown, digits: number): boolean =>
  typeof value === "string" && value.length === digits && /^[0-9a-f]*$/.test(value);
const isNumber = (value: unknown): boolean => typeof value === "string" && /^\d{1,19}$/.test(value);
const isBase = (value: unknown): boolean =>
  isObject(value) && isHex((value as BackupBase).sha256, 64) && /^[^/\\\0]{1,255}$/.test(String((value as BackupBase).file));

function isRecord(value: unknown): value is BackupRecord {
  if (!isObject(value)) return false;
  const { kind, id, lsn, wallMs, bytes, sha256, meta, path } = value as BackupRecord;
  const isPath = path === undefined || path.startsWith(`${kind}/${id}.`);
  const isMeta = meta === undefined || (typeof meta === "string" && meta.length <= 1024 && /^([0-9a-f]{2})*$/.test(meta));
  const isTime = typeof wallMs === "number" && Math.abs(wallMs) <= 8.64e15;
  return (
    KINDS.includes(kind) &&
    isHex(id, 16) &&
    isNumber(lsn) &&
    isTime &&
    Number.isSafeInteger(bytes) &&
    bytes >= 0 &&
    isHex(sha256, 64) &&
    isMeta &&
    isPath
  );
}

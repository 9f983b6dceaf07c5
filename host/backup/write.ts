/*
 * Makes a backup of a store: one zip file that can be read without Holdfast.
 *
 * With `since`, only bodies that changed after an earlier backup are in it; the list is whole all the same, so that what was removed is
 * known, and what is kept can be found in the earlier file and checked.
 */
import { type Zippable, zipSync } from "fflate";
import { encodeMeta } from "../agent/meta.js";
import type { Agent, Stat, StoredRecord, StoredSummary } from "../agent/types.js";
import { HoldfastError } from "../errors.js";
import type { FlashGeometry } from "../flash/index.js";
import { rawFile } from "../text/index.js";
import { sha256 } from "./digest.js";
import { type BackupBase, type BackupRecord, MANIFEST_NAME, MARKER_NAME, type Manifest, VERSION } from "./manifest.js";
import { indexPage, README } from "./pages.js";
import { readable } from "./readable.js";

export interface BackupOptions {
  geometry: FlashGeometry;
  wallMs: number;
  /** An earlier backup of the same store, under the name it has beside the new one. */
  since?: { base: BackupBase; manifest: Manifest };
  onProgress?: (done: number, total: number) => void;
}

export interface MadeBackup {
  bytes: Uint8Array;
  manifest: Manifest;
}

/** What a backup asks of a store: an agent has it, and so has what a salvage found. */
export interface BackedUp extends Pick<Agent, "list" | "get"> {
  stat(): Pick<Stat, "storeId" | "nextLsn" | "damagedUnknown" | "records">;
}

/** Entries of a zip without ZIP64, less our own. */
const RECORDS_MAX = 65_000;
/** Of a zip entry's date, which has no smaller years. */
const ZIP_EPOCH_MS = Date.UTC(1980, 0, 2);

/** Reads every record of the store. Errors: INVALID for an earlier backup of another store; TOO_BIG; IO. Damaged records are named in the list. */
export function makeBackup(agent: BackedUp, options: BackupOptions): MadeBackup {
  const { storeId, nextLsn, damagedUnknown, records: total } = agent.stat();
  const { since } = options;
  if (since && since.manifest.storeId !== storeId)
    throw new HoldfastError("INVALID", `${since.base.file} is a backup of another store`, "make a whole one, without --since");
  if (total > RECORDS_MAX) throw new HoldfastError("TOO_BIG", `${total} records are more than one backup holds (${RECORDS_MAX})`);
  const earlier = new Map(since?.manifest.records.map((record) => [`${record.kind} ${record.id}`, record]));
  const manifest: Manifest = {
    format: "holdfast-backup",
    version: VERSION,
    made: new Date(options.wallMs).toISOString(),
    storeId,
    geometry: plainGeometry(options.geometry),
    toLsn: String(nextLsn - 1),
    base: since?.base ?? null,
    records: [],
    damaged: [],
    damagedUnknown,
  };
  const files: Zippable = { [MARKER_NAME]: [new TextEncoder().encode(`holdfast backup, version ${VERSION}\n`), { level: 0 }] };
  for (const summary of agent.list()) {
    const kept = earlier.get(`${summary.kind} ${summary.id}`);
    if (kept && kept.lsn === String(summary.lsn)) manifest.records.push(withoutPath(kept));
    else addRecord(agent, summary, manifest, files);
    options.onProgress?.(manifest.records.length, total);
  }
  return { bytes: zipped(files, manifest), manifest };
}

function addRecord(agent: BackedUp, { kind, id }: StoredSummary, manifest: Manifest, files: Zippable): void {
  const record = readable(agent, kind, id);
  if (record === "damaged") manifest.damaged.push({ kind, id });
  if (record === "damaged" || record === undefined) return;
  const { path, bytes } = rawFile(record);
  const isPacked = kind === "photo";
  files[path] = [bytes, { level: isPacked ? 0 : 6, mtime: Math.max(record.wallMs, ZIP_EPOCH_MS) }];
  manifest.records.push(recordOf(record, path));
}

function recordOf({ kind, id, lsn, wallMs, body, meta }: StoredRecord, path: string): BackupRecord {
  const cbor = Buffer.from(encodeMeta(meta)).toString("hex");
  return {
    kind,
    id,
    lsn: String(lsn),
    wallMs,
    bytes: body.length,
    sha256: sha256(body),
    ...(cbor === "" ? {} : { meta: cbor }),
    ...(meta.label === undefined ? {} : { label: meta.label }),
    path,
  };
}

function withoutPath({ path: _, ...record }: BackupRecord): BackupRecord {
  return record;
}

function plainGeometry({ kind, blockBytes, blockCount, pageBytes, programBytes }: FlashGeometry): FlashGeometry {
  return { kind, blockBytes, blockCount, pageBytes, programBytes };
}

function zipped(files: Zippable, manifest: Manifest): Uint8Array {
  const text = (value: string) => new TextEncoder().encode(value);
  files["README.txt"] = text(README);
  files["index.html"] = text(indexPage(manifest));
  files[MANIFEST_NAME] = text(`${JSON.stringify(manifest, undefined, 1)}\n`);
  return zipSync(files, { mtime: new Date(manifest.made) });
}

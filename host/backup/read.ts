/*
 * Opens a backup, with distrust: says whether it is whole, cut off, damaged and where, another program's, or a newer Holdfast's.
 */
import { HoldfastError } from "../errors.js";
import { sha256 } from "./digest.js";
import { type BackupRecord, MANIFEST_NAME, MARKER_NAME, type Manifest, parseManifest, VERSION } from "./manifest.js";
import { contentOf, damagedAt, type ZipEntry, zipEntries } from "./zip.js";

/** A list longer than this is none that Holdfast made: 65 000 records take a third of it. */
const MANIFEST_BYTES_MAX = 64 << 20;
/** The longest body a record can have. */
const BODY_BYTES_MAX = 8 << 20;
const ZIP_START = [0x50, 0x4b, 0x03, 0x04];

export interface Backup {
  manifest: Manifest;
  /** The body of a record of this file. Errors: CORRUPT, naming the entry. */
  body(record: BackupRecord): Uint8Array;
}

/**
 * Reads the list; bodies are read when they are asked for. Errors: TRUNCATED, CORRUPT with the place, NOT_FORMATTED for another program's file,
 * NEWER_FORMAT.
 */
export function openBackup(file: Uint8Array): Backup {
  if (file.length === 0) throw new HoldfastError("TRUNCATED", "truncated: the file is empty", "copy it again from where it came");
  if (!isOurs(file)) throw foreign(file);
  const entries = new Map(zipEntries(file).map((entry) => [entry.name, entry]));
  refuseNewer(file, entries.get(MARKER_NAME));
  const list = entries.get(MANIFEST_NAME);
  if (list === undefined || list.bytes > MANIFEST_BYTES_MAX) throw damagedAt("the list of records is missing", 0, file.length);
  const manifest = parseManifest(new TextDecoder().decode(contentOf(file, list)));
  return { manifest, body: (record) => bodyOf(file, entries, record) };
}

function bodyOf(file: Uint8Array, entries: ReadonlyMap<string, ZipEntry>, record: BackupRecord): Uint8Array {
  const entry = entries.get(record.path ?? "");
  if (entry === undefined) throw damagedAt(`${record.path} is missing`, 0, file.length);
  if (entry.bytes !== record.bytes || record.bytes > BODY_BYTES_MAX)
    throw damagedAt(`${entry.name} has another length`, entry.start, entry.end);
  const body = contentOf(file, entry);
  if (sha256(body) !== record.sha256) throw damagedAt(`${entry.name} is not what the list says`, entry.start, entry.end);
  return body;
}

/** The marker is the first entry, and the directory at the end names it again. */
function isOurs(file: Uint8Array): boolean {
  const names = (start: number, end?: number) => Buffer.from(file.subarray(start, end)).includes(MARKER_NAME);
  return names(0, 64) || names(Math.max(0, file.length - (32 << 20)));
}

function foreign(file: Uint8Array): HoldfastError {
  const hint = "name a file that `holdfast backup` made";
  const isStart = ZIP_START.slice(0, file.length).every((byte, i) => file[i] === byte);
  if (isStart && file.length < 30 + MARKER_NAME.length)
    return new HoldfastError("TRUNCATED", `truncated: it ends after ${file.length} bytes`, "copy it again from where it came");
  return new HoldfastError("NOT_FORMATTED", `another program's file${isStart ? ": a zip, but no backup of Holdfast's" : ""}`, hint);
}

function refuseNewer(file: Uint8Array, marker: ZipEntry | undefined): void {
  if (marker === undefined) throw damagedAt("the first entry", 0, 64);
  if (marker.bytes > 4096) throw damagedAt("the first entry", marker.start, marker.end);
  const version = /^holdfast backup, version (\d+)\n/.exec(new TextDecoder().decode(contentOf(file, marker)))?.[1];
  if (version === undefined) throw damagedAt("the first entry", marker.start, marker.end);
  if (Number(version) > VERSION)
    throw new HoldfastError(
      "NEWER_FORMAT",
      `a newer Holdfast's backup (version ${version})`,
      "read it with newer Holdfast; any zip program reads it too",
    );
}

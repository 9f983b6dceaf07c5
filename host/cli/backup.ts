/*
 * `backup`, `drill` and `restore`: a copy in one plain file, the restore rehearsed, and the restore.
 */

import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import {
  type BackupOptions,
  checkSource,
  type DrillReport,
  drill,
  type MadeBackup,
  type MissingRecord,
  makeBackup,
  noteProof,
  openBackup,
  openSource,
  RESTORE_MODES,
  type RestoreReport,
  restore,
  type Source,
} from "../backup/index.js";
import { isScanned, readScanned } from "../paper/index.js";
import type { Call, Command, Outcome } from "./command.js";
import { asFailure, EXIT, Failure, usage } from "./exit.js";
import { onImage, withAgent } from "./image.js";
import { asKind, asOneOf, bytesInWords, plural } from "./words.js";

export const backup: Command = {
  name: "backup",
  group: "safety",
  summary: "write every record to one zip file that needs no Holdfast to be read, and rehearse its restore",
  usage: "DEST [--since EARLIER] [--no-drill]",
  example: "holdfast backup /media/card/",
  details:
    "DEST is a new file, or a folder, which gets a file named after the time. A backup that is there is never written over. --since EARLIER, which lies in the same folder: " +
    "only bodies that changed since are written; keep both files together. After it is written the file is read back, and restored into a part in memory of another kind. " +
    "Exit 3: records could not be read, and are named; everything else is in the backup.",
  keys: {
    path: "the file; null in a dry run",
    records: "records in it",
    bodies: "records whose body is in this file; with --since the others are in earlier ones",
    bytes: "length of the file",
    sha256: "of the file",
    toLsn: "the newest change in it",
    damaged: "array of {kind, id} that could not be read and are not in it",
    damagedUnknown: "records lost to damage whose key is not known",
    drill: "geometry, records, equal, missing of the rehearsal; null with --no-drill",
    dryRun: "true when nothing was written",
  },
  options: {
    since: { type: "string", value: "EARLIER", words: "write only bodies that changed after this backup" },
    "no-drill": { type: "boolean", words: "do not rehearse the restore" },
  },
  arity: [1, 1],
  writes: true,
  run: runBackup,
};

async function runBackup(call: Call): Promise<Outcome> {
  const path = destinationOf(call.arguments[0] as string, Date.now());
  const since = sinceOf(call, path);
  const made = await withAgent(call, "read", (agent, { geometry }) =>
    onImage(call, () => makeBackup(agent, { geometry, wallMs: Date.now(), ...since, onProgress: progress(call, "reading record") })),
  );
  const { manifest, bytes } = made;
  const bodies = manifest.records.filter((record) => record.path !== undefined).length;
  const told = { records: manifest.records.length, bodies, bytes: bytes.length, toLsn: Number(manifest.toLsn) };
  const { damaged, damagedUnknown } = manifest;
  if (call.dryRun) {
    call.terminal.say(`would back up ${plural(told.records, "record")} to ${path}, ${bytesInWords(bytes.length)}`);
    return { json: { path: null, ...told, sha256: null, damaged, damagedUnknown, drill: null, dryRun: true }, lines: [] };
  }
  const source = writeBackup(path, made);
  const report = call.given("no-drill") ? undefined : await drill(source, progress(call, "rehearsing record"));
  remember(call, source, report);
  const exitCode = sayBackup(call, path, made, report);
  return {
    exitCode,
    json: { path, ...told, sha256: source.sha256, damaged, damagedUnknown, drill: report ?? null, dryRun: false },
    lines: [path],
  };
}

function sayBackup(call: Call, path: string, { manifest, bytes }: MadeBackup, report: DrillReport | undefined): number {
  const { records, damaged, damagedUnknown } = manifest;
  call.terminal.say(`backed up ${plural(records.length, "record")} to ${path}, ${bytesInWords(bytes.length)}; every byte was read back`);
  for (const one of damaged) call.terminal.say(call.terminal.alarm(`not in it, damaged on the handset: ${one.kind} ${one.id}`));
  if (damagedUnknown > 0)
    call.terminal.say(call.terminal.alarm(`not in it: ${plural(damagedUnknown, "record")} that nobody can name any more`));
  if (report) sayDrill(call, report);
  if (report && report.missing.length > 0) return EXIT.DAMAGED;
  return damaged.length + damagedUnknown > 0 ? EXIT.INCOMPLETE : EXIT.OK;
}

function destinationOf(given: string, wallMs: number): string {
  if (given === "-") throw usage("a backup goes to a file, which is read back, not to stdout", "-", "name a file or a folder");
  const isFolder = existsSync(given) && statSync(given).isDirectory();
  const name = `holdfast-${new Date(wallMs).toISOString().slice(0, 19).replaceAll(":", "-")}Z.zip`;
  const path = isFolder ? join(given, name) : given;
  if (existsSync(path)) throw usage("there already, and a backup is never written over", path, "name another file");
  if (!existsSync(dirname(path))) throw new Failure(EXIT.NOT_FOUND, "ENOENT", "no such folder", dirname(path), "make it, or name another");
  return path;
}

function sinceOf(call: Call, path: string): Pick<BackupOptions, "since"> {
  const earlier = call.text("since");
  if (earlier === undefined) return {};
  if (resolve(dirname(earlier)) !== resolve(dirname(path)))
    throw usage("the earlier backup lies in another folder", earlier, `both belong together: name a file in ${dirname(earlier)}`);
  const { manifest, sha256 } = opened(earlier);
  return { since: { manifest, base: { file: basename(earlier), sha256 } } };
}

/** Writes beside, reads back from the disk, and only then gives it its name; never over what is there. Errors: Failures naming the file. */
export function writeBackup(path: string, { bytes }: MadeBackup): Source {
  const beside = `${path}.part-${process.pid}`;
  try {
    writeThrough(beside, bytes);
    openBackup(new Uint8Array(readFileSync(beside)));
    giveName(beside, path);
  } catch (error) {
    throw asFailure(error, path);
  } finally {
    rmSync(beside, { force: true });
  }
  const source = opened(path);
  const { missing } = checkSource(source);
  const [first] = missing;
  if (first !== undefined)
    throw new Failure(EXIT.DAMAGED, "CORRUPT", `it does not read back: ${first.why}`, path, "write it to another medium");
  return source;
}

function writeThrough(path: string, bytes: Uint8Array): void {
  const file = openSync(path, "wx");
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A link fails where the name is taken by now; memory cards know no links. */
function giveName(beside: string, path: string): void {
  try {
    linkSync(beside, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST")
      throw usage("there already, and a backup is never written over", path, "name another file");
    renameSync(beside, path);
  }
}

function remember(call: Call, source: Source, report: DrillReport | undefined): void {
  const { storeId, toLsn, records } = source.manifest;
  const wallMs = Date.now();
  const isProven = report !== undefined && report.missing.length === 0;
  const drilled = isProven ? { drilledMs: wallMs } : {};
  const copy = { path: resolve(source.path), storeId, toLsn, records: records.length, sha256: source.sha256 };
  try {
    noteProof(call.imagePath, { place: "backup", ...copy, readMs: wallMs, ...drilled });
  } catch (error) {
    call.terminal.say(`the proof of it could not be kept beside the image: ${asFailure(error).message}`);
  }
}

export const drillCommand: Command = {
  name: "drill",
  group: "safety",
  summary: "rehearse a restore into a part in memory, and compare every record",
  usage: "SRC",
  example: "holdfast drill /media/card/holdfast-2026-11-27T10-00-00Z.zip",
  details:
    "No image is touched; where the one of -i is there, the proof is remembered beside it. Exit 21: records are missing or different, and are named.",
  keys: {
    path: "the backup",
    geometry: "of the part it was restored into",
    records: "records the backup lists",
    equal: "records that came back with the same bytes, meta and time",
    missing: "array of {kind, id, label, why}",
  },
  options: {},
  arity: [1, 1],
  writes: false,
  run: async (call) => {
    const source = opened(call.arguments[0] as string);
    const report = await drill(source, progress(call, "rehearsing record"));
    sayDrill(call, report);
    if (report.missing.length === 0 && existsSync(call.imagePath)) remember(call, source, report);
    return { exitCode: report.missing.length > 0 ? EXIT.DAMAGED : EXIT.OK, json: { path: source.path, ...report }, lines: [] };
  },
};

function sayDrill(call: Call, { geometry, records, equal, missing }: DrillReport): void {
  const part = `${geometry.kind.toUpperCase()} of ${geometry.blockCount} blocks of ${bytesInWords(geometry.blockBytes)}`;
  call.terminal.say(`restored into a ${part}: ${equal} of ${plural(records, "record")} equal`);
  sayMissing(call, missing);
}

function sayMissing(call: Call, missing: readonly MissingRecord[]): void {
  for (const { kind, id, label, why } of missing)
    call.terminal.say(call.terminal.alarm(`missing: ${kind} ${id}${label ? ` (${label})` : ""}: ${why}`));
}

export const restoreCommand: Command = {
  name: "restore",
  group: "safety",
  summary: "put a backup back; nothing on the handset is removed",
  usage: "SRC [--mode merge|keep-both|replace|keep-mine] [--only KIND]",
  example: "holdfast restore holdfast-2026-11-27T10-00-00Z.zip -i new.flash",
  details:
    "Records that are not there are added. Where handset and backup have different bytes: merge keeps the later change (default), keep-both stores the backup's beside the handset's, " +
    "replace takes the backup's, keep-mine the handset's. SRC is also a text file with the QR blocks of a printed book, one on a line. After a power cut run it again: it goes on. Exit 3: records are missing, and are named with the reason.",
  keys: {
    path: "the backup",
    mode: "as given",
    records: "records the backup lists, of the kind asked for",
    added: "that were not there",
    replaced: "where the backup's bytes took the place of the handset's",
    both: "stored beside the handset's",
    unchanged: "there already, byte for byte",
    kept: "where the handset's other bytes stayed",
    missing: "array of {kind, id, label, why}",
    dryRun: "true when nothing was written",
  },
  options: {
    mode: { type: "string", value: "MODE", words: "merge, keep-both, replace or keep-mine" },
    only: { type: "string", value: "KIND", words: "only records of this kind" },
  },
  arity: [1, 1],
  writes: true,
  run: runRestore,
};

async function runRestore(call: Call): Promise<Outcome> {
  const mode = asOneOf(call.text("mode") ?? "merge", "--mode", RESTORE_MODES);
  const only = call.text("only") === undefined ? {} : { only: asKind(call.text("only") as string) };
  const source = anySource(call, call.arguments[0] as string);
  const report = await withAgent(call, call.dryRun ? "read" : "write", (agent) =>
    onImage(call, () => restore(agent, source, { mode, ...only, dryRun: call.dryRun, onProgress: progress(call, "restoring record") })),
  );
  sayMissing(call, report.missing);
  call.terminal.say(restoreWords(report, call.dryRun));
  return {
    exitCode: report.missing.length > 0 ? EXIT.INCOMPLETE : EXIT.OK,
    json: { path: source.path, mode, ...report, dryRun: call.dryRun },
    lines: [],
  };
}

/** A backup, or the scanned blocks of a printed book. */
function anySource(call: Call, path: string): Source {
  try {
    if (!isScanned(headOf(path))) return openSource(path);
    const { source, pages, missingPages, unnamedPages } = readScanned(path, readFileSync(path));
    for (const { page, why } of missingPages) call.terminal.say(call.terminal.alarm(`page ${page} of ${pages}: ${why}`));
    for (const page of unnamedPages)
      call.terminal.say(call.terminal.alarm(`page ${page} of ${pages}: its records cannot be named, the page before is missing, too`));
    return source;
  } catch (error) {
    throw asFailure(error, path);
  }
}

/** Enough of a file to tell what it is. */
function headOf(path: string): Uint8Array {
  const file = openSync(path, "r");
  try {
    const head = new Uint8Array(64);
    return head.subarray(0, readSync(file, head));
  } finally {
    closeSync(file);
  }
}

function restoreWords({ records, added, replaced, both, unchanged, kept, missing }: RestoreReport, dryRun: boolean): string {
  const counts = Object.entries({
    added,
    replaced,
    "kept beside the handset's": both,
    unchanged: unchanged,
    "left as on the handset": kept,
    missing: missing.length,
  });
  const parts = counts.filter(([, count]) => count > 0).map(([words, count]) => `${count} ${words}`);
  return `${dryRun ? "would restore" : "restored"} ${plural(records, "record")}: ${parts.join(", ") || "nothing in it"}`;
}

function opened(path: string): Source {
  try {
    return openSource(path);
  } catch (error) {
    throw asFailure(error, path);
  }
}

function progress(call: Call, what: string): (done: number, total: number) => void {
  return (done, total) => call.terminal.progress(what, done, total);
}

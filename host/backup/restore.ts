/*
 * Puts a backup back: complete, or every record that is missing named with the reason.
 *
 * Others may take for granted: nothing on the handset is removed; a restore that a power cut ended goes on when it is called again,
 * with the same end; a record gets back its id, its time and its meta.
 */
import { decodeMeta } from "../agent/meta.js";
import type { Kind, LocalAgent, RecordMeta, StoredRecord } from "../agent/types.js";
import { HoldfastError } from "../errors.js";
import { Batches, idOfBytes, sameBytes } from "../text/index.js";
import type { BackupRecord } from "./manifest.js";
import { readable } from "./readable.js";
import type { Source } from "./source.js";

/** Where handset and backup have different bytes under one id: the later change stays, both are kept, the backup's, the handset's. */
export const RESTORE_MODES = ["merge", "keep-both", "replace", "keep-mine"] as const;
export type RestoreMode = (typeof RESTORE_MODES)[number];

export interface RestoreOptions {
  mode: RestoreMode;
  only?: Kind;
  /** Reads and compares, writes nothing. */
  dryRun?: boolean;
  onProgress?: (done: number, total: number) => void;
}

export interface MissingRecord {
  kind: Kind;
  id: string;
  label: string;
  why: string;
}

export interface RestoreReport {
  records: number;
  added: number;
  /** Where the backup's bytes took the place of the handset's. */
  replaced: number;
  /** Stored beside the handset's under another id. */
  both: number;
  /** On the handset already, byte for byte. */
  unchanged: number;
  /** Where the handset's other bytes stayed. */
  kept: number;
  missing: MissingRecord[];
}

interface Item {
  kind: Kind;
  id: string;
  body: Uint8Array;
  meta: RecordMeta;
  wallMs: number;
  outcome: "added" | "replaced" | "both";
  record: BackupRecord;
}

/** Pictures come last: they are large, and must not take the room of a contact. */
const LAST: Kind = "photo";

/** Of a picture it may be the share of pictures that is used up, and the agent says so behind what it was at. */
function noRoom({ kind }: BackupRecord, { message }: Error): string {
  return kind === LAST ? message.replace(/^[^:]*: /, "") : "no room for it";
}

/** Errors: what the agent throws, but for FULL and TOO_BIG, which make a record missing. Cut: some records are there, each whole; call it again. */
export async function restore(agent: LocalAgent, source: Source, options: RestoreOptions): Promise<RestoreReport> {
  const chosen = source.manifest.records.filter(({ kind }) => options.only === undefined || kind === options.only);
  const records = [...chosen.filter(({ kind }) => kind !== LAST), ...chosen.filter(({ kind }) => kind === LAST)];
  const report: RestoreReport = { records: records.length, added: 0, replaced: 0, both: 0, unchanged: 0, kept: 0, missing: [] };
  const miss = ({ kind, id, label = "" }: BackupRecord, why: string) => report.missing.push({ kind, id, label, why });
  const batches = new Batches<Item>(agent, {
    written: ({ outcome }) => report[outcome]++,
    refused: ({ record }, error) => miss(record, error.code === "FULL" ? noRoom(record, error) : error.message),
    dryRun: options.dryRun === true,
  });
  for (const [i, record] of records.entries()) {
    const next = await step(agent, source, record, options.mode);
    if (next instanceof HoldfastError) miss(record, next.message);
    else if (typeof next === "string") report[next]++;
    else await batches.add(next);
    options.onProgress?.(i + 1, records.length);
  }
  await batches.flush();
  return report;
}

/** What is to be done about one record: written, counted, or named as missing. */
async function step(
  agent: LocalAgent,
  source: Source,
  record: BackupRecord,
  mode: RestoreMode,
): Promise<Item | "unchanged" | "kept" | HoldfastError> {
  let wanted: Item;
  try {
    const meta = decodeMeta(new Uint8Array(Buffer.from(record.meta ?? "", "hex")));
    wanted = { kind: record.kind, id: record.id, body: source.body(record), meta, wallMs: record.wallMs, outcome: "added", record };
  } catch (error) {
    if (error instanceof HoldfastError) return error;
    throw error;
  }
  const there = readable(agent, record.kind, record.id);
  if (there === undefined) return wanted;
  if (there === "damaged") return { ...wanted, outcome: "replaced" };
  if (sameBytes(there.body, wanted.body)) return "unchanged";
  return mode === "keep-both" ? beside(agent, wanted) : settled(there, wanted, mode);
}

function settled(there: StoredRecord, wanted: Item, mode: RestoreMode): Item | "kept" {
  if (mode === "replace" || (mode === "merge" && wanted.wallMs > there.wallMs)) return { ...wanted, outcome: "replaced" };
  return "kept";
}

/** Under an id made of its bytes, so that a second restore finds it. */
function beside(agent: LocalAgent, wanted: Item): Item | "unchanged" {
  const id = idOfBytes(wanted.kind, wanted.body);
  const there = readable(agent, wanted.kind, id);
  if (there !== undefined && there !== "damaged" && sameBytes(there.body, wanted.body)) return "unchanged";
  return { ...wanted, id, outcome: "both" };
}

/*
 * Words for values: kinds and ids checked, bytes and times said, tables lined up.
 */

import { KINDS, type Kind, type RecordMeta, type StoredSummary } from "../index.js";
import { nearest } from "./arguments.js";
import { usage } from "./exit.js";

/** Largest body of one record, bytes. */
export const BODY_LIMIT_BYTES = 8 * 1024 * 1024;

/** Errors: usage failure naming the nearest kind. */
export function asKind(word: string): Kind {
  const kind = KINDS.find((known) => known === word);
  if (kind !== undefined) return kind;
  const near = nearest(word, KINDS);
  throw usage("unknown kind", word, `${near === undefined ? "" : `did you mean ${near}? `}kinds are ${KINDS.join(", ")}`);
}

/** Errors: usage failure when `word` is not 16 hex digits. */
export function asId(word: string): string {
  if (/^[0-9a-f]{16}$/i.test(word)) return word.toLowerCase();
  throw usage("not an id", word, "an id is 16 hex digits, as `holdfast list` prints them");
}

/** A whole number of an option. Errors: usage failure naming option and bounds. */
export function asCount(word: string, what: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const count = Number(word);
  if (/^\d+$/.test(word) && count >= least && count <= most) return count;
  throw usage(`${what} needs a whole number from ${least} to ${most}`, word, "correct the number");
}

export const DAY_MS = 86_400_000;
/** The beginning of a day, in UTC. Errors: usage failure naming option and form. */
export function asDay(word: string, what: string): number {
  const ms = /^\d{4}-\d\d-\d\d$/.test(word) ? Date.parse(`${word}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(ms)) throw usage(`${what} needs a day`, word, "write it as 2009-10-02");
  return ms;
}

/** One of a few words for an option. Errors: usage failure with the nearest. */
export function asOneOf<T extends string>(word: string, what: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === word);
  if (found !== undefined) return found;
  const near = nearest(word, allowed);
  throw usage(`${what} does not know this`, word, `${near === undefined ? "" : `did you mean ${near}? `}it takes ${allowed.join(", ")}`);
}

/** "312 B", "4.1 KiB", "8.0 MiB". */
export function bytesInWords(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/** "1 record", "2 records". */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** ISO 8601 in UTC, to the second; "-" for no time. */
export function timeInWords(wallMs: number | undefined): string {
  if (wallMs === undefined || !Number.isFinite(wallMs) || Math.abs(wallMs) > 8.64e15) return "-";
  return new Date(wallMs).toISOString().replace(/\.\d+Z$/, "Z");
}

/** The label of a record as one printable line: no control characters from a stored record reach a terminal. */
export function labelInWords(meta: RecordMeta): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are to be taken out
  return (meta.label ?? "").replace(/[\u0000-\u001f\u007f-\u009f]/g, " ");
}

/** Pads columns to equal width; the last stays ragged. */
export function table(rows: readonly (readonly string[])[], rightAligned: readonly number[] = []): string[] {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  return rows.map((row) =>
    row
      .map((cell, i) => pad(cell, i, row.length))
      .join("  ")
      .trimEnd(),
  );

  function pad(cell: string, i: number, length: number): string {
    if (rightAligned.includes(i)) return cell.padStart(widths[i] ?? 0);
    return i === length - 1 ? cell : cell.padEnd(widths[i] ?? 0);
  }
}

/** A summary as JSON carries it: lsn a number, bytes of meta in hex. */
export function summaryAsJson(summary: StoredSummary): Record<string, unknown> {
  const { kind, id, lsn, bodyBytes, wallMs, meta } = summary;
  return { kind, id, lsn, bodyBytes, wallMs, meta };
}

/** JSON text of one object: bigint as number, bytes as hex. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === "bigint") return Number(inner);
    if (inner instanceof Uint8Array) return Buffer.from(inner).toString("hex");
    return inner;
  });
}

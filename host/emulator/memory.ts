/*
 * What the page remembers over a reload: of every record its LSN and checksum, so that the next page can say what is lost.
 *
 * Kept in the tab's session storage when the page is left. It is taken back by a reload of the same tab within seconds
 * and by nothing else: later, another tab may have changed the store by right.
 */
import { crc32c } from "../agent/crc32c.js";
import type { Key, Model, Shown, Violation } from "../proof/model.js";

const NAME = "holdfast";
const FRESH_MS = 20_000;

/** null: a change of it was under way, so either is right. */
export type Remembered = Record<Key, [lsn: string, crc32c: number] | null>;

export function remember(model: Model): void {
  const records: Remembered = {};
  for (const [key, { lsn, body }] of model.held) records[key] = [String(lsn), crc32c(body)];
  for (const { key } of model.inFlight) records[key] = null;
  try {
    sessionStorage.setItem(NAME, JSON.stringify({ leftMs: Date.now(), records }));
  } catch {
    // More than the browser keeps: the next page then says nothing about losses.
  }
}

/** What was remembered, once; undefined where nothing was, or where it can no longer be relied on. */
export function recall(): Remembered | undefined {
  const text = sessionStorage.getItem(NAME);
  sessionStorage.removeItem(NAME);
  const [entry] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  if (text === null || entry?.type !== "reload") return undefined;
  const { leftMs, records } = JSON.parse(text) as { leftMs: number; records: Remembered };
  return Date.now() - leftMs < FRESH_MS ? records : undefined;
}

/** Holds what a boot shows against what was remembered. */
export function compare(records: Remembered, shown: ReadonlyMap<Key, Shown>): Violation[] {
  const found: Violation[] = [];
  for (const [key, known] of Object.entries(records)) {
    const fault = known === null ? "" : difference(known, shown.get(key));
    if (fault !== "") found.push({ promise: "G1", key, text: fault });
  }
  for (const key of shown.keys()) if (!Object.hasOwn(records, key)) found.push({ promise: "G3", key, text: "never put, yet shown" });
  return found;
}

function difference([lsn, check]: [lsn: string, crc32c: number], shown: Shown | undefined): string {
  if (shown === undefined) return `missing after the reload (lsn ${lsn})`;
  if (shown.body === undefined) return ""; // damaged: told already
  if (String(shown.lsn) !== lsn) return `lsn ${shown.lsn} after the reload instead of ${lsn}`;
  return crc32c(shown.body) === check ? "" : `other bytes after the reload (lsn ${lsn})`;
}

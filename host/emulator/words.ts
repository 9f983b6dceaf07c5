/*
 * What the page says: sentences with exact counts, from what was done and found.
 */
import type { VerifyReport } from "../agent/types.js";
import { HoldfastError } from "../errors.js";
import type { TearKind } from "../flash/tear.js";
import type { ImportReport } from "../text/import.js";
import type { BootReport, PullReport } from "./session.js";

/** "1 record", "26 records". */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

const TEARS: Record<TearKind, string> = {
  none: "nothing of it was done",
  all: "all of it was done, but nobody was told",
  prefix: "its first bytes were written, the others not",
  bits: "some of its bits were written, others not",
  unstable: "some of its bits now read differently each time",
  delayed: "it reads well a few times, then some bits do not",
  "erase-a": "the old bytes are there with some bits cleared",
  "erase-b": "the block is zeros, or a mixture",
  "erase-c": "the block looks erased, but some bits read differently each time",
  "erase-weak": "the block looks erased, but would not hold what is programmed",
};

/** "Battery pulled in the middle of a program." */
export function pulledSentence({ operation, tear }: Pick<PullReport, "operation" | "tear">): string {
  const what = operation === "erase" ? "an erase" : "a program";
  if (tear === "none") return `Battery pulled as ${what} began.`;
  if (tear === "all") return `Battery pulled as ${what} ended.`;
  return `Battery pulled in the middle of ${what}.`;
}

/** Where the cut fell, what it left in the cells, and what the boot made of the change under way. */
export function cutDetail({ op, block, offset, tear, draft }: PullReport, whole: boolean): string {
  const place = `Operation ${op + 1}, block ${block}, offset ${offset}: ${TEARS[tear]}.`;
  return `${place} Acknowledged before it: ${plural(draft.acknowledged, "version")} of the draft. The one under way is ${whole ? "whole" : "absent"}.`;
}

/** "Booted: 26 records, 0 lost." */
export function bootedSentence({ records, lost }: Pick<BootReport, "records" | "lost">): string {
  return `Booted: ${plural(records, "record")}, ${lost} lost.`;
}

/** The first boot of a page. Without a memory of what was there before, nothing can be said about losses. */
export function openedSentence(boot: BootReport, reloaded: boolean): string {
  if (boot.isNew) return "A new handset: its flash was blank and is formatted now. 0 records.";
  if (reloaded || boot.lost > 0) return `Page reloaded, the flash was kept. ${bootedSentence(boot)}`;
  return `The flash was kept by this browser. Booted: ${plural(boot.records, "record")}.`;
}

export function importedSentence(name: string, { added, replaced, unchanged, refused }: ImportReport): string {
  const left = refused.length === 0 ? "" : ` First: line ${refused[0].line}, ${refused[0].reason}.`;
  return `${name}: ${added} added, ${replaced} replaced, ${unchanged} there already, ${refused.length} not taken.${left}`;
}

export function verifiedSentence({ records, ok, corrected, damaged, damagedUnknown }: VerifyReport): string {
  return `Read back ${plural(records, "record")}: ${ok} whole, ${corrected} of these mended, ${damaged.length + damagedUnknown} damaged.`;
}

/** What went wrong, and what to do about it. */
export function failureSentence(thrown: unknown): string {
  if (thrown instanceof HoldfastError && thrown.code === "LOCKED")
    return "Another tab has this flash open, and only one may write to it. Close that tab, then try again.";
  if (thrown instanceof HoldfastError) return `${sentence(thrown.message)} ${sentence(thrown.hint)}`;
  return sentence(thrown instanceof Error ? thrown.message : String(thrown));
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}

/** "1.0 MiB", "35.2 KiB". */
export function bytesInWords(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

const STATES: Record<string, string> = {
  blank: "erased, without a label",
  ready: "erased, ready to write",
  torn: "cut while its header was written",
  hot: "records, sealed",
  cold: "large or old records, sealed",
  recovery: "records saved by a boot, sealed",
  checkpoint: "checkpoint of the index",
  parity: "parity of other blocks",
  foreign: "no label of ours",
  newer: "of a newer format",
  "other part": "of another part",
};

export function stateInWords(state: string): string {
  return state.startsWith("open ") ? stateInWords(state.slice(5)).replace(", sealed", ", open") : (STATES[state] ?? state);
}

// Notes and diary by date: a journal entry has the day it is about, a note of a phone the day it was made, a plain text none.
// Callers may take for granted: every note is told once, dated or undated; one that cannot be read is told with the dated ones, marked.
import { Catalog, type CatalogAgent, type CatalogHead } from "./catalog.js";
import { withoutBlanks } from "./views.js";

export interface DiaryEntry {
  id: string;
  label?: string;
  /** Absent: the note has no date. */
  atMs?: number;
  damaged?: boolean;
}

export class Diary {
  readonly #notes: Catalog;

  constructor(agent: CatalogAgent) {
    this.#notes = new Catalog(agent, "note");
  }

  /** Oldest first, behind those that cannot be read: nobody knows their date. Cost: the heads of notes the first time, later what has changed. */
  async between(fromMs: number, untilMs: number): Promise<DiaryEntry[]> {
    const entries = (await this.#all()).filter(({ atMs, damaged }) => damaged || (atMs !== undefined && atMs >= fromMs && atMs < untilMs));
    return entries.sort((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0) || (a.id < b.id ? -1 : 1));
  }

  /** Those that read and have no date, by name. */
  async undated(): Promise<DiaryEntry[]> {
    const entries = (await this.#all()).filter(({ atMs, damaged }) => atMs === undefined && !damaged);
    return entries.sort((a, b) => (a.label ?? "").localeCompare(b.label ?? "") || (a.id < b.id ? -1 : 1));
  }

  async #all(): Promise<DiaryEntry[]> {
    return [...(await this.#notes.heads())].map(asEntry);
  }
}

function asEntry({ id, meta, damaged }: CatalogHead): DiaryEntry {
  return withoutBlanks({ id, label: meta.label, atMs: meta.startMs, damaged });
}

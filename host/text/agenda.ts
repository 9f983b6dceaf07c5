// What is on between two moments, and what rings next: events with all their times, to-dos by when they are due.
// Callers may take for granted: a record that cannot be read is named, not passed over, and so is a rule with more times than anybody counts.
import { Catalog, type CatalogAgent, type CatalogHead } from "./catalog.js";
import { type Occurrence, occurrences } from "./occurrences.js";

type Awaitable<T> = T | Promise<T>;

export interface AgendaAgent extends CatalogAgent {
  get(kind: "event", id: string): Awaitable<{ body: Uint8Array } | undefined>;
}

export interface AgendaEntry extends Occurrence {
  kind: "event" | "todo";
  id: string;
  /** Of a to-do. */
  isDone?: boolean;
}

export interface AgendaPage {
  /** By start, all-day ones first. */
  entries: AgendaEntry[];
  damaged: string[];
  /** Rules that were given up. */
  cut: string[];
}

/** How far ahead an alarm is looked for. */
const ALARM_AHEAD_MS = 366 * 86_400_000;

export class Agenda {
  readonly #agent: AgendaAgent;
  readonly #events: Catalog;
  readonly #todos: Catalog;

  constructor(agent: AgendaAgent) {
    this.#agent = agent;
    this.#events = new Catalog(agent, "event");
    this.#todos = new Catalog(agent, "todo");
  }

  /** Cost: the heads of events and to-dos (catalog.ts), and the bodies of those events that can be on then. */
  async between(fromMs: number, untilMs: number): Promise<AgendaPage> {
    const page: AgendaPage = { entries: [], damaged: [], cut: [] };
    for (const summary of await this.#events.heads()) {
      if (summary.damaged) page.damaged.push(summary.id);
      else if (canBeOn(summary.meta, fromMs, untilMs)) await this.#addEvent(page, summary, fromMs, untilMs);
    }
    for (const summary of await this.#todos.heads()) addTodo(page, summary, fromMs, untilMs);
    page.entries.sort((a, b) => a.startMs - b.startMs || Number(b.isAllDay) - Number(a.isAllDay));
    return page;
  }

  /** The next alarm at or after `fromMs`, of an event at most a year away; undefined: none. */
  async nextAlarm(fromMs: number): Promise<{ atMs: number; entry: AgendaEntry } | undefined> {
    const { entries } = await this.between(fromMs, fromMs + ALARM_AHEAD_MS);
    const alarms = entries.flatMap((entry) => entry.alarmsMs.filter((atMs) => atMs >= fromMs).map((atMs) => ({ atMs, entry })));
    return alarms.reduce<(typeof alarms)[number] | undefined>(
      (first, each) => (first && first.atMs <= each.atMs ? first : each),
      undefined,
    );
  }

  async #addEvent(page: AgendaPage, { id, meta }: CatalogHead, fromMs: number, untilMs: number): Promise<void> {
    const body = await this.#body(id);
    if (body === "damaged") page.damaged.push(id);
    if (body === "damaged" || body === undefined) return;
    const { found, isCut } = occurrences(body, fromMs, untilMs);
    for (const one of found) {
      const summary = one.summary ?? meta.label;
      page.entries.push({ kind: "event", id, ...one, ...(summary === undefined ? {} : { summary }) });
    }
    if (isCut) page.cut.push(id);
  }

  async #body(id: string): Promise<Uint8Array | "damaged" | undefined> {
    try {
      return (await this.#agent.get("event", id))?.body;
    } catch (error) {
      if ((error as { code?: unknown }).code !== "CORRUPT") throw error;
      return "damaged";
    }
  }
}

/** By its meta; an event whose meta says no time is asked itself. */
function canBeOn({ startMs, endMs, repeatsUntilMs }: CatalogHead["meta"], fromMs: number, untilMs: number): boolean {
  if (startMs === undefined) return true;
  if (typeof repeatsUntilMs === "number") return repeatsUntilMs >= fromMs;
  return startMs < untilMs && Math.max(startMs, endMs ?? startMs) >= fromMs;
}

function addTodo(page: AgendaPage, { id, meta, damaged }: CatalogHead, fromMs: number, untilMs: number): void {
  if (damaged) page.damaged.push(id);
  const { dueMs, label } = meta;
  if (dueMs === undefined || dueMs < fromMs || dueMs >= untilMs) return;
  const summary = label === undefined ? {} : { summary: label };
  page.entries.push({
    kind: "todo",
    id,
    startMs: dueMs,
    endMs: dueMs,
    isAllDay: false,
    ...summary,
    alarmsMs: [],
    isDone: meta.done === true,
  });
}

/*
 * `agenda`: what is on between two days, and what rings next.
 */

import { Agenda, type AgendaEntry } from "../text/index.js";
import type { Call, Command, Outcome } from "./command.js";
import { EXIT } from "./exit.js";
import { withAgent } from "./image.js";
import { asCount, asDay, DAY_MS, labelInWords, plural, table, timeInWords } from "./words.js";

const DAYS_DEFAULT = 7;
const DAYS_MAX = 3660;

export const agenda: Command = {
  name: "agenda",
  group: "records",
  summary: "what is on between two days: events with all their times, to-dos by when they are due",
  usage: "[--from DATE] [--days N]",
  example: "holdfast agenda --from 2009-10-02 --days 14",
  details:
    "Times are in UTC. Recurrences, exceptions and time zones are those of each event's own text. The next alarm is looked for from --from on, a year ahead.",
  keys: {
    from: "first moment, ISO 8601",
    until: "the moment after the last",
    entries: "array of {kind, id, start, end, allDay, summary, alarms, done}",
    nextAlarm: "{at, kind, id, summary}; null for none",
    cut: "ids of events with more times than anybody counts",
    damaged: "ids that could not be read; the exit code is then 21",
  },
  options: {
    from: { type: "string", value: "DATE", words: "first day, as 2009-10-02 (default: today)" },
    days: { type: "string", value: "N", words: `how many days (default: ${DAYS_DEFAULT})` },
  },
  arity: [0, 0],
  writes: false,
  run: runAgenda,
};

async function runAgenda(call: Call): Promise<Outcome> {
  const from = call.text("from");
  const fromMs = from === undefined ? Math.floor(Date.now() / DAY_MS) * DAY_MS : asDay(from, "--from");
  const untilMs = fromMs + DAY_MS * asCount(call.text("days") ?? String(DAYS_DEFAULT), "--days", 1, DAYS_MAX);
  const { page, alarm } = await withAgent(call, "read", async (agent) => {
    const reader = new Agenda(agent);
    return { page: await reader.between(fromMs, untilMs), alarm: await reader.nextAlarm(fromMs) };
  });
  for (const id of page.damaged) call.terminal.say(call.terminal.alarm(`damaged: ${id}`));
  for (const id of page.cut) call.terminal.say(`event ${id} repeats more often than anybody counts: not all of it is shown`);
  const rows = page.entries.map((entry) => [shownTime(entry), entry.kind, entry.id, labelInWords({ label: entry.summary ?? "" })]);
  const next =
    alarm === undefined ? "no alarm within a year" : `next alarm: ${timeInWords(alarm.atMs)} ${alarm.entry.summary ?? alarm.entry.id}`;
  call.terminal.say(`${plural(page.entries.length, "entry").replace("entrys", "entries")}; ${labelInWords({ label: next })}`);
  const json = {
    from: timeInWords(fromMs),
    until: timeInWords(untilMs),
    entries: page.entries.map(asJson),
    nextAlarm: alarm === undefined ? null : { at: timeInWords(alarm.atMs), ...named(alarm.entry) },
    cut: page.cut,
    damaged: page.damaged,
  };
  return { exitCode: page.damaged.length > 0 ? EXIT.DAMAGED : EXIT.OK, json, lines: table(rows) };
}

function shownTime({ startMs, endMs, isAllDay, kind }: AgendaEntry): string {
  const start = timeInWords(startMs);
  if (isAllDay) return start.slice(0, 10);
  return kind === "todo" ? `${start} due` : `${start} - ${timeInWords(endMs).slice(11)}`;
}

function asJson(entry: AgendaEntry): Record<string, unknown> {
  const { startMs, endMs, isAllDay, alarmsMs, isDone } = entry;
  const times = { start: timeInWords(startMs), end: timeInWords(endMs), allDay: isAllDay, alarms: alarmsMs.map(timeInWords) };
  return { ...named(entry), ...times, done: isDone ?? null };
}

function named({ kind, id, summary }: AgendaEntry): { kind: string; id: string; summary: string | null } {
  return { kind, id, summary: summary ?? null };
}

/*
 * `threads`, `todos`, `diary`: messages, to-dos and notes as a phone shows them.
 */

import { Diary, type ThreadMessage, Threads, TodoList } from "../text/index.js";
import type { Call, Command, Outcome } from "./command.js";
import { EXIT, Failure, usage } from "./exit.js";
import { withAgent } from "./image.js";
import { asCount, asDay, DAY_MS, labelInWords, plural, table, timeInWords } from "./words.js";

const DAYS_MAX = 36_600;

export const threads: Command = {
  name: "threads",
  group: "records",
  summary: "messages by the people they go between, newest thread first",
  usage: "[NUMBER]",
  example: 'holdfast threads "030 1234567"',
  details:
    "With NUMBER the messages of one thread, oldest first. A number is the same with and without its country; names are those of the contacts.",
  keys: {
    threads: "array of {numbers, names, messages: array of {id, at, incoming, label}}, newest thread first; with NUMBER one",
    damaged: "ids that could not be read; the exit code is then 21",
  },
  options: {},
  arity: [0, 1],
  writes: false,
  run: runThreads,
};

async function runThreads(call: Call): Promise<Outcome> {
  const number = call.arguments[0];
  const found = await withAgent(call, "read", async (agent) => {
    const reader = new Threads(agent);
    if (number === undefined) return reader.all();
    const thread = await reader.with(number);
    if (thread === undefined)
      throw new Failure(EXIT.NOT_FOUND, "NOT_FOUND", "no thread with this number", number, "`holdfast threads` shows all");
    return [thread];
  });
  const rows =
    number === undefined
      ? found.map(({ names, messages }) => [
          timeInWords(messages.at(-1)?.atMs),
          plural(messages.length, "message"),
          labelInWords({ label: names.join(", ") || "without a number" }),
          labelInWords({ label: messages.at(-1)?.label ?? "" }),
        ])
      : found.flatMap(({ messages }) => messages.map(messageRow));
  const json = {
    threads: found.map(({ numbers, names, messages }) => ({
      numbers,
      names,
      messages: messages.map(({ id, atMs, isIncoming, label }) => ({
        id,
        at: atMs === undefined ? null : timeInWords(atMs),
        incoming: isIncoming ?? null,
        label: label ?? null,
      })),
    })),
  };
  return withDamaged(
    call,
    found.flatMap(({ messages }) => messages),
    json,
    table(rows, [1]),
  );
}

function messageRow({ id, atMs, isIncoming, label }: ThreadMessage): string[] {
  const way = isIncoming === undefined ? "" : isIncoming ? "in" : "out";
  return [timeInWords(atMs), way, id, labelInWords({ label: label ?? "" })];
}

export const todos: Command = {
  name: "todos",
  group: "records",
  summary: "what is to be done: by when it is due, then by priority",
  usage: "[--all]",
  example: "holdfast todos",
  details: "Times are in UTC. Without --all only what is not done.",
  keys: {
    todos: "array of {id, due, priority, done, label}; null where the text does not say",
    damaged: "ids that could not be read; the exit code is then 21",
  },
  options: { all: { type: "boolean", words: "also what is done, at the end" } },
  arity: [0, 0],
  writes: false,
  run: runTodos,
};

async function runTodos(call: Call): Promise<Outcome> {
  const found = await withAgent(call, "read", (agent) => (call.given("all") ? new TodoList(agent).all() : new TodoList(agent).open()));
  const rows = found.map(({ id, label, dueMs, priority, isDone }) => [
    isDone ? "done" : timeInWords(dueMs),
    priority === undefined ? "" : String(priority),
    id,
    labelInWords({ label: label ?? "" }),
  ]);
  const json = {
    todos: found.map(({ id, label, dueMs, priority, isDone }) => ({
      id,
      due: dueMs === undefined ? null : timeInWords(dueMs),
      priority: priority ?? null,
      done: isDone,
      label: label ?? null,
    })),
  };
  return withDamaged(call, found, json, table(rows, [1]));
}

export const diary: Command = {
  name: "diary",
  group: "records",
  summary: "notes by their date, those without one at the end",
  usage: "[--from DATE [--days N]]",
  example: "holdfast diary --from 2009-10-01 --days 31",
  details:
    "The date is that of a journal entry, or of the making of a phone's note. With --from only dated notes are told. Times are in UTC.",
  keys: {
    notes: "array of {id, at, label}, oldest first; `at` null: without a date",
    damaged: "ids that could not be read; the exit code is then 21",
  },
  options: {
    from: { type: "string", value: "DATE", words: "first day, as 2009-10-02 (default: all)" },
    days: { type: "string", value: "N", words: "how many days (default: to the end)" },
  },
  arity: [0, 0],
  writes: false,
  run: runDiary,
};

async function runDiary(call: Call): Promise<Outcome> {
  const from = call.text("from");
  const days = call.text("days");
  if (days !== undefined && from === undefined) throw usage("--days needs --from", days, "say from which day on");
  const fromMs = from === undefined ? -Infinity : asDay(from, "--from");
  const untilMs = days === undefined ? Infinity : fromMs + DAY_MS * asCount(days, "--days", 1, DAYS_MAX);
  const found = await withAgent(call, "read", async (agent) => {
    const reader = new Diary(agent);
    const dated = await reader.between(fromMs, untilMs);
    return from === undefined ? [...dated, ...(await reader.undated())] : dated;
  });
  const rows = found.map(({ id, atMs, label }) => [timeInWords(atMs), id, labelInWords({ label: label ?? "" })]);
  const json = {
    notes: found.map(({ id, atMs, label }) => ({ id, at: atMs === undefined ? null : timeInWords(atMs), label: label ?? null })),
  };
  return withDamaged(call, found, json, table(rows));
}

/** What all three say of records that cannot be read. */
function withDamaged(
  call: Call,
  found: readonly { id: string; damaged?: boolean }[],
  json: Record<string, unknown>,
  lines: string[],
): Outcome {
  const damaged = found.filter((one) => one.damaged).map(({ id }) => id);
  for (const id of damaged) call.terminal.say(call.terminal.alarm(`damaged: ${id}`));
  return { exitCode: damaged.length > 0 ? EXIT.DAMAGED : EXIT.OK, json: { ...json, damaged }, lines };
}

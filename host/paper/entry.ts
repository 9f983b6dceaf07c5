// What a record is to a reader of the printed book: a name in bold, and lines.
import { contactView, decodeText, eventView, todoView } from "../text/index.js";
import type { PaperRecord } from "./page-data.js";

export interface PaperEntry {
  title: string;
  lines: string[];
}

/** Longer notes are cut off for the eye; the blocks hold all of them. */
const LINES_MAX = 12;
const LINE_CHARS = 60;

export function entryOf({ kind, id, label, body }: PaperRecord): PaperEntry {
  const all =
    kind === "contact" ? contactLines(body) : kind === "event" ? eventLines(body) : kind === "todo" ? todoLines(body) : noteLines(body);
  const lines = all.flatMap(folded).filter((line) => line.trim() !== "");
  return { title: label ?? id, lines: lines.length > LINES_MAX ? [...lines.slice(0, LINES_MAX - 1), "…"] : lines };
}

function contactLines(body: Uint8Array): string[] {
  const { organization, phones, emails, birthday, note } = contactView(body);
  const numbers = phones.map(({ value, types }) => `${value}${types.length > 0 ? ` (${types.join(", ")})` : ""}`);
  return [
    organization ?? "",
    ...numbers,
    ...emails.map(({ value }) => value),
    birthday === undefined ? "" : `born ${birthday}`,
    note ?? "",
  ];
}

function eventLines(body: Uint8Array): string[] {
  const { startMs, endMs, isAllDay, recurrence, location, description } = eventView(body);
  const time = (ms: number | undefined) =>
    ms === undefined
      ? ""
      : new Date(ms)
          .toISOString()
          .slice(0, isAllDay ? 10 : 16)
          .replace("T", " ");
  const times = endMs === undefined ? time(startMs) : `${time(startMs)} – ${time(endMs)}`;
  return [isAllDay ? times : `${times} UTC`, recurrence === undefined ? "" : `repeats: ${recurrence}`, location ?? "", description ?? ""];
}

function todoLines(body: Uint8Array): string[] {
  const { dueMs, isDone, priority } = todoView(body);
  const due = dueMs === undefined ? "" : `due ${new Date(dueMs).toISOString().slice(0, 10)}`;
  return [[isDone ? "done" : "to do", due, priority === undefined ? "" : `priority ${priority}`].filter(Boolean).join(", ")];
}

function noteLines(body: Uint8Array): string[] {
  return decodeText(body)
    .split(/\r\n|\r|\n/)
    .slice(1, LINES_MAX + 1);
}

function folded(text: string): string[] {
  return text.split("\n").flatMap((line) => line.match(new RegExp(`.{1,${LINE_CHARS}}`, "gu")) ?? []);
}

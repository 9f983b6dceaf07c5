/*
 * `print`: records as a book on paper that people read, with blocks from which `restore` brings them back.
 */

import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { encodeMeta } from "../agent/meta.js";
import { readable } from "../backup/index.js";
import type { Kind, LocalAgent } from "../index.js";
import { makeBooklet, PAPERS, type PaperRecord } from "../paper/index.js";
import type { Call, Command, Outcome } from "./command.js";
import { EXIT, usage } from "./exit.js";
import { onImage, withAgent } from "./image.js";
import { replaceFile } from "./replace-file.js";
import { asKind, asOneOf, plural } from "./words.js";

/** What a book has without being asked. Mails, messages and pictures only when they are named; they seldom fit. */
const KINDS_PRINTED: readonly Kind[] = ["contact", "event", "todo", "note"];

export const print: Command = {
  name: "print",
  group: "in and out",
  summary: "write a book to print: readable, and with blocks from which it is restored",
  usage: "[KIND] DEST.html [--paper a4|letter]",
  example: "holdfast print contact book.html",
  details:
    "Print the file from a browser, at 100 %. To bring it back: scan the pages, read their QR blocks with any reader, put one block on a line of a text file, and " +
    "`holdfast restore THAT-FILE`. Each page has a checksum; a page that is missing is told with the names of its records. Without KIND: contacts, events, to-dos and notes. " +
    "Passwords and money notes are never printed open. Exit 3: records are not in the blocks, and are named.",
  keys: {
    path: "the file; null in a dry run",
    pages: "of paper",
    blocks: "QR blocks on them",
    records: "records that the blocks restore",
    tooLong: "array of {kind, id, label} that no page has room for",
    vault: "passwords and money notes that were left out",
    damaged: "array of {kind, id} that could not be read",
    dryRun: "true when nothing was written",
  },
  options: {
    paper: { type: "string", value: "SIZE", words: "a4 (default) or letter" },
    force: { type: "boolean", words: "replace a file that is there" },
  },
  arity: [1, 2],
  writes: true,
  run: runPrint,
};

async function runPrint(call: Call): Promise<Outcome> {
  const paper = asOneOf(call.text("paper") ?? "a4", "--paper", PAPERS);
  const path = call.arguments.at(-1) as string;
  const kind = call.arguments.length === 2 ? asKind(call.arguments[0] as string) : undefined;
  if (kind === "vault")
    throw usage("passwords and money notes are never printed open", "vault", "they are only in backups, as they were stored");
  if (path !== "-" && existsSync(path) && !call.given("force"))
    throw usage("there already", path, "name another file; --force replaces it");
  const found = await withAgent(call, "read", (agent) => onImage(call, () => collect(agent, kind)));
  const made = new Date().toISOString().slice(0, 10);
  const booklet = makeBooklet(found.records, randomBytes(4).toString("hex").toUpperCase(), made, paper);
  const isForStdout = path === "-" && !call.json;
  if (!call.dryRun && path !== "-") replaceFile(path, booklet.html);
  for (const one of found.damaged) call.terminal.say(call.terminal.alarm(`damaged, left out: ${one.kind} ${one.id}`));
  for (const one of booklet.tooLong) call.terminal.say(`too long for a page, not in the blocks: ${one.kind} ${one.label ?? one.id}`);
  if (found.vault > 0) call.terminal.say(`${plural(found.vault, "vault record")} left out: paper can be read by anybody`);
  call.terminal.say(
    `${call.dryRun ? "would print" : "printed"} ${plural(booklet.records, "record")} on ${plural(booklet.pages, "page")} with ${plural(booklet.blocks, "block")}`,
  );
  const { pages, blocks, records, tooLong } = booklet;
  const json = {
    path: call.dryRun ? null : path,
    pages,
    blocks,
    records,
    tooLong,
    vault: found.vault,
    damaged: found.damaged,
    dryRun: call.dryRun,
  };
  const exitCode = found.damaged.length > 0 ? EXIT.DAMAGED : tooLong.length > 0 ? EXIT.INCOMPLETE : EXIT.OK;
  return { exitCode, json, ...(isForStdout && !call.dryRun ? { bytes: new TextEncoder().encode(booklet.html) } : { lines: [] }) };
}

interface Collected {
  records: PaperRecord[];
  vault: number;
  damaged: { kind: Kind; id: string }[];
}

function collect(agent: LocalAgent, only: Kind | undefined): Collected {
  const found: Collected = { records: [], vault: 0, damaged: [] };
  for (const { kind, id, meta, wallMs } of agent.list(only)) {
    if (kind === "vault") found.vault++;
    if (only === undefined && !KINDS_PRINTED.includes(kind)) continue;
    const record = readable(agent, kind, id);
    if (record === "damaged") found.damaged.push({ kind, id });
    else if (record)
      found.records.push({ kind, id, wallMs, meta: encodeMeta(meta), body: record.body, ...(meta.label ? { label: meta.label } : {}) });
  }
  const order = (record: PaperRecord) => `${KINDS_PRINTED.indexOf(record.kind)} ${(record.label ?? "").toLocaleLowerCase()}`;
  found.records.sort((a, b) => order(a).localeCompare(order(b)));
  return found;
}

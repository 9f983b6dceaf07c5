/*
 * `holdfast export`: records out, as one file or, raw, as a folder with one file a record.
 *
 * A file at the destination is replaced only by a complete one: it is written beside it and renamed.
 */

import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Agent, Kind, StoredRecord } from "../index.js";
import { convertedCards, csvFile, fitsFormat, icsFile, jsonFile, mailboxFile, type RawFile, rawFile, vcfFile } from "../text/index.js";
import type { Call, Command, Outcome } from "./command.js";
import { asFailure, EXIT, usage } from "./exit.js";
import { fillCard } from "./export-card.js";
import { forSim } from "./export-sim.js";
import { tellSteps, versionOf } from "./export-version.js";
import { withAgent } from "./image.js";
import { replaceFile } from "./replace-file.js";
import { asKind, asOneOf, plural } from "./words.js";

const FORMATS = ["vcf", "ics", "mbox", "csv", "json", "sim", "card", "raw"] as const;
type Format = (typeof FORMATS)[number];

export const exportCommand: Command = {
  name: "export",
  group: "in and out",
  summary: "write records to a file, or raw to a folder with one file a record",
  usage: "[KIND] --to vcf|ics|mbox|csv|json|sim|card|raw DEST",
  example: "holdfast export contact --to vcf contacts.vcf",
  details:
    "raw: DEST is a folder; each file holds the original bytes. sim: DEST is a folder for the two files of a SIM card's phonebook; what does not fit is counted first, and with --dry-run only that. card: DEST is a memory card; pictures go to DCIM/ with a manifest of checksums, and what is on it already is checked and mended. Other formats: DEST is a file, - is stdout. With --card-version each card is written in that version of vCard, and what it cannot say is named, card by card; with --strict nothing is written then. A file that is there is replaced only with --force. Damaged records are left out and named, and the exit code is then 21.",
  keys: {
    to: "format",
    destination: "path",
    exported: "records written",
    leftOut: "records the format cannot hold",
    sim: "entries, namesCut, dropped, withoutNumber; null for other formats",
    card: "written, verified, mended, damaged, dropped; null for other formats",
    steps: "array of {kind, id, steps: array of {property, what, isDropped}}: what --card-version changed; null without it",
    damaged: "array of {kind, id} that could not be read",
    dryRun: "true when nothing was written",
  },
  options: {
    to: { type: "string", value: "FORMAT", words: "vcf, ics, mbox, csv, json, sim, card or raw" },
    slots: { type: "string", value: "N", words: "sim: records of the card's phonebook (default 250)" },
    "name-bytes": { type: "string", value: "N", words: "sim: bytes the card has for a name (default 14)" },
    "card-version": { type: "string", value: "V", words: "vcf: every card in this version, 2.1, 3.0 or 4.0 (default: each in its own)" },
    strict: { type: "boolean", words: "with --card-version: write nothing when something has to be dropped" },
    force: { type: "boolean", words: "replace files that are there" },
  },
  arity: [1, 2],
  writes: true,
  run: runExport,
};

interface Collected {
  records: StoredRecord[];
  leftOut: number;
  damaged: { kind: Kind; id: string }[];
}

async function runExport(call: Call): Promise<Outcome> {
  const format = formatOf(call);
  const destination = call.arguments.at(-1) as string;
  const kind = call.arguments.length === 2 ? asKind(call.arguments[0] as string) : undefined;
  checkDestination(call, format, destination);
  const version = versionOf(call, format);
  const { records, leftOut, damaged } = await withAgent(call, "read", (agent) => collect(call, agent, kind, format));
  const sim = format === "sim" ? forSim(call, records) : undefined;
  for (const line of sim?.lines ?? []) call.terminal.say(line);
  const card = format === "card" ? fillCard(destination, records, call.dryRun) : undefined;
  for (const path of card?.damaged ?? []) call.terminal.say(call.terminal.alarm(`damaged on the card, and not on the handset: ${path}`));
  const cards = version && convertedCards(records, version);
  const dropped = version && cards ? tellSteps(call, version, cards.steps) : 0;
  const refused = dropped > 0 && call.given("strict");
  const idle = call.dryRun || refused || format === "card";
  const bytes = idle ? undefined : await write(call, format, destination, records, { files: sim?.files, bytes: cards?.bytes });

  for (const one of damaged) call.terminal.say(`damaged, left out: ${one.kind} ${one.id}`);
  const fit = leftOut === 0 ? "" : `; ${plural(leftOut, "record")} of kinds that ${format} cannot hold left out`;
  call.terminal.say(
    `${refused ? "--strict: not exported," : call.dryRun ? "would export" : "exported"} ${plural(records.length, "record")} as ${format} to ${destination}${fit}`,
  );
  const json = {
    to: format,
    destination,
    exported: records.length,
    leftOut,
    sim: sim?.json ?? null,
    card: card ?? null,
    steps: cards?.steps ?? null,
    damaged,
    dryRun: call.dryRun || refused,
  };
  return {
    exitCode: damaged.length + (card?.damaged.length ?? 0) > 0 ? EXIT.DAMAGED : dropped > 0 ? EXIT.INCOMPLETE : EXIT.OK,
    json,
    lines: [],
    ...(bytes ? { bytes } : {}),
  };
}

function formatOf(call: Call): Format {
  const word = call.text("to");
  if (word === undefined) throw usage("--to is missing", "export", `say a format: --to ${FORMATS.join("|")}`);
  return asOneOf(word, "--to", FORMATS);
}

function checkDestination(call: Call, format: Format, destination: string): void {
  if (destination === "-") {
    if (isFolderFormat(format)) throw usage(`${format} needs a folder, not stdout`, "-", "name a folder");
    if (call.json) throw usage("--json and data cannot both go to stdout", "-", "name a file");
    return;
  }
  if (!existsSync(destination)) return;
  const isFolder = statSync(destination).isDirectory();
  if (isFolderFormat(format) !== isFolder)
    throw isFolder
      ? usage("a folder where a file is needed", destination, "name a file")
      : usage(`${format} needs a folder, this is a file`, destination, "name a folder");
  if (!isFolder && !call.given("force")) throw usage("there already", destination, "name another file; --force replaces it");
}

const isFolderFormat = (format: Format): boolean => format === "raw" || format === "sim" || format === "card";

async function collect(call: Call, agent: Agent, kind: Kind | undefined, format: Format): Promise<Collected> {
  const found: Collected = { records: [], leftOut: 0, damaged: [] };
  for await (const summary of agent.list(kind)) {
    try {
      const record = await agent.get(summary.kind, summary.id);
      if (record === undefined) continue;
      if (format !== "csv" && format !== "json" && format !== "raw" && !fitsFormat(record, format)) found.leftOut++;
      else found.records.push(record);
    } catch (error) {
      if (asFailure(error).code !== "CORRUPT") throw error;
      found.damaged.push({ kind: summary.kind, id: summary.id });
    }
    call.terminal.progress("reading record", found.records.length + found.leftOut);
    await call.terminal.breathe();
  }
  return found;
}

/** Returns the bytes that are for stdout, if they are. */
async function write(
  call: Call,
  format: Exclude<Format, "card">,
  destination: string,
  records: readonly StoredRecord[],
  made: { files: readonly RawFile[] | undefined; bytes: Uint8Array | undefined },
): Promise<Uint8Array | undefined> {
  if (format === "raw" || format === "sim") return writeFolder(call, destination, made.files ?? records.map(rawFile));
  const bytes = made.bytes ?? { vcf: vcfFile, ics: icsFile, mbox: mailboxFile, csv: csvFile, json: jsonFile }[format](records);
  if (destination === "-") return bytes;
  replaceFile(destination, bytes);
  return undefined;
}

async function writeFolder(call: Call, destination: string, files: readonly RawFile[]): Promise<undefined> {
  const there = files.find((file) => existsSync(join(destination, file.path)));
  if (there !== undefined && !call.given("force"))
    throw usage("there already", join(destination, there.path), "name an empty folder; --force replaces files");
  for (const [i, file] of files.entries()) {
    const path = join(destination, file.path);
    mkdirSync(dirname(path), { recursive: true });
    replaceFile(path, file.bytes);
    call.terminal.progress("writing file", i + 1, files.length);
    await call.terminal.breathe();
  }
  mkdirSync(destination, { recursive: true });
}

/*
 * `put`, `get`, `list`, `rm`: single records.
 */

import { readFileSync, statSync } from "node:fs";
import { readable } from "../backup/index.js";
import { type Agent, KINDS, type Kind, type RecordMeta, type StoredRecord, type StoredSummary } from "../index.js";
import { Directory, importPlan } from "../text/index.js";
import type { Call, Command, Outcome } from "./command.js";
import { asFailure, EXIT, Failure, usage } from "./exit.js";
import { onImage, withAgent } from "./image.js";
import { asId, asKind, BODY_LIMIT_BYTES, bytesInWords, labelInWords, summaryAsJson, table, timeInWords } from "./words.js";

const KIND_WORDS = `Kinds: ${KINDS.join(", ")}.`;

export const put: Command = {
  name: "put",
  group: "records",
  summary: "store one file as one record, byte for byte",
  usage: "KIND [FILE] [--id ID] [--label TEXT] [--plain]",
  example: "holdfast put contact zoe.vcf",
  details: `FILE is - or absent: stdin. Prints the id. With --id an existing record is replaced. ${KIND_WORDS}`,
  keys: {
    kind: "the kind it was stored as",
    id: "16 hex digits; null in a dry run without --id",
    lsn: "its place in the order of changes",
    bodyBytes: "length",
    crc32c: "of the body",
    dryRun: "true when nothing was written",
  },
  options: {
    id: { type: "string", value: "ID", words: "16 hex digits (default: a new one)" },
    label: { type: "string", value: "TEXT", words: "a name for lists (default: taken from the body where it has one)" },
    plain: { type: "boolean", words: "keep a vault record though the store has no key: whoever has the part can read it" },
  },
  arity: [1, 2],
  writes: true,
  run: runPut,
};

async function runPut(call: Call): Promise<Outcome> {
  const kind = asKind(call.arguments[0] as string);
  const id = call.text("id") === undefined ? undefined : asId(call.text("id") as string);
  if (kind === "vault" && !call.given("plain"))
    throw usage(
      "passwords and money notes are not kept in the open, and this store has no key",
      "vault",
      "stores with a key are not built yet; --plain keeps it all the same, to be read by whoever has the part",
    );
  const name = call.arguments[1] ?? "-";
  const body = await bodyFrom(call, name);
  const meta = metaOf(kind, name, body, call.text("label"));
  if (call.dryRun) {
    await withAgent(call, "read", async () => undefined);
    call.terminal.say(`would store ${name} as ${kind} ${id ?? "(new id)"}, ${bytesInWords(body.length)}`);
    return { json: { kind, id: id ?? null, lsn: null, bodyBytes: body.length, crc32c: null, dryRun: true }, lines: [] };
  }
  const receipt = await withAgent(call, "write", (agent) =>
    onImage(call, async () => agent.put(kind, body, { ...(id ? { id } : {}), meta })),
  );
  call.terminal.say(`stored ${name} as ${kind} ${receipt.id}, ${bytesInWords(body.length)}`);
  const json = { kind, id: receipt.id, lsn: receipt.lsn, bodyBytes: body.length, crc32c: receipt.crc32c, dryRun: false };
  return { json, lines: [receipt.id] };
}

async function bodyFrom(call: Call, name: string): Promise<Uint8Array> {
  if (name !== "-" && statSync(name).size > BODY_LIMIT_BYTES) throw tooBig(name, statSync(name).size);
  const body = name === "-" ? await call.terminal.readAll() : new Uint8Array(readFileSync(name));
  const subject = name === "-" ? "stdin" : name;
  if (body.length === 0) throw usage("the file is empty", subject, "a record needs at least one byte; nothing was stored");
  if (body.length > BODY_LIMIT_BYTES) throw tooBig(subject, body.length);
  return body;
}

function tooBig(subject: string, bytes: number): Failure {
  const limit = `a body may have at most ${BODY_LIMIT_BYTES} bytes (8 MiB); nothing was stored`;
  return new Failure(EXIT.USAGE, "TOO_BIG", `too big for one record: ${bytes} bytes`, subject, limit);
}

/** Label, phones and dates, read from the body as an import would; a label that was given goes before. */
export function metaOf(kind: Kind, name: string, body: Uint8Array, label?: string): RecordMeta {
  const [planned, ...others] = importPlan(name, body).records;
  const whole = planned?.kind === kind && others.length === 0 && planned.body.length === body.length;
  return { ...(whole ? planned.meta : {}), ...(label === undefined ? {} : { label }) };
}

export const get: Command = {
  name: "get",
  group: "records",
  summary: "print one record's original bytes",
  usage: "KIND ID",
  example: "holdfast get contact 0123456789abcdef > zoe.vcf",
  keys: {
    kind: "its kind",
    id: "its id",
    lsn: "place in the order of changes",
    bodyBytes: "length",
    wallMs: "when it was put, ms since 1970",
    meta: "label, phones, dates",
    body: "the bytes",
    encoding: '"utf8" or "base64": how `body` is written',
  },
  options: {},
  arity: [2, 2],
  writes: false,
  run: runGet,
};

async function runGet(call: Call): Promise<Outcome> {
  const kind = asKind(call.arguments[0] as string);
  const id = asId(call.arguments[1] as string);
  const subject = `${kind} ${id}`;
  return withAgent(call, "read", async (agent) => {
    const record = await named(subject, () => agent.get(kind, id));
    if (record === undefined)
      throw new Failure(EXIT.NOT_FOUND, "NOT_FOUND", "no such record", subject, "`holdfast list` shows what is there");
    return { json: { ...summaryAsJson(record), ...bodyAsJson(record) }, bytes: record.body };
  });
}

function bodyAsJson(record: StoredRecord): { body: string; encoding: "utf8" | "base64" } {
  try {
    return { body: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(record.body), encoding: "utf8" };
  } catch {
    return { body: Buffer.from(record.body).toString("base64"), encoding: "base64" };
  }
}

/** A failure about one record names the record, not the image. */
export async function named<T>(subject: string, step: () => T | Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw asFailure(error, subject);
  }
}

export const list: Command = {
  name: "list",
  group: "records",
  summary: "list what is stored",
  usage: "[KIND] [--find TEXT] [--number N]",
  example: "holdfast list contact --find zoe",
  details: `One line a record, by kind and label: kind, id, length in bytes, time of the put, label. --find looks in label, phones, id and text. --number says whose number it is: contacts that have it, with or without its country. ${KIND_WORDS}`,
  keys: {
    records: "array of {kind, id, lsn, bodyBytes, wallMs, meta}",
    count: "how many",
    damaged: "array of {kind, id} that cannot be read; the exit code is then 21",
  },
  options: {
    find: { type: "string", value: "TEXT", words: "only records that hold TEXT; upper and lower case are the same" },
    number: { type: "string", value: "N", words: "only contacts with this phone number" },
  },
  arity: [0, 1],
  writes: false,
  run: runList,
};

async function runList(call: Call): Promise<Outcome> {
  const kind = call.arguments[0] === undefined ? undefined : asKind(call.arguments[0]);
  const wanted = call.text("find")?.toLocaleLowerCase();
  const found: StoredSummary[] = [];
  const damaged: { kind: Kind; id: string }[] = [];
  const number = call.text("number");
  if (number !== undefined && (kind ?? "contact") !== "contact")
    throw usage("only contacts have a phone number to be found by", number, "leave KIND out, or say contact");
  await withAgent(call, "read", async (agent) => {
    const all = number === undefined ? agent.list(kind) : numbered(agent, number);
    for await (const summary of all) {
      if (summary.damaged === true) damaged.push({ kind: summary.kind, id: summary.id });
      if (wanted === undefined || holds(agent, summary, wanted)) found.push(summary);
      await call.terminal.breathe();
    }
  });
  found.sort(byKindAndLabel);
  for (const one of damaged) call.terminal.say(call.terminal.alarm(`damaged: ${one.kind} ${one.id}`));
  const rows = found.map((one) => [one.kind, one.id, String(one.bodyBytes), timeInWords(one.wallMs), labelInWords(one.meta)]);
  const exitCode = damaged.length > 0 ? EXIT.DAMAGED : EXIT.OK;
  return { exitCode, json: { records: found.map(summaryAsJson), count: found.length, damaged }, lines: table(rows, [2]) };
}

/** Contacts with this number, each read whole: a glance at its head found it. */
async function* numbered(agent: Agent, number: string): AsyncGenerator<StoredSummary> {
  for (const { id, meta } of await new Directory(agent).caller(number)) {
    const record = readable(agent, "contact", id);
    if (record !== "damaged" && record !== undefined) yield record;
    else if (record === "damaged") yield { kind: "contact", id, lsn: 0n, bodyBytes: 0, wallMs: 0, meta, damaged: true };
  }
}

/** By kind, then label, then id; by code unit, so that every machine lists in the same order. */
function byKindAndLabel(a: StoredSummary, b: StoredSummary): number {
  const [left, right] = [a, b].map(({ kind, id, meta }) => `${KINDS.indexOf(kind)} ${labelInWords(meta)} ${id}`) as [string, string];
  return left < right ? -1 : 1;
}

/** A damaged record is listed as damaged, and holds nothing that could be found. */
function holds(agent: Agent, summary: StoredSummary, wanted: string): boolean {
  const { kind, id, meta } = summary;
  const quick = [id, meta.label ?? "", ...(meta.phones ?? [])];
  if (quick.some((text) => text.toLocaleLowerCase().includes(wanted))) return true;
  if (kind === "photo") return false;
  const record = readable(agent, kind, id);
  return record !== "damaged" && record !== undefined && new TextDecoder().decode(record.body).toLocaleLowerCase().includes(wanted);
}

export const rm: Command = {
  name: "rm",
  group: "records",
  summary: "remove one record",
  usage: "KIND ID",
  example: "holdfast rm contact 0123456789abcdef",
  keys: { kind: "its kind", id: "its id", lsn: "place of the removal in the order of changes", dryRun: "true when nothing was written" },
  options: {},
  arity: [2, 2],
  writes: true,
  run: runRm,
};

async function runRm(call: Call): Promise<Outcome> {
  const kind = asKind(call.arguments[0] as string);
  const id = asId(call.arguments[1] as string);
  const subject = `${kind} ${id}`;
  if (call.dryRun) {
    const there = await withAgent(call, "read", async (agent) => (await agent.receipt(kind, id)) !== undefined);
    if (!there) throw new Failure(EXIT.NOT_FOUND, "NOT_FOUND", "no such record", subject, "`holdfast list` shows what is there");
    call.terminal.say(`would remove ${subject}`);
    return { json: { kind, id, lsn: null, dryRun: true }, lines: [] };
  }
  const receipt = await withAgent(call, "write", (agent) => named(subject, () => agent.remove(kind, id)));
  call.terminal.say(`removed ${subject}`);
  return { json: { kind, id, lsn: receipt.lsn, dryRun: false }, lines: [] };
}

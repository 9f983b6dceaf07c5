/*
 * `history` and `undo`: what still stands of a record, and taking its newest change back.
 */
import type { LocalAgent, StoredSummary } from "../index.js";
import type { Call, Command, Outcome } from "./command.js";
import { EXIT, Failure, usage } from "./exit.js";
import { onImage, withAgent } from "./image.js";
import { named } from "./records.js";
import { asId, asKind, bytesInWords, labelInWords, table, timeInWords } from "./words.js";

export const history: Command = {
  name: "history",
  group: "records",
  summary: "what still stands of a record: now, before, and removed",
  usage: "KIND ID [--lsn N]",
  example: "holdfast history contact 0123456789abcdef",
  details:
    "One line a version, newest first: its place in the order of changes, when, length, label. With --lsn the bytes of that version go to stdout. Earlier versions and removed records stay where they are until their room is needed; how long that is depends on how full the part is and how much is written.",
  keys: {
    kind: "its kind",
    id: "its id",
    versions: "array of {lsn, wallMs, bodyBytes, meta, removed, damaged}, newest first",
    count: "how many",
    body: "with --lsn: the bytes, in base64; else null",
  },
  options: { lsn: { type: "string", value: "N", words: "print the bytes of this version" } },
  arity: [2, 2],
  writes: false,
  run: runHistory,
};

async function runHistory(call: Call): Promise<Outcome> {
  const kind = asKind(call.arguments[0] as string);
  const id = asId(call.arguments[1] as string);
  const subject = `${kind} ${id}`;
  const wanted = call.text("lsn");
  const lsn = wanted === undefined ? undefined : asLsn(wanted);
  return withAgent(call, "read", async (agent) => {
    const versions = await named(subject, () => [...agent.history(kind, id)]);
    if (versions.length === 0)
      throw new Failure(EXIT.NOT_FOUND, "NOT_FOUND", "nothing stands of this record", subject, "`holdfast list` shows what is there");
    const body = lsn === undefined ? undefined : await bytesOf(agent, versions, lsn, subject);
    const json = {
      kind,
      id,
      versions: versions.map(versionAsJson),
      count: versions.length,
      body: body ? Buffer.from(body).toString("base64") : null,
    };
    return body ? { json, bytes: body } : { json, lines: table(versions.map(row), [0, 2]) };
  });
}

async function bytesOf(agent: LocalAgent, versions: readonly StoredSummary[], lsn: bigint, subject: string): Promise<Uint8Array> {
  const version = versions.some((one) => one.lsn === lsn) ? await named(subject, () => agent.version(lsn)) : undefined;
  if (version === undefined || version.removed)
    throw new Failure(
      EXIT.NOT_FOUND,
      "NOT_FOUND",
      `no version ${lsn} of it stands`,
      subject,
      "`holdfast history` without --lsn lists them",
    );
  return version.body;
}

function row({ lsn, wallMs, bodyBytes, meta, removed, damaged }: StoredSummary): string[] {
  const what = removed ? "removed" : damaged ? "damaged" : labelInWords(meta);
  return [String(lsn), timeInWords(wallMs), removed || damaged ? "" : bytesInWords(bodyBytes), what];
}

function versionAsJson({ lsn, wallMs, bodyBytes, meta, removed = false, damaged = false }: StoredSummary): Record<string, unknown> {
  return { lsn, wallMs, bodyBytes, meta, removed, damaged };
}

export const undo: Command = {
  name: "undo",
  group: "records",
  summary: "take the newest change of a record back",
  usage: "LSN",
  example: "holdfast undo 1207",
  details:
    "LSN is the place of a change, as `history`, `put`, `edit` and `rm` print it. What was before is put again, a removed record too; that is a change like any other, and can be undone. A change that is not the record's newest is refused, and so is one before which nothing stands any more.",
  keys: {
    kind: "its kind",
    id: "its id",
    undone: "the change that was taken back",
    lsn: "place of the change that did it; null in a dry run",
    restored: "the version that is there again; null when it was removed again",
    dryRun: "true when nothing was written",
  },
  options: {},
  arity: [1, 1],
  writes: true,
  run: runUndo,
};

async function runUndo(call: Call): Promise<Outcome> {
  const lsn = asLsn(call.arguments[0] as string);
  return withAgent(call, call.dryRun ? "read" : "write", async (agent) => {
    const { kind, id, earlier } = await named(`change ${lsn}`, () => agent.undoPlan(lsn));
    const receipt = call.dryRun ? undefined : await onImage(call, async () => agent.undo(lsn));
    const what = earlier === undefined ? "removed again" : `version ${earlier.lsn} is back`;
    call.terminal.say(`${call.dryRun ? "would undo" : "undone:"} change ${lsn} of ${kind} ${id}: ${what}`);
    const json = { kind, id, undone: lsn, lsn: receipt?.lsn ?? null, restored: earlier?.lsn ?? null, dryRun: call.dryRun };
    return { json, lines: [] };
  });
}

function asLsn(word: string): bigint {
  if (/^[1-9]\d{0,14}$/.test(word)) return BigInt(word);
  throw usage("not the place of a change", word, "a number, as `holdfast history KIND ID` prints it");
}

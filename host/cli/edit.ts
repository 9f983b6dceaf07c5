/*
 * `edit`: changes properties of one card, event, to-do or journal, and nothing else of it.
 */

import type { LocalAgent, RecordMeta, StoredRecord } from "../index.js";
import { type Patch, patched } from "../text/index.js";
import type { Call, Command, Outcome } from "./command.js";
import { EXIT, Failure, usage } from "./exit.js";
import { withAgent } from "./image.js";
import { metaOf, named } from "./records.js";
import { asId, asKind, plural } from "./words.js";

export const edit: Command = {
  name: "edit",
  group: "records",
  summary: "change properties of a card, event, to-do or journal; every other line keeps its bytes",
  usage: "KIND ID [--set PROP=VALUE] [--add PROP=VALUE] [--remove PROP]",
  example: 'holdfast edit contact 0123456789abcdef --set "TEL;TYPE=CELL=+1 202 555 0101"',
  details:
    "PROP: TEL, item1.TEL, TEL;TYPE=CELL (one with that parameter), TEL#2 (the second). --set changes the first that answers, or adds it; " +
    "--add adds one more; --remove takes the first away, with the X- lines of its group. VALUE is plain text; names and addresses have ; between their parts, " +
    "dates are 20261224, 20261224T183000 or 20261224T183000Z. Removals come first, then changes, then additions.",
  keys: {
    kind: "its kind",
    id: "its id",
    lsn: "place of the change in the order of changes; null in a dry run and when nothing changed",
    changed: "false when the record has these values already",
    bodyBytes: "length after the change",
    dryRun: "true when nothing was written",
  },
  options: {
    set: { type: "string", value: "PROP=VALUE", many: true, words: "give a property this value; may be given several times" },
    add: { type: "string", value: "PROP=VALUE", many: true, words: "add one more property; may be given several times" },
    remove: { type: "string", value: "PROP", many: true, words: "remove a property; may be given several times" },
  },
  arity: [2, 2],
  writes: true,
  run: runEdit,
};

async function runEdit(call: Call): Promise<Outcome> {
  const kind = asKind(call.arguments[0] as string);
  const id = asId(call.arguments[1] as string);
  const patches = patchesOf(call);
  const subject = `${kind} ${id}`;
  return withAgent(call, call.dryRun ? "read" : "write", async (agent) => {
    const record = await named(subject, () => agent.get(kind, id));
    if (record === undefined)
      throw new Failure(EXIT.NOT_FOUND, "NOT_FOUND", "no such record", subject, "`holdfast list` shows what is there");
    const body = await named(subject, () => patched(record.body, patches));
    const changed = Buffer.compare(body, record.body) !== 0;
    call.terminal.say(wordsFor(subject, patches, changed, call.dryRun));
    const lsn = changed && !call.dryRun ? await named(subject, () => store(agent, record, body)) : null;
    return { json: { kind, id, lsn, changed, bodyBytes: body.length, dryRun: call.dryRun }, lines: [] };
  });
}

function wordsFor(subject: string, patches: Patch[], changed: boolean, dryRun: boolean): string {
  if (!changed) return `${subject} has these values already; nothing was written`;
  return `${dryRun ? "would change" : "changed"} ${subject}: ${plural(patches.length, "property").replace("propertys", "properties")}`;
}

function patchesOf(call: Call): Patch[] {
  const patches: Patch[] = [
    ...call.all("remove").map((property) => ({ property })),
    ...call.all("set").map((text) => assignment(text, false)),
    ...call.all("add").map((text) => assignment(text, true)),
  ];
  if (patches.length === 0) throw usage("nothing to change", "edit", "give --set PROP=VALUE, --add PROP=VALUE or --remove PROP");
  return patches;
}

/** `TEL;TYPE=CELL=+1` has the parameter TYPE=CELL and the value +1. */
function assignment(text: string, add: boolean): Patch {
  const match = /^((?:[\w-]+\.)?[\w-]+(?:;[\w-]+(?:=(?:"[^"]*"|[^;=:"#]*))?)*(?:#\d+)?)=(.*)$/s.exec(text);
  if (!match) throw usage("not PROP=VALUE", text, 'write it like --set "TEL=+1 202 555 0101"');
  return { property: match[1] as string, value: match[2] as string, add };
}

/** What an index shows of the text is read anew; whatever else somebody put beside the record stays. */
function store(agent: LocalAgent, { kind, id, meta, body: before }: StoredRecord, body: Uint8Array): bigint {
  const derived = Object.keys(metaOf(kind, "", before));
  const kept: RecordMeta = Object.fromEntries(Object.entries(meta).filter(([key]) => !derived.includes(key)));
  return agent.put(kind, body, { id, meta: { ...kept, ...metaOf(kind, "", body) } }).lsn;
}

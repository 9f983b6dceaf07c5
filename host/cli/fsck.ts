/*
 * `fsck`: what is wrong with a store, why, and what to do; `--repair` moves what has begun to rot, `--reindex` makes every meta anew from its body.
 */

import { readable } from "../backup/index.js";
import type { Kind, LocalAgent, RecordMeta, ScrubReport, Stat, StoredRecord, VerifyReport } from "../index.js";
import type { Call, Command, Outcome } from "./command.js";
import { EXIT } from "./exit.js";
import { onImage, withAgent } from "./image.js";
import { metaOf } from "./records.js";
import { jsonText, plural } from "./words.js";

export const fsck: Command = {
  name: "fsck",
  group: "safety",
  summary: "say what is wrong, why, and what to do",
  usage: "[--repair] [--reindex]",
  example: "holdfast fsck --repair",
  details:
    "Exit 0: nothing found. 20: found and repaired, or mended in reading. 21: found, not repaired. --reindex reads names, numbers and dates of every record from its text again; what a text does not tell stays as it was.",
  keys: {
    image: "path",
    findings: "array of {what, why, next}",
    relocated: "what --repair gave a new home",
    reindexed: "records whose meta --reindex changed",
    dryRun: "true when nothing was written",
  },
  options: {
    repair: { type: "boolean", words: "give what has begun to rot a new home" },
    reindex: { type: "boolean", words: "make names, numbers and dates of every record anew from its text" },
  },
  arity: [0, 0],
  writes: true,
  run: runFsck,
};

const CORRECTED = "corrected in reading";

interface FsckFinding {
  what: string;
  why: string;
  next: string;
}

async function runFsck(call: Call): Promise<Outcome> {
  const isWriting = !call.dryRun && (call.given("repair") || call.given("reindex"));
  return withAgent(call, isWriting ? "write" : "read", (agent) =>
    onImage(call, async () => {
      const checked = agent.verify();
      const findings = findingsIn(checked, agent.stat());
      const scrubbed = call.given("repair") && !call.dryRun ? agent.scrub() : undefined;
      if (scrubbed && scrubbed.left > 0) findings.push(leftover(scrubbed));
      const reindexed = call.given("reindex") ? await reindex(agent, call.dryRun) : 0;
      const relocated = scrubbed?.relocated ?? 0;
      const isMended = ({ what }: FsckFinding) => what.startsWith(CORRECTED);
      const isSound = findings.every(isMended);
      const exitCode = !isSound ? EXIT.DAMAGED : findings.length + relocated + reindexed > 0 ? EXIT.REPAIRED : EXIT.OK;
      const json = { image: call.imagePath, findings, relocated, reindexed, dryRun: call.dryRun };
      return { exitCode, json, lines: fsckLines(findings, checked.records, relocated, reindexed, call.dryRun) };
    }),
  );
}

function fsckLines(findings: readonly FsckFinding[], records: number, relocated: number, reindexed: number, dryRun: boolean): string[] {
  const found = findings.flatMap(({ what, why, next }) => [what, `  why: ${why}`, `  next: ${next}`]);
  const done = [
    ...(relocated > 0 ? [`given a new home: ${relocated}`] : []),
    ...(reindexed > 0 ? [`${dryRun ? "would make anew" : "made anew"}: names, numbers and dates of ${plural(reindexed, "record")}`] : []),
  ];
  return [...(found.length > 0 ? found : [`${plural(records, "record")} read, nothing wrong`]), ...done];
}

function findingsIn({ damaged, corrected, damagedUnknown }: VerifyReport, { flash, changes }: Stat): FsckFinding[] {
  const findings: FsckFinding[] = damaged.map(({ kind, id }) => ({
    what: `damaged: ${kind} ${id}`,
    why: "more of its bytes rotted than can be corrected; its checksum tells",
    next: "`holdfast restore` of a backup puts it back; other records are not touched by it",
  }));
  if (damagedUnknown > 0)
    findings.push({
      what: `lost without a name: ${plural(damagedUnknown, "record")}`,
      why: "places where records were do not read, or a change that was acknowledged is missing; not even the key can be told",
      next: "`holdfast restore` of a backup, or `holdfast sync`, brings what is missing",
    });
  if (corrected > 0)
    findings.push({
      what: `${CORRECTED}: ${plural(corrected, "place")}`,
      why: "bytes rotted, and were mended by their parity; every record is whole",
      next: "`holdfast fsck --repair` moves what has little left that could be mended",
    });
  if (changes !== "ready" && changes !== "READ_ONLY")
    findings.push({
      what: `changes are refused: ${changes}`,
      why: `${plural(flash.badBlocks, "block")} given up, too few are left; or mounts failed`,
      next: "`holdfast backup DEST`, then use another part",
    });
  return findings;
}

function leftover({ left }: ScrubReport): FsckFinding {
  return {
    what: `began to rot and still read: ${plural(left, "place")}`,
    why: "there is no room for a new home",
    next: "make room with `holdfast rm`, and run it again",
  };
}

/** Keys that a text tells. */
const TOLD = ["label", "phones", "emails", "startMs", "endMs", "dueMs", "done", "repeatsUntilMs", "box", "bodyHash", "thumbnail"];
/** Of these a label may have been given by hand. */
const NAMED_BY_HAND: readonly Kind[] = ["note", "photo", "vault"];

/** Puts every record again whose meta is not what its text tells, with the time it had. Returns how many. Damaged ones are left alone. */
async function reindex(agent: LocalAgent, dryRun: boolean): Promise<number> {
  let changed = 0;
  for (const { kind, id } of [...agent.list()]) {
    const record = readable(agent, kind, id);
    if (record === undefined || record === "damaged") continue;
    const meta = toldMeta(record);
    if (jsonText(sorted(meta)) === jsonText(sorted(record.meta))) continue;
    if (!dryRun) agent.put(kind, record.body, { id, meta, wallMs: record.wallMs });
    changed++;
  }
  return changed;
}

function toldMeta({ kind, body, meta }: StoredRecord): RecordMeta {
  const told = metaOf(kind, "", body);
  if (Object.keys(told).length === 0) return meta;
  const kept = Object.entries(meta).filter(([key]) => !TOLD.includes(key) || (key === "label" && NAMED_BY_HAND.includes(kind)));
  return { ...told, ...Object.fromEntries(kept) };
}

function sorted(meta: RecordMeta): [string, unknown][] {
  return Object.entries(meta).sort(([a], [b]) => (a < b ? -1 : 1));
}

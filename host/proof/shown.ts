/*
 * Everything an agent shows, through every door that shows it: list, get, receipt, stat, verify.
 *
 * The doors must agree with each other; whether they tell the truth is the model's to judge.
 */
import type { Agent, Kind, StoredSummary } from "../index.js";
import type { Key, Model, Shown, Violation } from "./model.js";

export interface Showing {
  readonly shown: Map<Key, Shown>;
  readonly violations: Violation[];
  /** What the agent says of its memory: a constant, or I7 is broken. */
  readonly ram: string;
}

export interface Thoroughness {
  /** Ask for receipts too. */
  readonly receipts: boolean;
  /** Run verify. */
  readonly verify: boolean;
  /** Ask for what was removed, too: it is not listed, and is it not there either? */
  readonly gone?: boolean;
  /** Nothing on the part is half-done any more: verify has nothing to correct. */
  readonly settled?: boolean;
  /** The part was damaged on purpose: reports of damage are not violations. */
  readonly damaged?: boolean;
}

export function readAll(agent: Agent, model: Model, how: Thoroughness): Showing {
  const shown = new Map<Key, Shown>();
  const violations: Violation[] = [];
  const blame = (key: Key, text: string) => violations.push({ promise: "G3", key, text });
  for (const summary of agent.list()) {
    const key = `${summary.kind}/${summary.id}`;
    if (how.damaged === true && isNameless(summary)) continue;
    if (shown.has(key)) blame(key, "listed twice");
    shown.set(key, readOne(agent, summary, key, how, blame));
  }
  for (const key of model.held.keys()) if (!shown.has(key)) readUnlisted(agent, key, shown, blame);
  if (how.gone ?? true) for (const key of model.gone) if (!shown.has(key)) readUnlisted(agent, key, shown, blame);
  const ram = how.damaged === true ? "" : checkCounts(agent, shown, how, blame);
  return { shown, violations, ram };
}

/** A record that is damaged in every place that tells its key: the list says that it is there, under an id of zeros. */
function isNameless({ damaged, id, lsn }: StoredSummary): boolean {
  return damaged === true && lsn === 0n && /^0+$/.test(id);
}

type Blame = (key: Key, text: string) => void;

function readOne(agent: Agent, summary: StoredSummary, key: Key, how: Thoroughness, blame: Blame): Shown {
  const { lsn, wallMs } = summary;
  const label = summary.meta?.label ?? "";
  try {
    const record = agent.get(summary.kind, summary.id);
    if (record === undefined) blame(key, "listed, but get finds nothing");
    else if (record.lsn !== lsn) blame(key, `listed with lsn ${lsn}, got with lsn ${record.lsn}`);
    if (how.receipts && agent.receipt(summary.kind, summary.id)?.lsn !== lsn) blame(key, `the receipt differs from the listed lsn ${lsn}`);
    return { lsn, wallMs, label, body: record?.body };
  } catch (error) {
    if ((error as { code?: string }).code !== "CORRUPT") throw error;
    return { lsn, wallMs, label, body: undefined };
  }
}

/** A key the list left out must be absent everywhere; one that is damaged may be missing from the list but says so. */
function readUnlisted(agent: Agent, key: Key, shown: Map<Key, Shown>, blame: Blame): void {
  const [kind, id] = key.split("/") as [Kind, string];
  try {
    const record = agent.get(kind, id);
    if (record !== undefined) {
      blame(key, "not listed, but get finds it");
      shown.set(key, { lsn: record.lsn, wallMs: record.wallMs, label: record.meta?.label ?? "", body: record.body });
    }
  } catch (error) {
    if ((error as { code?: string }).code !== "CORRUPT") throw error;
    shown.set(key, { lsn: 0n, wallMs: 0, label: "", body: undefined });
  }
}

function checkCounts(agent: Agent, shown: Map<Key, Shown>, how: Thoroughness, blame: Blame): string {
  const stat = agent.stat();
  const ram = JSON.stringify(stat.ram ?? "");
  if (stat.records !== shown.size) blame("", `stat counts ${stat.records} records, ${shown.size} are shown`);
  if (stat.damagedUnknown !== 0) blame("", `stat reports ${stat.damagedUnknown} unknown records damaged, nothing rotted`);
  if (!how.verify) return ram;
  const report = agent.verify();
  if (report.damaged.length !== 0 || report.damagedUnknown !== 0)
    blame("", `verify reports ${report.damaged.length} + ${report.damagedUnknown} damaged, nothing rotted`);
  if (how.settled === true && report.corrected !== 0) blame("", `verify corrects ${report.corrected} records although nothing rotted`);
  return ram;
}

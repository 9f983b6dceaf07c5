/*
 * Undoing a change: what was there before is made the newest again. Nothing is taken back on flash; it is a change like any other, and can be undone.
 */
import { HoldfastError } from "../errors.js";
import type { LocalAgent, StoredSummary, UndoPlan } from "./types.js";

/** Errors: NOT_FOUND, INVALID, CORRUPT. Nothing is changed. */
export function planUndo(agent: Pick<LocalAgent, "history" | "version">, lsn: bigint): UndoPlan {
  const change = agent.version(lsn);
  if (change === undefined)
    throw new HoldfastError(
      "NOT_FOUND",
      `there is no change ${lsn}, or it stands no more`,
      "`holdfast history KIND ID` shows what can be undone",
    );
  const { kind, id } = change;
  const [newest, before] = firstTwo(agent.history(kind, id));
  if (newest?.lsn !== lsn)
    throw new HoldfastError("INVALID", `${kind} ${id} was changed since, by change ${newest?.lsn}`, "undo the newer change first");
  if (before === undefined) {
    const next = change.removed ? "fetch it from a backup" : "`holdfast rm` removes it";
    throw new HoldfastError("NOT_FOUND", `nothing older than change ${lsn} stands of ${kind} ${id}`, next);
  }
  const earlier = before.removed ? undefined : agent.version(before.lsn);
  return { kind, id, ...(earlier && { earlier }) };
}

function firstTwo(versions: Iterable<StoredSummary>): (StoredSummary | undefined)[] {
  const found: StoredSummary[] = [];
  for (const version of versions) if (found.push(version) === 2) break;
  return found;
}

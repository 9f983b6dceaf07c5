// What a record becomes when a part of its series arrives in another file.

import { sameBytes } from "./bytes.js";
import { textForm } from "./encoding.js";
import { componentsOf, type PlannedRecord, recordOf } from "./plan.js";
import { type Component, hasMaster, overrideOf, type Series } from "./series.js";
import { splitParts } from "./split.js";
import type { ZoneSlice } from "./zones.js";

/**
 * The incoming record as it should stand in place of the stored body:
 * - all of it is in the stored series already: the stored body;
 * - it has a master, and so has the stored one: the incoming record, which is a newer version of the whole series;
 * - only one of the two has a master: master and overrides joined, an incoming override taking the place of a stored one of the same
 *   RECURRENCE-ID. So overrides that travel in a file of their own are not lost, in whichever order the files come.
 * Contacts, records without UID and bodies in different encodings are never joined: the incoming record stands as it is.
 */
export function mergedSeries(incoming: PlannedRecord, storedBody: Uint8Array): PlannedRecord {
  if (incoming.uid === undefined || (incoming.kind !== "event" && incoming.kind !== "todo" && incoming.kind !== "note")) return incoming;
  if (textForm(storedBody).encoding !== textForm(incoming.body).encoding) return incoming;
  const stored = seriesIn(incoming, storedBody);
  const fresh = seriesIn(incoming, incoming.body);
  if (fresh.components.every((component) => stored.components.some((other) => isSame(component, other))))
    return { ...incoming, body: storedBody };
  if (hasMaster(stored) && hasMaster(fresh)) return incoming;
  const joined = hasMaster(fresh)
    ? joinOverrides(fresh.components, stored.components, false)
    : joinOverrides(stored.components, fresh.components, true);
  return { ...recordOf({ ...fresh, components: joined }), line: incoming.line };
}

/** `base` and the overrides of `more`; where both have one for the same instance, that of `more` only if it is `newer`. */
function joinOverrides(base: Component[], more: Component[], newer: boolean): Component[] {
  const instances = new Map(more.map((component) => [overrideOf(component), component]));
  const taken = base.map((component) => (newer ? (instances.get(overrideOf(component)) ?? component) : component));
  const known = new Set(base.map(overrideOf));
  return [...taken, ...more.filter((component) => !known.has(overrideOf(component)))];
}

/** The same bytes, and every zone that `fresh` brings is there. */
function isSame(fresh: Component, stored: Component): boolean {
  const has = (zone: ZoneSlice) => (stored.zones ?? []).some((other) => sameBytes(other.bytes, zone.bytes));
  return sameBytes(fresh.bytes, stored.bytes) && (fresh.zones ?? []).every(has);
}

function seriesIn(record: PlannedRecord, body: Uint8Array): Series {
  const components = componentsOf(splitParts(body), body).filter((component) => component.kind === record.kind);
  return { kind: record.kind, ...(record.uid === undefined ? {} : { uid: record.uid }), components, first: true };
}

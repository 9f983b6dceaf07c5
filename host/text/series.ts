// Puts the components of one UID together: an event and its overrides (RECURRENCE-ID) are one record.
//
// Callers may take for granted:
// - The body of a record is the slices of its components, joined in file order, then those of the time zones they name; no byte added or
//   left out.
// - Overrides go with the nearest master before them, else with the first master after them, else they are a record of their own.
// - Two masters of one UID (broken exporters give every card the same UID; a scheduling log holds every version) are two records. The
//   first has the id of the UID, each further one the id of its bytes. A part equal to an earlier one byte for byte is counted as
//   repeated, not kept twice. So no bytes of a file are lost, and importing the file again finds every record.
import { firstValue, type Property } from "./property.js";
import { digestOfBytes } from "./record-id.js";
import type { ZoneSlice } from "./zones.js";

export interface Component {
  kind: string;
  bytes: Uint8Array;
  properties: Property[];
  line: number;
  /** The time zones it names, where the file has them. */
  zones?: ZoneSlice[];
}

export interface Series {
  kind: string;
  uid?: string;
  /** In file order. */
  components: Component[];
  /** True for the first series of its UID in the file: its id comes from the UID. */
  first: boolean;
}

export function uidOf(component: Component): string | undefined {
  return firstValue(component.properties, "UID");
}

/** The RECURRENCE-ID of an override (only calendar components have one); undefined for a master. */
export function overrideOf(component: Component): string | undefined {
  return component.kind === "contact" ? undefined : firstValue(component.properties, "RECURRENCE-ID");
}

/** Groups the components of one file. Cost: linear. */
export function seriesOf(components: Component[]): { series: Series[]; repeated: number } {
  const series: Series[] = [];
  const newest = new Map<string, Series>(); // per kind and UID
  const seen = new Set<string>();
  let repeated = 0;
  for (const component of components) {
    const uid = uidOf(component);
    const copy = digestOfBytes(component.kind, component.bytes);
    if (seen.has(copy)) {
      repeated++;
      continue;
    }
    seen.add(copy);
    const key = `${component.kind}\0${uid}`;
    const open = uid === undefined ? undefined : newest.get(key);
    if (open && (overrideOf(component) !== undefined || !hasMaster(open))) open.components.push(component);
    else {
      const started: Series = { kind: component.kind, components: [component], first: open === undefined };
      if (uid !== undefined) {
        started.uid = uid;
        newest.set(key, started);
      }
      series.push(started);
    }
  }
  return { series, repeated };
}

export function hasMaster(series: Series): boolean {
  return series.components.some((component) => overrideOf(component) === undefined);
}

// The time zones of a calendar: which VTIMEZONE a component means, so that a record says by itself when it happens (decision 0013).
// Callers may take for granted: zones are slices of the file, byte for byte; nothing throws.
import { sameBytes } from "./bytes.js";
import { decodeText, type TextForm } from "./encoding.js";
import { logicalLines } from "./lines.js";
import { firstValue, properties, readParams, valueColon } from "./property.js";
import type { Split } from "./split.js";

export interface ZoneSlice {
  /** As a TZID parameter names it. */
  name: string;
  bytes: Uint8Array;
  calendar: number;
}

/** Every zone of a split file that has a name. */
export function zonesOf(split: Split, bytes: Uint8Array): ZoneSlice[] {
  return split.zones.flatMap(({ start, end, calendar }) => {
    const slice = bytes.subarray(start, end);
    const name = firstValue(properties(slice), "TZID");
    return name === undefined ? [] : [{ name, bytes: slice, calendar }];
  });
}

/** The zones that some property of the component names, in the order of the file; of two with one name the first. */
export function zonesNamed(component: Uint8Array, zones: readonly ZoneSlice[], form: TextForm): ZoneSlice[] {
  if (zones.length === 0) return [];
  const names = new Set<string>();
  for (const { text } of logicalLines(decodeText(component, { ...form, bomBytes: 0 }))) {
    const name = readParams(text.slice(0, Math.max(0, valueColon(text)))).get("TZID");
    if (name !== undefined) names.add(name);
  }
  return zones.filter(({ name }) => names.delete(name));
}

/** Each once. */
export function distinctZones(zones: readonly ZoneSlice[]): ZoneSlice[] {
  return zones.filter(({ bytes }, i) => zones.findIndex((other) => sameBytes(other.bytes, bytes)) === i);
}

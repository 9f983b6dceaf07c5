// Edits a card, event, to-do or journal as a patch of its list of properties.
//
// Callers may take for granted: every line that is not named keeps its bytes; what is written new is written in the record's own style
// (version, encoding, line ends); a property and the X- lines of its group (`item1.TEL`, `item1.X-ABLabel`) go together. Nothing is
// written that the record's encoding cannot hold.
import { HoldfastError } from "../errors.js";
import { concat } from "./bytes.js";
import { readParams } from "./property.js";
import { type PropertyLine, type Sheet, sheetOf } from "./sheet.js";
import { writtenLine } from "./written-line.js";

export interface Patch {
  /** `TEL`, `item1.TEL`, `TEL;TYPE=CELL` (one with that parameter), `TEL#2` (the second). Upper and lower case are the same. */
  property: string;
  /** In plain text. Structured values (N, ADR, ORG) with `;` between their parts. Absent: the property is removed. */
  value?: string;
  /** One more, even where there is one already. */
  add?: boolean;
}

interface Wanted {
  group: string;
  name: string;
  params: Map<string, string>;
  /** From 1; 0 when none was given. */
  ordinal: number;
  /** Name and parameters as they would be written. */
  head: string;
}

/** The body with all patches made, one after the other. Errors: INVALID for a name that is none, one that is not there, or a value it cannot take. */
export function patched(body: Uint8Array, patches: readonly Patch[]): Uint8Array {
  return patches.reduce(patchedOnce, body);
}

function patchedOnce(body: Uint8Array, patch: Patch): Uint8Array {
  const sheet = sheetOf(body);
  if (sheet === undefined)
    throw new HoldfastError(
      "INVALID",
      "the record has no properties",
      "only cards, events, to-dos and journals do: put the text anew, whole",
    );
  const wanted = wantedOf(patch.property);
  const line = patch.add ? undefined : lineFor(sheet, wanted);
  if (patch.value === undefined) return removed(body, sheet, line, patch.property);
  const head = line?.head ?? wanted.head;
  const bytes = writtenLine(head, wanted.name, patch.value, sheet, body);
  const at = line ?? placeFor(sheet, wanted);
  return concat([body.subarray(0, at.start), bytes, body.subarray(line ? line.end : at.start)]);
}

function wantedOf(property: string): Wanted {
  const match = /^(?:([\w-]+)\.)?([A-Za-z][\w-]*)((?:;[^;:#\r\n]+)*)(?:#(\d{1,4}))?$/.exec(property);
  const name = (match?.[2] ?? "").toUpperCase();
  if (!match || name === "BEGIN" || name === "END")
    throw new HoldfastError("INVALID", `"${property}" is no name of a property`, "write it like TEL, item1.TEL, TEL;TYPE=CELL or TEL#2");
  const [, group = "", , params = "", ordinal = "0"] = match;
  const head = `${group === "" ? "" : `${group}.`}${name}${params}`;
  return { group, name, params: readParams(params.slice(1)), ordinal: Number(ordinal), head };
}

/** The line that is meant; undefined when there is none. Errors: INVALID for a number beyond those there are. */
function lineFor(sheet: Sheet, wanted: Wanted): PropertyLine | undefined {
  const found = sheet.lines.filter((line) => answers(line, wanted));
  if (wanted.ordinal > found.length)
    throw new HoldfastError("INVALID", `${wanted.name}#${wanted.ordinal}: the record has ${found.length} of them`, "they count from 1");
  return found[Math.max(0, wanted.ordinal - 1)];
}

function answers(line: PropertyLine, { group, name, params }: Wanted): boolean {
  if (line.name !== name || (group !== "" && line.group.toLowerCase() !== group.toLowerCase())) return false;
  return [...params].every(([key, value]) => {
    const there = (line.params.get(key) ?? "").toLowerCase().split(",");
    return value
      .toLowerCase()
      .split(",")
      .every((each) => there.includes(each));
  });
}

/** Behind the last line of its group, else at the end. */
function placeFor(sheet: Sheet, { group }: Wanted): { start: number } {
  const last = group === "" ? undefined : sheet.lines.findLast((line) => line.group.toLowerCase() === group.toLowerCase());
  return { start: last?.end ?? sheet.end };
}

/** Without the line, and without the X- lines of its group when nothing else is left in that. */
function removed(body: Uint8Array, sheet: Sheet, line: PropertyLine | undefined, property: string): Uint8Array {
  if (line === undefined)
    throw new HoldfastError("INVALID", `there is no ${property} to remove`, "`holdfast get` shows what the record has");
  const mates = line.group === "" ? [] : sheet.lines.filter((each) => each !== line && each.group === line.group);
  const gone = mates.every((mate) => mate.name.startsWith("X-")) ? [line, ...mates].sort((a, b) => a.start - b.start) : [line];
  const kept: Uint8Array[] = [];
  let at = 0;
  for (const { start, end } of gone) {
    kept.push(body.subarray(at, start));
    at = end;
  }
  return concat([...kept, body.subarray(at)]);
}

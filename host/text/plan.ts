// Says what importing a file would put into a store, without a store: which records, under which ids, and what is refused and why.
// Callers may take for granted: pure and total. Any bytes give a plan; every record's body is a slice of the file (or, for an event with
// overrides, slices joined in file order); everything that is not taken is named with file and line.
//
// vCard, iCalendar and vCalendar files are split (split.ts, series.ts), so are mbox, SMS Backup & Restore, Gammu, LDIF and CSV (slices.ts). A JPEG is a
// photo, a .eml file a mail, plain text a note, each whole.
import { concat } from "./bytes.js";
import { decodeHead, isPlainText } from "./encoding.js";
import { span } from "./occurrences.js";
import { photoMeta } from "./photo-meta.js";
import { type Property, properties } from "./property.js";
import { idOfBytes, idOfUid } from "./record-id.js";
import { calendarMeta, contactMeta, mailMeta, plainMeta, type TextMeta, vMessageMeta } from "./record-meta.js";
import { type Component, overrideOf, type Series, seriesOf } from "./series.js";
import { type Slice, slicesOf } from "./slices.js";
import { type Split, splitParts } from "./split.js";
import { isZip, zipFiles } from "./zip-files.js";
import { distinctZones, type ZoneSlice, zonesNamed, zonesOf } from "./zones.js";

export type ImportKind = "contact" | "event" | "todo" | "note" | "message" | "mail" | "photo";

export interface PlannedRecord {
  kind: ImportKind;
  /** 16 hex digits (record-id.ts). */
  id: string;
  uid?: string;
  body: Uint8Array;
  meta: TextMeta;
  /** Line of the record's first byte in the file, from 1. */
  line: number;
}

export interface Refusal {
  file: string;
  line: number;
  reason: string;
}

export interface ImportPlan {
  records: PlannedRecord[];
  refused: Refusal[];
  /** Parts left out because an earlier part of the file has the same bytes. */
  repeated: number;
}

/** The longest body a record can have: 8 MiB. */
export const bodyBytesMax = 8 * 1024 * 1024;

/** Without one of these an event is over at its DTEND. */
const SPANNED = new Set(["RRULE", "RDATE", "DURATION"]);

const splitSuffixes = new Set(["vcf", "vcard", "ics", "ical", "ifb", "vcs", "vnt", "vmg"]);
/** Text with a meaning of its own, which would be lost in a note. */
const otherSuffixes = new Set(["htm", "html", "json", "mbox", "xml"]);

/** The plan for one file. `fileName` names it in refusals, and its suffix helps to tell its type. Cost: a few passes over the bytes. */
export function importPlan(fileName: string, bytes: Uint8Array): ImportPlan {
  return isZip(bytes) ? zippedPlan(fileName, bytes) : filePlan(fileName, bytes);
}

/** All plans of the files inside, which may not be zips again. */
function zippedPlan(zipName: string, bytes: Uint8Array): ImportPlan {
  const files = zipFiles(bytes);
  if (typeof files === "string") return refusal(zipName, files);
  const plan: ImportPlan = { records: [], refused: [], repeated: 0 };
  for (const { name, bytes: content } of files) {
    const inside = filePlan(`${zipName}/${name}`, content);
    for (const record of inside.records) plan.records.push(record);
    for (const refused of inside.refused) plan.refused.push(refused);
    plan.repeated += inside.repeated;
  }
  return files.length === 0 ? refusal(zipName, "no file in it") : plan;
}

function filePlan(fileName: string, bytes: Uint8Array): ImportPlan {
  const suffix = /\.([^./\\]+)$/.exec(fileName)?.[1]?.toLowerCase() ?? "";
  if (bytes.length === 0) return refusal(fileName, "the file is empty");
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return whole(fileName, "photo", bytes);
  if (suffix === "eml") return whole(fileName, "mail", bytes);
  if (splitSuffixes.has(suffix) || startsWithBegin(bytes)) return splitPlan(fileName, bytes);
  const slices = slicesOf(bytes, suffix);
  if (slices) return slicedPlan(fileName, slices);
  if (otherSuffixes.has(suffix)) return refusal(fileName, `files of type .${suffix} are not taken`);
  const isText = isPlainText(bytes) || (suffix === "txt" && !bytes.includes(0));
  return isText ? whole(fileName, "note", bytes) : refusal(fileName, "no kind of file that is taken");
}

function refusal(file: string, reason: string): ImportPlan {
  return { records: [], refused: [{ file, line: 1, reason }], repeated: 0 };
}

/** True when the first line that is not blank is a BEGIN line, whatever the file is called. */
function startsWithBegin(bytes: Uint8Array): boolean {
  return /^[\ufeff\s]*BEGIN:/i.test(decodeHead(bytes, 512));
}

function whole(file: string, kind: "mail" | "note" | "photo", body: Uint8Array): ImportPlan {
  if (body.length > bodyBytesMax) return refusal(file, tooLong(body.length));
  return { records: [{ kind, id: idOfBytes(kind, body), body, meta: wholeMeta(file, kind, body), line: 1 }], refused: [], repeated: 0 };
}

function wholeMeta(file: string, kind: "mail" | "note" | "photo", body: Uint8Array): TextMeta {
  if (kind === "mail") return mailMeta(body);
  if (kind === "note") return plainMeta(body);
  return photoMeta(body, file.split(/[/\\]/).at(-1) ?? "");
}

function slicedPlan(file: string, slices: Slice[]): ImportPlan {
  const plan: ImportPlan = { records: [], refused: [], repeated: 0 };
  const seen = new Set<string>();
  for (const { line, refused, kind, body, meta = {} } of slices) {
    if (kind === undefined || body === undefined) plan.refused.push({ file, line, reason: refused ?? "not a kind of record" });
    else if (body.length > bodyBytesMax) plan.refused.push({ file, line, reason: tooLong(body.length) });
    else {
      const id = idOfBytes(kind, body);
      if (seen.has(id)) plan.repeated++;
      else plan.records.push({ kind, id, body, meta, line });
      seen.add(id);
    }
  }
  if (slices.length === 0) plan.refused.push({ file, line: 1, reason: "no record in it" });
  return plan;
}

function splitPlan(file: string, bytes: Uint8Array): ImportPlan {
  const split = splitParts(bytes);
  if (!split.hasBegin) return refusal(file, "no BEGIN line in it");
  const { series, repeated } = seriesOf(componentsOf(split, bytes));
  const plan: ImportPlan = { records: [], refused: split.refused.map((refused) => ({ file, ...refused })), repeated };
  for (const each of series) {
    const record = recordOf(each);
    if (record.body.length <= bodyBytesMax) plan.records.push(record);
    else plan.refused.push({ file, line: record.line, reason: tooLong(record.body.length) });
  }
  plan.refused.sort((a, b) => a.line - b.line);
  return plan;
}

function tooLong(lengthBytes: number): string {
  return `${lengthBytes} bytes are more than a record can hold (${bodyBytesMax})`;
}

/** The components in the record parts of a split file. */
export function componentsOf(split: Split, bytes: Uint8Array): Component[] {
  const found: Component[] = [];
  const zones = zonesOf(split, bytes);
  for (const part of split.parts) {
    if (!part.kind) continue;
    const slice = bytes.subarray(part.start, part.end);
    const around = zones.filter(({ calendar }) => calendar === part.calendar);
    found.push({
      kind: part.kind,
      bytes: slice,
      properties: properties(slice),
      line: part.line,
      zones: zonesNamed(slice, around, split.form),
    });
  }
  return found;
}

/** The record of a series: its slices joined, the zones they name behind them, its id, its meta from the master. */
export function recordOf(series: Series): PlannedRecord {
  const kind = series.kind as ImportKind;
  const slices = series.components.map((component) => component.bytes);
  const zones = distinctZones(series.components.flatMap((component) => component.zones ?? []));
  const body = joined([...slices, ...(endsInLine(slices.at(-1)) ? zones.map((zone) => zone.bytes) : [])]);
  const shown = series.components.find((component) => overrideOf(component) === undefined) ?? series.components[0];
  const list = shown?.properties ?? [];
  const id = series.uid !== undefined && series.first ? idOfUid(kind, series.uid) : idOfBytes(kind, joined(slices));
  const meta = kind === "contact" ? contactMeta(list) : kind === "message" ? vMessageMeta(body) : timedMeta(kind, list, zones, body);
  return { kind, id, ...(series.uid === undefined ? {} : { uid: series.uid }), body, meta, line: series.components[0]?.line ?? 1 };
}

/** Meta of a calendar component, with the end of its rule and with a length that stands as DURATION. */
function timedMeta(kind: string, list: Property[], zones: readonly ZoneSlice[], body: Uint8Array): TextMeta {
  const meta = calendarMeta(kind, list, zones);
  const whole = list.some(({ name }) => SPANNED.has(name)) ? span(body) : undefined;
  if (whole?.repeats) meta.repeatsUntilMs = whole.endMs;
  else if (whole && meta.endMs === undefined && meta.startMs !== undefined && whole.endMs > meta.startMs) meta.endMs = whole.endMs;
  return meta;
}

function joined(slices: readonly Uint8Array[]): Uint8Array {
  return slices.length === 1 && slices[0] ? slices[0] : concat(slices);
}

/** False for a component that ends with its file: what came behind it would stand in its last line. */
function endsInLine(slice: Uint8Array | undefined): boolean {
  return slice?.subarray(-2).some((byte) => byte === 0x0a || byte === 0x0d) ?? false;
}

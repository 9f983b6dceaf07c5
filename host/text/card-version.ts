// A card in another version of vCard, for export: what is stored is never converted.
// Callers may take for granted: every property is written or named as dropped; what the other version can say only in part, or not by its own
// rules, is written all the same and named as bent; the text is UTF-8 with CRLF. A card that has the version already keeps its bytes.
// Sources: versit vCard 2.1; RFC 2426; RFC 6350 (its appendix A says what changed), RFC 6868.
import { concat } from "./bytes.js";
import { decodeText } from "./encoding.js";
import { logicalLines } from "./lines.js";
import { firstValue, type Property, properties, readProperty, unescapeText } from "./property.js";
import { foldedLine, quotedLine } from "./written-line.js";

export const CARD_VERSIONS = ["2.1", "3.0", "4.0"] as const;
export type CardVersion = (typeof CARD_VERSIONS)[number];

/** One step that is not the same in the other version. */
export interface Step {
  property: string;
  what: string;
  /** The value is not in the file. */
  isDropped: boolean;
}

export interface ConvertedCard {
  bytes: Uint8Array;
  steps: Step[];
}

/** Values in parts (`;`) each of which may be a list (`,`). */
const STRUCTURED = new Set("N ADR ORG".split(" "));
const LISTS = new Set("NICKNAME CATEGORIES".split(" "));
const TEXTS = new Set("FN TITLE ROLE NOTE MAILER LABEL SORT-STRING PRODID CLASS NAME".split(" "));
const BINARIES = new Set("PHOTO LOGO SOUND KEY".split(" "));
/** Since when a property is there, and the last version that has it. Names that are not here are everybody's own. */
const SINCE: Record<string, CardVersion> = Object.fromEntries([
  ..."NICKNAME CATEGORIES CLASS PRODID SORT-STRING NAME SOURCE PROFILE".split(" ").map((name) => [name, "3.0"]),
  ..."KIND XML ANNIVERSARY GENDER LANG IMPP MEMBER RELATED CLIENTPIDMAP FBURL CALADRURI CALURI".split(" ").map((name) => [name, "4.0"]),
]);
const UNTIL_3 = new Set("LABEL MAILER AGENT CLASS SORT-STRING NAME PROFILE".split(" "));
/** Parameters of 4.0 alone; TYPE, PREF and VALUE are carried over. */
const NEW_PARAMS = new Set("ALTID PID SORT-AS GEO TZ CALSCALE MEDIATYPE LABEL".split(" "));
const HIDDEN_PARAMS = new Set(["ENCODING", "CHARSET", "TYPE", "PREF"]);
const encoder = new TextEncoder();

/** The card in `version`. Cost: one pass over its text. */
export function convertedCard(body: Uint8Array, version: CardVersion): ConvertedCard {
  const own = cardVersion(body);
  if (own === version) return { bytes: body, steps: [] };
  const steps: Step[] = [];
  const lines = [line("BEGIN", [], "VCARD", version), line("VERSION", [], version, version)];
  for (const property of cardProperties(body, steps)) {
    if (property.name === "VERSION") continue;
    lines.push(converted(property, own, version, steps));
  }
  return { bytes: concat([...lines, ...missingNames(body, own, version), line("END", [], "VCARD", version)]), steps };
}

/** What VERSION says; 2.1 where it says nothing that is known, the oldest being the most forgiving. */
export function cardVersion(body: Uint8Array): CardVersion {
  const said = firstValue(properties(body), "VERSION");
  return CARD_VERSIONS.find((version) => version === said) ?? "2.1";
}

/** The properties of the card itself. A card within the card (AGENT of 2.1) has no place elsewhere: it is dropped, and named. */
function cardProperties(body: Uint8Array, steps: Step[]): Property[] {
  const found: Property[] = [];
  let depth = 0;
  let strange = 0;
  for (const { text } of logicalLines(decodeText(body).replace(/^\ufeff/, ""))) {
    const property = readProperty(text);
    if (property?.name === "BEGIN" && ++depth === 2 && found.at(-1)?.name === "AGENT") {
      found.pop();
      steps.push({ property: "AGENT", what: "holds a whole card", isDropped: true });
    } else if (property?.name === "END") depth--;
    else if (property && depth === 1 && property.name !== "BEGIN") found.push(property);
    if (property || depth !== 1 || text.trim() === "") strange = 0;
    else if (strange++ === 0) steps.push({ property: text.trim().slice(0, 20), what: "is no property", isDropped: true });
    else steps.at(-1)!.what = `is no property, nor is what follows it for ${plural(strange - 1)}`;
  }
  return found;
}
const plural = (lines: number): string => (lines === 1 ? "a line" : `${lines} lines`);

function converted(property: Property, own: CardVersion, version: CardVersion, steps: Step[]): Uint8Array {
  const { name } = property;
  const bend = (what: string) => steps.push({ property: name, what, isDropped: false });
  if ((SINCE[name] ?? "2.1") > version || (version === "4.0" && UNTIL_3.has(name))) bend(`is no property of ${version}`);
  if (BINARIES.has(name) && isBinary(property)) return binaryLine(property, version);
  const params = convertedParams(property, version, steps);
  return line(headOf(property), params, convertedValue(property, own, version, bend), version);
}

function headOf({ group, name }: Property): string {
  return group === undefined ? name : `${group}.${name}`;
}

// ── values ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** In `version`'s own escapes; line breaks of a text are "\n" characters in 2.1 and `\n` in the others. */
function convertedValue({ name, value, params }: Property, own: CardVersion, version: CardVersion, bend: (what: string) => void): string {
  if (STRUCTURED.has(name)) return joined(parts(value, own), version);
  if (LISTS.has(name)) return joined([parts(value, own).flat()], version);
  if (TEXTS.has(name)) return joined([[own === "2.1" ? unescaped21(value) : unescapeText(value)]], version);
  if (name === "GEO") return convertedPlace(value, version);
  if (name === "TEL" && version !== "4.0") return value.replace(/^tel:/i, "").replace(/;ext=/i, " ext. ");
  if (name === "BDAY" || name === "ANNIVERSARY" || name === "REV") return convertedDate(value, version, bend);
  if (name === "TZ" && version === "4.0" && params.get("VALUE") === undefined) return value.replace(":", "");
  return own === "2.1" || version === "2.1" ? joinedRaw(value, version) : value;
}

/** The parts of a structured value, each a list. In 2.1 a comma is a character like others. */
function parts(value: string, own: CardVersion): string[][] {
  return cutAt(";", value).map((part) => (own === "2.1" ? [unescaped21(part)] : cutAt(",", part).map(unescapeText)));
}
function cutAt(mark: string, text: string): string[] {
  const pieces = [""];
  for (const [piece] of text.matchAll(/\\[\s\S]|[\s\S]/g)) {
    if (piece === mark) pieces.push("");
    else pieces[pieces.length - 1] += piece;
  }
  return pieces;
}

function joined(value: readonly (readonly string[])[], version: CardVersion): string {
  const escaped = (text: string) => (value.length > 1 ? escaped21(text).replaceAll(";", "\\;") : escaped21(text));
  if (version === "2.1") return value.map((list) => list.map(escaped).join(",")).join(";");
  return value.map((list) => list.map((text) => text.replace(/[\\;,]/g, "\\$&").replace(/\r\n|\r|\n/g, "\\n")).join(",")).join(";");
}

/** A value that nobody here knows the parts of: only line breaks are told otherwise. */
function joinedRaw(value: string, version: CardVersion): string {
  return version === "2.1" ? value.replace(/\\n/gi, "\n") : value.replace(/\r\n|\r|\n/g, "\\n");
}

/** 2.1 escapes `;` alone, but many writers take the escapes of 3.0 along. */
const unescaped21 = (text: string): string => text.replace(/\\([;,:\\nN])/g, (_, c: string) => (c === "n" || c === "N" ? "\n" : c));
/** A backslash that would be read as one of those escapes. */
const escaped21 = (text: string): string => text.replace(/\\(?=[;,:\\nN])/g, "\\\\");

function convertedPlace(value: string, version: CardVersion): string {
  const [, north, east] = /^(?:geo:)?(-?[\d.]+)[;,](-?[\d.]+)/i.exec(value.replaceAll("\\", "")) ?? [];
  if (north === undefined || east === undefined) return value;
  return version === "4.0" ? `geo:${north},${east}` : version === "3.0" ? `${north};${east}` : `${north},${east}`;
}

/** 4.0 writes dates without dashes, and knows dates without a year; the others do not. */
function convertedDate(value: string, version: CardVersion, bend: (what: string) => void): string {
  if (version !== "4.0") {
    if (/^--/.test(value)) bend(`is a date without a year, which ${version} does not know`);
    return value;
  }
  const [, year, month, day, time = ""] = /^(\d{4})-(\d\d)-(\d\d)(T.*)?$/.exec(value) ?? [];
  return year === undefined ? value : `${year}${month}${day}${time.replaceAll(":", "")}`;
}

// ── parameters ───────────────────────────────────────────────────────────────────────────────────────────────────────

function convertedParams(property: Property, version: CardVersion, steps: Step[]): string[] {
  const { name, params } = property;
  const out: string[] = [];
  const types = typesOf(property);
  const isPreferred = types.some(isPref) || params.has("PREF");
  const kept = types.filter((type) => !isPref(type) && !(version === "4.0" && /^internet$/i.test(type)));
  if (version === "2.1") out.push(...[...kept, ...(isPreferred ? ["pref"] : [])].map((type) => type.toUpperCase()));
  else {
    const words = version === "3.0" && isPreferred ? [...kept, "pref"] : kept;
    if (words.length > 0) out.push(`TYPE=${words.map((word) => word.toLowerCase()).join(",")}`);
    if (version === "4.0" && isPreferred) out.push(`PREF=${/^\d+$/.test(params.get("PREF") ?? "") ? params.get("PREF") : 1}`);
  }
  for (const [param, value] of params) {
    if (HIDDEN_PARAMS.has(param)) continue;
    if (param === "VALUE" && name === "TEL" && version !== "4.0") continue;
    if (version !== "4.0" && NEW_PARAMS.has(param)) {
      const what = `loses its parameter ${param}, which ${version} does not know`;
      steps.push({ property: name, what, isDropped: param === "LABEL" || param === "SORT-AS" });
      continue;
    }
    out.push(`${param}=${paramValue(value, version)}`);
  }
  return out;
}
const isPref = (type: string): boolean => /^pref$/i.test(type);
function typesOf({ params }: Property): string[] {
  return (params.get("TYPE") ?? "")
    .split(",")
    .map((type) => type.trim().replace(/^type=/i, ""))
    .filter(Boolean);
}
/** RFC 6868 is of 4.0; before it a parameter simply cannot hold a quote or a line break. */
function paramValue(value: string, version: CardVersion): string {
  const plain = value.replace(/\^n/g, "\n").replace(/\^'/g, '"').replace(/\^\^/g, "^");
  const text = version === "4.0" ? value : plain.replace(/["\r\n]+/g, " ");
  return /[;:,]/.test(text) ? `"${text}"` : text;
}

// ── pictures, sounds and keys ────────────────────────────────────────────────────────────────────────────────────────

function isBinary({ params, value }: Property): boolean {
  return (
    /^(b|base64)$/i.test(params.get("ENCODING") ?? "") ||
    (params.get("TYPE") ?? "").split(",").some((type) => /^base64$/i.test(type)) ||
    /^data:[^,]*;base64,/i.test(value)
  );
}

function binaryLine(property: Property, version: CardVersion): Uint8Array {
  const { name, value } = property;
  const [, media = "", data] = /^data:([^;,]*);base64,([\s\S]*)$/i.exec(value) ?? [undefined, undefined, value];
  const base64 = data!.replace(/\s+/g, "");
  const type = media.split("/")[1] ?? typesOf(property).find((word) => !/^base64$/i.test(word) && !isPref(word));
  const family = name === "SOUND" ? "audio" : name === "KEY" ? "application" : "image";
  const types = type === undefined ? [] : [`TYPE=${type.toUpperCase()}`];
  if (version === "4.0")
    return line(headOf(property), [], `data:${family}/${(type ?? "octet-stream").toLowerCase()};base64,${base64}`, version);
  if (version === "3.0") return line(headOf(property), ["ENCODING=b", ...types], base64, version);
  // A blank line ends it (vCard 2.1 §2.4.2).
  return concat([
    encoder.encode(`${foldedLine(`${[headOf(property), "ENCODING=BASE64", ...types].join(";")}:${base64}`, "\r\n ")}\r\n\r\n`),
  ]);
}

// ── lines ────────────────────────────────────────────────────────────────────────────────────────────────────────────

function line(head: string, params: readonly string[], value: string, version: CardVersion): Uint8Array {
  const start = [head, ...params].join(";");
  return encoder.encode(`${version === "2.1" ? quotedLine(start, value, "\r\n") : foldedLine(`${start}:${value}`, "\r\n ")}\r\n`);
}

/** FN is a must since 3.0, N in 2.1 and 3.0: where one is missing the other says it. */
function missingNames(body: Uint8Array, own: CardVersion, version: CardVersion): Uint8Array[] {
  const list = properties(body);
  const [full, name] = [firstValue(list, "FN"), firstValue(list, "N")];
  const [family = "", given = ""] = parts(name ?? "", own).map((part) => part.join(" "));
  const organization = firstValue(list, "ORG");
  const shown = [given, family].filter(Boolean).join(" ") || (organization === undefined ? "" : parts(organization, own).flat().join(" "));
  const lines: Uint8Array[] = [];
  if (full === undefined && version !== "2.1") lines.push(line("FN", [], joined([[shown]], version), version));
  const fullText = own === "2.1" ? unescaped21(full ?? "") : unescapeText(full ?? "");
  if (name === undefined && version !== "4.0") lines.push(line("N", [], joined([[fullText], [""], [""], [""], [""]], version), version));
  return lines;
}

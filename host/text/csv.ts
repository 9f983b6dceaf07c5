// Address books as tables (Google, Outlook, Thunderbird): a row is a record, its body the header line and the row, as they stand in the
// file. Rows are told apart by papaparse; which column is what, by its name in the header.
// Callers may take for granted: every row that is not blank is one slice, in order, and names what it is called and how it is dialled.
import Papa from "papaparse";
import { concat } from "./bytes.js";
import { textForm } from "./encoding.js";
import { setLabel, setMails, setPhones, type TextMeta } from "./record-meta.js";
import { bytesOfUnits, lineAt, textOfUnits, unitsOf } from "./units.js";

export interface CsvRow {
  body: Uint8Array;
  line: number;
  meta: TextMeta;
}

const WHOLE_NAME = /^(display ?name|full ?name|name|file as)$/i;
const FIRST_NAME = /^(first|given) ?name$/i;
const LAST_NAME = /^(last|family) ?name$|^surname$/i;
const COMPANY = /^(company|organi[sz]ation)( name)?$/i;
const MAIL = /e-?mail/i;
const NUMBER = /phone|mobile|pager|^tel/i;
/** "Phone 1 - Type" tells of another column. */
const ABOUT = /\b(type|label)$|\bfax\b/i;

/** The rows of a table of people; a string: why it is none. */
export function csvRows(bytes: Uint8Array): CsvRow[] | string {
  const form = textForm(bytes);
  const units = unitsOf(bytes, form);
  const ends: number[] = [];
  const delimiter = delimiterOf(units);
  Papa.parse(units, { delimiter, step: ({ meta }) => void ends.push(meta.cursor) });
  const headerEnd = ends[0] ?? 0;
  const columns = fieldsOf(textOfUnits(bytes, form, 0, headerEnd), delimiter);
  if (![WHOLE_NAME, FIRST_NAME, LAST_NAME, MAIL, NUMBER].some((pattern) => columns.some((column) => pattern.test(column))))
    return "its first line names no name, number or address";
  const header = bytesOfUnits(bytes, form, 0, headerEnd);
  const rows: CsvRow[] = [];
  for (const [i, end] of ends.entries()) {
    const start = ends[i - 1] ?? 0;
    const text = textOfUnits(bytes, form, start, end);
    if (i === 0 || /^[\s,;\t"]*$/.test(text)) continue;
    const body = concat([header, bytesOfUnits(bytes, form, start, end)]);
    rows.push({ body, line: lineAt(units, start), meta: metaOf(columns, fieldsOf(text, delimiter)) });
  }
  return rows;
}

/** The one that the header has most of: a comma where it has none. */
function delimiterOf(units: string): string {
  const header = /^[^\r\n]*/.exec(units.slice(0, 65536))![0].replace(/"[^"]*"/g, "");
  const counts = [",", ";", "\t"].map((candidate) => ({ candidate, count: header.split(candidate).length }));
  return counts.reduce((best, each) => (each.count > best.count ? each : best)).candidate;
}

function fieldsOf(text: string, delimiter: string): string[] {
  const [fields = []] = Papa.parse<string[]>(text, { delimiter, preview: 1 }).data;
  return fields.map((field) => field.trim());
}

function metaOf(columns: readonly string[], fields: readonly string[]): TextMeta {
  const valuesOf = (pattern: RegExp) =>
    columns.flatMap((column, i) => (pattern.test(column) && !ABOUT.test(column) ? [fields[i] ?? ""] : []));
  const first = (pattern: RegExp) => valuesOf(pattern).find((value) => value !== "");
  const name = [first(FIRST_NAME), first(LAST_NAME)].filter((part) => part !== undefined).join(" ");
  const meta: TextMeta = {};
  setLabel(meta, first(WHOLE_NAME) ?? (name || (first(COMPANY) ?? first(MAIL) ?? "")));
  setPhones(
    meta,
    valuesOf(NUMBER).flatMap((value) => value.split(" ::: ")), // Google's mark between several
  );
  setMails(
    meta,
    valuesOf(MAIL).flatMap((value) => value.split(" ::: ")),
  );
  return meta;
}

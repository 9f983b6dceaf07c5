// Address books of directories: LDIF (RFC 2849). An entry is a record, exactly as it stands between blank lines.
// Callers may take for granted: every entry is one slice, in order; one that is no person is named.
import { textForm } from "./encoding.js";
import { setLabel, setMails, setPhones, type TextMeta } from "./record-meta.js";
import { bytesOfUnits, lineAt, textOfUnits, unitsOf } from "./units.js";

export interface LdifEntry {
  body: Uint8Array;
  line: number;
  /** Absent: the entry has no name, number or address. */
  meta?: TextMeta;
}

const NUMBERS = ["telephonenumber", "mobile", "homephone", "pager"];

export function isLdif(head: string): boolean {
  return /^(?:version:[^\r\n]*\r?\n|#[^\r\n]*\r?\n|\s)*dn::?[ \t]*\S/i.test(head);
}

export function ldifEntries(bytes: Uint8Array): LdifEntry[] {
  const form = textForm(bytes);
  const units = unitsOf(bytes, form);
  const starts = [...units.matchAll(/(?<=^|\n)dn::?[ \t]/gi)].map(({ index }) => index);
  return starts.map((start, i) => {
    const end = starts[i + 1] ?? units.length;
    const meta = ldifMeta(textOfUnits(bytes, form, start, end));
    return { body: bytesOfUnits(bytes, form, start, end), line: lineAt(units, start), ...(meta ? { meta } : {}) };
  });
}

/** What a list shows of an entry; undefined where it is no person. */
export function ldifMeta(entry: string): TextMeta | undefined {
  const values = attributesOf(entry);
  const first = (...names: string[]) => names.map((name) => values.get(name)?.[0]).find((value) => value !== undefined && value !== "");
  const name = [first("givenname"), first("sn")].filter((part) => part !== undefined).join(" ");
  const label = first("displayname", "cn") ?? (name || first("mail", "o"));
  const numbers = NUMBERS.flatMap((attribute) => values.get(attribute) ?? []);
  if (label === undefined && numbers.length === 0) return undefined;
  const meta: TextMeta = {};
  setLabel(meta, label ?? "");
  setPhones(meta, numbers);
  setMails(meta, values.get("mail") ?? []);
  return meta;
}

/** Folded lines joined, `name:: base64` decoded, options (`cn;lang-en`) left out. */
function attributesOf(entry: string): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [, name = "", isBase64, value = ""] of entry
    .replace(/\r?\n /g, "")
    .matchAll(/^([\w-]+)(?:;[^:\r\n]*)?:(:?)[ \t]*(.*?)[ \t\r]*$/gm)) {
    const key = name.toLowerCase();
    values.set(key, [...(values.get(key) ?? []), isBase64 ? fromBase64(value) : value]);
  }
  return values;
}

function fromBase64(value: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(value), (c) => c.charCodeAt(0)));
  } catch {
    return "";
  }
}

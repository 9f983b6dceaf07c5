// Finding people: by name, number or address, and who is calling.
// Callers may take for granted: upper and lower case and accents make no difference; a number is the same with and without its country.
import { Catalog, type CatalogAgent, type CatalogHead } from "./catalog.js";

/** Digits at the end by which two numbers are one (features study §3.4); a shorter one must be equal. */
const MATCHED_DIGITS = 9;
const SHORT_DIGITS = 6;

export class Directory {
  readonly #contacts: Catalog;

  constructor(agent: CatalogAgent) {
    this.#contacts = new Catalog(agent, "contact");
  }

  /** Contacts in whose name, numbers or addresses every word of `text` stands, by name. Cost: that of the catalog. */
  async find(text: string): Promise<CatalogHead[]> {
    const words = folded(text).split(/\s+/).filter(Boolean);
    const found: CatalogHead[] = [];
    for (const head of await this.#contacts.heads()) {
      const about = [head.meta.label ?? "", ...strings(head.meta.phones), ...strings(head.meta.emails)].map(folded);
      const holds = (word: string) => about.some((each) => each.includes(word)) || matches(word, strings(head.meta.phones));
      if (words.length > 0 && words.every(holds)) found.push(head);
    }
    return found.sort((a, b) => (a.meta.label ?? "").localeCompare(b.meta.label ?? ""));
  }

  /** Whose number this is: nobody's, somebody's, or that of several who share it. */
  async caller(number: string): Promise<CatalogHead[]> {
    const found: CatalogHead[] = [];
    for (const head of await this.#contacts.heads()) if (matches(number, strings(head.meta.phones))) found.push(head);
    return found;
  }
}

function matches(number: string, phones: readonly string[]): boolean {
  const digits = number.replace(/\D/g, "");
  return digits !== "" && phones.some((phone) => isSameNumber(digits, phone.replace(/\D/g, "")));
}

/** Two numbers as digits. `0049 30 1234567` and `030 1234567` are one; `112` is only itself. */
export function isSameNumber(a: string, b: string): boolean {
  if (a === b) return true;
  const shared = Math.min(a.length, b.length, MATCHED_DIGITS);
  return shared > SHORT_DIGITS && a.slice(-shared) === b.slice(-shared);
}

function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** What of `value` is text: meta may come from anybody. */
export function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

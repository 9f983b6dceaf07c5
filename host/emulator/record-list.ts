/*
 * The records on the page: names and numbers, found by a word, each with its text and a button that removes it.
 */
import type { Kind, StoredRecord, StoredSummary } from "../agent/types.js";
import { plural } from "./words.js";

/** More than this at once helps nobody; the search finds the others. */
const ROWS_MAX = 300;
const TEXT_CHARS_MAX = 4000;

export interface ListParts {
  list: HTMLElement;
  count: HTMLElement;
  empty: HTMLElement;
  find: HTMLInputElement;
}

export interface ListActions {
  get(kind: Kind, id: string): Promise<StoredRecord | undefined>;
  remove(kind: Kind, id: string): Promise<void>;
}

export class RecordList {
  readonly #parts: ListParts;
  readonly #actions: ListActions;
  #records: readonly StoredSummary[] = [];

  constructor(parts: ListParts, actions: ListActions) {
    this.#parts = parts;
    this.#actions = actions;
    parts.find.addEventListener("input", () => this.#render());
  }

  show(records: readonly StoredSummary[]): void {
    const collator = new Intl.Collator();
    this.#records = [...records].sort((a, b) => collator.compare(nameOf(a), nameOf(b)));
    this.#render();
  }

  #render(): void {
    const wanted = this.#parts.find.value.trim().toLowerCase();
    const found = this.#records.filter((record) => `${nameOf(record)} ${phonesOf(record)}`.toLowerCase().includes(wanted));
    const rows = found.slice(0, ROWS_MAX).map((record) => this.#item(record));
    if (found.length > ROWS_MAX) rows.push(lastItem(`and ${plural(found.length - ROWS_MAX, "record")} more: find them by a word`));
    if (found.length === 0 && this.#records.length > 0) rows.push(lastItem("No record has this in its name or number."));
    this.#parts.list.replaceChildren(...rows);
    this.#parts.count.textContent = String(this.#records.length);
    this.#parts.empty.hidden = this.#records.length > 0;
  }

  #item(record: StoredSummary): HTMLLIElement {
    const item = document.createElement("li");
    const details = document.createElement("details");
    const summary = document.createElement("summary");
    summary.append(piece("name", nameOf(record)), piece("phone", phonesOf(record)), piece("kind", record.kind));
    details.append(summary);
    details.addEventListener("toggle", () => void this.#open(details, record), { once: true });
    item.append(details);
    return item;
  }

  async #open(details: HTMLElement, { kind, id, bodyBytes, lsn }: StoredSummary): Promise<void> {
    const text = document.createElement("pre");
    text.tabIndex = 0;
    text.textContent = await this.#textOf(kind, id);
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = "Remove";
    remove.addEventListener("click", () => void this.#actions.remove(kind, id));
    const foot = document.createElement("p");
    foot.append(`${kind} ${id}, LSN ${lsn}, ${bodyBytes} bytes `, remove);
    details.append(text, foot);
  }

  async #textOf(kind: Kind, id: string): Promise<string> {
    try {
      const body = (await this.#actions.get(kind, id))?.body ?? new Uint8Array();
      return new TextDecoder().decode(body).slice(0, TEXT_CHARS_MAX);
    } catch (thrown) {
      return (thrown as Error).message;
    }
  }
}

function nameOf({ meta, id }: StoredSummary): string {
  return meta.label ?? id;
}

function phonesOf({ meta }: StoredSummary): string {
  return (meta.phones ?? []).join(", ");
}

function piece(className: string, text: string): HTMLSpanElement {
  const span = Object.assign(document.createElement("span"), { className, textContent: text });
  span.dir = "auto";
  return span;
}

function lastItem(text: string): HTMLLIElement {
  return Object.assign(document.createElement("li"), { className: "more", textContent: text });
}

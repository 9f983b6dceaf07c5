// What is to be done, in the order in which it is: by when it is due, then by priority, then by name; what is done at the end.
// Callers may take for granted: every to-do is there once; one that cannot be read is there, marked.
import { Catalog, type CatalogAgent, type CatalogHead } from "./catalog.js";
import { withoutBlanks } from "./views.js";

export interface Todo {
  id: string;
  label?: string;
  dueMs?: number;
  /** 1 is first, 9 last; absent: none was given, and it stands behind those that have one. */
  priority?: number;
  isDone: boolean;
  damaged?: boolean;
}

export class TodoList {
  readonly #todos: Catalog;

  constructor(agent: CatalogAgent) {
    this.#todos = new Catalog(agent, "todo");
  }

  /** Cost: the heads of to-dos the first time, later what has changed. */
  async all(): Promise<Todo[]> {
    return [...(await this.#todos.heads())].map(asTodo).sort(byOrder);
  }
  async open(): Promise<Todo[]> {
    return (await this.all()).filter(({ isDone }) => !isDone);
  }
}

function asTodo({ id, meta, damaged }: CatalogHead): Todo {
  const { label, dueMs, priority, done } = meta;
  const order = typeof priority === "number" ? priority : undefined;
  return withoutBlanks({ id, label, dueMs, priority: order, isDone: done === true, damaged });
}

function byOrder(a: Todo, b: Todo): number {
  const last = Number.MAX_SAFE_INTEGER;
  return (
    Number(a.isDone) - Number(b.isDone) ||
    (a.dueMs ?? last) - (b.dueMs ?? last) ||
    (a.priority ?? last) - (b.priority ?? last) ||
    (a.label ?? "").localeCompare(b.label ?? "") ||
    (a.id < b.id ? -1 : 1)
  );
}

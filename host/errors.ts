/*
 * Every error Holdfast itself raises.
 *
 * The core answers with numbers; STATUSES gives each its name and the action it asks for. The numbers are
 * those of assembly/base/status.ts (a house test holds the two together) and are never reused.
 * What a flash device throws is not here: it passes through unchanged.
 */

interface StatusRow {
  readonly number: number;
  /** What went wrong, in words for a person. */
  readonly words: string;
  /** What the caller can do about it. */
  readonly hint: string;
}

export const STATUSES = {
  IO: {
    number: -1,
    words: "the flash part reported a failure",
    hint: "ask again once; if it fails again the part is failing: back up what still reads",
  },
  WORN_OUT: { number: -2, words: "too few good blocks are left to write", hint: "back up, then replace the part; reading still works" },
  NOT_FORMATTED: {
    number: -16,
    words: "there is no Holdfast store on this flash",
    hint: "format it first; Holdfast never formats by itself",
  },
  NEWER_FORMAT: {
    number: -17,
    words: "the store was written by a newer Holdfast",
    hint: "open it with newer firmware; nothing was touched",
  },
  WRONG_GEOMETRY: {
    number: -18,
    words: "the store or the part has another geometry than expected",
    hint: "check the part and its preset; nothing was touched",
  },
  CORRUPT: {
    number: -19,
    words: "damage beyond correction",
    hint: "that record is lost here, the others stand: fetch it from a backup or another device",
  },
  LOCKED: { number: -20, words: "somebody else has this flash open", hint: "close the other agent or process first" },
  READ_ONLY: { number: -21, words: "the store was opened for reading only", hint: "open it without readOnly to change it" },
  CLOSED: { number: -22, words: "this agent is closed, or lost its power", hint: "open a new agent on the same flash" },
  TRUNCATED: { number: -23, words: "the image is shorter than its geometry says", hint: "find a complete copy; nothing was touched" },
  FULL: { number: -32, words: "there is no room for this", hint: "remove something first: removing still works" },
  TOO_BIG: { number: -33, words: "over a limit", hint: "split it or leave it out" },
  BUSY: { number: -34, words: "something is in the way", hint: "finish or abandon what is under way" },
  INDEX_FULL: { number: -35, words: "the memory for the record index is full", hint: "open the store with more memoryBytes" },
  NOT_FOUND: { number: -48, words: "there is no such record", hint: "list shows what is there" },
  INVALID: { number: -49, words: "not acceptable", hint: "correct the input" },
  SEALED: { number: -64, words: "the store is sealed", hint: "unlock it with its key" },
  WRONG_KEY: { number: -65, words: "the key does not open this store", hint: "check the key file or the words" },
} as const satisfies Record<string, StatusRow>;

export type StatusName = keyof typeof STATUSES;

const NAMES = new Map<number, StatusName>(Object.entries(STATUSES).map(([name, row]) => [row.number, name as StatusName]));

export class HoldfastError extends Error {
  /** A name of STATUSES. Stable: programs may depend on it. */
  readonly code: StatusName;
  /** What the caller can do. */
  readonly hint: string;

  constructor(code: StatusName, message?: string, hint?: string) {
    super(message ?? STATUSES[code].words);
    this.name = "HoldfastError";
    this.code = code;
    this.hint = hint ?? STATUSES[code].hint;
  }
}

/** The name of a negative status, or undefined for a number the table does not hold. */
export function statusName(status: number): StatusName | undefined {
  return NAMES.get(status);
}

/** Returns an answer (>= 0) as it is; throws what a negative status means. `during` ends the sentence: "storing a contact". */
export function raise(status: number, during: string, where = ""): number {
  if (status >= 0) return status;
  const name = NAMES.get(status);
  if (name === undefined) throw new Error(`${during}: the core answered with the unknown status ${status}`);
  throw new HoldfastError(name, `${during}: ${STATUSES[name].words}${where}`);
}

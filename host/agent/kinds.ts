/*
 * The eight kinds of record and their numbers in the core. A number is never reused.
 */
import { HoldfastError } from "../errors.js";
import type { Kind } from "./types.js";

export const KINDS = ["contact", "event", "todo", "note", "message", "mail", "photo", "vault"] as const satisfies readonly Kind[];

/** Errors: INVALID, naming what is no kind. */
export function kindNumber(kind: string): number {
  const number = KINDS.indexOf(kind as Kind);
  if (number < 0) throw new HoldfastError("INVALID", `"${kind}" is not a kind of record`, `use one of: ${KINDS.join(", ")}`);
  return number;
}

/** The core admits no other numbers; one it does show was written by a newer Holdfast. */
export function kindName(number: number): Kind {
  const kind = KINDS[number];
  if (kind === undefined) throw new HoldfastError("NEWER_FORMAT", `the store holds records of the unknown kind ${number}`);
  return kind;
}

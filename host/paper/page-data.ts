// What a page carries for machines: its records whole, and the names of those on the next page, so that a page that is missing can be said to
// hold them. CBOR (RFC 8949), deflated (RFC 1951).
import { decode, encode } from "cborg";
import { deflateSync, Inflate } from "fflate";
import { KINDS } from "../agent/kinds.js";
import type { Kind } from "../agent/types.js";
import { HoldfastError } from "../errors.js";

export interface PaperRecord {
  kind: Kind;
  id: string;
  wallMs: number;
  label?: string;
  /** CBOR, as the store has it; empty: none. */
  meta: Uint8Array;
  body: Uint8Array;
}

export type PaperName = Pick<PaperRecord, "kind" | "id" | "label">;

export interface PageData {
  records: PaperRecord[];
  /** On the page after this one; on the last page those of the first. */
  next: PaperName[];
}

/** A page of text unpacks to far less; more is a bomb. */
const UNPACKED_MAX = 1 << 20;

export function packPage({ records, next }: PageData): Uint8Array {
  const rows = records.map(({ kind, id, wallMs, meta, body, label }) => [
    KINDS.indexOf(kind),
    idBytes(id),
    wallMs,
    meta,
    body,
    label ?? "",
  ]);
  const names = next.map(({ kind, id, label }) => [KINDS.indexOf(kind), idBytes(id), label ?? ""]);
  return deflateSync(encode([rows, names]), { level: 9 });
}

/** Errors: CORRUPT. */
export function unpackPage(bytes: Uint8Array): PageData {
  const strange = () => new HoldfastError("CORRUPT", "the page holds something else than records", "scan it again");
  let value: unknown;
  try {
    value = decode(inflated(bytes), { strict: true });
  } catch {
    throw strange();
  }
  if (!Array.isArray(value) || value.length !== 2 || !value.every((each) => Array.isArray(each))) throw strange();
  const [rows, names] = value as [unknown[], unknown[]];
  return { records: rows.map((row) => recordOf(row) ?? fail(strange())), next: names.map((name) => nameOf(name) ?? fail(strange())) };
}

function fail(error: Error): never {
  throw error;
}

function inflated(bytes: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const stream = new Inflate((piece) => {
    length += piece.length;
    if (length > UNPACKED_MAX) throw new RangeError("more than a page holds");
    pieces.push(piece.slice());
  });
  stream.push(bytes, true);
  return Uint8Array.from(Buffer.concat(pieces));
}

function recordOf(row: unknown): PaperRecord | undefined {
  if (!Array.isArray(row) || row.length !== 6) return undefined;
  const [kind, id, wallMs, meta, body, label] = row as unknown[];
  const name = nameOf([kind, id, label]);
  if (name === undefined || typeof wallMs !== "number" || !(meta instanceof Uint8Array) || !(body instanceof Uint8Array)) return undefined;
  return { ...name, wallMs, meta, body };
}

function nameOf(row: unknown): PaperName | undefined {
  if (!Array.isArray(row) || row.length !== 3) return undefined;
  const [number, id, label] = row as unknown[];
  const kind = typeof number === "number" ? KINDS[number] : undefined;
  if (kind === undefined || !(id instanceof Uint8Array) || id.length !== 8 || typeof label !== "string") return undefined;
  return { kind, id: Buffer.from(id).toString("hex"), ...(label === "" ? {} : { label }) };
}

function idBytes(id: string): Uint8Array {
  return Uint8Array.from(Buffer.from(id, "hex"));
}

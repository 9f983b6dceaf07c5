/*
 * The workbench: build/dev.wasm through as-bind, for the inspector and the emulator.
 *
 * The only file that imports as-bind. Three things cross here that a numeric door cannot carry: text out (states,
 * names of statuses), byte arrays in (a block), and a callback with texts (one call for each thing found in it).
 */
import { instantiateSync } from "@assemblyscript/loader";
import * as AsBind from "as-bind/dist/as-bind.cjs.js";
import { raise } from "../errors.js";
import type { FlashGeometry } from "../flash/index.js";
import { wasmBytes } from "./wasm-file.js";

/** Something that lies in a block. */
export interface BlockLine {
  offset: number;
  lengthBytes: number;
  /** "label", "segment", "record", "tombstone", "chunk 3", "summary", "root", "damage" … */
  what: string;
  detail: string;
}

export interface BlockReport {
  block: number;
  /** "blank", "foreign", "newer", "other part", "ready", "torn", "hot", "cold", "recovery", "checkpoint", or "open hot" and so on. */
  state: string;
  lines: BlockLine[];
}

/** A record, tombstone or chunk that reads whole, as it lies in the log. */
export interface FoundRecord {
  type: "record" | "tombstone" | "chunk" | "long";
  kind: number;
  /** 16 hex digits. */
  id: string;
  lsn: bigint;
  wallMs: number;
  codec: number;
  /** Number of a chunk, from 0. */
  chunk: number;
  /** Of the whole body as stored, chunks included. */
  bodyBytes: number;
  meta: Uint8Array;
  /** What of the body lies here. */
  body: Uint8Array;
}

/** What a label says of its store: enough to read blocks whose own label is gone. */
export type StoreMark = readonly [idHigh: number, idLow: number, parityBytes: number, features: number, outerParity: number];

export interface Workbench {
  /** What the block's label says of its store; undefined: it has none that verifies. */
  storeOf(block: number, bytes: Uint8Array): StoreMark | undefined;
  /** Everything in a block of that store that reads whole, in order of offset. Whatever else of the block is gone. */
  salvage(block: number, bytes: Uint8Array, store: StoreMark): FoundRecord[];
  /** Describes a block from its bytes; works on any bytes. */
  describe(block: number, bytes: Uint8Array): BlockReport;
  statusText(status: number): string;
  kindText(kind: number): string;
}

interface DevExports {
  usePart(kind: number, blockBytes: number, blockCount: number, pageBytes: number, programBytes: number): number;
  describeBlock(bytes: Uint8Array, block: number): string;
  storeText(bytes: Uint8Array, block: number): string;
  useStore(...mark: StoreMark): void;
  salvageBlock(bytes: Uint8Array, block: number): number;
  statusText(status: number): string;
  kindText(kind: number): string;
}

/** Errors: WRONG_GEOMETRY for a part the core cannot serve. */
export function openWorkbench(geometry: FlashGeometry): Workbench {
  let lines: BlockLine[] = [];
  const tell = (offset: number, lengthBytes: number, what: string, detail: string) => lines.push({ offset, lengthBytes, what, detail });
  let records: FoundRecord[] = [];
  const found = (text: string) => records.push(foundRecord(text));
  const core = bind<DevExports>(wasmBytes("dev"), { dev: { tell, found } });
  const { kind, blockBytes, blockCount, pageBytes, programBytes } = geometry;
  raise(core.usePart(kind === "nand" ? 1 : 0, blockBytes, blockCount, pageBytes, programBytes), "inspecting a part");
  return {
    describe(block, bytes) {
      lines = [];
      return { block, state: core.describeBlock(bytes, block), lines };
    },
    storeOf(block, bytes) {
      const numbers = core.storeText(bytes, block).split(" ").map(Number);
      return numbers.length === 5 ? (numbers as unknown as StoreMark) : undefined;
    },
    salvage(block, bytes, store) {
      records = [];
      core.useStore(...store);
      core.salvageBlock(bytes, block);
      return records;
    },
    statusText: (status) => core.statusText(status),
    kindText: (kindNumber) => core.kindText(kindNumber),
  };
}

const TYPES = ["", "record", "tombstone", "chunk", "long"] as const;

function foundRecord(text: string): FoundRecord {
  const [type, kind, id, lsn, wallMs, codec, chunk, metaBytes, extBytes, bodyBytes, hex = ""] = text.split(" ");
  const data = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const head = Number(metaBytes);
  return {
    type: TYPES[Number(type)] as FoundRecord["type"],
    kind: Number(kind),
    id: id ?? "",
    lsn: BigInt(lsn ?? 0),
    wallMs: Number(wallMs),
    codec: Number(codec),
    chunk: Number(chunk),
    bodyBytes: Number(bodyBytes),
    meta: data.slice(0, head),
    body: data.slice(head + Number(extBytes)),
  };
}

/*
 * as-bind 0.8.2 carries the loader of compiler 0.19, whose ids for strings and arrays are not today's. It calls that
 * loader's functions through a table which can be written to, so today's loader is given as-bind's instance and its
 * functions are put into the table. FACADE is a module that only passes another instance's runtime on:
 *
 *   (module (import "m" "memory" (memory 0)) (import "m" "__new" (func (param i32 i32) (result i32)))
 *     (import "m" "__pin" (func (param i32) (result i32))) (import "m" "__unpin" (func (param i32)))
 *     (import "m" "__collect" (func)) (import "m" "__rtti_base" (global i32)) (export … the same names))
 */
const FACADE = Uint8Array.from(
  atob(
    "AGFzbQEAAAABEwRgAn9/AX9gAX8Bf2ABfwBgAAACTAYBbQZtZW1vcnkCAAABbQVfX25ldwAAAW0FX19waW4AAQFtB19fdW5waW4AAgFtCV9fY29sbGVj" +
      "dAADAW0LX19ydHRpX2Jhc2UDfwAHPgYGbWVtb3J5AgAFX19uZXcAAAVfX3BpbgABB19fdW5waW4AAglfX2NvbGxlY3QAAwtfX3J0dGlfYmFzZQMA",
  ),
  (character) => character.charCodeAt(0),
);

function bind<Exports>(source: BufferSource, imports: WebAssembly.Imports): Exports {
  const bound = AsBind.instantiateSync(source, imports);
  const runtime = bound.loadedModule.instance.exports;
  const current: Record<string, unknown> = instantiateSync(FACADE, { m: runtime as WebAssembly.ModuleImports }).exports;
  for (const [name, value] of Object.entries(current)) {
    if (name.startsWith("__") && typeof value === "function") bound.exports[name] = value;
  }
  return bound.exports as Exports;
}

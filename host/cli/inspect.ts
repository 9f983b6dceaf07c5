/*
 * `holdfast image map|dump|block N|diff A B`: what lies where in an image, through the workbench door.
 *
 * Others may take for granted that nothing here writes, and that any bytes can be looked at: a block that says
 * nothing sensible is shown as such.
 */

import { letterOf } from "../core/block-letters.js";
import { type BlockLine, type BlockReport, openWorkbench, type Workbench } from "../core/workbench.js";
import type { FileFlash, FlashGeometry } from "../flash/index.js";
import type { Call, Command, Outcome } from "./command.js";
import { usage } from "./exit.js";
import { bytesOfBlock, openPart } from "./image.js";
import { asCount, asOneOf, table } from "./words.js";

const VIEWS = ["map", "dump", "block", "diff"] as const;
const MAP_COLUMNS = 64;
const HEX_COLUMNS = 16;

export const image: Command = {
  name: "image",
  group: "image",
  summary: "look into an image: map, dump, one block, the difference of two",
  usage: "map | dump | block N | diff A B",
  example: "holdfast image block 17 -i handset.flash",
  details:
    "map: a letter a block. dump: everything found, block by block. block N: one block, with its bytes. diff A B: the blocks in which two image files differ. --preset names the part when the labels are too damaged to say it.",
  keys: {
    image: "path (map, dump, block)",
    geometry: "kind, blockBytes, blockCount, pageBytes, programBytes",
    counts: "blocks in each state (map)",
    blocks:
      "array of {block, state}; dump and block add lines: array of {offset, lengthBytes, what, detail}; diff: array of {block, before, after, firstOffset, bytes}",
    hex: "the bytes of the block (block)",
    differing: "how many blocks differ (diff)",
  },
  options: { preset: { type: "string", value: "NAME", words: "take this geometry instead of asking the labels" } },
  arity: [1, 3],
  writes: false,
  run,
};

async function run(call: Call): Promise<Outcome> {
  const view = asOneOf(call.arguments[0] as string, "image", VIEWS);
  const expected = { map: 1, dump: 1, block: 2, diff: 3 }[view];
  if (call.arguments.length !== expected)
    throw usage(`image ${view} takes ${expected - 1} arguments`, call.arguments.join(" "), `usage: holdfast image ${image.usage}`);
  if (view === "diff") return diff(call, call.arguments[1] as string, call.arguments[2] as string);
  return look(call, call.imagePath, (part) => (view === "block" ? oneBlock(call, part) : allBlocks(call, part, view)));
}

/** An open image and the workbench for its geometry. */
interface Part {
  path: string;
  flash: FileFlash;
  geometry: FlashGeometry;
  workbench: Workbench;
}

async function look<T>(call: Call, path: string, work: (part: Part) => Promise<T>): Promise<T> {
  const flash = openPart(call, path);
  try {
    return await work({ path, flash, geometry: flash.geometry, workbench: openWorkbench(flash.geometry) });
  } finally {
    flash.close();
  }
}

async function allBlocks(call: Call, part: Part, view: "map" | "dump"): Promise<Outcome> {
  const { geometry, path } = part;
  const reports: BlockReport[] = [];
  for (let block = 0; block < geometry.blockCount; block++) {
    reports.push(part.workbench.describe(block, bytesOfBlock(part.flash, block)));
    call.terminal.progress("block", block + 1, geometry.blockCount);
    await call.terminal.breathe();
  }
  const counts: Record<string, number> = {};
  for (const { state } of reports) counts[state] = (counts[state] ?? 0) + 1;
  if (view === "dump") return { json: { image: path, geometry, blocks: reports }, lines: reports.flatMap(dumpLines) };
  return {
    json: { image: path, geometry, counts, blocks: reports.map(({ block, state }) => ({ block, state })) },
    lines: mapLines(reports, counts),
  };
}

function mapLines(reports: readonly BlockReport[], counts: Record<string, number>): string[] {
  const rows: string[][] = [];
  for (let first = 0; first < reports.length; first += MAP_COLUMNS) {
    rows.push([
      String(first),
      reports
        .slice(first, first + MAP_COLUMNS)
        .map(({ state }) => letterOf(state))
        .join(""),
    ]);
  }
  const legend = Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...table(rows, [0]),
    "",
    ...table(
      legend.map(([state, count]) => [letterOf(state), String(count), state]),
      [1],
    ),
  ];
}

function dumpLines({ block, state, lines }: BlockReport): string[] {
  const inside = table(lines.map(lineCells), [0, 1]).map((line) => `  ${line}`);
  return [`block ${block}: ${state}`, ...inside];
}

function lineCells({ offset, lengthBytes, what, detail }: BlockLine): string[] {
  return [String(offset), String(lengthBytes), what, detail];
}

async function oneBlock(call: Call, part: Part): Promise<Outcome> {
  const block = asCount(call.arguments[1] as string, "block", 0, part.geometry.blockCount - 1);
  const bytes = bytesOfBlock(part.flash, block);
  const report = part.workbench.describe(block, bytes);
  const hex = Buffer.from(bytes).toString("hex");
  return {
    json: { image: part.path, geometry: part.geometry, blocks: [report], hex },
    lines: [...dumpLines(report), "", ...hexLines(bytes)],
  };
}

/** Sixteen bytes a line, as hex and as text; runs of lines that are all 0xFF as one line. */
function hexLines(bytes: Uint8Array): string[] {
  const lines: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += HEX_COLUMNS) {
    const row = bytes.subarray(offset, offset + HEX_COLUMNS);
    const erased = row.every((byte) => byte === 0xff);
    if (erased && lines.at(-1)?.endsWith(" erased")) continue;
    const hex = [...row].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = [...row].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join("");
    lines.push(`${offset.toString(16).padStart(6, "0")}  ${erased ? "ff ... erased" : `${hex}  ${text}`}`);
  }
  return lines;
}

interface Change {
  block: number;
  before: string;
  after: string;
  firstOffset: number;
  bytes: number;
}

async function diff(call: Call, pathA: string, pathB: string): Promise<Outcome> {
  const blocks = await look(call, pathA, (a) => look(call, pathB, (b) => changes(call, a, b)));
  const rows = blocks.map(({ block, before, after, firstOffset, bytes }) => [
    `block ${block}`,
    before === after ? before : `${before} -> ${after}`,
    `${bytes} bytes differ`,
    `first at ${firstOffset}`,
  ]);
  const lines = blocks.length === 0 ? ["no difference"] : [...table(rows), `${blocks.length} blocks differ`];
  return { json: { blocks, differing: blocks.length }, lines };
}

async function changes(call: Call, a: Part, b: Part): Promise<Change[]> {
  const { blockBytes, blockCount } = a.geometry;
  if (b.geometry.blockBytes !== blockBytes || b.geometry.blockCount !== blockCount)
    throw usage("the two images are of different parts", `${a.path} ${b.path}`, "only images of one geometry can be compared");
  const found: Change[] = [];
  for (let block = 0; block < blockCount; block++) {
    const [bytesA, bytesB] = [bytesOfBlock(a.flash, block), bytesOfBlock(b.flash, block)];
    await call.terminal.breathe();
    if (Buffer.compare(bytesA, bytesB) === 0) continue;
    const offsets = [...bytesA.keys()].filter((offset) => bytesA[offset] !== bytesB[offset]);
    const [before, after] = [a.workbench.describe(block, bytesA).state, b.workbench.describe(block, bytesB).state];
    found.push({ block, before, after, firstOffset: offsets[0] as number, bytes: offsets.length });
  }
  return found;
}

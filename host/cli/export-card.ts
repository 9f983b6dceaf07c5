/*
 * `export --to card`: pictures to a memory card, and the card looked through when it comes back.
 *
 * Others may take for granted: a picture is listed in the card's manifest only after it was written, synced and read back, so a card
 * pulled at any instant says exactly what on it is good; nothing on the card is written over but what is damaged.
 */

import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { sha256 } from "../backup/index.js";
import type { StoredRecord } from "../index.js";

/** In the format of `sha256sum`, which checks it: `cd CARD && sha256sum -c HOLDFAST.SHA256`. */
export const MANIFEST = "HOLDFAST.SHA256";
const FOLDER = "DCIM/100HOLDF";
const FILES_MAX = 9999;

export interface CardReport {
  /** Copied now, read back and listed. */
  written: number;
  /** There already, and still what the manifest says. */
  verified: number;
  /** Had rotted, or was gone, and was written again from the handset. */
  mended: number;
  /** Rotten or gone, and not on the handset any more: paths. */
  damaged: string[];
  /** Pictures for which the folder has no number left. */
  dropped: number;
}

interface Listed {
  path: string;
  hash: string;
  isGood: boolean;
}

/** Looks the card through, then copies what is missing. `dryRun`: only looks. Errors: what the disk throws; the manifest is then right for all that is listed. */
export function fillCard(card: string, pictures: readonly StoredRecord[], dryRun: boolean): CardReport {
  const listed = listedOn(card);
  const report: CardReport = { written: 0, verified: 0, mended: 0, damaged: [], dropped: 0 };
  const bodies = new Map(pictures.map(({ body }) => [sha256(body), body]));
  for (const { path, hash, isGood } of listed) {
    const body = bodies.get(hash);
    if (isGood) report.verified++;
    else if (body === undefined) report.damaged.push(path);
    else {
      if (!dryRun) copyTo(card, path, body);
      report.mended++;
    }
  }
  const known = new Set(listed.map(({ hash }) => hash));
  let number = 0;
  for (const [hash, body] of bodies) {
    if (known.has(hash)) continue;
    do number++;
    while (number <= FILES_MAX && existsSync(join(card, pathOf(number))));
    if (number > FILES_MAX) report.dropped++;
    else {
      if (!dryRun) {
        copyTo(card, pathOf(number), body);
        list(card, pathOf(number), hash);
      }
      report.written++;
    }
  }
  return report;
}

/** DCF: folder 100XXXXX, file XXXX0001.JPG. */
function pathOf(number: number): string {
  return `${FOLDER}/HOLD${String(number).padStart(4, "0")}.JPG`;
}

/** What the manifest lists; a line that a pull cut short is none. The last line of a path counts. */
function listedOn(card: string): Listed[] {
  if (!existsSync(join(card, MANIFEST))) return [];
  const lines = readFileSync(join(card, MANIFEST), "latin1").matchAll(/^([0-9a-f]{64}) {2}(DCIM\/[\w]+\/[\w]+\.JPG)\n/gm);
  const hashes = new Map([...lines].map(([, hash = "", path = ""]) => [path, hash]));
  return [...hashes].map(([path, hash]) => ({ path, hash, isGood: hashOf(join(card, path)) === hash }));
}

function hashOf(path: string): string | undefined {
  return existsSync(path) ? sha256(new Uint8Array(readFileSync(path))) : undefined;
}

function copyTo(card: string, path: string, body: Uint8Array): void {
  const target = join(card, path);
  const beside = `${target}.part`;
  mkdirSync(dirname(target), { recursive: true });
  try {
    const file = openSync(beside, "w");
    try {
      for (let at = 0; at < body.length; ) at += writeSync(file, body, at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (hashOf(beside) !== sha256(body)) throw new Error(`the card does not keep what is written: ${path}`);
    renameSync(beside, target);
  } finally {
    rmSync(beside, { force: true });
  }
}

/** Appends, behind whatever a pull left of the last line. */
function list(card: string, path: string, hash: string): void {
  const target = join(card, MANIFEST);
  const isOpen = existsSync(target) && !readFileSync(target, "latin1").endsWith("\n") && readFileSync(target).length > 0;
  appendFileSync(target, `${isOpen ? "\n" : ""}${hash}  ${path}\n`, { flush: true });
}

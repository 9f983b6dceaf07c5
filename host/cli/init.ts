/*
 * `holdfast init`: a new, empty store in an image file.
 *
 * A file that is already there is never touched without --force; a half-made new one is taken away again.
 */

import { existsSync, rmSync } from "node:fs";
import { FileFlash, type FlashGeometry, type PresetName, presets } from "../flash/index.js";
import { type FormatOptions, formatFlash } from "../index.js";
import type { Call, Command, Outcome } from "./command.js";
import { asFailure, EXIT, Failure, usage } from "./exit.js";
import { asOneOf, bytesInWords } from "./words.js";

const DEFAULT_PRESET = "spi-nor-8m";

export const init: Command = {
  name: "init",
  group: "image",
  summary: "make a flash image with an empty store",
  usage: "[--preset NAME] [--parity 0|4|8] [--plain] [--force]",
  example: "holdfast init --preset spi-nor-8m --plain -i handset.flash",
  details: `Presets: ${Object.keys(presets).join(", ")}. Records are not sealed yet: every store is plain, with or without --plain.`,
  keys: {
    image: "path of the image",
    preset: "name of the geometry",
    geometry: "kind, blockBytes, blockCount, pageBytes, programBytes",
    bytes: "size of the flash",
    sealed: "false: the store is plain",
    dryRun: "true when nothing was written",
  },
  options: {
    preset: { type: "string", value: "NAME", words: `the part to imitate (default: ${DEFAULT_PRESET})` },
    parity: { type: "string", value: "0|4|8", words: "data blocks per parity block (default: 0, none)" },
    "parity-bytes": { type: "string", value: "8|16", words: "correction bytes in a codeword (default: 16: mends 8 bytes)" },
    plain: { type: "boolean", words: "a store without a key" },
    "key-file": { type: "string", value: "FILE", words: "a key to seal with (not built yet: refused)" },
    force: { type: "boolean", words: "erase what is there" },
  },
  arity: [0, 0],
  writes: true,
  run,
};

async function run(call: Call): Promise<Outcome> {
  const preset = asOneOf(call.text("preset") ?? DEFAULT_PRESET, "--preset", Object.keys(presets) as PresetName[]);
  const geometry = presets[preset];
  const options = formatOptions(call);
  refuseKeys(call);
  const existed = existsSync(call.imagePath);
  if (existed && !call.given("force")) throw inTheWay(call.imagePath);
  if (!call.dryRun) await make(call, geometry, options, existed);

  const bytes = geometry.blockBytes * geometry.blockCount;
  call.terminal.say(`${call.dryRun ? "would make" : "made"} ${call.imagePath}: ${preset}, ${bytesInWords(bytes)}, empty`);
  call.terminal.say("the store is plain: no key was given, so whoever holds the flash can read the records");
  return { json: { image: call.imagePath, preset, geometry, bytes, sealed: false, dryRun: call.dryRun }, lines: [] };
}

function formatOptions(call: Call): FormatOptions {
  const parity = asOneOf(call.text("parity") ?? "0", "--parity", ["0", "4", "8"]);
  const parityBytes = asOneOf(call.text("parity-bytes") ?? "16", "--parity-bytes", ["8", "16"]);
  return { outerParity: Number(parity) as 0 | 4 | 8, parityBytes: Number(parityBytes) as 8 | 16 };
}

// A key that was given and not used would be a promise not kept.
function refuseKeys(call: Call): void {
  const source = call.text("key-file") ?? (call.environment("HOLDFAST_KEY") ? "HOLDFAST_KEY" : undefined);
  if (source === undefined || (call.given("plain") && call.text("key-file") === undefined)) return;
  throw usage("sealing with a key is not built yet", source, "`--plain` makes a store without a key; nothing was written");
}

function inTheWay(path: string): Failure {
  try {
    FileFlash.open(path, { readOnly: true }).close();
  } catch (error) {
    const failure = asFailure(error, path);
    if (failure.code !== "NOT_FORMATTED") return failure;
    return new Failure(
      EXIT.NOT_HOLDFAST,
      "NOT_FORMATTED",
      "a file is there that is not a Holdfast image",
      path,
      "name another path; --force overwrites it",
    );
  }
  return new Failure(
    EXIT.USAGE,
    "BUSY",
    "there is a Holdfast image already",
    path,
    "name another path with -i; --force erases it and every record in it",
  );
}

async function make(call: Call, geometry: FlashGeometry, options: FormatOptions, existed: boolean): Promise<void> {
  let done = false;
  try {
    const flash = existed ? reopen(call.imagePath, geometry) : FileFlash.create(call.imagePath, geometry);
    try {
      const onProgress = (blocks: number, total: number) => call.terminal.progress("formatting block", blocks, total);
      await formatFlash(flash, { ...options, force: existed, onProgress });
    } finally {
      flash.close();
    }
    done = true;
  } catch (error) {
    throw asFailure(error, call.imagePath);
  } finally {
    if (!done && !existed) rmSync(call.imagePath, { force: true });
  }
}

// An image of the same geometry is formatted where it lies: its erase counts go on counting.
function reopen(path: string, geometry: FlashGeometry): FileFlash {
  try {
    const flash = FileFlash.open(path);
    if (sameGeometry(flash.geometry, geometry)) return flash;
    flash.close();
  } catch (error) {
    const failure = asFailure(error, path);
    if (failure.exitCode === EXIT.IN_USE || failure.code === "READ_ONLY") throw failure;
  }
  return FileFlash.create(path, geometry, { force: true });
}

function sameGeometry(a: FlashGeometry, b: FlashGeometry): boolean {
  return (["kind", "blockBytes", "blockCount", "pageBytes", "programBytes"] as const).every((key) => a[key] === b[key]);
}

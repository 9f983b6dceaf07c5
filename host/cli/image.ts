/*
 * The image file: opened, given to a command, and closed whatever happens.
 *
 * Others may take for granted that a bad image is refused before anything is written to it, and that after a
 * failure or a Ctrl-C the store was closed as after success.
 */

import { existsSync } from "node:fs";
import { FileFlash, type PresetName, presets } from "../flash/index.js";
import { type LocalAgent, openAgent } from "../index.js";
import type { Call } from "./command.js";
import { asFailure, EXIT, Failure } from "./exit.js";
import { asOneOf } from "./words.js";

/** Opens the image of `call`, runs `work` with its agent, closes both. Errors: Failures naming the image. */
export async function withAgent<T>(
  call: Call,
  access: "read" | "write",
  work: (agent: LocalAgent, flash: FileFlash) => Promise<T>,
): Promise<T> {
  const flash = openFlash(call.imagePath, access);
  try {
    const agent = await onImage(call, () => openAgent(flash, { readOnly: access === "read" }));
    let failed = true;
    try {
      const result = await work(agent, flash);
      failed = false;
      return result;
    } finally {
      await closeQuietlyAfter(failed, () => agent.close());
    }
  } finally {
    flash.close();
  }
}

/** Runs one step against the image, so that its failure names the image. */
export async function onImage<T>(call: Call, step: () => T | Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw asFailure(error, call.imagePath);
  }
}

/** Opens the device under an image. Errors: Failures for a missing one and for what FileFlash refuses. */
export function openFlash(path: string, access: "read" | "write"): FileFlash {
  if (!existsSync(path)) {
    throw new Failure(
      EXIT.NOT_HOLDFAST,
      "NO_IMAGE",
      "there is no image",
      path,
      "`holdfast init` makes one; -i IMAGE or HOLDFAST_IMAGE names another",
    );
  }
  try {
    return FileFlash.open(path, { readOnly: access === "read" });
  } catch (error) {
    throw asFailure(error, path);
  }
}

/** Opens the part for reading, with the geometry that --preset names where its labels may not say it. Errors: Failures naming the image. */
export function openPart(call: Call, path: string): FileFlash {
  const preset = call.text("preset");
  if (preset === undefined) return openFlash(path, "read");
  try {
    return FileFlash.open(path, { readOnly: true, geometry: presets[asOneOf(preset, "--preset", Object.keys(presets) as PresetName[])] });
  } catch (error) {
    throw asFailure(error, path);
  }
}

/** All bytes of a block, as they are. Errors: what the image file failed with. */
export function bytesOfBlock(flash: FileFlash, block: number): Uint8Array {
  const bytes = new Uint8Array(flash.geometry.blockBytes);
  if (flash.read(block, 0, bytes) === -1) throw flash.lastFailure ?? new Error(`block ${block} cannot be read`);
  return bytes;
}

// After a failure the close may fail too (a dead part); the first failure is the one to tell.
async function closeQuietlyAfter(failed: boolean, close: () => unknown): Promise<void> {
  try {
    await close();
  } catch (error) {
    if (!failed) throw error;
  }
}

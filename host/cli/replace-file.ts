/*
 * A file that is replaced only by a complete one: written beside it, flushed, and renamed.
 */

import { renameSync, rmSync, writeFileSync } from "node:fs";

/** Errors: those of the file system; what was there is untouched then. */
export function replaceFile(path: string, content: Uint8Array | string): void {
  const beside = `${path}.part-${process.pid}`;
  try {
    writeFileSync(beside, content, { flush: true });
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

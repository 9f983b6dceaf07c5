/*
 * Real texts to fill a part with: the photo-less cards and single events of the public files in ../shared/corpora, read in place.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { sourceFiles, splitParts } from "../text/index.js";
import type { StoredText } from "./space.js";

/** From the project's root; this file runs from host/bench/ or from build/host/bench/. */
const here = import.meta.url;
export const CORPORA_FOLDER = fileURLToPath(new URL(here.endsWith(".ts") ? "../../../shared/corpora" : "../../../../shared/corpora", here));

const TEXT_FILE = /\.(vcf|ics|vcs)$/i;
const PHOTO = /^PHOTO[;:]/im;

/** A text and the file it was found in. */
export interface CorpusText extends StoredText {
  file: string;
}

/** The texts, in order of file names; undefined when the folder is absent. */
export async function corporaTexts(folder = CORPORA_FOLDER): Promise<CorpusText[] | undefined> {
  if (!existsSync(folder)) return undefined;
  const texts: CorpusText[] = [];
  for (const file of await sourceFiles([folder])) {
    if (!TEXT_FILE.test(file.path)) continue;
    const bytes = await file.read();
    for (const part of splitParts(bytes).parts) {
      if (part.kind !== "contact" && part.kind !== "event") continue;
      const body = bytes.subarray(part.start, part.end);
      if (!PHOTO.test(new TextDecoder("latin1").decode(body))) texts.push({ file: file.path, kind: part.kind, body });
    }
  }
  return texts;
}

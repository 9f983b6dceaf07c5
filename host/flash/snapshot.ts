/*
 * A flash snapshot: all bytes of a part and its geometry, packed into one small file.
 *
 * A zip with `geometry.json` and `flash.bin`, so that any tool opens it; equal parts give equal snapshots, byte for
 * byte. The golden images of the format are kept so. It is a copy for people and tests, not a backup: a backup holds
 * records, can be verified by itself and fits another part.
 */
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { HoldfastError } from "../errors.js";
import type { FlashGeometry } from "./flash.js";
import { geometryProblem } from "./presets.js";

export interface Snapshot {
  geometry: FlashGeometry;
  bytes: Uint8Array;
}

/** The same in every snapshot: when it was made is not what it says. */
const MADE = new Date(2009, 9, 1);
const GEOMETRY_BYTES_MAX = 4096;
const FLASH_BYTES_MAX = 1024 * 1024 * 1024;

export function packSnapshot({ geometry, bytes }: Snapshot): Uint8Array {
  const { kind, blockBytes, blockCount, pageBytes, programBytes, oobBytes, pairedPages } = geometry;
  const told = { kind, blockBytes, blockCount, pageBytes, programBytes, oobBytes, pairedPages };
  return zipSync({ "geometry.json": strToU8(`${JSON.stringify(told, undefined, 2)}\n`), "flash.bin": bytes }, { level: 9, mtime: MADE });
}

/** Errors: CORRUPT when it is not a whole snapshot. Never unpacks more than the geometry it names. */
export function unpackSnapshot(archive: Uint8Array): Snapshot {
  const refuse = (why: string) => new HoldfastError("CORRUPT", `not a flash snapshot: ${why}`, "find an undamaged copy");
  try {
    const told = unzipSync(archive, { filter: (file) => file.name === "geometry.json" && file.originalSize <= GEOMETRY_BYTES_MAX })[
      "geometry.json"
    ];
    if (told === undefined) throw refuse("it names no geometry");
    const geometry = JSON.parse(strFromU8(told)) as FlashGeometry;
    const lengthBytes = geometry.blockBytes * geometry.blockCount;
    if (geometryProblem(geometry) !== undefined || lengthBytes > FLASH_BYTES_MAX) throw refuse("its geometry is none");
    const bytes = unzipSync(archive, { filter: (file) => file.name === "flash.bin" && file.originalSize === lengthBytes })["flash.bin"];
    if (bytes === undefined || bytes.length !== lengthBytes) throw refuse("its bytes do not fit its geometry");
    return { geometry, bytes };
  } catch (error) {
    throw error instanceof HoldfastError ? error : refuse((error as Error).message);
  }
}
